// Clock: where time comes from. The server reads the system's; tests move a clock by hand, so nothing sleeps.
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
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  int64_t WallMicroseconds() const override;
  int64_t MonotonicMicroseconds() const override;
};

}  // namespace storage
