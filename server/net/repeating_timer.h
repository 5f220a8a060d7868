// RepeatingTimer: calls back from the loop, again and again, as long as the loop runs.
#pragma once

#include <cstdint>
#include <functional>

#include "server/net/event_loop.h"
#include "server/net/uv_handle.h"

namespace server {

class RepeatingTimer {
 public:
  // Begins at once, and from then on every so many milliseconds. A loop that was busy for longer
  // calls once for all that it has missed.
  RepeatingTimer(EventLoop& loop, int64_t period_ms, std::function<void()> work);
  RepeatingTimer(const RepeatingTimer&) = delete;
  RepeatingTimer& operator=(const RepeatingTimer&) = delete;

 private:
  std::function<void()> work_;
  UvPtr<uv_timer_t> timer_;
};

}  // namespace server
