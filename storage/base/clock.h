// Clock: where time comes from. The server reads the system's; tests move a clock by hand, so
// nothing sleeps.
#pragma once

#include <cstdint>

namespace storage {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock, microseconds since the Unix epoch. May jump. Expiry times are absolute wall times.
  virtual int64_t WallMicroseconds() const = 0;
  // Never goes back; its zero has no meaning. Timeouts and durations.
  virtual int64_t MonotonicMicroseconds() const = 0;

  // A cheap reading for durations (a few nanoseconds): the processor's counter where there is one,
  // else the monotonic clock. A moved clock moves its ticks too.
  uint64_t Ticks() const {
    if (has_counter_) return ReadCounter();
    return static_cast<uint64_t>(MonotonicMicroseconds()) * 1000;
  }
  double NanosecondsPerTick() const { return has_counter_ ? nanoseconds_per_counter_ : 1.0; }

 protected:
  static uint64_t ReadCounter() {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
  }
  bool has_counter_ = false;
  double nanoseconds_per_counter_ = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  // Takes about 300 microseconds to learn the speed of the processor's counter.
  SystemClock();
  int64_t WallMicroseconds() const override;
  int64_t MonotonicMicroseconds() const override;
};

}  // namespace storage
