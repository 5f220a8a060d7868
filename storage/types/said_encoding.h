// SaidEncoding: what a structure says to OBJECT ENCODING. Redis converts a collection when it
// breaks one of the limits of CollectionLimits, we when it does not fit a pack any more; a
// structure that came earlier than Redis's says so until the limit is broken.
#pragma once

#include <cstdint>
#include <string_view>

namespace storage {

enum class SaidEncoding : uint8_t { kIntSet, kListpack, kListpackEx, kHashtable };

constexpr std::string_view NameOf(SaidEncoding encoding) {
  constexpr std::string_view kNames[] = {"intset", "listpack", "listpackex", "hashtable"};
  return kNames[static_cast<size_t>(encoding)];
}

}  // namespace storage
