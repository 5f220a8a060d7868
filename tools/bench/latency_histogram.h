// LatencyHistogram: counts of durations, from a nanosecond to a minute, with an error below 1.6 %.
//
// Every power of two is divided into 64 steps of equal width:
//
//   duration  0..63 | 64..127 | 128..255 (by 2) | 256..511 (by 4) | ...
//   index     0..63 | 64..127 | 128..191        | 192..255        | ...
//
// Cost: Record is a bit scan, a shift and an addition. 16 KiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bench {

class LatencyHistogram {
 public:
  void Record(int64_t nanoseconds);

  uint64_t count() const { return count_; }
  int64_t max_nanoseconds() const { return max_; }
  // The duration that `percent` of all do not exceed; 0 when there is none.
  int64_t PercentileNanoseconds(double percent) const;

 private:
  static constexpr size_t kStepBits = 6;
  static constexpr size_t kSteps = size_t{1} << kStepBits;
  static constexpr size_t kIndexMax = kSteps * 32;  // 2^36 ns is more than a minute

  static size_t IndexOf(uint64_t nanoseconds);
  static uint64_t UpperBoundOf(size_t index);

  std::array<uint64_t, kIndexMax> counts_{};
  uint64_t count_ = 0;
  int64_t max_ = 0;
};

}  // namespace bench
