// ScoreTree: adding, removing and rescoring members.

#include <cmath>

#include "storage/base/check.h"
#include "storage/structures/score_tree.h"

namespace storage {

// Prepares what a leaf will hold. A long member's bytes go outside, and `outside` points to them
// for as long as `stored` is needed.
bool ScoreTree::Store(double score, std::string_view member, uint64_t hash, char*& outside,
                      ScoreLeaf::Stored& stored) {
  stored = {score, member.data(), static_cast<uint8_t>(member.size()), HashByteOf(hash), false};
  if (member.size() <= ScoreLeaf::kInlineMax) return true;
  const auto length = static_cast<uint32_t>(member.size());
  const size_t bytes = sizeof length + member.size();
  outside = static_cast<char*>(slab_.TryAllocateLarge(bytes));
  if (outside == nullptr) return false;
  memory_ += SlabAllocator::UsableSize(bytes);
  had_large_members_ |= bytes > kSmallBytesMax;
  std::memcpy(outside, &length, sizeof length);
  std::memcpy(outside + sizeof length, member.data(), member.size());
  stored.bytes = reinterpret_cast<const char*>(&outside);
  stored.length = sizeof outside;
  stored.is_long = true;
  return true;
}

void ScoreTree::FreeOutside(const Position& position) {
  if (!position.leaf->IsLong(position.index)) return;
  const std::string_view member = position.member();
  const size_t bytes = sizeof(uint32_t) + member.size();
  slab_.Free(const_cast<char*>(member.data()) - sizeof(uint32_t), bytes);
  memory_ -= SlabAllocator::UsableSize(bytes);
}

bool ScoreTree::Insert(double score, std::string_view member) {
  CHECK_INVARIANT(!std::isnan(score) && size() < UINT32_MAX);
  const uint64_t hash = hasher_(member);
  char* outside = nullptr;
  ScoreLeaf::Stored stored;
  if (!Store(score, member, hash, outside, stored)) return false;
  const ScoreLeaf* leaf = Place({score, member}, stored);
  index_.Insert(LeafIndex::PositionOf(hash), leaf->id);
  return true;
}

// Puts the entry where it belongs; the index is not told.
ScoreLeaf* ScoreTree::Place(const ScoredMember& entry, const ScoreLeaf::Stored& stored) {
  if (first_ == nullptr) first_ = last_ = NewLeaf();
  ScoreLeaf* leaf = LeafFor(entry);
  unsigned index = leaf->LowerBound(entry);
  while (!leaf->Fits(stored.length)) {
    leaf = MakeRoom(leaf, entry, index);
    index = leaf->LowerBound(entry);
  }
  leaf->Insert(index, stored);
  AddToSizes(leaf, 1);
  if (index == 0) NoteFirst(leaf);
  return leaf;
}

// Takes the entry out of its leaf; the index and the bytes outside are not touched.
void ScoreTree::TakeOut(const Position& position) {
  ScoreLeaf* leaf = position.leaf;
  leaf->Remove(position.index);
  AddToSizes(leaf, -1);
  if (leaf->count == 0) {
    RemoveLeaf(leaf);
    return;
  }
  if (position.index == 0) NoteFirst(leaf);
  JoinIfSparse(leaf);
}

void ScoreTree::Erase(const Position& position) {
  index_.Erase(LeafIndex::PositionOf(hasher_(position.member())), position.leaf->id);
  FreeOutside(position);
  TakeOut(position);
}

// Whether the entry at the position stays where it is with this score.
bool ScoreTree::KeepsPlace(const Position& position, double score) {
  const ScoreLeaf& leaf = *position.leaf;
  const unsigned index = position.index;
  const ScoredMember entry{score, position.member()};
  const unsigned last = leaf.count - 1;
  const bool behind_before = index == 0 ? leaf.previous == nullptr || score >= position.score()
                                        : Compare(leaf.Entry(index - 1), entry) < 0;
  const bool before_behind = index == last ? leaf.next == nullptr || score <= position.score()
                                           : Compare(entry, leaf.Entry(index + 1)) < 0;
  return behind_before && before_behind;
}

void ScoreTree::Rescore(const Position& position, double score) {
  CHECK_INVARIANT(!std::isnan(score));
  ScoreLeaf* leaf = position.leaf;
  const unsigned index = position.index;
  if (KeepsPlace(position, score)) {
    leaf->scores()[index] = score;
    if (index == 0) NoteFirst(leaf);
    return;
  }
  // The entry's bytes must outlive its place.
  char bytes[ScoreLeaf::kInlineMax];
  ScoreLeaf::Stored stored = leaf->StoredAt(index);
  std::memcpy(bytes, stored.bytes, stored.length);
  stored.bytes = bytes;
  stored.score = score;
  ScoredMember entry{score, position.member()};
  if (!stored.is_long) entry.member = {bytes, stored.length};

  const bool not_before = leaf->previous == nullptr || Compare(leaf->Entry(0), entry) <= 0;
  const bool not_behind =
      leaf->next == nullptr || Compare(entry, leaf->Entry(leaf->count - 1)) <= 0;
  if (not_before && not_behind) {
    // It stays in its leaf, which therefore stays as it is to everybody else.
    leaf->Remove(index);
    const unsigned target = leaf->LowerBound(entry);
    leaf->Insert(target, stored);
    if (index == 0 || target == 0) NoteFirst(leaf);
    return;
  }
  const uint32_t slot = LeafIndex::PositionOf(hasher_(entry.member));
  const uint32_t from = leaf->id;
  TakeOut(position);
  const ScoreLeaf* target = Place(entry, stored);
  if (target->id != from) index_.Move(slot, from, target->id);
}

// Leaf by leaf where whole ones go: then the slots of the index, which are the cache misses here,
// can be asked for together.
void ScoreTree::EraseRanks(size_t rank, size_t count) {
  if (rank >= size()) return;
  for (size_t left = std::min(count, size() - rank); left > 0;) {
    const Position position = At(rank);
    ScoreLeaf* leaf = position.leaf;
    const unsigned entries = leaf->count;
    if (position.index != 0 || entries > left) {
      Erase(position);
      --left;
      continue;
    }
    uint32_t slots[ScoreLeaf::kEntriesMax];
    if (leaf->next != nullptr) PrefetchLeaf(leaf->next);
    for (unsigned i = 0; i < entries; ++i) {
      slots[i] = LeafIndex::PositionOf(hasher_(leaf->Member(i)));
      index_.Prefetch(slots[i]);
    }
    for (unsigned i = 0; i < entries; ++i) {
      index_.Erase(slots[i], leaf->id);
      FreeOutside({leaf, i});
    }
    AddToSizes(leaf, -static_cast<int>(entries));
    leaf->count = 0;
    RemoveLeaf(leaf);
    left -= entries;
  }
}

}  // namespace storage
