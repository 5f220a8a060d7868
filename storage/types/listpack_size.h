// How many bytes Redis's listpack would take: by them list-max-listpack-size decides when a list
// says "quicklist" instead of "listpack". We store no listpacks; this is only their arithmetic:
//
//   listpack   [ bytes 4 ][ entries 2 ] entries ... [ end 1 ]
//   entry      [ encoding and data ][ length of these, 7 bits a byte ]
//   data       integers of 7, 13, 16, 24, 32 and 64 bits: 1, 2, 3, 4, 5 and 9 bytes;
//              strings of up to 63, 4095 and 2^32 - 1 bytes: 1, 2 and 5 bytes and the string
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/types/string.h"

namespace storage {

inline constexpr size_t kListpackBytesWithoutEntries = 7;
// In the largest that any limit allows: 64 KiB, 2 bytes an entry.
inline constexpr size_t kListpackElementsMax = size_t{32} << 10;

// Bytes of an entry with this element.
inline size_t ListpackEntryBytes(std::string_view bytes) {
  if (bytes.size() > kInt64TextMax && bytes.size() <= 63) [[likely]]
    return bytes.size() + 2;
  size_t data = bytes.size() <= 63 ? bytes.size() + 1 : bytes.size() + 2;
  if (bytes.size() > 4095) [[unlikely]]
    data = bytes.size() + 5;
  if (const auto integer = IntegerForm(bytes)) {
    const int64_t value = *integer;
    const auto fits = [value](int bits) {
      return value >= -(int64_t{1} << (bits - 1)) && value < int64_t{1} << (bits - 1);
    };
    if (value >= 0 && value < 128) {
      data = 1;
    } else if (fits(13)) {
      data = 2;
    } else if (fits(16)) {
      data = 3;
    } else if (fits(24)) {
      data = 4;
    } else {
      data = fits(32) ? 5 : 9;
    }
  }
  size_t back = 1;
  for (size_t rest = data; rest > 127; rest >>= 7) ++back;
  return data + back;
}

// What list-max-listpack-size allows: bytes or entries.
struct ListpackLimit {
  static constexpr size_t kBytesOfCounted = 8192;  // where entries are limited, bytes are too
  static constexpr size_t kEntryOverheadMax = 4;   // of an element of up to kBytesOfCounted

  explicit ListpackLimit(int directive) {
    if (directive >= 0) {
      entries = directive == 0 ? 1 : static_cast<size_t>(directive);
    } else {
      bytes = size_t{4096} << (directive >= -5 ? -directive - 1 : 4);
    }
  }
  bool IsExceeded(size_t listpack_bytes, size_t listpack_entries) const {
    if (bytes != SIZE_MAX) return listpack_bytes > bytes;
    return listpack_bytes > kBytesOfCounted || listpack_entries > entries;
  }
  // Whether a quicklist of this much becomes a listpack again. One of several nodes never does, and
  // where entries are limited no node of several takes more than kBytesOfCounted, but for what its
  // last entry has besides the element.
  bool IsHalfEmpty(size_t listpack_bytes, size_t listpack_entries) const {
    if (bytes != SIZE_MAX) return listpack_bytes <= bytes / 2;
    return listpack_bytes <= kBytesOfCounted + kEntryOverheadMax && listpack_entries <= entries / 2;
  }

  size_t bytes = SIZE_MAX;
  size_t entries = SIZE_MAX;
};

}  // namespace storage
