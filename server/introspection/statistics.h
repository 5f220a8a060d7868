// Statistics: the counters of INFO, kept where things happen and read by introspection/info.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace server {

// How fast a counter grew of late, measured by another counter or the clock: the mean of the last
// samples, one each 100 ms, as instantaneous_ops_per_sec.
class InstantaneousRate {
 public:
  // Both values now. A sample in which `base` did not grow counts as 0.
  void Sample(uint64_t total, uint64_t base);
  // By how much the counter grew for each step of the base.
  double Ratio() const;
  // The same where the base is microseconds.
  double PerSecond() const { return Ratio() * 1e6; }

 private:
  static constexpr size_t kSamples = 16;
  std::array<double, kSamples> samples_ = {};
  size_t next_ = 0;
  uint64_t last_total_ = 0;
  uint64_t last_base_ = 0;
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
  uint64_t acl_access_denied_key = 0;
  uint64_t acl_access_denied_channel = 0;
  uint64_t clock_jumps = 0;  // of the wall clock, by more than 5 seconds
  uint64_t turns = 0;
  uint64_t turn_ticks = 0;                 // in RunTurn
  uint64_t command_ticks = 0;              // of that, dispatching and running requests
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
  InstantaneousRate turns_rate;
  InstantaneousRate turn_duration;  // ticks, by turns

  // Counts an error reply by its first word.
  void NoteError(std::string_view line);
  // CONFIG RESETSTAT.
  void Reset();
};

}  // namespace server
