// HashTable: entries ordered by their hash, in segments of at most 4 KiB.
//
// A table that doubles as a whole stalls for as long as the data is large, and one that moves in
// the background keeps two copies of itself. Here the hash's first bits choose a segment and the
// next ones a bucket in it, so that all entries lie in the order of their hashes; a full segment
// grows by steps and then splits in two, which is bounded work, and "how far a walk has come" is
// just a hash: SCAN and snapshots stay true while the table grows and shrinks. The design follows
// extendible hashing (Fagin et al. 1979) with segments as in Dash (Lu et al. 2020).
//
//   hash   [ p bits: block | b bits: word ]   p + b >= d
//          [ d bits: segment | 16 bits: tag | ... ]        bucket = tag * buckets / 65536
//
//   top_   -> block -> word     one 64-bit word says all about a segment:
//             word    [ 5 unused | overflow 1 | lost 3 | buckets 7 | pointer 42 | depth 6 ]
//   segment   [ bucket 0 ][ bucket 1 ] ... 1, 2, 4 .. 32, 40, 48, 56 or 64 buckets of 64 bytes
//   bucket    8 slots of 64 bits: [ tag 16 | pointer 45 | 2 unused | spilled 1 ]
//
// An entry lies in its home bucket or one of the next kProbe - 1 (around the end). "spilled", in
// slot 0, says that an entry passed this bucket for lack of room: a search stops at the first
// bucket without it. "lost" counts low tag bits that are unknown (zero) because splits shift tags
// without reading entries. Hashes so alike that splitting does not part them go to overflow_, which
// keeps every operation correct.
//
// Cost: a hit reads the word, a bucket (1.1 on average) and the entry: two cache misses in a large
// table. Insert moves at most one segment. About 10.5 bytes an entry. Lifetime: the table owns its
// segments, never the entries. A slot is valid until the next Insert, Erase or Shrink. Entries are
// pointers below 2^48 with 8-byte alignment.
//
// Invariants, verified by CheckInvariants():
//   1. every entry lies within kProbe buckets from its home, and the buckets it passed say
//   "spilled";
//   2. the words of a segment are all those of its prefix, and equal;
//   3. size() counts the entries, memory() the bytes of segments, blocks and top.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "storage/base/prefetch.h"
#include "storage/base/random.h"
#include "storage/memory/slab_allocator.h"

namespace storage {

class HashTable {
 public:
  // The hash of an entry; `context` is what the constructor was given.
  using HashOf = uint64_t (*)(const void* entry, const void* context);
  using Slot = uint64_t;

  static constexpr unsigned kSlotsPerBucket = 8;
  static constexpr unsigned kProbe = 6;
  static constexpr unsigned kBucketsMax = 64;

  // Segments come from `slab`, which outlives the table.
  HashTable(SlabAllocator& slab, HashOf hash_of, const void* context)
      : slab_(&slab), hash_of_(hash_of), context_(context) {}
  HashTable(const HashTable&) = delete;
  HashTable& operator=(const HashTable&) = delete;
  ~HashTable();

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Bytes of the table itself.
  size_t memory() const { return memory_; }
  // Slots there are; size() / slots() is the fill.
  size_t slots() const { return slots_; }

  static void* EntryOf(Slot slot) { return reinterpret_cast<void*>(slot & kEntryMask); }

  // The slot of the entry for which `equals(entry)` holds among those with this hash's tag;
  // nullptr: none.
  template <class Equals>
  Slot* Find(uint64_t hash, Equals&& equals) const {
    return FindBetween(hash, hash, equals);
  }
  // The same for all hashes from `first` to `last`, which agree in their first 48 bits.
  template <class Equals>
  Slot* FindBetween(uint64_t first, uint64_t last, Equals&& equals) const;

  // Adds an entry that is not there, and says where it is now.
  Slot* Insert(uint64_t hash, void* entry);
  // About so many entries will come: a table that has never had one takes its shape at once, so
  // that it neither grows its segments by steps nor splits them meanwhile. More or fewer do no
  // harm.
  void Expect(size_t entries);
  // Puts another entry with the same hash into the slot.
  static void Replace(Slot* slot, void* entry) {
    *slot = (*slot & ~kEntryMask) | reinterpret_cast<uint64_t>(entry);
  }
  void Erase(uint64_t hash, Slot* slot);

  // Hints for a batch: first all buckets, then all entries that the tags point to.
  void PrefetchBucket(uint64_t hash) const;
  // `bytes`, at most 64, is what most entries take: where that may be a second line, it is asked
  // for too.
  void PrefetchEntry(uint64_t hash, size_t bytes = 64) const;

