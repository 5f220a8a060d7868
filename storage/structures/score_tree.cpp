// ScoreTree: searching, and what concerns the whole. Changes are in score_tree_change.cpp and
// score_tree_balance.cpp.

#include "storage/structures/score_tree.h"

#include "storage/base/check.h"

namespace storage {

bool ScoreBound::IsAfter(const ScoredMember& entry) const {
  if (side == Side::kAfterScore) return entry.score <= score;
  const int order = Compare(entry, {score, member});
  return order < 0 || (order == 0 && side == Side::kAfter);
}

ScoreTree::ScoreTree(SlabAllocator& slab, const KeyHasher& hasher)
    : slab_(slab), hasher_(hasher), index_(slab), leaf_numbers_(slab) {}

ScoreTree::~ScoreTree() {
  size_t budget = SIZE_MAX;
  ReleaseSome(budget);
}

ScoreTree::Position ScoreTree::Find(std::string_view member) const {
  const uint64_t hash = hasher_(member);
  int index = -1;
  const uint32_t number = index_.Find(LeafIndex::PositionOf(hash), [&](uint32_t leaf) {
    index = leaf_numbers_[leaf]->FindMember(HashByteOf(hash), member);
    return index >= 0;
  });
  if (number == 0) return {};
  return {leaf_numbers_[number], static_cast<unsigned>(index)};
}

// The last child whose first entry stands before the bound; 0 if none does.
unsigned ScoreTree::ChildFor(const ScoreInner& inner, const ScoreBound& bound) {
  unsigned less = 0;         // children that certainly begin before the bound
  unsigned not_greater = 0;  // and those that may
  for (unsigned i = 0; i < inner.count; ++i) {
    less += inner.scores[i] < bound.score ? 1 : 0;
    not_greater += inner.scores[i] <= bound.score ? 1 : 0;
  }
  if (bound.side == ScoreBound::Side::kAfterScore) less = not_greater;
  const uint64_t prefix = ScoreInner::PrefixOf(bound.member);
  while (less < not_greater) {
    const unsigned middle = (less + not_greater) / 2;
    const uint64_t its_prefix = inner.prefixes[middle];
    const bool begins_before = its_prefix != prefix
                                   ? its_prefix < prefix
                                   : bound.IsAfter(inner.FirstLeafBelow(middle)->Entry(0));
    if (begins_before) {
      less = middle + 1;
    } else {
      not_greater = middle;
    }
  }
  return less == 0 ? 0 : less - 1;
}

// The leaf that the entry belongs into. The tree is not empty.
ScoreLeaf* ScoreTree::LeafFor(const ScoredMember& entry) const {
  if (root_ == nullptr) return first_;
  const ScoreBound bound{entry.score, entry.member, ScoreBound::Side::kBefore};
  const ScoreInner* inner = root_;
  while (inner->level > 0) inner = inner->InnerAt(ChildFor(*inner, bound));
  return inner->LeafAt(ChildFor(*inner, bound));
}

size_t ScoreTree::CountBefore(const ScoreBound& bound) const {
  if (size() == 0) return 0;
  size_t before = 0;
  const ScoreLeaf* leaf = first_;
  for (const ScoreInner* inner = root_; inner != nullptr;) {
    const unsigned child = ChildFor(*inner, bound);
    before += inner->SizeBefore(child);
    if (inner->level == 0) {
      leaf = inner->LeafAt(child);
      break;
    }
    inner = inner->InnerAt(child);
  }
  unsigned index = 0;
  if (bound.side == ScoreBound::Side::kAfterScore) {
    while (index < leaf->count && leaf->scores()[index] <= bound.score) ++index;
  } else {
    index = leaf->LowerBound({bound.score, bound.member});
    if (index < leaf->count && bound.IsAfter(leaf->Entry(index))) ++index;
  }
  return before + index;
}

ScoreTree::Position ScoreTree::At(size_t rank) const {
  CHECK_INVARIANT(rank < size());
  ScoreLeaf* leaf = first_;
  for (const ScoreInner* inner = root_; inner != nullptr;) {
    unsigned child = 0;
    while (rank >= inner->sizes[child]) rank -= inner->sizes[child++];
    if (inner->level == 0) {
      leaf = inner->LeafAt(child);
      break;
    }
    inner = inner->InnerAt(child);
  }
  return {leaf, static_cast<unsigned>(rank)};
}

size_t ScoreTree::RankOf(const Position& position) const {
  size_t rank = position.index;
  const void* child = position.leaf;
  for (const ScoreInner* inner = position.leaf->parent; inner != nullptr; inner = inner->parent) {
    rank += inner->SizeBefore(inner->IndexOf(child));
    child = inner;
  }
  return rank;
}

bool ScoreTree::ReleaseLeaf(size_t& budget) {
  if (first_ == nullptr) return false;
  ScoreLeaf* leaf = first_;
  for (unsigned i = 0; i < leaf->count; ++i) {
    if (!leaf->IsLong(i)) continue;
    FreeOutside({leaf, i});
    budget -= budget > 0 ? 1 : 0;
  }
  Unlink(leaf);
  FreeLeaf(leaf);
  return true;
}

bool ScoreTree::ReleaseInner() {
  if (root_ == nullptr) return false;
  ScoreInner* inner = root_;
  while (inner->level > 0 && inner->count > 0) inner = inner->InnerAt(inner->count - 1);
  ScoreInner* const parent = inner->parent;
  FreeInner(inner);
  if (parent != nullptr) {
    --parent->count;
  } else {
    root_ = nullptr;
  }
  return true;
}

bool ScoreTree::ReleaseSome(size_t& budget) {
  // A segment of the index holds some hundred slots, but is one piece to free; all are alike here.
  while (budget > 0) {
    --budget;
    if (ReleaseLeaf(budget)) continue;
    if (ReleaseInner()) continue;
    if (!index_.ReleaseSegment()) return false;
  }
  return true;
}

void ScoreTree::CheckLeaf(const ScoreLeaf& leaf) const {
  leaf.CheckInvariants();
  CHECK_INVARIANT(leaf.count > 0 && leaf_numbers_[leaf.id] == &leaf);
  CHECK_INVARIANT(leaf.next == nullptr ? last_ == &leaf : leaf.next->previous == &leaf);
  for (unsigned i = 0; i < leaf.count; ++i) {
    const uint64_t hash = hasher_(leaf.Member(i));
    CHECK_INVARIANT(leaf.hashes[i] == HashByteOf(hash));
    const uint32_t number =
        index_.Find(LeafIndex::PositionOf(hash), [&](uint32_t found) { return found == leaf.id; });
    CHECK_INVARIANT(number == leaf.id);
  }
  CHECK_INVARIANT(leaf.next == nullptr ||
                  Compare(leaf.Entry(leaf.count - 1), leaf.next->Entry(0)) < 0);
}

// Returns the entries below; `next` is the leaf that must come first, and then the one behind.
size_t ScoreTree::CheckInner(const ScoreInner& inner, const ScoreLeaf*& next) const {
  CHECK_INVARIANT(inner.count > 0 && inner.count <= ScoreInner::kChildrenMax);
  size_t total = 0;
  for (unsigned i = 0; i < inner.count; ++i) {
    const ScoredMember first = inner.FirstLeafBelow(i)->Entry(0);
    CHECK_INVARIANT(inner.scores[i] == first.score);
    CHECK_INVARIANT(inner.prefixes[i] == ScoreInner::PrefixOf(first.member));
    size_t below = 0;
    if (inner.level == 0) {
      CHECK_INVARIANT(inner.LeafAt(i) == next && next->parent == &inner);
      below = next->count;
      next = next->next;
    } else {
      CHECK_INVARIANT(inner.InnerAt(i)->parent == &inner);
      CHECK_INVARIANT(inner.InnerAt(i)->level + 1 == inner.level);
      below = CheckInner(*inner.InnerAt(i), next);
    }
    CHECK_INVARIANT(inner.sizes[i] == below);
    total += below;
  }
  return total;
}

void ScoreTree::CheckInvariants() const {
  index_.CheckInvariants();
  size_t counted = 0;
  for (const ScoreLeaf* leaf = first_; leaf != nullptr; leaf = leaf->next) {
    CheckLeaf(*leaf);
    counted += leaf->count;
  }
  CHECK_INVARIANT(counted == size());
  if (root_ == nullptr) {
    CHECK_INVARIANT(first_ == last_ && (first_ == nullptr || first_->parent == nullptr));
    return;
  }
  CHECK_INVARIANT(root_->parent == nullptr && (root_->level > 0 || root_->count > 1));
  const ScoreLeaf* next = first_;
  CHECK_INVARIANT(CheckInner(*root_, next) == counted && next == nullptr);
}

}  // namespace storage
