// SlowLog: the latest requests that took long, newest first. What it keeps of a request is bounded,
// whatever its arguments are, and has no secrets (redact.h).
//
//   at most 32 arguments       of more, 31 and "... (N more arguments)"
//   at most 128 bytes of each  of more, 128 and "... (N more bytes)"
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace server {

class SlowLog {
 public:
  struct Entry {
    uint64_t id = 0;  // goes on when the log is reset
    int64_t time_s = 0;
    int64_t duration_us = 0;
    std::vector<std::string> arguments = {};  // shortened, by Add
    std::string client_address;
    std::string client_name;
  };

  static constexpr size_t kArgumentsMax = 32;
  static constexpr size_t kArgumentBytesMax = 128;

  // Keeps at most `length_max` entries, this one included. `arguments` are those of the request,
  // as others may see them; `entry` is the rest.
  void Add(Entry entry, std::span<const std::string_view> arguments, size_t length_max);
  void Reset() { entries_.clear(); }

  // The newest first.
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  std::deque<Entry> entries_;
  uint64_t next_id_ = 0;
};

}  // namespace server
