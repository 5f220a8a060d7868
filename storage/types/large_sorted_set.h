// LargeSortedSet: a sorted set outside its record: a ScoreTree, and what OBJECT ENCODING says.
//
// A pack becomes one when Redis's limits say so, or when the pack has no room; in the second case
// it goes on saying "listpack" until a limit is passed.
#pragma once

#include "storage/structures/score_tree.h"
#include "storage/types/structure.h"

namespace storage {

class LargeSortedSet final : public Structure {
 public:
  LargeSortedSet(SlabAllocator& slab, const KeyHasher& hasher)
      : slab_(slab), hasher_(hasher), tree_(slab, hasher) {}

  ScoreTree& tree() { return tree_; }
  const ScoreTree& tree() const { return tree_; }
  void set_says_listpack(bool says) { says_listpack_ = says; }
  bool says_listpack() const { return says_listpack_; }

  size_t memory() const override { return sizeof *this + tree_.memory(); }
  size_t size() const override { return tree_.size(); }
  bool may_have_large_elements() const override { return tree_.had_large_members(); }
  std::string_view encoding_name() const override {
    return says_listpack_ ? "listpack" : "skiplist";
  }
  std::unique_ptr<Structure> Clone() const override;
  bool ReleaseSome(size_t& budget) override { return tree_.ReleaseSome(budget); }
  void CheckInvariants() const override { tree_.CheckInvariants(); }
  uint64_t PrefetchBucket(std::string_view member) const override {
    return tree_.PrefetchBucket(member);
  }
  void PrefetchElement(uint64_t hash) const override { tree_.PrefetchElement(hash); }

 private:
  SlabAllocator& slab_;
  const KeyHasher& hasher_;
  ScoreTree tree_;
  bool says_listpack_ = false;
};

}  // namespace storage
