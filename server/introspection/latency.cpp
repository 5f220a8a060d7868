#include "server/introspection/latency.h"

#include <algorithm>

namespace server {

void LatencySeries::Add(int64_t time_s, int64_t latency_ms) {
  max_ms_ = std::max(max_ms_, latency_ms);
  if (size_ > 0) {
    Sample& last = samples_[(next_ + kSamplesMax - 1) % kSamplesMax];
    if (last.time_s == time_s) {
      last.latency_ms = std::max(last.latency_ms, latency_ms);
      return;
    }
  }
  samples_[next_] = {time_s, latency_ms};
  next_ = (next_ + 1) % kSamplesMax;
  size_ = std::min(size_ + 1, kSamplesMax);
}

void LatencyMonitor::Add(std::string_view event, int64_t time_s, int64_t latency_ms) {
  auto found = events_.find(event);
  if (found == events_.end()) found = events_.emplace(event, LatencySeries()).first;
  found->second.Add(time_s, latency_ms);
}

const LatencySeries* LatencyMonitor::Find(std::string_view event) const {
  const auto found = events_.find(event);
  return found == events_.end() ? nullptr : &found->second;
}

bool LatencyMonitor::Reset(std::string_view event) {
  const auto found = events_.find(event);
  if (found == events_.end()) return false;
  events_.erase(found);
  return true;
}

size_t LatencyMonitor::ResetAll() {
  const size_t count = events_.size();
  events_.clear();
  return count;
}

}  // namespace server