  // One step of a walk in hash order: calls `visit(entry)` for the entries of one bucket at
  // `cursor` and returns the next cursor, 0 at the end. Start with 0. An entry that is there
  // throughout is visited, however the table grows or shrinks between the steps; rarely twice.
  // Cursors are below 2^48.
  template <class Visit>
  uint64_t Scan(uint64_t cursor, Visit&& visit) const;

  // Hints for a walk: the entries that Scan(cursor) will visit, and the bucket behind theirs.
  void PrefetchScan(uint64_t cursor) const;

  // A uniformly random entry; the table is not empty.
  void* RandomEntry(Random& random) const;

  // Looks at up to `segments` segments and gives memory of sparse ones back. Call it now and then.
  void Shrink(size_t segments);

  // Takes the table apart in slices: frees up to `segments` segments, calling `release(entry)` for
  // each entry. False when nothing is left. Nothing else may be called in between.
  template <class Release>
  bool Dismantle(size_t segments, Release&& release);

  void Swap(HashTable& other) noexcept;
  void CheckInvariants() const;

 private:
  static constexpr uint64_t kEntryMask = 0x0000fffffffffff8u;
  static constexpr uint64_t kSpilled = 1;
  static constexpr uint64_t kOverflowFlag = uint64_t{1} << 58;
  static constexpr uint64_t kSegmentMask = 0x0000ffffffffffc0u;
  static constexpr uint64_t kBlockMask = 0x0000fffffffffff0u;
  static constexpr unsigned kBlockBitsMax = 9;
  static constexpr unsigned kLostMax = 3;

  // A segment as its directory word describes it.
  struct Segment {
    Slot* slots;
    unsigned depth;
    unsigned buckets;
    unsigned lost;
    bool overflow = false;

    explicit Segment(uint64_t word)
        : slots(reinterpret_cast<Slot*>(word & kSegmentMask)),
          depth(static_cast<unsigned>(word & 63)),
          buckets(static_cast<unsigned>(word >> 48) & 127),
          lost(static_cast<unsigned>(word >> 55) & 7),
          overflow((word & kOverflowFlag) != 0) {}
    Segment(Slot* s, unsigned d, unsigned b, unsigned l)
        : slots(s), depth(d), buckets(b), lost(l) {}
    uint64_t Word() const {
      return reinterpret_cast<uint64_t>(slots) | depth | uint64_t{buckets} << 48 |
             uint64_t{lost} << 55 | (overflow ? kOverflowFlag : 0);
    }
    uint64_t TagOf(uint64_t hash) const { return ((hash << depth) >> 48) & (~0u << lost); }
    unsigned HomeOf(uint64_t tag) const { return static_cast<unsigned>((tag * buckets) >> 16); }
    Slot* BucketAfter(unsigned home, unsigned step) const {
      unsigned index = home + step;
      if (index >= buckets) index -= buckets;
      return slots + index * kSlotsPerBucket;
    }
    unsigned probes() const { return buckets < kProbe ? buckets : kProbe; }
  };

  // The slots of the bucket with this tag, one bit each, in no order that means anything; empty
  // ones may be among them when the tag is 0. SlotAt gives the slot of a bit.
  static unsigned SlotsWithTag(const Slot* bucket, uint64_t tag) {
#if defined(__SSE2__)
    const __m128i* pairs = reinterpret_cast<const __m128i*>(bucket);
    // The tags of four pairs of slots, moved side by side into one vector.
    const __m128i first = _mm_srli_epi64(_mm_load_si128(pairs), 48);
    const __m128i second = _mm_slli_epi64(_mm_srli_epi64(_mm_load_si128(pairs + 1), 48), 16);
    const __m128i third = _mm_slli_epi64(_mm_srli_epi64(_mm_load_si128(pairs + 2), 48), 32);
    const __m128i tag_mask = _mm_set1_epi64x(static_cast<int64_t>(0xffff000000000000u));
    const __m128i fourth = _mm_and_si128(_mm_load_si128(pairs + 3), tag_mask);
    const __m128i tags = _mm_or_si128(_mm_or_si128(first, second), _mm_or_si128(third, fourth));
    const __m128i wanted = _mm_set1_epi16(static_cast<int16_t>(tag));
    const __m128i equal = _mm_cmpeq_epi16(tags, wanted);
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128())));
#else
    unsigned bits = 0;
    for (unsigned bit = 0; bit < kSlotsPerBucket; ++bit) {
      bits |= static_cast<unsigned>(bucket[SlotAt(bit)] >> 48 == tag) << bit;
    }
    return bits;
