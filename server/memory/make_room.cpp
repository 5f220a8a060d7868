#include "server/memory/make_room.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

// Shorter arguments are not worth a thought: the next write makes room for them.
constexpr size_t kLongArguments = 16 * 1024;
constexpr int kEvictionsPerLook = 16;
constexpr int64_t kUnlimitedUs = std::numeric_limits<int64_t>::max();

// As Redis: half a millisecond by default, for 99 some minutes.
int64_t SliceOf(int tenacity) {
  if (tenacity >= 100) return kUnlimitedUs;
  if (tenacity <= 10) return 50 * tenacity;
  return static_cast<int64_t>(500 * std::pow(1.15, tenacity - 10));
}

size_t BytesOf(std::span<const std::string_view> arguments) {
  size_t bytes = 0;
  for (const std::string_view argument : arguments) bytes += argument.size();
  return bytes < kLongArguments ? 0 : bytes;
}

}  // namespace

uint64_t AutomaticMaxmemory(uint64_t limit_bytes) {
  return limit_bytes / 10 * 8;
}

size_t RoomMaker::held() const {
  return engine_.keyspace.memory() +
         (engine_.keyspace.HasRemains() ? engine_.keyspace.pending_memory() : 0);
}

Room RoomMaker::MakeFor(std::span<const std::string_view> arguments) {
  const size_t limit = engine_.maxmemory;
  const size_t added = BytesOf(arguments);
  const size_t target = limit - std::min(limit, added);
  if (held() <= target) [[likely]] {
    if (exceeded_since_us_ != 0) NoteExceeded(false);
    return Room::kEnough;
  }
  // What can never fit must not empty the cache.
  if (added > limit + kExcessMax) return Room::kNone;
  switch (Evict(target, slice_us_)) {
    case Outcome::kDone:
      return Room::kEnough;
    case Outcome::kOutOfTime:
      has_more_ = true;
      if (held() <= target + kExcessMax) return Room::kEnough;
      wanted_ = std::max(wanted_, added);
      has_waiting_ = true;
      return Room::kLater;
    case Outcome::kNothingLeft:
      break;
  }
  const size_t bytes = engine_.keyspace.memory();
  // An allocator may round large values up by a quarter.
  const bool is_too_large = bytes + added + added / 4 > limit + kExcessMax;
  return bytes > limit || is_too_large ? Room::kNone : Room::kEnough;
}

void RoomMaker::NoteWrite() {
  const size_t limit = engine_.maxmemory;
  // A little over the limit is for the next write to correct, as in Redis.
  if (engine_.keyspace.memory() > limit + kLongArguments) has_more_ = true;
}

void RoomMaker::Continue(int64_t slice_us) {
  const size_t limit = engine_.maxmemory;
  const bool is_limited = (engine_.special & kHasMaxmemory) != 0;
  has_more_ =
      is_limited && Evict(limit - std::min(limit, wanted_), slice_us) == Outcome::kOutOfTime;
  if (has_more_ || !std::exchange(has_waiting_, false)) return;
  wanted_ = 0;
  engine_.pause.Resume();
}

void RoomMaker::ApplySettings() {
  slice_us_ = SliceOf(engine_.config.settings().maxmemory_eviction_tenacity);
  // A lower limit takes effect at once, and who waits looks again.
  has_more_ = has_waiting_ || (engine_.special & kHasMaxmemory) != 0;
  if ((engine_.special & kHasMaxmemory) == 0) NoteExceeded(false);
}

RoomMaker::Outcome RoomMaker::Evict(size_t target, int64_t slice_us) {
  // The data stands still during CLIENT PAUSE.
  if (!engine_.keyspace.may_expire()) return Outcome::kDone;
  const uint64_t begin = engine_.clock.Ticks();
  const double slice_ticks =
      static_cast<double>(slice_us) * 1000 / engine_.clock.NanosecondsPerTick();
  const uint64_t end = slice_us == kUnlimitedUs ? std::numeric_limits<uint64_t>::max()
                                                : begin + static_cast<uint64_t>(slice_ticks);
  const Outcome outcome = EvictSome(target, end);
  NoteExceeded(engine_.keyspace.memory() > engine_.maxmemory);
  engine_.NoteLatency("eviction-cycle", engine_.Microseconds(engine_.clock.Ticks() - begin));
  return outcome;
}

RoomMaker::Outcome RoomMaker::EvictSome(size_t target, uint64_t ticks_end) {
  for (int evictions = 1; held() > target; ++evictions) {
    // What is gone already costs no key.
    if (engine_.keyspace.HasRemains()) {
      engine_.keyspace.FreeSome(1);
    } else if (!EvictOne()) {
      return Outcome::kNothingLeft;
    } else if (evictions % kEvictionsPerLook != 0) {
      continue;
    }
    if (engine_.clock.Ticks() > ticks_end) {
      return held() > target ? Outcome::kOutOfTime : Outcome::kDone;
    }
  }
  return Outcome::kDone;
}

bool RoomMaker::EvictOne() {
  if (engine_.config.settings().latency_monitor_threshold_ms == 0) {
    return engine_.evictor.EvictOne();
  }
  const uint64_t begin = engine_.clock.Ticks();
  const bool has_evicted = engine_.evictor.EvictOne();
  engine_.NoteLatency("eviction-del", engine_.Microseconds(engine_.clock.Ticks() - begin));
  return has_evicted;
}

void RoomMaker::NoteExceeded(bool is_exceeded) {
  if (is_exceeded == (exceeded_since_us_ != 0)) return;
  if (is_exceeded) {
    exceeded_since_us_ = engine_.monotonic_us;
  } else {
    total_exceeded_us_ += engine_.monotonic_us - std::exchange(exceeded_since_us_, 0);
  }
}

int64_t RoomMaker::current_exceeded_ms() const {
  return exceeded_since_us_ == 0 ? 0 : (engine_.monotonic_us - exceeded_since_us_) / 1000;
}

int64_t RoomMaker::total_exceeded_ms() const {
  return total_exceeded_us_ / 1000 + current_exceeded_ms();
}

}  // namespace server
