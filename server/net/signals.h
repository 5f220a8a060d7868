// Signals: what operators and supervisors send.
//
//   SIGTERM, SIGINT   an orderly end; again, the end at once
//   SIGHUP            the log is opened anew
//   SIGPIPE           ignored: a write to a peer that is gone is an error like any other
//
// The handlers run on the loop, except for "at once": somebody who insists must not wait for a loop
// that is busy. Signals belong to the process, so there can be only one of this.
#pragma once

#include <functional>

#include "server/net/event_loop.h"
#include "server/net/uv_handle.h"

namespace server {

class Signals {
 public:
  struct Handlers {
    std::function<void(int signal_number)> end;
    std::function<void()> hang_up;
  };

  Signals(EventLoop& loop, Handlers handlers);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void Deliver();

  Handlers handlers_;
  UvPtr<uv_async_t> wake_;
};

}  // namespace server