#endif
  }
  static unsigned SlotAt(unsigned bit) { return (bit & 3) * 2 + (bit >> 2); }

  uint64_t WordOf(uint64_t hash) const {
    const uint64_t block = top_[hash >> (64 - top_bits_)];
    const unsigned prefix = static_cast<unsigned>(block >> 48);
    const unsigned bits = static_cast<unsigned>(block & 15);
    return reinterpret_cast<const uint64_t*>(block & kBlockMask)[(hash << prefix) >> (64 - bits)];
  }
  // The first hash behind the segment; 0 when it is the last.
  static uint64_t EndOf(uint64_t hash, unsigned depth) {
    return depth == 0 ? 0 : ((hash >> (64 - depth)) + 1) << (64 - depth);
  }
  static uint64_t BeginOf(uint64_t hash, unsigned depth) {
    return depth == 0 ? 0 : (hash >> (64 - depth)) << (64 - depth);
  }

  void Initialize();
  Segment NewSegment(unsigned depth, unsigned buckets, unsigned lost);
  void FreeSegment(const Segment& segment);
  uint64_t* NewBlock(unsigned bits);
  void FreeBlock(uint64_t block);
  // Puts a tagged slot where there is room within reach of its home; nullptr when there is none.
  static Slot* Place(const Segment& segment, uint64_t tagged);
  // Sets the word of every prefix that leads to this segment.
  void Point(uint64_t hash, const Segment& segment);
  bool GrowFor(uint64_t hash, const Segment& segment);
  bool Resize(uint64_t hash, const Segment& segment, unsigned buckets);
  void Split(uint64_t hash, const Segment& segment);
  void Build(uint64_t hash, unsigned depth, unsigned lost, bool overflow,
             std::span<const Slot> tagged, unsigned fill_percent);
  Slot* AddToOverflow(uint64_t hash, void* entry);
  void DeepenDirectory(uint64_t hash, unsigned depth);
  void DoubleTop();
  unsigned DepthMax() const;
  void ShrinkSegment(uint64_t hash);
  bool MergeWithBuddy(uint64_t hash, const Segment& segment, size_t entries);
  static size_t Count(const Segment& segment);
  static unsigned BucketsFor(size_t entries, unsigned fill_percent);
  void FreeDirectory();

  SlabAllocator* slab_;
  HashOf hash_of_;
  const void* context_;
  uint64_t* top_ =
      nullptr;  // 2^top_bits_ words: [ prefix bits 16 | block pointer 44 | index bits 4 ]
  unsigned top_bits_ = 1;
  size_t size_ = 0;
  size_t slots_ = 0;
  size_t memory_ = 0;
  uint64_t erases_ = 0;
  uint64_t shrink_position_ = 0;
  uint64_t dismantle_position_ = 0;
  std::multimap<uint64_t, Slot>
      overflow_;  // by hash; the words of their segments carry kOverflowFlag
};

// inline: Find is on every request's path, and this is all of it.
template <class Equals>
inline HashTable::Slot* HashTable::FindBetween(uint64_t first, uint64_t last,
                                               Equals&& equals) const {
  if (size_ == 0) return nullptr;
  const uint64_t word = WordOf(first);
  const Segment segment(word);
  const uint64_t tag = segment.TagOf(first);
  const unsigned home = segment.HomeOf(tag);
  for (unsigned step = 0; step < segment.probes(); ++step) {
    Slot* bucket = segment.BucketAfter(home, step);
    for (unsigned bits = SlotsWithTag(bucket, tag); bits != 0; bits &= bits - 1) {
      Slot* slot = bucket + SlotAt(static_cast<unsigned>(__builtin_ctz(bits)));
      if ((*slot & kEntryMask) != 0 && equals(EntryOf(*slot))) return slot;
    }
    if ((bucket[0] & kSpilled) == 0) break;
  }
  if ((word & kOverflowFlag) != 0) [[unlikely]] {
    const auto end = overflow_.upper_bound(last);
    for (auto it = overflow_.lower_bound(first); it != end; ++it) {
      if (equals(EntryOf(it->second))) return const_cast<Slot*>(&it->second);
    }
  }
  return nullptr;
}

