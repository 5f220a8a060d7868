// TimingWheel: items by deadline, for a clock that only goes forward. ExpiryIndex deals with one
// that does not.
//
// Five levels of 256 slots, each level's slots 256 times as wide as those of the level below, and a
// list for what lies beyond. A deadline's level is that of the highest byte in which it differs
// from the wheel's position, its slot is that byte: so all slots of a level lie inside the current
// slot of the level above, later slots have larger numbers, and nothing wraps around.
//
//   level      0       1        2        3        4         beyond
//   slot       1 ms    256 ms   65.5 s   4.66 h   49.7 d    -
//   offset in  -       1 ms     1 ms     256 ms   65.5 s    49.7 d
//
//   item       [ first 48 bits of the key's hash | 16 bits: time inside the slot, in the unit above
//   ]
//
// Offsets are rounded down, so a far deadline comes early, never late; whoever takes the item looks
// at the key and adds it again with its true deadline, which is near then. When the position enters
// a slot of a higher level, its items are spread over the lower levels, in pieces, without a look
// at the keys.
//
// Cost: Add 5-30 ns; an item moves down at most four times, about 10 ns each; 8.03 bytes an item,
// and 4 KiB for each level that was used. Empty slots are skipped by bitmaps: an hour or a year
// without items is one step.
//
// Invariants, verified by CheckInvariants():
//   1. a slot's bit is set exactly when its chain is not empty;
//   2. no item lies in a slot before the position's own, on any level;
//   3. items() and memory() agree with a walk over all chains.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "storage/structures/item_chain.h"

namespace storage {

class TimingWheel {
 public:
  static constexpr int64_t kPositionMax = int64_t{1} << 47;  // the year 6429
  static constexpr size_t kWorkPerItem = 8;                  // taking an item, in items moved down

  enum class Outcome : uint8_t { kTaken, kNothingDue, kWorkSpent };

  // An item during a sweep. The deadline it was added with is in [begin_ms, end_ms).
  struct SweptItem {
    uint64_t prefix = 0;
    int64_t begin_ms = 0;
    int64_t end_ms = 0;
  };

  TimingWheel(SlabAllocator& slab, int64_t position_ms);
  ~TimingWheel();
  TimingWheel(const TimingWheel&) = delete;
  TimingWheel& operator=(const TimingWheel&) = delete;

  // A deadline before the position is overdue: it comes out first.
  void Add(uint64_t prefix, int64_t deadline_ms) {
    ++items_;
    Place(prefix, deadline_ms < 0 ? 0 : deadline_ms);
  }

  // Takes one item with a deadline of at most now_ms, the earliest slot first, and moves the
  // position. Subtracts what it did from `work`, and stops when that is spent.
  Outcome Take(int64_t now_ms, size_t& work, uint64_t& prefix);
  // Takes an overdue item, whatever the time is.
  bool TakeOverdue(uint64_t& prefix);
  // A hint for prefetching: the item that `distance` more Takes will probably bring, or 0.
  uint64_t Upcoming(uint32_t distance) const;

  // A sweep passes over all items that are not overdue: TakeSwept gives one, which is out of the
  // wheel unless Keep puts it back. Between calls, Add and Take work as ever; what is added is not
  // swept.
  void BeginSweep();
  bool TakeSwept(SweptItem& item);
  void Keep(const SweptItem& item) { Add(item.prefix, item.begin_ms); }

  // Frees chunks with their items, at most `chunks_max` now. Returns whether any are left.
  bool ReleaseSome(size_t chunks_max);

  // No item has an earlier deadline; INT64_MAX when there are none.
  int64_t NextDeadlineMs() const;
  // Everything before it was taken.
  int64_t position_ms() const { return position_ms_; }
  // Only of an empty wheel.
  void SetPosition(int64_t position_ms);

  size_t items() const { return items_; }
  bool has_overdue() const { return !overdue_.empty(); }
  size_t memory() const { return source_.bytes(); }

  void CheckInvariants() const;

 private:
  static constexpr int kLevels = 5;
  static constexpr int kBeyond = kLevels;  // as a level: the list behind the last one
  static constexpr int kSlots = 256;
  static constexpr int kBeyondBits = 8 * kLevels;  // 2^40 ms is what the levels cover
  static constexpr int64_t kDeadlineMax = (int64_t{1} << 48) - 1;

  struct Level {
    std::array<uint64_t, kSlots / 64> occupied{};
    ItemChain* slots = nullptr;  // allocated when first used
  };

  // A slot that must be moved down, or a time at which one must be, or items are due.
  struct Event {
    int64_t time_ms = 0;
    int level = 0;
  };

  static int64_t SlotBegin(int64_t position_ms, int level, int slot);
  static int64_t TimeOf(uint64_t item, int level, int64_t slot_begin_ms);
  static int SlotOf(int64_t time_ms, int level) {
    return static_cast<int>(time_ms >> (8 * level) & (kSlots - 1));
  }
  static int FindSlot(const Level& level, int first);

  void Place(uint64_t prefix, int64_t deadline_ms);
  void PushTo(int level, int slot, uint64_t item);
  uint64_t PopFrom(int level, int slot);
  Event NextEvent() const;
  bool MoveSomeDown(size_t& work);
  void MoveChainDown(ItemChain& chain, int level, int64_t begin_ms, size_t& work);
  void MoveSlotDown(int level, int slot, size_t& work);
  bool DetachNextSweptSlot();
  void MarkEmptied(int level, int slot) {
    levels_[static_cast<size_t>(level)].occupied[static_cast<size_t>(slot) / 64] &=
        ~(uint64_t{1} << (slot % 64));
  }
  bool IsOccupied(int level, int slot) const {
    return (levels_[static_cast<size_t>(level)].occupied[static_cast<size_t>(slot) / 64] >>
                (slot % 64) &
            1) != 0;
  }
  size_t CheckLevel(int level, size_t& bytes) const;

  ChunkSource source_;
  int64_t position_ms_;
  size_t items_ = 0;
  std::array<Level, kLevels> levels_;
  ItemChain overdue_;
  ItemChain beyond_;
  ItemChain arriving_;           // what was beyond and is being spread over the levels
  int64_t beyond_era_ = 0;       // position >> 40 when beyond_ was last empty
  bool has_era_passed_ = false;  // then an item may be early by as much as beyond_'s unit

  // The slot being swept, out of the wheel.
  ItemChain swept_;
  int swept_level_ = 0;
  int64_t swept_begin_ms_ = 0;
  int sweep_cursor_ =
      0;  // slots still to sweep: kSlots * level + slot + 1, from above; the largest is beyond_
};

}  // namespace storage
