// ScoreTree: members with scores, found by member, by score and by rank.
//
// A counted B+tree of packed leaves, with an index from members to leaves: the large form of a
// sorted set. Against a skiplist with a hash table it needs a third of the memory, and a walk reads
// blocks instead of chasing nodes.
//
//   root      ScoreInner: for each child the first entry below it and the number of entries below
//    |
//   inner     ...
//    |
//   leaves    ScoreLeaf <-> ScoreLeaf <-> ScoreLeaf      1 KiB each; every node knows its parent
//                 ^
//   index     LeafIndex: hash of a member -> number of its leaf; leaf_numbers_: number -> leaf
//
// A rank is a climb: the entries before it in the leaf, and before the leaf in each node above. A
// full leaf first gives half of the difference to a neighbour with room, and is split otherwise;
// split at the end (or the beginning) when members come in order, which leaves full leaves behind.
// Two leaves that fit in nine tenths of one are joined. Whenever members change their leaf, their
// slots in the index follow.
//
// Cost: in a million members of 16 bytes, about 47 bytes a member with everything; a search by
// member two cache misses, a rank or a new score a few more. No operation on one member takes more
// than some ten microseconds, however large the tree. Lifetime: positions and views are valid until
// the next change. Not more than 2^32 - 1 members.
//
// Invariants, verified by CheckInvariants():
//   1. the leaves' chain is the leaves of the tree from left to right, in order, none empty;
//   2. a node's columns describe its children exactly;
//   3. the index has one slot for each member, with the number of its leaf;
//   4. memory() is the sum of what was allocated.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "storage/base/key_hash.h"
#include "storage/base/prefetch.h"
#include "storage/memory/slab_allocator.h"
#include "storage/structures/chunked_array.h"
#include "storage/structures/leaf_index.h"
#include "storage/structures/score_inner.h"
#include "storage/structures/score_leaf.h"

namespace storage {

// A place between entries, given by what stands before it.
struct ScoreBound {
  enum class Side : uint8_t {
    kBefore,      // less than (score, member) stands before
    kAfter,       // and (score, member) too
    kAfterScore,  // and all with this score
  };
  double score = 0;
  std::string_view member = {};
  Side side = Side::kBefore;

  // Whether the entry stands before the place.
  bool IsAfter(const ScoredMember& entry) const;
};

class ScoreTree {
 public:
  // An entry; false: none.
  struct Position {
    ScoreLeaf* leaf = nullptr;
    unsigned index = 0;
    explicit operator bool() const { return leaf != nullptr; }
    double score() const { return leaf->scores()[index]; }
    std::string_view member() const { return leaf->Member(index); }
  };

  ScoreTree(SlabAllocator& slab, const KeyHasher& hasher);
  ScoreTree(const ScoreTree&) = delete;
  ScoreTree& operator=(const ScoreTree&) = delete;
  ~ScoreTree();

  size_t size() const { return index_.size(); }
  // All bytes but those of the object itself.
  // Some member was ever a large object of the allocator.
  bool had_large_members() const { return had_large_members_; }
  size_t memory() const { return memory_ + index_.memory() + leaf_numbers_.memory(); }

  Position Find(std::string_view member) const;
  Position At(size_t rank) const;
  size_t RankOf(const Position& position) const;
  // How many entries stand before the bound.
  size_t CountBefore(const ScoreBound& bound) const;

  // Visits `count` entries, or as many as there are, from the rank on: visit(score, member).
  template <class Visit>
  void Walk(size_t rank, size_t count, Visit&& visit) const;
  // The same downwards.
  template <class Visit>
  void WalkBack(size_t rank, size_t count, Visit&& visit) const;

  // Adds a member that is not there. False: no memory for it, nothing has changed.
  [[nodiscard]] bool Insert(double score, std::string_view member);
  void Erase(const Position& position);
  // Gives the entry another score.
  void Rescore(const Position& position, double score);
  // Erases the entries of these ranks.
  void EraseRanks(size_t rank, size_t count);

  // One step of an iteration in no order that means anything (what SCAN promises): visits at least
  // `visits_min` members from `cursor` on and returns the next cursor, 0 at the end. Start with 0.
  template <class Visit>
  uint64_t Scan(uint64_t cursor, size_t visits_min, Visit&& visit) const;

  // Hints for a batch: first the index, then, by the hash that this returned, the leaf.
  uint64_t PrefetchBucket(std::string_view member) const {
    const uint64_t hash = hasher_(member);
    index_.Prefetch(LeafIndex::PositionOf(hash));
    return hash;
  }
  void PrefetchElement(uint64_t hash) const {
    const uint32_t leaf = index_.FindAny(LeafIndex::PositionOf(hash));
    if (leaf != 0) PrefetchLeaf(leaf_numbers_[leaf]);
  }

  // Takes the tree apart, a piece for each unit of the budget, which is lowered; false when nothing
  // is left. Only ReleaseSome and the destructor may follow.
  bool ReleaseSome(size_t& budget);

  void CheckInvariants() const;

 private:
  static constexpr size_t kGivesBelow = ScoreLeaf::kDataBytes * 3 / 4;  // takes from a neighbour
  static constexpr size_t kJoinsBelow = ScoreLeaf::kDataBytes * 9 / 20;
  static constexpr size_t kJoinedMax = ScoreLeaf::kDataBytes * 9 / 10;

  static void PrefetchLeaf(const ScoreLeaf* leaf) {
    for (size_t line = 0; line < ScoreLeaf::kBytes; line += 64) {
      PrefetchLine(reinterpret_cast<const char*>(leaf) + line);
    }
  }
  static uint8_t HashByteOf(uint64_t hash) { return static_cast<uint8_t>(hash); }

