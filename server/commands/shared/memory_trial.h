// Memory for elements of collections, whose sizes a client chooses.
#pragma once

#include <span>
#include <string_view>

#include "server/dispatch/command_context.h"

namespace server {

// Whether there is memory for the large ones among these elements. It is tried before the first
// change, so that a request that does not fit changes nothing.
inline bool HasMemoryFor(CommandContext& context, std::span<const std::string_view> elements) {
  size_t bytes = 0;
  for (const std::string_view element : elements) {
    if (element.size() > storage::kSmallBytesMax / 2) bytes += element.size();
  }
  if (bytes == 0) [[likely]]
    return true;
  storage::SlabAllocator& slab = context.keyspace().slab();
  void* memory = slab.TryAllocateLarge(bytes);
  if (memory == nullptr) return false;
  slab.Free(memory, bytes);
  return true;
}

}  // namespace server
