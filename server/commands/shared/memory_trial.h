// Memory for elements of collections, whose sizes and number a client chooses.
#pragma once

#include <span>
#include <string_view>

#include "storage/memory/memory_probe.h"
#include "storage/memory/size_classes.h"

namespace server {

// What an element takes outside the slab; the small ones do not count.
inline size_t LargeBytesOf(std::string_view element) {
  return element.size() > storage::kSmallBytesMax / 2 ? element.size() : 0;
}

// Whether there is memory for the large ones among these elements. It is tried before the first
// change, so that a request that does not fit changes nothing.
inline bool HasMemoryFor(std::span<const std::string_view> elements) {
  size_t bytes = 0;
  for (const std::string_view element : elements) bytes += LargeBytesOf(element);
  return bytes == 0 || storage::HasMemoryFor(bytes);
}

// Whether there is memory to remember so many elements or keys until they are replied: a few words
// for each, in a list that grows and perhaps in a table beside it.
inline bool HasMemoryToCollect(size_t elements) {
  constexpr size_t kAlwaysThere = 100;
  constexpr size_t kBytesOfCollected = 160;
  return elements <= kAlwaysThere || storage::HasMemoryFor(elements * kBytesOfCollected);
}

}  // namespace server
