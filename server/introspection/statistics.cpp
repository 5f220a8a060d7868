#include "server/introspection/statistics.h"

#include <numeric>

namespace server {
namespace {
// A client could invent codes through scripts; Redis stops counting at 128 too.
constexpr size_t kErrorCodesMax = 128;
}  // namespace

void InstantaneousRate::Sample(uint64_t total, uint64_t base) {
  const uint64_t grown = total >= last_total_ ? total - last_total_ : 0;
  const bool has_base_grown = base > last_base_;
  samples_[next_] =
      has_base_grown ? static_cast<double>(grown) / static_cast<double>(base - last_base_) : 0;
  next_ = (next_ + 1) % kSamples;
  last_total_ = total;
  last_base_ = base;
}

double InstantaneousRate::Ratio() const {
  return std::accumulate(samples_.begin(), samples_.end(), 0.0) / kSamples;
}

void Statistics::NoteError(std::string_view line) {
  ++error_replies;
  const std::string_view code = line.substr(0, line.find(' '));
  if (const auto known = errors.find(code); known != errors.end()) {
    ++known->second;
  } else if (errors.size() < kErrorCodesMax) {
    errors.emplace(code, 1);
  }
}

void Statistics::Reset() {
  const Statistics kept = *this;
  *this = Statistics();
  peak_memory = kept.peak_memory;
  started_us = kept.started_us;
  started_wall_us = kept.started_wall_us;
}

}  // namespace server
