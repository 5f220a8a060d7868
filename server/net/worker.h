// Worker: other threads, for work that only takes time, such as giving large memory back.
//
// The loop's thread owns all state, so the work must own what it touches. The threads are libuv's
// and are made with the first work.
#pragma once

#include <functional>

#include "server/net/event_loop.h"

namespace server {

class Worker {
 public:
  explicit Worker(EventLoop& loop) : loop_(loop) {}

  // The end of the loop waits for it; work that has not been begun by then is still done.
  void Run(std::function<void()> work);

 private:
  EventLoop& loop_;
};

}  // namespace server
