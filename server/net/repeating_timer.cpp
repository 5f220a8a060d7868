#include "server/net/repeating_timer.h"

#include <utility>

namespace server {

RepeatingTimer::RepeatingTimer(EventLoop& loop, int64_t period_ms, std::function<void()> work)
    : work_(std::move(work)), timer_(MakeUvHandle<uv_timer_t>(loop.uv(), uv_timer_init, this)) {
  uv_timer_start(
      timer_.get(), [](uv_timer_t* handle) { static_cast<RepeatingTimer*>(handle->data)->work_(); },
      0, static_cast<uint64_t>(period_ms));
}

}  // namespace server
