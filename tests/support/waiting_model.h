// WaitingModel: what clients that wait for keys must be told, in the plainest way: whoever waits
// longest is served first, from the first of its keys that has anything; who is not served in time
// is told so.
//
// What a key holds, and what a served client is told, is the test's own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tests {

// The reply to who waited for nothing, in RESP2.
inline constexpr std::string_view kInVain = "*-1\r\n";

struct WaitingModel {
  struct Waiter {
    size_t client;
    std::vector<std::string> keys;
    int64_t deadline_ms;  // 0: none
    // Takes from the key what the client asked for, and returns its reply.
    std::function<std::string(const std::string& key)> take;
  };
  std::function<bool(const std::string& key)> has_any;  // of the type that is waited for
  std::vector<Waiter> waiters;                          // in the order in which they came
  std::map<size_t, std::string> replies;
  int64_t now_ms = 0;

  bool TryServe(const Waiter& waiter) {
    for (const std::string& key : waiter.keys) {
      if (!has_any(key)) continue;
      replies[waiter.client] += waiter.take(key);
      return true;
    }
    return false;
  }
  // Serves the client at once, or has it wait.
  void Add(Waiter waiter) {
    if (!TryServe(waiter)) waiters.push_back(std::move(waiter));
  }
  // The key was changed.
  void Serve(const std::string& key) {
    for (size_t i = 0; i < waiters.size() && has_any(key);) {
      const Waiter waiter = waiters[i];
      const bool waits =
          std::find(waiter.keys.begin(), waiter.keys.end(), key) != waiter.keys.end();
      if (waits && TryServe(waiter)) {
        waiters.erase(waiters.begin() + static_cast<ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
  }
  void PassTime(int64_t ms) {
    now_ms += ms;
    std::erase_if(waiters, [&](const Waiter& waiter) {
      const bool is_over = waiter.deadline_ms != 0 && waiter.deadline_ms <= now_ms;
      if (is_over) replies[waiter.client] += kInVain;
      return is_over;
    });
  }
  bool IsWaiting(size_t client) const {
    return std::any_of(waiters.begin(), waiters.end(),
                       [&](const Waiter& waiter) { return waiter.client == client; });
  }
  void Forget(size_t client) {
    std::erase_if(waiters, [&](const Waiter& waiter) { return waiter.client == client; });
  }
};

}  // namespace tests
