// Worker: other threads, for work that only takes time, such as giving large memory back.
//
// The loop's thread owns all state, so the work must own what it touches. The threads are libuv's.
// libuv makes them with the first work and aborts where it cannot, so the first work is given at
// the start: memory may be short by the time that something large is freed, at the latest at the
// end.
#pragma once

#include <functional>

#include "server/net/event_loop.h"

namespace server {

class Worker {
 public:
  // Makes the threads, and so belongs after a fork.
  explicit Worker(EventLoop& loop);

  // `then`, unless empty, follows on the loop's thread. The end of the loop waits for both; work
  // that has not been begun by then is still done.
  void Run(std::function<void()> work, std::function<void()> then = nullptr);

 private:
  EventLoop& loop_;
};

}  // namespace server
