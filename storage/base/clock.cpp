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

int64_t SystemClock::WallMicroseconds() const {
  return Read(CLOCK_REALTIME);
}

int64_t SystemClock::MonotonicMicroseconds() const {
  return Read(CLOCK_MONOTONIC);
}

}  // namespace storage
