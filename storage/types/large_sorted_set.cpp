#include "storage/types/large_sorted_set.h"

namespace storage {

std::unique_ptr<Structure> LargeSortedSet::Clone() const {
  auto copy = std::make_unique<LargeSortedSet>(slab_, hasher_);
  copy->says_listpack_ = says_listpack_;
  bool has_memory = true;
  tree_.Walk(0, SIZE_MAX, [&](double score, std::string_view member) {
    has_memory = has_memory && copy->tree_.Insert(score, member);
  });
  if (!has_memory) return nullptr;
  return copy;
}

}  // namespace storage
