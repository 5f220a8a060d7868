#include "storage/structures/hash_table.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "storage/base/check.h"

namespace storage {
namespace {

constexpr unsigned kSplitFillPercent = 90;
constexpr unsigned kShrinkFillPercent = 75;
constexpr unsigned kSparsePercent = 65;
constexpr unsigned kMergeEntriesMax = 200;  // of two buddies; well below half of a full segment
// So many that a segment of the largest size still takes four standard deviations more.
constexpr size_t kExpectedPerSegmentMax = 380;
constexpr uint64_t kErasesPerShrink = 64;

constexpr unsigned NextBuckets(unsigned buckets) {
  return buckets < 32 ? buckets * 2 : buckets + 8;
}

void* AllocateAligned(size_t alignment, size_t bytes) {
  void* memory = std::aligned_alloc(alignment, bytes);
  CHECK_INVARIANT(memory != nullptr);
  CHECK_INVARIANT(reinterpret_cast<uint64_t>(memory) >> 48 == 0);
  return memory;
}

// A multiple of 64, which the slab has a class for exactly: so its objects lie on cache lines.
constexpr size_t SegmentBytes(unsigned buckets) {
  return size_t{buckets} * HashTable::kSlotsPerBucket * sizeof(HashTable::Slot);
}
static_assert(SlabAllocator::UsableSize(SegmentBytes(HashTable::kBucketsMax)) ==
              SegmentBytes(HashTable::kBucketsMax));

}  // namespace

HashTable::~HashTable() {
  while (Dismantle(SIZE_MAX, [](void*) {})) {
  }
}

void HashTable::Initialize() {
  top_ = static_cast<uint64_t*>(AllocateAligned(16, 2 * sizeof(uint64_t)));
  memory_ += malloc_usable_size(top_);
  top_bits_ = 1;
  uint64_t* words = NewBlock(1);
  top_[0] = top_[1] = reinterpret_cast<uint64_t>(words) | 1;
  words[0] = words[1] = NewSegment(0, 1, 0).Word();
}

HashTable::Segment HashTable::NewSegment(unsigned depth, unsigned buckets, unsigned lost) {
  const size_t bytes = SegmentBytes(buckets);
  Slot* slots = static_cast<Slot*>(slab_->Allocate(bytes));
  CHECK_INVARIANT(reinterpret_cast<uint64_t>(slots) % 64 == 0);
  std::memset(slots, 0, bytes);
  memory_ += bytes;
  slots_ += size_t{buckets} * kSlotsPerBucket;
  return Segment(slots, depth, buckets, lost);
}

void HashTable::FreeSegment(const Segment& segment) {
  memory_ -= SegmentBytes(segment.buckets);
  slots_ -= size_t{segment.buckets} * kSlotsPerBucket;
  slab_->Free(segment.slots, SegmentBytes(segment.buckets));
}

uint64_t* HashTable::NewBlock(unsigned bits) {
  void* block = AllocateAligned(16, sizeof(uint64_t) << bits);
  memory_ += malloc_usable_size(block);
  return static_cast<uint64_t*>(block);
}

void HashTable::FreeBlock(uint64_t block) {
  void* words = reinterpret_cast<void*>(block & kBlockMask);
  memory_ -= malloc_usable_size(words);
  std::free(words);
}

// All segments are gone already.
void HashTable::FreeDirectory() {
  const size_t count = size_t{1} << top_bits_;
  for (size_t i = 0; i < count; ++i) {
    if (i == 0 || top_[i] != top_[i - 1]) FreeBlock(top_[i]);
  }
  memory_ -= malloc_usable_size(top_);
  std::free(top_);
  top_ = nullptr;
  top_bits_ = 1;
  erases_ = shrink_position_ = dismantle_position_ = 0;
  CHECK_INVARIANT(size_ == 0 && memory_ == 0 && slots_ == 0);
}

HashTable::Slot* HashTable::Place(const Segment& segment, uint64_t tagged) {
  const unsigned home = segment.HomeOf(tagged >> 48);
  for (unsigned step = 0; step < segment.probes(); ++step) {
    Slot* bucket = segment.BucketAfter(home, step);
    for (unsigned i = 0; i < kSlotsPerBucket; ++i) {
      if ((bucket[i] & kEntryMask) != 0) continue;
      bucket[i] = tagged | (bucket[i] & kSpilled);
      for (unsigned passed = 0; passed < step; ++passed) {
        *segment.BucketAfter(home, passed) |= kSpilled;
      }
      return bucket + i;
    }
  }
  return nullptr;
}

void HashTable::Expect(size_t entries) {
  if (top_ != nullptr) return;
  unsigned depth = 0;
  while (entries >> depth > kExpectedPerSegmentMax) ++depth;
  if (depth == 0) return;
  Initialize();
  FreeSegment(Segment(WordOf(0)));
  const size_t each = entries >> depth;
  // Segments get more or less than the mean; those that get much more grow.
  const unsigned buckets = BucketsFor(each + each / 8, kSplitFillPercent);
  for (uint64_t i = 0; i >> depth == 0; ++i) {
    const uint64_t hash = i << (64 - depth);
    DeepenDirectory(hash, depth);
    Point(hash, NewSegment(depth, buckets, 0));
  }
}

HashTable::Slot* HashTable::Insert(uint64_t hash, void* entry) {
  if (top_ == nullptr) Initialize();
  ++size_;
  for (;;) {
    const Segment segment(WordOf(hash));
    const uint64_t tagged = segment.TagOf(hash) << 48 | reinterpret_cast<uint64_t>(entry);
    if (Slot* slot = Place(segment, tagged)) return slot;
    if (!GrowFor(hash, segment)) return AddToOverflow(hash, entry);
  }
}

HashTable::Slot* HashTable::AddToOverflow(uint64_t hash, void* entry) {
  Slot* slot = &overflow_.emplace(hash, reinterpret_cast<uint64_t>(entry))->second;
  Segment segment(WordOf(hash));
  segment.overflow = true;
  Point(hash, segment);
  return slot;
}

// False: neither a larger segment nor a split is allowed.
bool HashTable::GrowFor(uint64_t hash, const Segment& segment) {
  for (unsigned buckets = segment.buckets; buckets < kBucketsMax;) {
    buckets = NextBuckets(buckets);
    if (Resize(hash, segment, buckets)) return true;
  }
  if (segment.depth >= DepthMax()) return false;
  Split(hash, segment);
  return true;
}

// Hashes that agree in many more bits than the size explains must not grow the directory without
// bound.
unsigned HashTable::DepthMax() const {
  return static_cast<unsigned>(std::bit_width(size_ / 256)) + 8;
}

bool HashTable::Resize(uint64_t hash, const Segment& segment, unsigned buckets) {
  Segment resized = NewSegment(segment.depth, buckets, segment.lost);
  resized.overflow = segment.overflow;
  const size_t count = size_t{segment.buckets} * kSlotsPerBucket;
  for (size_t i = 0; i < count; ++i) {
    if ((segment.slots[i] & kEntryMask) == 0) continue;
    if (Place(resized, segment.slots[i] & ~kSpilled) == nullptr) {
      FreeSegment(resized);
      return false;
    }
  }
  Point(hash, resized);
  FreeSegment(segment);
  return true;
}

// Sets the word of every prefix that leads to the segment.
void HashTable::Point(uint64_t hash, const Segment& segment) {
  uint64_t at = BeginOf(hash, segment.depth);
  const uint64_t end = EndOf(hash, segment.depth);
  const uint64_t word = segment.Word();
  do {
    const uint64_t block = top_[at >> (64 - top_bits_)];
    const unsigned prefix = static_cast<unsigned>(block >> 48);
    const unsigned bits = static_cast<unsigned>(block & 15);
    reinterpret_cast<uint64_t*>(block & kBlockMask)[(at << prefix) >> (64 - bits)] = word;
    at += uint64_t{1} << (64 - prefix - bits);
  } while (at != end);
}

unsigned HashTable::BucketsFor(size_t entries, unsigned fill_percent) {
  unsigned buckets = 1;
  while (buckets < kBucketsMax &&
         entries * 100 > size_t{buckets} * kSlotsPerBucket * fill_percent) {
    buckets = NextBuckets(buckets);
  }
  return buckets;
}

// Makes a segment of the given tagged entries. What finds no room even in the largest one
// overflows.
void HashTable::Build(uint64_t hash, unsigned depth, unsigned lost, bool overflow,
                      std::span<const Slot> tagged, unsigned fill_percent) {
  for (unsigned buckets = BucketsFor(tagged.size(), fill_percent);;
       buckets = NextBuckets(buckets)) {
    Segment segment = NewSegment(depth, buckets, lost);
    segment.overflow = overflow;
    size_t placed = 0;
    while (placed < tagged.size() && Place(segment, tagged[placed]) != nullptr) ++placed;
    if (placed < tagged.size() && buckets < kBucketsMax) {
      FreeSegment(segment);
      continue;
    }
    Point(hash, segment);
    for (; placed < tagged.size(); ++placed) {
      if (Place(segment, tagged[placed]) != nullptr) continue;
      void* entry = EntryOf(tagged[placed]);
      AddToOverflow(hash_of_(entry, context_), entry);
    }
    return;
  }
}

void HashTable::Split(uint64_t hash, const Segment& segment) {
  std::array<std::array<Slot, kBucketsMax * kSlotsPerBucket>, 2> halves;
  std::array<size_t, 2> counts = {0, 0};
  const bool refresh = segment.lost == kLostMax;
  const size_t slot_count = size_t{segment.buckets} * kSlotsPerBucket;
  if (refresh) {
    for (size_t i = 0; i < slot_count; ++i) PrefetchLine(EntryOf(segment.slots[i]));
  }
  for (size_t i = 0; i < slot_count; ++i) {
    const Slot slot = segment.slots[i];
    if ((slot & kEntryMask) == 0) continue;
    // The tag's first bit chooses the half, the others move up; what follows them is lost, or read
    // anew.
    uint64_t shifted = slot & 0xffff000000000000u;
    if (refresh) shifted = hash_of_(EntryOf(slot), context_) << segment.depth;
    const size_t half = shifted >> 63;
    halves[half][counts[half]++] = (shifted << 1 & 0xffff000000000000u) | (slot & kEntryMask);
  }
  const unsigned depth = segment.depth + 1;
  const unsigned lost = refresh ? 0 : segment.lost + 1;
  DeepenDirectory(hash, depth);
  const uint64_t begin = BeginOf(hash, segment.depth);
  const uint64_t half_bit = uint64_t{1} << (64 - depth);
  for (size_t half = 0; half < 2; ++half) {
    Build(begin | (half == 1 ? half_bit : 0), depth, lost, segment.overflow,
          {halves[half].data(), counts[half]}, kSplitFillPercent);
  }
  FreeSegment(segment);
}

// Makes the directory tell hashes apart by `depth` bits around `hash`; moves at most 4 KiB of
// words, and the top only when a block's range must be cut.
void HashTable::DeepenDirectory(uint64_t hash, unsigned depth) {
  for (;;) {
    const uint64_t block = top_[hash >> (64 - top_bits_)];
    const unsigned prefix = static_cast<unsigned>(block >> 48);
    const unsigned bits = static_cast<unsigned>(block & 15);
    if (prefix + bits >= depth) return;
    if (bits == kBlockBitsMax && prefix == top_bits_) {
      DoubleTop();
      continue;
    }
    const uint64_t* words = reinterpret_cast<uint64_t*>(block & kBlockMask);
    // A small block doubles in place; a full one becomes two of the same size.
    const size_t children = bits < kBlockBitsMax ? 1 : 2;
    const unsigned child_prefix = prefix + static_cast<unsigned>(children) - 1;
    const unsigned child_bits = bits < kBlockBitsMax ? bits + 1 : bits;
    const size_t child_words = size_t{1} << child_bits;
    const size_t span = size_t{1} << (top_bits_ - child_prefix);
    const size_t first = BeginOf(hash, prefix) >> (64 - top_bits_);
    for (size_t child = 0; child < children; ++child) {
      uint64_t* copy = NewBlock(child_bits);
      for (size_t i = 0; i < child_words; ++i) copy[i] = words[(child * child_words + i) / 2];
      const uint64_t word =
          reinterpret_cast<uint64_t>(copy) | uint64_t{child_prefix} << 48 | child_bits;
      std::fill_n(top_ + first + child * span, span, word);
    }
    FreeBlock(block);
  }
}

void HashTable::DoubleTop() {
  const size_t count = size_t{1} << top_bits_;
  uint64_t* doubled = static_cast<uint64_t*>(AllocateAligned(16, 2 * count * sizeof(uint64_t)));
  for (size_t i = 0; i < count; ++i) doubled[2 * i] = doubled[2 * i + 1] = top_[i];
  memory_ += malloc_usable_size(doubled);
  memory_ -= malloc_usable_size(top_);
  std::free(top_);
  top_ = doubled;
  ++top_bits_;
}

void HashTable::Erase(uint64_t hash, Slot* slot) {
  const uint64_t word = WordOf(hash);
  const Segment segment(word);
  --size_;
  const bool inside =
      slot >= segment.slots && slot < segment.slots + size_t{segment.buckets} * kSlotsPerBucket;
  if (inside) [[likely]] {
    *slot &= kSpilled;
  } else {
    auto [it, end] = overflow_.equal_range(hash);
    while (it != end && &it->second != slot) ++it;
    CHECK_INVARIANT(it != end);
    overflow_.erase(it);
  }
  if (++erases_ % kErasesPerShrink == 0) ShrinkSegment(hash);
}

size_t HashTable::Count(const Segment& segment) {
  const size_t count = size_t{segment.buckets} * kSlotsPerBucket;
  return static_cast<size_t>(std::count_if(segment.slots, segment.slots + count,
                                           [](Slot slot) { return (slot & kEntryMask) != 0; }));
}

void HashTable::ShrinkSegment(uint64_t hash) {
  const Segment segment(WordOf(hash));
  const size_t entries = Count(segment);
  if (entries * 100 >= size_t{segment.buckets} * kSlotsPerBucket * kSparsePercent) return;
  if (MergeWithBuddy(hash, segment, entries)) return;
  for (unsigned buckets = BucketsFor(entries, kShrinkFillPercent); buckets < segment.buckets;
       buckets = NextBuckets(buckets)) {
    if (Resize(hash, segment, buckets)) return;
  }
}

bool HashTable::MergeWithBuddy(uint64_t hash, const Segment& segment, size_t entries) {
  if (segment.depth == 0) return false;
  const uint64_t buddy_bit = uint64_t{1} << (64 - segment.depth);
  const Segment buddy(WordOf(hash ^ buddy_bit));
  if (buddy.depth != segment.depth || entries + Count(buddy) > kMergeEntriesMax) return false;
  const bool segment_is_upper = (hash & buddy_bit) != 0;
  const Segment halves[2] = {segment_is_upper ? buddy : segment,
                             segment_is_upper ? segment : buddy};
  const unsigned lost_before = std::max(segment.lost, buddy.lost);
  const unsigned lost = lost_before == 0 ? 0 : lost_before - 1;
  const uint64_t tag_mask = ~uint64_t{0} << (48 + lost);
  std::array<Slot, kMergeEntriesMax> tagged;
  size_t count = 0;
  for (uint64_t half = 0; half < 2; ++half) {
    const size_t slot_count = size_t{halves[half].buckets} * kSlotsPerBucket;
    for (size_t i = 0; i < slot_count; ++i) {
      const Slot slot = halves[half].slots[i];
      if ((slot & kEntryMask) == 0) continue;
      tagged[count++] = ((half << 63 | slot >> 1) & tag_mask) | (slot & kEntryMask);
    }
  }
  Build(hash, segment.depth - 1, lost, segment.overflow || buddy.overflow, {tagged.data(), count},
        kShrinkFillPercent);
  FreeSegment(segment);
  FreeSegment(buddy);
  return true;
}

void HashTable::Shrink(size_t segments) {
  for (; size_ > 0 && segments > 0; --segments) {
    const unsigned depth = Segment(WordOf(shrink_position_)).depth;
    ShrinkSegment(shrink_position_);
    shrink_position_ = EndOf(shrink_position_, depth);
  }
}

void* HashTable::RandomEntry(Random& random) const {
  CHECK_INVARIANT(size_ > 0);
  if (!overflow_.empty() && random.Below(size_) < overflow_.size()) {
    return EntryOf(
        std::next(overflow_.begin(), static_cast<int64_t>(random.Below(overflow_.size())))->second);
  }
  // A random hash meets a segment of depth d with probability 2^-d, but each of its slots should be
  // as likely as any other: so the shallower ones are refused with probability 1 - 2^(d -
  // depth_max).
  const unsigned depth_max = static_cast<unsigned>(std::bit_width(size_ / 128));
  for (int tries = 0; tries < 1000; ++tries) {
    const Segment segment(WordOf(random.Next()));
    const uint64_t choice = random.Next();
    const size_t index = choice % (kBucketsMax * kSlotsPerBucket);
    if (index >= size_t{segment.buckets} * kSlotsPerBucket) continue;
    if ((segment.slots[index] & kEntryMask) == 0) continue;
    const unsigned above = depth_max > segment.depth ? depth_max - segment.depth : 0;
    if ((choice >> 32) >> (32 - above) == 0) return EntryOf(segment.slots[index]);
  }
  // A table with almost nothing in it: the first entry behind a random place.
  void* found = nullptr;
  uint64_t cursor = random.Next() >> 16;
  while (found == nullptr) cursor = Scan(cursor, [&](void* entry) { found = entry; });
  return found;
}

void HashTable::Swap(HashTable& other) noexcept {
  std::swap(slab_, other.slab_);
  std::swap(hash_of_, other.hash_of_);
  std::swap(context_, other.context_);
  std::swap(top_, other.top_);
  std::swap(top_bits_, other.top_bits_);
  std::swap(size_, other.size_);
  std::swap(slots_, other.slots_);
  std::swap(memory_, other.memory_);
  std::swap(erases_, other.erases_);
  std::swap(shrink_position_, other.shrink_position_);
  overflow_.swap(other.overflow_);
}

void HashTable::CheckInvariants() const {
  if (top_ == nullptr) {
    CHECK_INVARIANT(size_ == 0 && memory_ == 0);
    return;
  }
  size_t entries = overflow_.size();
  size_t slots = 0;
  uint64_t at = 0;
  do {
    const uint64_t word = WordOf(at);
    const Segment segment(word);
    slots += size_t{segment.buckets} * kSlotsPerBucket;
    CHECK_INVARIANT(BeginOf(at, segment.depth) == at);
    CHECK_INVARIANT(WordOf(EndOf(at, segment.depth) - 1) == word);
    for (size_t i = 0; i < size_t{segment.buckets} * kSlotsPerBucket; ++i) {
      const Slot slot = segment.slots[i];
      if ((slot & kEntryMask) == 0) continue;
      ++entries;
      const uint64_t hash = hash_of_(EntryOf(slot), context_);
      CHECK_INVARIANT(WordOf(hash) == word);
      CHECK_INVARIANT(slot >> 48 == segment.TagOf(hash));
      const unsigned home = segment.HomeOf(slot >> 48);
      const unsigned bucket = static_cast<unsigned>(i / kSlotsPerBucket);
      const unsigned distance = (bucket + segment.buckets - home) % segment.buckets;
      CHECK_INVARIANT(distance < segment.probes());
      for (unsigned step = 0; step < distance; ++step) {
        CHECK_INVARIANT((*segment.BucketAfter(home, step) & kSpilled) != 0);
      }
    }
    at = EndOf(at, segment.depth);
  } while (at != 0);
  for (const auto& [hash, slot] : overflow_) CHECK_INVARIANT((WordOf(hash) & kOverflowFlag) != 0);
  CHECK_INVARIANT(entries == size_ && slots == slots_);
}

}  // namespace storage
