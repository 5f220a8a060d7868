// Durations of commands as counts in buckets of powers of two (CommandStatistics::durations).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace server {

// What LATENCY HISTOGRAM calls the bucket below 2^bucket nanoseconds, in microseconds. Redis's
// histogram has two significant digits, and tools know its names: 1, 2, 4, 8, 16, 33, 66, 132 ...
// All that is shorter than the first is in the first.
inline constexpr size_t kFirstNamedBucket = 10;
constexpr int64_t BucketNameMicroseconds(size_t bucket) {
  constexpr size_t kResolutionBits = 7;
  const int64_t step = int64_t{1} << (bucket - kResolutionBits);
  return ((int64_t{1} << bucket) + step - 1) / 1000;
}

// The duration in microseconds that `percentile` (0 to 100) of the calls stay within: the upper end
// of a bucket, so up to twice the true value. 0 when there was no call.
inline double PercentileMicroseconds(std::span<const uint64_t> durations, double percentile) {
  uint64_t calls = 0;
  for (const uint64_t count : durations) calls += count;
  const double wanted = static_cast<double>(calls) * percentile / 100;
  uint64_t seen = 0;
  for (size_t bucket = 0; bucket < durations.size(); ++bucket) {
    seen += durations[bucket];
    if (seen > 0 && static_cast<double>(seen) >= wanted) {
      return static_cast<double>(uint64_t{1} << bucket) / 1000;
    }
  }
  return 0;
}

}  // namespace server
