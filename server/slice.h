// RunSlice: long work in slices of a turn's time.
#pragma once

#include <cstdint>

#include "storage/base/clock.h"

namespace server {

// Repeats `step` until it says that nothing is left, or `slice_ns` are over. Returns whether more
// is left.
template <class Step>
bool RunSlice(const storage::Clock& clock, uint64_t slice_ns, Step&& step) {
  // A clock that stands still (a test's) must not make the slice endless.
  constexpr int kStepsMax = 1000;
  const auto limit =
      static_cast<uint64_t>(static_cast<double>(slice_ns) / clock.NanosecondsPerTick());
  const uint64_t begin = clock.Ticks();
  for (int steps = 0; steps < kStepsMax; ++steps) {
    if (!step()) return false;
    if (clock.Ticks() - begin > limit) return true;
  }
  return true;
}

}  // namespace server
