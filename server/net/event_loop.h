// EventLoop: libuv's loop, and the order in which it ends.
//
// Every handle is closed by its owner's destructor, but libuv gives a closed handle back only in a
// later iteration. So the loop is the first part to be made and the last to go: its destructor runs
// what is left until libuv has let go of everything.
#pragma once

#include <uv.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

namespace server {

class EventLoop {
 public:
  // Fails when the process has no descriptors left for it.
  static std::expected<std::unique_ptr<EventLoop>, std::string> Make();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // Until Stop(), which lets the current iteration come to its end.
  void Run();
  void Stop();
  // What is due now, without waiting: among it the callbacks of what was closed.
  void RunOnce();

  // libuv's idea of the time: of the last poll, so free to ask for.
  int64_t NowMilliseconds() const { return static_cast<int64_t>(uv_now(&loop_)); }
  uv_loop_t* uv() { return &loop_; }

 private:
  EventLoop() = default;

  uv_loop_t loop_;
  bool is_open_ = false;
};

}  // namespace server
