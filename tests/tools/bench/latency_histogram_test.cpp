// The histogram against exact percentiles of the same durations.

#include "tools/bench/latency_histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "storage/base/random.h"

namespace bench {
namespace {

TEST_CASE("LatencyHistogram: percentiles are within 1.6 % above the exact ones") {
  storage::Random random(3);
  LatencyHistogram histogram;
  std::vector<int64_t> all;
  for (int i = 0; i < 20'000; ++i) {
    // Evenly spread over the powers of two, from 1 ns to about 17 s.
    all.push_back(static_cast<int64_t>(std::exp2(random.Unit() * 34)));
    histogram.Record(all.back());
  }
  std::ranges::sort(all);
  CHECK(histogram.count() == all.size());
  CHECK(histogram.max_nanoseconds() == all.back());
  CHECK(histogram.PercentileNanoseconds(100) == all.back());
  for (const double percent : {0.01, 1.0, 25.0, 50.0, 95.0, 99.0, 99.9}) {
    CAPTURE(percent);
    const auto rank =
        static_cast<size_t>(std::ceil(static_cast<double>(all.size()) * percent / 100));
    const auto exact = static_cast<double>(all[rank - 1]);
    const auto found = static_cast<double>(histogram.PercentileNanoseconds(percent));
    CHECK(found >= exact);
    CHECK(found <= exact * 1.016);
  }
}

TEST_CASE("LatencyHistogram: takes nothing, zero, negative and endless durations") {
  LatencyHistogram histogram;
  CHECK(histogram.PercentileNanoseconds(50) == 0);
  histogram.Record(0);
  histogram.Record(-5);
  CHECK(histogram.PercentileNanoseconds(100) == 0);
  histogram.Record(INT64_MAX);
  CHECK(histogram.max_nanoseconds() == INT64_MAX);
  CHECK(histogram.PercentileNanoseconds(50) == 0);
  CHECK(histogram.count() == 3);
}

}  // namespace
}  // namespace bench
