// LatencyMonitor: how long the loop was held up, and by what: for each kind of event the latest
// 160 spikes that took at least latency-monitor-threshold. Events of one second are one spike, the
// worst of them.
//
//   command, fast-command   a request; fast are those whose work does not grow with the data
//   expire-cycle            removing keys whose time has come
//
// Which events there are depends on what happens: Find may come back empty.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace server {

// The spikes of one event.
class LatencySeries {
 public:
  struct Sample {
    int64_t time_s = 0;
    int64_t latency_ms = 0;
  };
  static constexpr size_t kSamplesMax = 160;

  void Add(int64_t time_s, int64_t latency_ms);

  size_t size() const { return size_; }
  // 0 is the oldest.
  const Sample& operator[](size_t index) const {
    return samples_[(next_ + kSamplesMax - size_ + index) % kSamplesMax];
  }
  const Sample& latest() const { return (*this)[size_ - 1]; }
  // Of all there ever were.
  int64_t max_ms() const { return max_ms_; }

 private:
  std::array<Sample, kSamplesMax> samples_ = {};
  size_t next_ = 0;
  size_t size_ = 0;
  int64_t max_ms_ = 0;
};

class LatencyMonitor {
 public:
  using Events = std::map<std::string, LatencySeries, std::less<>>;

  void Add(std::string_view event, int64_t time_s, int64_t latency_ms);
  const LatencySeries* Find(std::string_view event) const;
  // Returns whether there was such an event.
  bool Reset(std::string_view event);
  // Returns how many there were.
  size_t ResetAll();
  const Events& events() const { return events_; }

 private:
  Events events_;
};

}  // namespace server
