#include "storage/structures/timing_wheel.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>

#include "storage/base/check.h"

namespace storage {
namespace {

// The unit of an item's 16 bits, as a power of two.
constexpr int UnitBits(int level) {
  return std::max(0, 8 * level - 16);
}
constexpr int kBeyondUnitBits = 32;

}  // namespace

TimingWheel::TimingWheel(SlabAllocator& slab, int64_t position_ms)
    : source_(slab), position_ms_(std::clamp(position_ms, int64_t{0}, kPositionMax)) {}

TimingWheel::~TimingWheel() {
  while (ReleaseSome(SIZE_MAX)) {
  }
}

int64_t TimingWheel::SlotBegin(int64_t position_ms, int level, int slot) {
  const int bits = 8 * level;
  return (position_ms >> (bits + 8) << (bits + 8)) | int64_t{slot} << bits;
}

int64_t TimingWheel::TimeOf(uint64_t item, int level, int64_t slot_begin_ms) {
  const auto offset = static_cast<int64_t>(item & 0xFFFF);
  if (level == kBeyond) return offset << kBeyondUnitBits;
  return slot_begin_ms + (offset << UnitBits(level));
}

// The first occupied slot from `first` on, or kSlots.
int TimingWheel::FindSlot(const Level& level, int first) {
  if (first == kSlots) return kSlots;
  auto word = static_cast<size_t>(first) / 64;
  uint64_t bits = level.occupied[word] >> (first % 64) << (first % 64);
  while (bits == 0) {
    if (++word == level.occupied.size()) return kSlots;
    bits = level.occupied[word];
  }
  return static_cast<int>(word * 64) + std::countr_zero(bits);
}

void TimingWheel::PushTo(int level, int slot, uint64_t item) {
  Level& to = levels_[static_cast<size_t>(level)];
  if (to.slots == nullptr) {
    to.slots = static_cast<ItemChain*>(source_.Allocate(sizeof(ItemChain) * kSlots));
    for (int i = 0; i < kSlots; ++i) new (&to.slots[i]) ItemChain();
  }
  to.slots[slot].Push(source_, item);
  to.occupied[static_cast<size_t>(slot) / 64] |= uint64_t{1} << (slot % 64);
}

uint64_t TimingWheel::PopFrom(int level, int slot) {
  ItemChain& chain = levels_[static_cast<size_t>(level)].slots[slot];
  const uint64_t item = chain.Pop(source_);
  if (chain.empty()) MarkEmptied(level, slot);
  return item;
}

void TimingWheel::Place(uint64_t prefix, int64_t deadline_ms) {
  if (deadline_ms < position_ms_) return overdue_.Push(source_, prefix << 16);
  const auto difference = static_cast<uint64_t>(deadline_ms ^ position_ms_);
  const int level = (63 - std::countl_zero(difference | 1)) / 8;
  if (level >= kBeyond) {
    if (beyond_.empty()) beyond_era_ = position_ms_ >> kBeyondBits;
    const int64_t unit = std::min(deadline_ms, kDeadlineMax) >> kBeyondUnitBits;
    return beyond_.Push(source_, prefix << 16 | static_cast<uint64_t>(unit));
  }
  const int64_t offset = deadline_ms & ((int64_t{1} << (8 * level)) - 1);
  PushTo(level, SlotOf(deadline_ms, level),
         prefix << 16 | static_cast<uint64_t>(offset >> UnitBits(level)));
}

// What comes next, when no current slot of a higher level is occupied. Lower levels lie wholly
// before the later slots of higher ones.
TimingWheel::Event TimingWheel::NextEvent() const {
  for (int level = 0; level < kLevels; ++level) {
    const int current = SlotOf(position_ms_, level);
    const int slot = FindSlot(levels_[static_cast<size_t>(level)], current + (level > 0));
    if (slot < kSlots) return {.time_ms = SlotBegin(position_ms_, level, slot), .level = level};
  }
  if (beyond_.empty()) return {.time_ms = std::numeric_limits<int64_t>::max(), .level = kBeyond};
  return {.time_ms = (beyond_era_ + 1) << kBeyondBits, .level = kBeyond};
}

void TimingWheel::MoveChainDown(ItemChain& chain, int level, int64_t begin_ms, size_t& work) {
  for (; work > 0 && !chain.empty(); --work) {
    const uint64_t item = chain.Pop(source_);
    Place(item >> 16, TimeOf(item, level, begin_ms));
  }
}

void TimingWheel::MoveSlotDown(int level, int slot, size_t& work) {
  ItemChain& chain = levels_[static_cast<size_t>(level)].slots[slot];
  MoveChainDown(chain, level, SlotBegin(position_ms_, level, slot), work);
  if (chain.empty()) MarkEmptied(level, slot);
}

// Spreads items of slots that the position has entered. Returns whether there were any.
bool TimingWheel::MoveSomeDown(size_t& work) {
  if (!beyond_.empty() && position_ms_ >> kBeyondBits != beyond_era_) {
    CHECK_INVARIANT(arriving_.empty());
    arriving_ = beyond_.Detach();
    has_era_passed_ = true;
  }
  if (!arriving_.empty()) {
    MoveChainDown(arriving_, kBeyond, 0, work);
    return true;
  }
  for (int level = kLevels - 1; level > 0; --level) {
    const int current = SlotOf(position_ms_, level);
    if (IsOccupied(level, current)) {
      MoveSlotDown(level, current, work);
      return true;
    }
  }
  return false;
}

TimingWheel::Outcome TimingWheel::Take(int64_t now_ms, size_t& work, uint64_t& prefix) {
  const int64_t now = std::clamp(now_ms, int64_t{0}, kPositionMax);
  while (work > 0) {
    if (!overdue_.empty() && now >= position_ms_ - 1) {
      work -= std::min(work, kWorkPerItem);
      TakeOverdue(prefix);
      return Outcome::kTaken;
    }
    if (!swept_.empty() && swept_begin_ms_ <= now) {
      MoveChainDown(swept_, swept_level_, swept_begin_ms_, work);
      continue;
    }
    if (now < position_ms_) return Outcome::kNothingDue;
    if (MoveSomeDown(work)) continue;
    const Event next = NextEvent();
    if (next.time_ms > now) {
      position_ms_ = now + 1;
      return Outcome::kNothingDue;
    }
    position_ms_ = next.time_ms;
    if (next.level > 0) continue;
    work -= std::min(work, kWorkPerItem);
    --items_;
    prefix = PopFrom(0, SlotOf(position_ms_, 0)) >> 16;
    return Outcome::kTaken;
  }
  return Outcome::kWorkSpent;
}

bool TimingWheel::TakeOverdue(uint64_t& prefix) {
  if (overdue_.empty()) return false;
  prefix = overdue_.Pop(source_) >> 16;
  --items_;
  return true;
}

uint64_t TimingWheel::Upcoming(uint32_t distance) const {
  const ItemChain* chain = &overdue_;
  if (chain->empty() && levels_[0].slots != nullptr) {
    chain = &levels_[0].slots[SlotOf(position_ms_, 0)];
  }
  return chain->used < distance ? 0 : chain->front->items()[chain->used - distance] >> 16;
}

void TimingWheel::BeginSweep() {
  sweep_cursor_ = kLevels * kSlots + 1;
}

// Makes the next occupied slot the one being swept. Returns whether there was one.
bool TimingWheel::DetachNextSweptSlot() {
  while (sweep_cursor_ > 0) {
    --sweep_cursor_;
    swept_level_ = sweep_cursor_ / kSlots;
    const int slot = sweep_cursor_ % kSlots;
    if (swept_level_ == kBeyond) {
      if (beyond_.empty()) continue;
      swept_begin_ms_ = (beyond_era_ + 1) << kBeyondBits;
      swept_ = beyond_.Detach();
      return true;
    }
    if (!IsOccupied(swept_level_, slot)) continue;
    swept_begin_ms_ = SlotBegin(position_ms_, swept_level_, slot);
    swept_ = levels_[static_cast<size_t>(swept_level_)].slots[slot].Detach();
    MarkEmptied(swept_level_, slot);
    return true;
  }
  return false;
}

bool TimingWheel::TakeSwept(SweptItem& swept) {
  if (swept_.empty() && !DetachNextSweptSlot()) return false;
  const uint64_t item = swept_.Pop(source_);
  --items_;
  swept.prefix = item >> 16;
  swept.begin_ms = TimeOf(item, swept_level_, swept_begin_ms_);
  const bool is_unbounded = swept_level_ == kBeyond && (item & 0xFFFF) == 0xFFFF;
  const bool is_coarse = swept_level_ == kBeyond || has_era_passed_;
  // An item may have come down from level 4, and was rounded there.
  const int unit_bits = is_coarse ? kBeyondUnitBits : UnitBits(kLevels - 1);
  swept.end_ms = is_unbounded ? std::numeric_limits<int64_t>::max()
                              : swept.begin_ms + (int64_t{1} << unit_bits);
  return true;
}

bool TimingWheel::ReleaseSome(size_t chunks_max) {
  for (ItemChain* chain : {&overdue_, &beyond_, &arriving_, &swept_}) {
    for (; chunks_max > 0 && !chain->empty(); --chunks_max) items_ -= chain->FreeFront(source_);
  }
  for (int level = 0; level < kLevels; ++level) {
    Level& from = levels_[static_cast<size_t>(level)];
    for (int slot = FindSlot(from, 0); chunks_max > 0 && slot < kSlots;
         slot = FindSlot(from, slot)) {
      ItemChain& chain = from.slots[slot];
      for (; chunks_max > 0 && !chain.empty(); --chunks_max) items_ -= chain.FreeFront(source_);
      if (chain.empty()) MarkEmptied(level, slot);
    }
    if (chunks_max == 0) break;
    if (from.slots != nullptr) source_.Free(from.slots, sizeof(ItemChain) * kSlots);
    from.slots = nullptr;
  }
  return source_.bytes() > 0;
}

int64_t TimingWheel::NextDeadlineMs() const {
  if (items_ == 0) return std::numeric_limits<int64_t>::max();
  if (!overdue_.empty()) return position_ms_ - 1;
  if (!arriving_.empty()) return position_ms_;
  for (int level = 1; level < kLevels; ++level) {
    if (IsOccupied(level, SlotOf(position_ms_, level))) return position_ms_;
  }
  const int64_t next_ms = NextEvent().time_ms;
  return swept_.empty() ? next_ms : std::min(next_ms, swept_begin_ms_);
}

void TimingWheel::SetPosition(int64_t position_ms) {
  CHECK_INVARIANT(items_ == 0);
  position_ms_ = std::clamp(position_ms, int64_t{0}, kPositionMax);
}

size_t TimingWheel::CheckLevel(int level, size_t& bytes) const {
  const Level& checked = levels_[static_cast<size_t>(level)];
  if (checked.slots == nullptr) {
    for (const uint64_t word : checked.occupied) CHECK_INVARIANT(word == 0);
    return 0;
  }
  bytes += SlabAllocator::UsableSize(sizeof(ItemChain) * kSlots);
  size_t items = 0;
  for (int slot = 0; slot < kSlots; ++slot) {
    const ItemChain& chain = checked.slots[slot];
    CHECK_INVARIANT(IsOccupied(level, slot) == !chain.empty());
    bytes += chain.CheckInvariants();
    if (chain.empty()) continue;
    CHECK_INVARIANT(slot >= SlotOf(position_ms_, level));
    // The position enters a slot of a higher level at its beginning, and waits there for its items.
    const int64_t begin_ms = SlotBegin(position_ms_, level, slot);
    CHECK_INVARIANT(begin_ms >= position_ms_);
    items += chain.ForEach([&](uint64_t item) {
      const int64_t time_ms = TimeOf(item, level, begin_ms);
      CHECK_INVARIANT(time_ms >= begin_ms && time_ms < begin_ms + (int64_t{1} << (8 * level)));
    });
  }
  return items;
}

void TimingWheel::CheckInvariants() const {
  size_t items = 0;
  size_t bytes = 0;
  for (int level = 0; level < kLevels; ++level) items += CheckLevel(level, bytes);
  for (const ItemChain* chain : {&overdue_, &beyond_, &arriving_, &swept_}) {
    bytes += chain->CheckInvariants();
    items += chain->ForEach([](uint64_t) {});
  }
  CHECK_INVARIANT(items == items_);
  CHECK_INVARIANT(bytes == source_.bytes());
  CHECK_INVARIANT(beyond_.empty() || (position_ms_ >> kBeyondBits) - beyond_era_ <= 1);
}

}  // namespace storage
