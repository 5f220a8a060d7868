// What LATENCY GRAPH and LATENCY DOCTOR say, for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/introspection/latency.h"

namespace server {

// A graph of four rows, as wide as there are samples, in blocks of 80 columns; below each column
// how long ago it was:
//
//   command - high 300 ms, low 30 ms (all time high 300 ms)
//   ----- ... -----
//    #
//    |
//    |
//   _|_
//
//   420
//   sss
std::string LatencyGraph(std::string_view event, const LatencySeries& series, int64_t now_s);

// The settings that the advice is about.
struct LatencyAdviceFacts {
  int64_t threshold_ms = 0;  // 0: nothing is measured
  int64_t slowlog_threshold_us = 0;
};
std::string LatencyAdvice(const LatencyMonitor& monitor, const LatencyAdviceFacts& facts);

}  // namespace server
