// A clock that stands still until a test moves it.
#pragma once

#include "storage/base/clock.h"

namespace tests {

class ManualClock final : public storage::Clock {
 public:
  int64_t WallMicroseconds() const override { return wall_us_; }
  int64_t MonotonicMicroseconds() const override { return monotonic_us_ += step_us_; }
  void AdvanceMs(int64_t ms) {
    wall_us_ += ms * 1000;
    monotonic_us_ += ms * 1000;
  }
  // Only the wall clock jumps.
  void JumpWallMs(int64_t ms) { wall_us_ += ms * 1000; }
  // From now on each reading of the monotonic clock moves it, so that work takes time: a request
  // takes one step.
  void set_step_us(int64_t step_us) { step_us_ = step_us; }
  int64_t wall_ms() const { return wall_us_ / 1000; }

 private:
  int64_t wall_us_ = 1'790'000'000'000'000;  // in 2026
  mutable int64_t monotonic_us_ = 1'000'000'000;
  int64_t step_us_ = 0;
};

}  // namespace tests
