#include "server/net/event_loop.h"

#include "storage/base/check.h"

namespace server {

std::expected<std::unique_ptr<EventLoop>, std::string> EventLoop::Make() {
  std::unique_ptr<EventLoop> loop(new EventLoop);
  const int status = uv_loop_init(&loop->loop_);
  if (status != 0) {
    return std::unexpected(std::string("cannot make an event loop: ") + uv_strerror(status));
  }
  loop->is_open_ = true;
  return loop;
}

EventLoop::~EventLoop() {
  if (!is_open_) return;
  while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {
  }
  CHECK_INVARIANT(uv_loop_close(&loop_) == 0);
}

void EventLoop::Run() {
  uv_run(&loop_, UV_RUN_DEFAULT);
}

void EventLoop::Stop() {
  uv_stop(&loop_);
}

void EventLoop::RunOnce() {
  uv_run(&loop_, UV_RUN_NOWAIT);
}

}  // namespace server
