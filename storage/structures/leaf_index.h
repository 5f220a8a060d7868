// LeafIndex: which leaf of a tree holds a member, by the member's hash, in 10 bytes a member.
//
// A sorted set is asked by member as often as by score. Keeping the members a second time, or a
// pointer to each, would cost more than the tree itself; so the index holds 32 bits of the hash and
// the number of the leaf, and the leaf is searched for the member. Since those 32 bits are all that
// growing needs, it never looks at a member.
//
//   hash      [ position 32 | ... ]     the order of everything below
//   slot      [ position 32 | leaf 32 ]   0: empty
//   segment   [ slot ] [ slot ] [ 0 ] [ slot ] ...     in the order of their positions
//
// The positions are cut into segments by linear hashing (Litwin 1980): there are 2^d + s segments
// when the s first of 2^d have been halved. Segment i holds the positions whose first bits, read
// backwards, are i; so a segment is halved into itself and the next new one by cutting its sorted
// slots in two. One insert halves at most one segment, one erase joins at most one pair.
//
// Inside a segment a slot stands at its home, which is its position scaled to the segment's length,
// or behind it with no empty slot between: linear probing in sorted order. A search stops at the
// first larger position.
//
// Cost: a search reads one or two cache lines. Insert and Erase move a few slots, and now and then
// rebuild a segment of about 256. Lifetime: no pointers are handed out. Several members may have
// the same position, in the same leaf even; then their slots are alike, and none is preferred.
//
// Invariants, verified by CheckInvariants():
//   1. slots are in order and in the segment of their position;
//   2. no slot stands before its home or has an empty slot between its home and itself;
//   3. counts and memory() agree with what is there.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "storage/base/prefetch.h"
#include "storage/structures/chunked_array.h"

namespace storage {

class LeafIndex {
 public:
  explicit LeafIndex(SlabAllocator& slab) : slab_(slab), segments_(slab) {}
  LeafIndex(const LeafIndex&) = delete;
  LeafIndex& operator=(const LeafIndex&) = delete;
  ~LeafIndex();

  static uint32_t PositionOf(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

  size_t size() const { return size_; }
  size_t memory() const { return memory_ + segments_.memory(); }

  // The first leaf that `accept(leaf)` takes among those with this position; 0: none.
  template <class Accept>
  uint32_t Find(uint32_t position, Accept&& accept) const;
  // The first leaf with this position; a guess for prefetching. 0: none.
  uint32_t FindAny(uint32_t position) const {
    return Find(position, [](uint32_t) { return true; });
  }
  void Prefetch(uint32_t position) const {
    if (size_ == 0) return;
    const Place place = PlaceOf(position);
    PrefetchLine(segments_[place.segment].slots + HomeOf(position, place));
  }

  // `leaf` is not 0.
  void Insert(uint32_t position, uint32_t leaf);
  // One such slot is there.
  void Erase(uint32_t position, uint32_t leaf);
  void Move(uint32_t position, uint32_t from, uint32_t to);

  // Visits (position, leaf) in the order of positions from `position` on, at least `visits_min` if
  // there are, and all that share the last position. Returns where to go on; kEnd: all visited.
  static constexpr uint64_t kEnd = uint64_t{1} << 32;
  template <class Visit>
  uint64_t Scan(uint64_t position, size_t visits_min, Visit&& visit) const;

  // Takes the index apart, a segment a call; false when nothing is left.
  bool ReleaseSegment();

  void CheckInvariants() const;

 private:
  static constexpr size_t kSlotsPerSegment = 256;  // on average, before one is halved
  static constexpr size_t kTailSlots = 4;          // behind the last home, at least

  struct Segment {
    uint64_t* slots;
    uint32_t homes;
    uint32_t capacity;  // homes, and the slots behind the last home
    uint32_t count;
  };
  struct Place {
    size_t segment;
    unsigned depth;  // how many first bits the segment's positions share
    uint32_t homes;
    uint32_t capacity;
  };

  static uint32_t PositionIn(uint64_t slot) { return static_cast<uint32_t>(slot >> 32); }
  static uint32_t LeafIn(uint64_t slot) { return static_cast<uint32_t>(slot); }
  static uint64_t SlotOf(uint32_t position, uint32_t leaf) {
    return uint64_t{position} << 32 | leaf;
  }
  static uint32_t Reverse(uint32_t bits) {
    bits = (bits >> 1 & 0x55555555u) | (bits & 0x55555555u) << 1;
    bits = (bits >> 2 & 0x33333333u) | (bits & 0x33333333u) << 2;
    bits = (bits >> 4 & 0x0f0f0f0fu) | (bits & 0x0f0f0f0fu) << 4;
    return __builtin_bswap32(bits);
  }
  static size_t HomeOf(uint32_t position, const Place& place) {
    const uint32_t fraction = position << place.depth;
    return size_t{fraction} * place.homes >> 32;
  }
  Place PlaceOf(uint32_t position) const {
    const unsigned depth = static_cast<unsigned>(std::bit_width(segments_.size())) - 1;
    const size_t half = size_t{1} << depth;
    size_t segment = Reverse(position) & (2 * half - 1);
    if (segment >= segments_.size()) segment -= half;
    return PlaceIn(segment);
  }
  Place PlaceIn(size_t segment) const {
    const unsigned depth = static_cast<unsigned>(std::bit_width(segments_.size())) - 1;
    const size_t half = size_t{1} << depth;
    const bool halved = segment >= half || segment < segments_.size() - half;
    return {segment, halved ? depth + 1 : depth, segments_[segment].homes,
            segments_[segment].capacity};
  }
  static size_t IndexOf(const Segment& segment, size_t home, uint64_t slot);

  Segment Build(const uint64_t* slots, size_t count, unsigned depth);
  void Rebuild(const Place& place, uint64_t added);
  void HalveNext();
  void JoinLast();
  void Free(const Segment& segment);

  SlabAllocator& slab_;
  ChunkedArray<Segment> segments_;
  size_t size_ = 0;
  size_t memory_ = 0;
};

template <class Accept>
uint32_t LeafIndex::Find(uint32_t position, Accept&& accept) const {
  if (size_ == 0) return 0;
  const Place place = PlaceOf(position);
  const uint64_t* slots = segments_[place.segment].slots;
  for (size_t i = HomeOf(position, place); i < place.capacity; ++i) {
    const uint64_t slot = slots[i];
    if (slot == 0 || PositionIn(slot) > position) return 0;
    if (PositionIn(slot) == position && accept(LeafIn(slot))) return LeafIn(slot);
  }
  return 0;
}

template <class Visit>
uint64_t LeafIndex::Scan(uint64_t position, size_t visits_min, Visit&& visit) const {
  size_t visited = 0;
  while (size_ > 0 && position < kEnd) {
    const Place place = PlaceOf(static_cast<uint32_t>(position));
    const uint64_t* slots = segments_[place.segment].slots;
    uint64_t last = kEnd;
    for (size_t i = HomeOf(static_cast<uint32_t>(position), place); i < place.capacity; ++i) {
      if (slots[i] == 0 || PositionIn(slots[i]) < position) continue;
      if (visited >= visits_min && PositionIn(slots[i]) != last) return PositionIn(slots[i]);
      last = PositionIn(slots[i]);
      visit(PositionIn(slots[i]), LeafIn(slots[i]));
      ++visited;
    }
    const uint64_t span = kEnd >> place.depth;
    position = (position / span + 1) * span;
  }
  return kEnd;
}

}  // namespace storage
