#include "tools/bench/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bench {

size_t LatencyHistogram::IndexOf(uint64_t nanoseconds) {
  if (nanoseconds < kSteps) return nanoseconds;
  const size_t shift = static_cast<size_t>(std::bit_width(nanoseconds)) - 1 - kStepBits;
  return std::min((shift + 1) * kSteps + ((nanoseconds >> shift) - kSteps), kIndexMax - 1);
}

uint64_t LatencyHistogram::UpperBoundOf(size_t index) {
  if (index < kSteps) return index;
  const size_t shift = index / kSteps - 1;
  return ((kSteps + index % kSteps + 1) << shift) - 1;
}

void LatencyHistogram::Record(int64_t nanoseconds) {
  ++counts_[IndexOf(static_cast<uint64_t>(std::max<int64_t>(nanoseconds, 0)))];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

int64_t LatencyHistogram::PercentileNanoseconds(double percent) const {
  if (count_ == 0) return 0;
  const double exact_rank = std::ceil(static_cast<double>(count_) * percent / 100);
  const uint64_t rank = std::clamp<uint64_t>(static_cast<uint64_t>(exact_rank), 1, count_);
  uint64_t seen = 0;
  for (size_t index = 0; index < kIndexMax; ++index) {
    seen += counts_[index];
    if (seen >= rank) return std::min(static_cast<int64_t>(UpperBoundOf(index)), max_);
  }
  return max_;
}

}  // namespace bench