  // Searching (score_tree.cpp).
  ScoreLeaf* LeafFor(const ScoredMember& entry) const;
  static unsigned ChildFor(const ScoreInner& inner, const ScoreBound& bound);

  // Changing (score_tree_change.cpp).
  bool Store(double score, std::string_view member, uint64_t hash, char*& outside,
             ScoreLeaf::Stored& stored);
  static bool KeepsPlace(const Position& position, double score);
  ScoreLeaf* Place(const ScoredMember& entry, const ScoreLeaf::Stored& stored);
  void TakeOut(const Position& position);
  void FreeOutside(const Position& position);

  // Keeping balance (score_tree_balance.cpp).
  ScoreLeaf* MakeRoom(ScoreLeaf* leaf, const ScoredMember& entry, unsigned index);
  ScoreLeaf* AddLeafBeside(ScoreLeaf* leaf, const ScoredMember& first, unsigned offset);
  bool GiveToNeighbour(ScoreLeaf* leaf);
  void SplitLeaf(ScoreLeaf* leaf);
  void ShiftTail(ScoreLeaf* from, unsigned entries, ScoreLeaf* to);
  void ShiftHead(ScoreLeaf* from, unsigned entries, ScoreLeaf* to);
  void Renumber(const ScoreLeaf& leaf, unsigned begin, unsigned end, uint32_t from);
  void JoinIfSparse(ScoreLeaf* leaf);
  void JoinLeaves(ScoreLeaf* left, ScoreLeaf* right);
  void RemoveLeaf(ScoreLeaf* leaf);
  void AddChild(ScoreInner* inner, unsigned index, void* child, const ScoredMember& first,
                size_t size);
  ScoreInner* SplitInner(ScoreInner* inner);
  static bool IsAtRightEdge(const ScoreInner& inner);
  void RemoveChild(ScoreInner* inner, unsigned index);
  void JoinInner(ScoreInner* inner);
  void DropThinRoot();
  void NoteFirst(const ScoreLeaf* leaf);
  void NoteFirstBelow(const ScoreInner* inner);
  static void AddToSizes(const ScoreLeaf* leaf, int difference);
  ScoreLeaf* NewLeaf();
  void FreeLeaf(ScoreLeaf* leaf);
  ScoreInner* NewInner(uint32_t level);
  void FreeInner(ScoreInner* inner);
  void Unlink(ScoreLeaf* leaf);

  bool ReleaseLeaf(size_t& budget);
  bool ReleaseInner();
  size_t CheckInner(const ScoreInner& inner, const ScoreLeaf*& next) const;
  void CheckLeaf(const ScoreLeaf& leaf) const;

  SlabAllocator& slab_;
  const KeyHasher& hasher_;
  ScoreInner* root_ = nullptr;  // nullptr: at most one leaf
  ScoreLeaf* first_ = nullptr;
  ScoreLeaf* last_ = nullptr;
  LeafIndex index_;
  // By number, from 1; a free number holds the next free one, as (number << 1 | 1).
  ChunkedArray<ScoreLeaf*> leaf_numbers_;
  uintptr_t free_number_ = 0;
  size_t memory_ = 0;
  bool had_large_members_ = false;
};

template <class Visit>
void ScoreTree::Walk(size_t rank, size_t count, Visit&& visit) const {
  if (rank >= size() || count == 0) return;
  const Position start = At(rank);
  unsigned begin = start.index;
  for (const ScoreLeaf* leaf = start.leaf; leaf != nullptr && count > 0; leaf = leaf->next) {
    if (leaf->next != nullptr) PrefetchLeaf(leaf->next);
    const auto taken = static_cast<unsigned>(std::min<size_t>(leaf->count - begin, count));
    leaf->Walk(begin, begin + taken, visit);
    count -= taken;
    begin = 0;
  }
}

template <class Visit>
void ScoreTree::WalkBack(size_t rank, size_t count, Visit&& visit) const {
  if (rank >= size() || count == 0) return;
  Position position = At(rank);
  while (true) {
    if (position.leaf->previous != nullptr) PrefetchLeaf(position.leaf->previous);
    for (unsigned i = position.index + 1; i-- > 0 && count > 0; --count) {
      visit(position.leaf->scores()[i], position.leaf->Member(i));
    }
    position.leaf = position.leaf->previous;
    if (count == 0 || position.leaf == nullptr) return;
    position.index = position.leaf->count - 1;
  }
}

template <class Visit>
uint64_t ScoreTree::Scan(uint64_t cursor, size_t visits_min, Visit&& visit) const {
  if (cursor >= LeafIndex::kEnd) return 0;
  // Members with the same position may share a leaf: each of its slots stands for all of them, so
  // only the first of these slots is followed.
  uint64_t seen_position = LeafIndex::kEnd;
  std::vector<uint32_t> seen_leaves;
  const uint64_t next = index_.Scan(cursor, visits_min, [&](uint32_t position, uint32_t number) {
    if (position != seen_position) seen_leaves.clear();
    seen_position = position;
    if (std::find(seen_leaves.begin(), seen_leaves.end(), number) != seen_leaves.end()) return;
    seen_leaves.push_back(number);
    leaf_numbers_[number]->Walk(0, leaf_numbers_[number]->count,
                                [&](double score, std::string_view member) {
                                  if (LeafIndex::PositionOf(hasher_(member)) != position) return;
                                  visit(score, member);
                                });
  });
  return next == LeafIndex::kEnd ? 0 : next;
}

}  // namespace storage
