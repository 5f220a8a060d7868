#include "storage/structures/leaf_index.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "storage/base/check.h"

namespace storage {

LeafIndex::~LeafIndex() {
  while (ReleaseSegment()) {
  }
}

void LeafIndex::Free(const Segment& segment) {
  slab_.Free(segment.slots, segment.capacity * sizeof(uint64_t));
  memory_ -= SlabAllocator::UsableSize(segment.capacity * sizeof(uint64_t));
}

// A segment with these slots, which are in order. A quarter of its homes stays free.
LeafIndex::Segment LeafIndex::Build(const uint64_t* slots, size_t count, unsigned depth) {
  const auto homes = static_cast<uint32_t>(count + count / 3 + kTailSlots);
  const Place place{0, depth, homes, 0};
  size_t end = 0;
  for (size_t i = 0; i < count; ++i) end = std::max(end, HomeOf(PositionIn(slots[i]), place)) + 1;
  const size_t capacity = (std::max<size_t>(end, homes) + kTailSlots + 7) & ~size_t{7};

  const size_t bytes = capacity * sizeof(uint64_t);
  auto* const built = static_cast<uint64_t*>(slab_.Allocate(bytes));
  memory_ += SlabAllocator::UsableSize(bytes);
  std::memset(built, 0, bytes);
  size_t next = 0;
  for (size_t i = 0; i < count; ++i) {
    next = std::max(next, HomeOf(PositionIn(slots[i]), place));
    built[next++] = slots[i];
  }
  return {built, homes, static_cast<uint32_t>(capacity), static_cast<uint32_t>(count)};
}

// Builds the segment anew, with one slot more unless `added` is 0.
void LeafIndex::Rebuild(const Place& place, uint64_t added) {
  Segment& segment = segments_[place.segment];
  std::vector<uint64_t> slots;
  slots.reserve(segment.count + 1);
  for (size_t i = 0; i < segment.capacity; ++i) {
    const uint64_t slot = segment.slots[i];
    if (slot == 0) continue;
    if (added != 0 && PositionIn(slot) > PositionIn(added)) {
      slots.push_back(added);
      added = 0;
    }
    slots.push_back(slot);
  }
  if (added != 0) slots.push_back(added);
  Free(segment);
  segment = Build(slots.data(), slots.size(), place.depth);
}

void LeafIndex::Insert(uint32_t position, uint32_t leaf) {
  if (segments_.size() == 0) segments_.Push(Build(nullptr, 0, 0));
  const Place place = PlaceOf(position);
  Segment& segment = segments_[place.segment];
  const uint64_t slot = SlotOf(position, leaf);
  ++size_;
  const auto HasRoom = [&] { return (segment.count + 1) * 8 <= segment.homes * 7; };
  size_t at = HomeOf(position, place);
  while (at < segment.capacity && segment.slots[at] != 0 &&
         PositionIn(segment.slots[at]) <= position) {
    ++at;
  }
  size_t end = at;
  while (end < segment.capacity && segment.slots[end] != 0) ++end;
  if (end == segment.capacity || !HasRoom()) {
    Rebuild(place, slot);
  } else {
    std::memmove(segment.slots + at + 1, segment.slots + at, (end - at) * sizeof(uint64_t));
    segment.slots[at] = slot;
    ++segment.count;
  }
  if (size_ > segments_.size() * kSlotsPerSegment) HalveNext();
}

size_t LeafIndex::IndexOf(const Segment& segment, size_t home, uint64_t slot) {
  size_t at = home;
  while (at < segment.capacity && segment.slots[at] != slot) ++at;
  CHECK_INVARIANT(at < segment.capacity);
  return at;
}

void LeafIndex::Erase(uint32_t position, uint32_t leaf) {
  const Place place = PlaceOf(position);
  Segment& segment = segments_[place.segment];
  uint64_t* const slots = segment.slots;
  size_t at = IndexOf(segment, HomeOf(position, place), SlotOf(position, leaf));
  // What stands behind moves up as far as its home allows.
  while (at + 1 < segment.capacity && slots[at + 1] != 0 &&
         HomeOf(PositionIn(slots[at + 1]), place) <= at) {
    slots[at] = slots[at + 1];
    ++at;
  }
  slots[at] = 0;
  --segment.count;
  --size_;
  if (segment.homes > 2 * kTailSlots && segment.count * 8 < segment.homes * 3) Rebuild(place, 0);
  if (segments_.size() > 1 && size_ < segments_.size() * kSlotsPerSegment / 2) JoinLast();
}

void LeafIndex::Move(uint32_t position, uint32_t from, uint32_t to) {
  const Place place = PlaceOf(position);
  Segment& segment = segments_[place.segment];
  const size_t at = IndexOf(segment, HomeOf(position, place), SlotOf(position, from));
  segment.slots[at] = SlotOf(position, to);
}

// Cuts the first segment that is not halved yet; the second half becomes a new segment.
void LeafIndex::HalveNext() {
  const unsigned depth = static_cast<unsigned>(std::bit_width(segments_.size())) - 1;
  const size_t first = segments_.size() - (size_t{1} << depth);
  const Segment old = segments_[first];
  std::vector<uint64_t> slots;
  slots.reserve(old.count);
  for (size_t i = 0; i < old.capacity; ++i) {
    if (old.slots[i] != 0) slots.push_back(old.slots[i]);
  }
  const uint32_t bit = uint32_t{1} << (31 - depth);
  const size_t cut = static_cast<size_t>(
      std::find_if(slots.begin(), slots.end(),
                   [&](uint64_t slot) { return (PositionIn(slot) & bit) != 0; }) -
      slots.begin());
  Free(old);
  segments_[first] = Build(slots.data(), cut, depth + 1);
  segments_.Push(Build(slots.data() + cut, slots.size() - cut, depth + 1));
}

// The reverse of HalveNext.
void LeafIndex::JoinLast() {
  const size_t last = segments_.size() - 1;
  const unsigned depth = static_cast<unsigned>(std::bit_width(last)) - 1;
  const size_t first = last - (size_t{1} << depth);
  std::vector<uint64_t> slots;
  for (const size_t half : {first, last}) {
    const Segment& segment = segments_[half];
    for (size_t i = 0; i < segment.capacity; ++i) {
      if (segment.slots[i] != 0) slots.push_back(segment.slots[i]);
    }
    Free(segment);
  }
  segments_[first] = Build(slots.data(), slots.size(), depth);
  segments_.Pop();
}

bool LeafIndex::ReleaseSegment() {
  if (segments_.size() == 0) return false;
  const Segment& last = segments_[segments_.size() - 1];
  size_ -= last.count;
  Free(last);
  segments_.Pop();
  return segments_.size() > 0;
}

void LeafIndex::CheckInvariants() const {
  size_t counted = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    const Place place = PlaceIn(i);
    size_t in_segment = 0;
    uint64_t before = 0;
    size_t filled_from = 0;  // no empty slot from here to the current one
    for (size_t at = 0; at < segment.capacity; ++at) {
      const uint64_t slot = segment.slots[at];
      if (slot == 0) {
        filled_from = at + 1;
        continue;
      }
      CHECK_INVARIANT(PositionIn(slot) >= PositionIn(before) && LeafIn(slot) != 0);
      CHECK_INVARIANT(PlaceOf(PositionIn(slot)).segment == i);
      const size_t home = HomeOf(PositionIn(slot), place);
      CHECK_INVARIANT(home <= at && home >= filled_from);
      before = slot;
      ++in_segment;
    }
    CHECK_INVARIANT(in_segment == segment.count);
    counted += in_segment;
    bytes += SlabAllocator::UsableSize(segment.capacity * sizeof(uint64_t));
  }
  CHECK_INVARIANT(counted == size_ && bytes == memory_);
}

}  // namespace storage
