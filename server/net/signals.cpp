#include "server/net/signals.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <memory>
#include <utility>

#include "storage/base/check.h"

namespace server {
namespace {

// Supervisors signal a process and its group, so a second signal that soon is not insistence.
constexpr int64_t kInsistenceMilliseconds = 200;

// What the handler and the loop share. Lock-free, so safe in a handler.
std::atomic<uv_async_t*> wake_loop = nullptr;
std::atomic<int> end_signal = 0;  // the first one, until it was delivered
std::atomic<bool> has_hung_up = false;
std::atomic<int64_t> end_asked_ms = 0;  // 0: not yet
static_assert(std::atomic<int64_t>::is_always_lock_free);

int64_t MonotonicMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000} + now.tv_nsec / 1'000'000;
}

void OnSignal(int signal_number) {
  if (signal_number == SIGHUP) {
    has_hung_up = true;
  } else {
    const int64_t now = MonotonicMilliseconds();
    int64_t first = 0;
    const bool is_first = end_asked_ms.compare_exchange_strong(first, now);
    if (!is_first && now - first >= kInsistenceMilliseconds) _exit(1);
    if (is_first) end_signal = signal_number;
  }
  if (uv_async_t* wake = wake_loop) uv_async_send(wake);
}

constexpr std::array kHandled = {SIGTERM, SIGINT, SIGHUP};

}  // namespace

Signals::Signals(EventLoop& loop, Handlers handlers) : handlers_(std::move(handlers)) {
  auto wake = std::make_unique<uv_async_t>();
  const auto deliver = [](uv_async_t* handle) { static_cast<Signals*>(handle->data)->Deliver(); };
  // The loop has what this needs since it was made.
  CHECK_INVARIANT(uv_async_init(loop.uv(), wake.get(), deliver) == 0);
  wake->data = this;
  wake_.reset(wake.release());
  wake_loop = wake_.get();
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  for (const int signal_number : kHandled) sigaction(signal_number, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

// The handler stays: who insists while the server is being taken apart is heard too.
Signals::~Signals() {
  wake_loop = nullptr;
}

void Signals::Deliver() {
  if (has_hung_up.exchange(false)) handlers_.hang_up();
  if (const int signal_number = end_signal.exchange(0); signal_number != 0) {
    handlers_.end(signal_number);
  }
}

}  // namespace server
