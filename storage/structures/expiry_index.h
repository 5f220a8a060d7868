// ExpiryIndex: which keys' deadlines have come, without a second table of keys and without
// sampling.
//
// It remembers 8 bytes for each key that can expire: 48 bits of its hash and a time. It does not
// know the keys. An item that comes out says "look at this key now": the owner finds the key by its
// hash, erases it if its deadline has come, adds it again if its deadline is later, and ignores the
// item if the key is gone. So an overwritten or persisted key costs nothing but an item that comes
// out in vain. One item a key is enough, as long as it is no later than the key's deadline.
//
// The items lie in a TimingWheel, which needs a clock that goes forward. The wall clock can be set
// back:
//
//   wheels_[0]   position: the latest time seen; keeps its items, which are simply due later
//   wheels_[1]   position: the time it was set back to; takes the deadlines before wheels_[0]'s
//   position
//   ...          when the clock reaches the wheel above, this one is empty and goes
//
// What a clock that jumps can do: forward, everything due comes out, within the budgets, and
// nothing is walked millisecond by millisecond. Back by up to a second: deadlines inside that
// second come when it has passed again. Back by more: everything comes on time; only after more
// than three such jumps, none of them made good, deadlines before the last position come as late as
// that. Nothing is ever lost.
//
// Cost: Add 5-30 ns; an item that comes out 10-30 ns and the owner's look at the key; memory() is
// about 8.03 bytes an item plus 4 KiB for each magnitude of time to live that occurs (256 ms, a
// minute, ...).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/structures/timing_wheel.h"

namespace storage {

class ExpiryIndex {
 public:
  // Nothing that is due before now_ms is expected; it would come out at once.
  ExpiryIndex(SlabAllocator& slab, int64_t now_ms);

  // What comes out of the index in place of the hash it was given.
  static constexpr uint64_t PrefixOf(uint64_t hash) { return hash >> 16; }
  // The hashes that may be meant by it.
  static constexpr uint64_t FirstHashOf(uint64_t prefix) { return prefix << 16; }
  static constexpr uint64_t LastHashOf(uint64_t prefix) { return prefix << 16 | 0xffff; }

  // The item comes out when Advance is told deadline_ms or later, never when told less than the
  // level's unit before it: that is early by 1/4 s at most when a multiple of 4.66 hours lies in
  // between, by 66 s for one of 49.7 days, by 50 days for one of 34.8 years, else not at all.
  void Add(uint64_t hash, int64_t deadline_ms) {
    TimingWheel* wheel = wheels_.front().get();
    if (deadline_ms < wheel->position_ms()) wheel = &WheelFor(deadline_ms);
    wheel->Add(PrefixOf(hash), deadline_ms);
  }

  // Whether an item with this deadline may come out at now_ms already, as said above. (True more
  // often than that.)
  static constexpr bool MayBeEarly(int64_t now_ms, int64_t deadline_ms) {
    const int64_t early_ms = deadline_ms - now_ms;
    const int64_t differing = now_ms ^ deadline_ms;
    return differing >> 40 != 0 || (differing >> 32 != 0 && early_ms <= int64_t{1} << 33) ||
           (differing >> 24 != 0 && early_ms <= int64_t{1} << 17);
  }

  // Calls fire(prefix) for items whose time has come, in the order of their times, until none is
  // left or about items_budget were taken (moving items inside counts too, an eighth each). fire
  // may Add; what it adds for a time that has come already comes out in the same call. If `fire`
  // has a member function Prefetch(prefix), that is told what comes a few items later. Returns
  // whether more may be due.
  template <class Fire>
  bool Advance(int64_t now_ms, size_t items_budget, Fire&& fire) {
    NoteTime(now_ms);
    size_t work = items_budget * TimingWheel::kWorkPerItem;
    uint64_t prefix = 0;
    while (TakeDue(now_ms, work, prefix)) {
      if constexpr (requires { fire.Prefetch(prefix); }) {
        if (const uint64_t ahead = wheels_.back()->Upcoming(kPrefetchDistance)) {
          fire.Prefetch(ahead);
        }
      }
      fire(prefix);
    }
    return may_have_more_;
  }

  // Nothing comes out before; INT64_MAX when there is nothing. For the loop's timer.
  int64_t NextDeadlineMs() const;

  // When the owner finds that far more items are here than keys with a deadline, it sweeps: each
  // call passes about items_budget of the items to is_live(prefix, begin_ms, end_ms) and drops
  // those for which it returns false. The deadline that an item was added with is in [begin_ms,
  // end_ms). An item may go when its key has no deadline any more or an earlier one (another item
  // is there for that), not when the deadline is merely later: the item may be the key's only one.
  // is_live may Add, not Advance. Returns whether the sweep goes on; each item that was there at
  // its beginning is met once.
  template <class IsLive>
  bool Sweep(size_t items_budget, IsLive&& is_live) {
    TimingWheel::SweptItem item;
    for (; items_budget > 0; --items_budget) {
      TimingWheel* wheel = TakeSwept(item);
      if (wheel == nullptr) return false;
      if (is_live(item.prefix, item.begin_ms, item.end_ms)) wheel->Keep(item);
    }
    return true;
  }

  // Forgets everything at once; the memory comes back by ReleaseSome, or with the index.
  void Clear();
  // Frees memory of what was cleared, at most `chunks_max` pieces of up to 4 KiB (about 0.1 us
  // each, more when they are cold). Returns whether more is left.
  bool ReleaseSome(size_t chunks_max);

  size_t items() const;
  size_t memory() const;  // bytes, including what was cleared and not yet released

  void CheckInvariants() const;

  static constexpr int64_t kBackstepMs = 1000;  // clocks set back by no more get no wheel
  static constexpr size_t kWheelsMax = 4;
  static constexpr uint32_t kPrefetchDistance = 8;

 private:
  TimingWheel& WheelFor(int64_t deadline_ms);
  void NoteTime(int64_t now_ms);
  bool TakeDue(int64_t now_ms, size_t& work, uint64_t& prefix);
  TimingWheel* TakeSwept(TimingWheel::SweptItem& item);

  SlabAllocator& slab_;
  // By position, the latest first; never empty. Each holds deadlines before the position of the one
  // above.
  std::vector<std::unique_ptr<TimingWheel>> wheels_;
  std::vector<std::unique_ptr<TimingWheel>> cleared_;
  bool may_have_more_ = false;
  bool is_sweeping_ = false;
};

}  // namespace storage
