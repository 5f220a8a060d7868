#include "storage/structures/expiry_index.h"

#include <algorithm>
#include <limits>

#include "storage/base/check.h"

namespace storage {

ExpiryIndex::ExpiryIndex(SlabAllocator& slab, int64_t now_ms) : slab_(slab) {
  wheels_.push_back(std::make_unique<TimingWheel>(slab, now_ms));
}

// The wheel whose time the deadline belongs to; the lowest takes what is before its position too.
TimingWheel& ExpiryIndex::WheelFor(int64_t deadline_ms) {
  for (const auto& wheel : wheels_) {
    if (deadline_ms >= wheel->position_ms()) return *wheel;
  }
  return *wheels_.back();
}

// Makes place for deadlines between now and the lowest position, if the clock was set back.
void ExpiryIndex::NoteTime(int64_t now_ms) {
  const int64_t now = std::clamp(now_ms, int64_t{0}, TimingWheel::kPositionMax);
  TimingWheel& lowest = *wheels_.back();
  if (now + kBackstepMs >= lowest.position_ms()) return;
  if (lowest.items() == 0) {
    lowest.SetPosition(now);
  } else if (wheels_.size() < kWheelsMax) {
    wheels_.push_back(std::make_unique<TimingWheel>(slab_, now));
  }
}

bool ExpiryIndex::TakeDue(int64_t now_ms, size_t& work, uint64_t& prefix) {
  // Overdue in a wheel that is not the lowest: added before the clock was seen to have gone back.
  // It comes out now, and its owner adds it to the right wheel.
  for (size_t i = 0; i + 1 < wheels_.size(); ++i) {
    if (work == 0 || !wheels_[i]->TakeOverdue(prefix)) continue;
    work -= std::min(work, TimingWheel::kWorkPerItem);
    return true;
  }
  for (;;) {
    TimingWheel& lowest = *wheels_.back();
    const TimingWheel::Outcome outcome = lowest.Take(now_ms, work, prefix);
    if (outcome == TimingWheel::Outcome::kTaken) return true;
    may_have_more_ = outcome == TimingWheel::Outcome::kWorkSpent;
    if (may_have_more_ || wheels_.size() == 1) return false;
    const TimingWheel& above = *wheels_[wheels_.size() - 2];
    if (lowest.items() > 0 || now_ms < above.position_ms()) return false;
    wheels_.pop_back();
  }
}

int64_t ExpiryIndex::NextDeadlineMs() const {
  int64_t next_ms = std::numeric_limits<int64_t>::max();
  for (const auto& wheel : wheels_) {
    if (wheel != wheels_.back() && wheel->has_overdue()) return 0;
    next_ms = std::min(next_ms, wheel->NextDeadlineMs());
  }
  return next_ms;
}

// The next item of the sweep and its wheel, or nullptr at the sweep's end.
TimingWheel* ExpiryIndex::TakeSwept(TimingWheel::SweptItem& item) {
  if (!is_sweeping_) {
    for (const auto& wheel : wheels_) wheel->BeginSweep();
    is_sweeping_ = true;
  }
  for (const auto& wheel : wheels_) {
    if (wheel->TakeSwept(item)) return wheel.get();
  }
  is_sweeping_ = false;
  return nullptr;
}

void ExpiryIndex::Clear() {
  const int64_t position_ms = wheels_.back()->position_ms();
  for (auto& wheel : wheels_) cleared_.push_back(std::move(wheel));
  wheels_.clear();
  wheels_.push_back(std::make_unique<TimingWheel>(slab_, position_ms));
}

bool ExpiryIndex::ReleaseSome(size_t chunks_max) {
  if (cleared_.empty()) return false;
  if (!cleared_.back()->ReleaseSome(chunks_max)) cleared_.pop_back();
  return !cleared_.empty();
}

size_t ExpiryIndex::items() const {
  size_t items = 0;
  for (const auto& wheel : wheels_) items += wheel->items();
  return items;
}

size_t ExpiryIndex::memory() const {
  size_t bytes = 0;
  for (const auto& wheel : wheels_) bytes += wheel->memory() + sizeof(TimingWheel);
  for (const auto& wheel : cleared_) bytes += wheel->memory() + sizeof(TimingWheel);
  return bytes;
}

void ExpiryIndex::CheckInvariants() const {
  CHECK_INVARIANT(!wheels_.empty() && wheels_.size() <= kWheelsMax);
  for (const auto& wheel : wheels_) wheel->CheckInvariants();
  for (const auto& wheel : cleared_) wheel->CheckInvariants();
}

}  // namespace storage
