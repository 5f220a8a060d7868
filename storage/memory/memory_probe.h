// HasMemoryFor: whether the system would give so much memory now. Asked before work that takes it
// in many places, none of which could go back any more: adding the elements of a request, copying a
// structure.
//
// One thread takes memory, so what was there a moment ago is there still. Nothing of it is touched:
// a question costs a microsecond.
#pragma once

#include <cstddef>
#include <string_view>

namespace storage {

bool HasMemoryFor(size_t bytes);

// Whether a record for the key can be made, whose value lies outside of it. To be asked when the
// value has taken its memory and can still be given up.
inline bool HasMemoryForRecordOf(std::string_view key) {
  constexpr size_t kAlwaysThere = 4096;
  return key.size() <= kAlwaysThere || HasMemoryFor(key.size() + key.size() / 4);
}

}  // namespace storage
