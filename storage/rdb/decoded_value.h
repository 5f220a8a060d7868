// DecodedValue: a value as it was read, checked as far as its bytes alone tell, before anything is
// made of it. Whether elements repeat is seen when it is stored (store_value.h).
//
// Lifetime: the texts are views into the bytes that were decoded, and into `arena`. It is reused
// from value to value, so that its memory is asked for once.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "storage/rdb/text_arena.h"
#include "storage/types/value.h"

namespace storage::rdb {

struct DecodedValue {
  static constexpr int64_t kNoExpiry = -1;

  Type type = Type::kString;
  bool is_set_listpack = false;  // even when all its members are integers
  // kString: one. kList, kSet: the elements. kHash: field, value, field, value ... kSortedSet: the
  // members.
  std::vector<std::string_view> texts;
  std::vector<double> scores;         // kSortedSet: of each member; never NaN
  std::vector<int64_t> field_expiry;  // kHash: of each field, or kNoExpiry; empty: none has one
  TextArena arena;

  // A file may have the key of a collection that has nothing in it.
  bool is_empty() const { return texts.empty(); }

  void Clear() {
    is_set_listpack = false;
    texts.clear();
    scores.clear();
    field_expiry.clear();
    arena.Clear();
  }
};

}  // namespace storage::rdb