inline void HashTable::PrefetchBucket(uint64_t hash) const {
  if (size_ == 0) return;
  const Segment segment(WordOf(hash));
  PrefetchLine(segment.BucketAfter(segment.HomeOf(segment.TagOf(hash)), 0));
}

inline void HashTable::PrefetchEntry(uint64_t hash, size_t bytes) const {
  if (size_ == 0) return;
  const Segment segment(WordOf(hash));
  const uint64_t tag = segment.TagOf(hash);
  const unsigned home = segment.HomeOf(tag);
  for (unsigned step = 0; step < segment.probes(); ++step) {
    const Slot* bucket = segment.BucketAfter(home, step);
    if (const unsigned bits = SlotsWithTag(bucket, tag); bits != 0) {
      const Slot slot = bucket[SlotAt(static_cast<unsigned>(__builtin_ctz(bits)))];
      // As numbers: an empty slot's tag may match too, and nothing may be added to a null pointer.
      PrefetchLine(reinterpret_cast<const char*>(slot & kEntryMask));
      PrefetchLine(reinterpret_cast<const char*>((slot & kEntryMask) + bytes - 1));
      return;
    }
    if ((bucket[0] & kSpilled) == 0) return;
  }
}

inline void HashTable::PrefetchScan(uint64_t cursor) const {
  if (size_ == 0) return;
  const uint64_t hash = cursor << 16;
  const Segment segment(WordOf(hash));
  const Slot* bucket = segment.BucketAfter(segment.HomeOf(segment.TagOf(hash)), 0);
  for (unsigned i = 0; i < kSlotsPerBucket; ++i) {
    PrefetchLine(reinterpret_cast<const char*>(bucket[i] & kEntryMask));
  }
  PrefetchLine(bucket + kSlotsPerBucket);
}

template <class Visit>
uint64_t HashTable::Scan(uint64_t cursor, Visit&& visit) const {
  if (size_ == 0) return 0;
  const uint64_t hash = cursor << 16;
  const uint64_t word = WordOf(hash);
  const Segment segment(word);
  const uint64_t from_tag = segment.TagOf(hash);
  const unsigned bucket_index = segment.HomeOf(from_tag);
  // The next position: the first tag of the next bucket, rounded up to a tag that can occur.
  // Without the rounding a cursor could be cut back to the bucket it came from, forever.
  uint64_t next_tag =
      ((bucket_index + 1) * uint64_t{65536} + segment.buckets - 1) / segment.buckets;
  const uint64_t unit = uint64_t{1} << segment.lost;
  next_tag = (next_tag + unit - 1) & ~(unit - 1);
  uint64_t next = EndOf(hash, segment.depth);
  if (next_tag < 65536) {
    next = BeginOf(hash, segment.depth) | next_tag << (48 - segment.depth);
  }
  for (unsigned step = 0; step < segment.probes(); ++step) {
    const Slot* bucket = segment.BucketAfter(bucket_index, step);
    for (unsigned i = 0; i < kSlotsPerBucket; ++i) {
      if ((bucket[i] & kEntryMask) == 0) continue;
      const uint64_t tag = bucket[i] >> 48;
      if (tag >= from_tag && segment.HomeOf(tag) == bucket_index) visit(EntryOf(bucket[i]));
    }
    if ((bucket[0] & kSpilled) == 0) break;
  }
  if ((word & kOverflowFlag) != 0) [[unlikely]] {
    for (auto it = overflow_.lower_bound(hash); it != overflow_.end(); ++it) {
      if (next != 0 && it->first >= next) break;
      visit(EntryOf(it->second));
    }
  }
  return next >> 16;
}

template <class Release>
bool HashTable::Dismantle(size_t segments, Release&& release) {
  if (top_ == nullptr) return false;
  while (segments-- > 0) {
    const uint64_t word = WordOf(dismantle_position_);
    const Segment segment(word);
    const size_t count = size_t{segment.buckets} * kSlotsPerBucket;
    for (size_t i = 0; i < count; ++i) {
      if (i + 16 < count) PrefetchLine(EntryOf(segment.slots[i + 16]));
      if ((segment.slots[i] & kEntryMask) == 0) continue;
      release(EntryOf(segment.slots[i]));
      --size_;
    }
    dismantle_position_ = EndOf(dismantle_position_, segment.depth);
    FreeSegment(segment);
    if (dismantle_position_ != 0) continue;
    for (const auto& [hash, slot] : overflow_) release(EntryOf(slot));
    size_ -= overflow_.size();
    overflow_.clear();
    FreeDirectory();
    return false;
  }
  return true;
}

}  // namespace storage
