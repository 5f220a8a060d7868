#include "storage/base/clock.h"

#include <ctime>

namespace storage {
namespace {
int64_t Read(clockid_t id) {
  timespec now;
  clock_gettime(id, &now);
  return now.tv_sec * int64_t{1'000'000} + now.tv_nsec / 1000;
}
}  // namespace

SystemClock::SystemClock() {
#if defined(__x86_64__)
  timespec from;
  timespec to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  const uint64_t counter_from = ReadCounter();
  int64_t elapsed_ns = 0;
  while (elapsed_ns < 300'000) {
    clock_gettime(CLOCK_MONOTONIC, &to);
    elapsed_ns = (to.tv_sec - from.tv_sec) * int64_t{1'000'000'000} + to.tv_nsec - from.tv_nsec;
  }
  has_counter_ = true;
  nanoseconds_per_counter_ =
      static_cast<double>(elapsed_ns) / static_cast<double>(ReadCounter() - counter_from);
#endif
}

int64_t SystemClock::WallMicroseconds() const {
  return Read(CLOCK_REALTIME);
}

int64_t SystemClock::MonotonicMicroseconds() const {
  return Read(CLOCK_MONOTONIC);
}

}  // namespace storage
