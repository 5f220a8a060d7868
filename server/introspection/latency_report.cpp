#include "server/introspection/latency_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace server {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kRows = 4;
constexpr std::string_view kLevels = "_o#";  // within a row

std::string Ago(int64_t seconds) {
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m", seconds / 60);
  if (seconds < 86400) return fmt::format("{}h", seconds / 3600);
  return fmt::format("{}d", seconds / 86400);
}

struct Range {
  int64_t low_ms = INT64_MAX;
  int64_t high_ms = 0;
};

Range RangeOf(const LatencySeries& series) {
  Range range;
  for (size_t i = 0; i < series.size(); ++i) {
    range.low_ms = std::min(range.low_ms, series[i].latency_ms);
    range.high_ms = std::max(range.high_ms, series[i].latency_ms);
  }
  return range;
}

// The columns of samples `begin` to `end`, and their labels from top to bottom.
void AppendBlock(const LatencySeries& series, size_t begin, size_t end, const Range& range,
                 int64_t now_s, std::string& text) {
  constexpr size_t kSteps = kRows * kLevels.size();
  const double span = static_cast<double>(std::max<int64_t>(1, range.high_ms - range.low_ms));
  std::vector<size_t> steps;
  std::vector<std::string> labels;
  size_t label_max = 0;
  for (size_t i = begin; i < end; ++i) {
    const double height = static_cast<double>(series[i].latency_ms - range.low_ms) / span;
    steps.push_back(static_cast<size_t>(height * (kSteps - 1)));
    labels.push_back(Ago(now_s - series[i].time_s));
    label_max = std::max(label_max, labels.back().size());
  }
  for (size_t row = kRows; row-- > 0;) {
    for (const size_t step : steps) {
      const size_t top = step / kLevels.size();
      text += row > top ? ' ' : row < top ? '|' : kLevels[step % kLevels.size()];
    }
    text += '\n';
  }
  text.append(steps.size(), ' ');
  text += '\n';
  for (size_t row = 0; row < label_max; ++row) {
    for (const std::string& label : labels) text += row < label.size() ? label[row] : ' ';
    text += '\n';
  }
}

// "command: 3 spikes, 126 ms on average (mean deviation 115 ms), one each 1.33 s, worst ever 300
// ms"
std::string Describe(std::string_view event, const LatencySeries& series) {
  double sum_ms = 0;
  for (size_t i = 0; i < series.size(); ++i) sum_ms += static_cast<double>(series[i].latency_ms);
  const double count = static_cast<double>(series.size());
  const double average_ms = sum_ms / count;
  double deviation_ms = 0;
  for (size_t i = 0; i < series.size(); ++i) {
    deviation_ms += std::abs(static_cast<double>(series[i].latency_ms) - average_ms) / count;
  }
  const double period_s = static_cast<double>(series.latest().time_s - series[0].time_s) / count;
  return fmt::format(
      "{}: {} spikes, {:.0f} ms on average (mean deviation {:.0f} ms), one each {:.2f} s, "
      "worst ever {} ms",
      event, series.size(), average_ms, deviation_ms, period_s, series.max_ms());
}

void AppendAdvice(const LatencyMonitor& monitor, const LatencyAdviceFacts& facts,
                  std::string& text) {
  text += "\nWhat may help:\n";
  if (monitor.Find("command") != nullptr) {
    text +=
        "- command: some requests do much work at once. SLOWLOG GET names them. Ask for parts: "
        "SCAN instead of KEYS, ranges instead of whole values.\n";
  }
  if (monitor.Find("fast-command") != nullptr) {
    text +=
        "- fast-command: requests that do little work took long all the same, so the process did "
        "not run: look for other programs on this processor, for swapping, or for a virtual "
        "machine that is short of time.\n";
  }
  if (monitor.Find("expire-cycle") != nullptr) {
    text +=
        "- expire-cycle: very many keys expire at one moment. Add a random part to their time to "
        "live.\n";
  }
  if (facts.slowlog_threshold_us < 0) {
    text +=
        "- The slow log is off. CONFIG SET slowlog-log-slower-than 10000 makes it keep the "
        "requests that take 10 ms and more.\n";
  } else if (facts.slowlog_threshold_us / 1000 > facts.threshold_ms) {
    text += fmt::format(
        "- The slow log starts at {} us, the spikes here at {} ms: CONFIG SET "
        "slowlog-log-slower-than {} makes it keep the requests behind them.\n",
        facts.slowlog_threshold_us, facts.threshold_ms, facts.threshold_ms * 1000);
  }
}

}  // namespace

std::string LatencyGraph(std::string_view event, const LatencySeries& series, int64_t now_s) {
  const Range range = RangeOf(series);
  std::string text = fmt::format("{} - high {} ms, low {} ms (all time high {} ms)\n", event,
                                 range.high_ms, range.low_ms, series.max_ms());
  text.append(kColumns, '-');
  text += '\n';
  for (size_t begin = 0; begin < series.size(); begin += kColumns) {
    if (begin > 0) text += '\n';
    AppendBlock(series, begin, std::min(begin + kColumns, series.size()), range, now_s, text);
  }
  return text;
}

std::string LatencyAdvice(const LatencyMonitor& monitor, const LatencyAdviceFacts& facts) {
  if (monitor.events().empty()) {
    if (facts.threshold_ms == 0) {
      return "Latency is not monitored. CONFIG SET latency-monitor-threshold <milliseconds> makes "
             "the server remember what takes that long.\n";
    }
    return fmt::format("Nothing took {} ms or more since monitoring began.\n", facts.threshold_ms);
  }
  std::string text = "What held the server up:\n";
  for (const auto& [event, series] : monitor.events()) {
    text += fmt::format("- {}\n", Describe(event, series));
  }
  AppendAdvice(monitor, facts, text);
  return text;
}

}  // namespace server
