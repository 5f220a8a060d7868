// Statistics: the counters of INFO, kept where things happen and read by introspection/info.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace server {

// A rate over the last samples, one each 100 ms, as instantaneous_ops_per_sec.
class InstantaneousRate {
 public:
  // `total` is the counter's value now.
  void Sample(uint64_t total, int64_t now_us);
  double PerSecond() const;

 private:
  static constexpr size_t kSamples = 16;
  std::array<double, kSamples> samples_ = {};
  size_t next_ = 0;
  uint64_t last_total_ = 0;
  int64_t last_us_ = 0;
};

struct Statistics {
  uint64_t connections_received = 0;
  uint64_t connections_rejected = 0;
  uint64_t commands_processed = 0;
  uint64_t net_input_bytes = 0;
  uint64_t net_output_bytes = 0;
  uint64_t error_replies = 0;
  uint64_t unexpected_error_replies = 0;
  uint64_t query_buffer_limit_disconnections = 0;
  uint64_t output_buffer_limit_disconnections = 0;
  uint64_t acl_access_denied_auth = 0;
  uint64_t acl_access_denied_command = 0;
  uint64_t clock_jumps = 0;  // of the wall clock, by more than 5 seconds
  uint64_t turns = 0;
  uint64_t turn_microseconds = 0;          // in RunTurn
  uint64_t command_microseconds = 0;       // in handlers
  uint64_t longest_turn_microseconds = 0;  // own processor time; while latency is monitored
  uint64_t reads_processed = 0;
  uint64_t writes_processed = 0;
  size_t peak_memory = 0;
  size_t recent_max_input_buffer = 0;
  size_t recent_max_output_buffer = 0;
  int64_t started_wall_us = 0;
  int64_t started_us = 0;                               // monotonic
  std::map<std::string, uint64_t, std::less<>> errors;  // by code, INFO errorstats; bounded
  InstantaneousRate commands_rate;
  InstantaneousRate input_rate;
  InstantaneousRate output_rate;

  // Counts an error reply by its first word.
  void NoteError(std::string_view line);
  // CONFIG RESETSTAT.
  void Reset();
};

}  // namespace server
