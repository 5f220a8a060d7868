#include "tools/bench/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace bench {
namespace {

double PerSecond(const LoadResult& result) {
  return static_cast<double>(result.replies) / std::max(result.elapsed_seconds, 1e-9);
}

double ClientMicroseconds(const LoadResult& result) {
  const auto replies = static_cast<double>(std::max<uint64_t>(result.replies, 1));
  return result.client_cpu_seconds * 1e6 / replies;
}

double PercentileMicroseconds(const LoadResult& result, double percent) {
  return static_cast<double>(result.latencies.PercentileNanoseconds(percent)) * 1e-3;
}

std::string FormatLatencies(const LoadResult& result) {
  std::string text;
  for (const double percent : {50.0, 95.0, 99.0, 99.9, 100.0}) {
    text += fmt::format("{:>9.1f}", PercentileMicroseconds(result, percent));
  }
  return text;
}

std::string EscapeJson(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      escaped += '\\';
      escaped += c;
    } else if (byte < 0x20) {
      escaped += fmt::format("\\u{:04x}", byte);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string FormatTable(const std::vector<Measurement>& measurements) {
  size_t name_columns = 8;
  for (const Measurement& measurement : measurements) {
    name_columns = std::clamp(measurement.name.size(), name_columns, size_t{40});
  }
  std::string table = fmt::format("{:<{}}{:>9}{:>12}{:>12}{:>11}  |{:>9}{:>9}{:>9}{:>9}{:>9}\n",
                                  "test", name_columns, "pipeline", "requests", "per second",
                                  "client us", "p50 us", "p95", "p99", "p99.9", "max");
  for (const Measurement& measurement : measurements) {
    const LoadResult& result = measurement.result;
    table += fmt::format("{:<{}.40}{:>9}{:>12}{:>12.0f}{:>11.3f}  |{}\n", measurement.name,
                         name_columns, measurement.pipeline, result.replies, PerSecond(result),
                         ClientMicroseconds(result),
                         measurement.pipeline == 1 ? FormatLatencies(result) : "");
    if (result.error_replies > 0) {
      table +=
          fmt::format("    {} errors, the first: {}\n", result.error_replies, result.first_error);
    }
  }
  return table;
}

std::string FormatJson(const std::vector<Measurement>& measurements) {
  std::string json = "[";
  for (const Measurement& measurement : measurements) {
    const LoadResult& result = measurement.result;
    json += json.size() > 1 ? ",\n " : "\n ";
    fmt::format_to(std::back_inserter(json),
                   R"({{"test": "{}", "pipeline": {}, "connections": {}, "requests": {}, )"
                   R"("seconds": {:.6f}, "per_second": {:.1f}, "client_cpu_us": {:.4f}, )"
                   R"("errors": {}, "first_error": "{}", "batch_latency_us": {{)",
                   EscapeJson(measurement.name), measurement.pipeline, measurement.connections,
                   result.replies, result.elapsed_seconds, PerSecond(result),
                   ClientMicroseconds(result), result.error_replies,
                   EscapeJson(result.first_error));
    for (const double percent : {50.0, 95.0, 99.0, 99.9}) {
      fmt::format_to(std::back_inserter(json), R"("p{}": {:.1f}, )", percent,
                     PercentileMicroseconds(result, percent));
    }
    fmt::format_to(std::back_inserter(json), R"("max": {:.1f}}}}})",
                   PercentileMicroseconds(result, 100));
  }
  return json + "\n]\n";
}

ProgressLine::ProgressLine(bool is_quiet) : is_enabled_(!is_quiet && isatty(STDERR_FILENO) == 1) {}

void ProgressLine::Show(const std::string& name, size_t pipeline, uint64_t replies,
                        double elapsed_seconds, double part) {
  if (!is_enabled_) return;
  const std::string line =
      fmt::format("\r\x1b[K{:.40} pipeline {}: {:.0f}/s, {:.0f} %", name, pipeline,
                  static_cast<double>(replies) / std::max(elapsed_seconds, 1e-9), part * 100);
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

void ProgressLine::Clear() {
  if (is_enabled_) std::fputs("\r\x1b[K", stderr);
}

}  // namespace bench
