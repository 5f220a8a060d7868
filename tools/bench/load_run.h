// LoadRun: drives a server with one kind of request over many connections, and measures.
//
// One thread and one epoll. Connections are opened before the clock starts. At the end no new batch
// is sent, and all replies still owed are awaited, so that the server has worked off what is
// counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "tools/bench/connection.h"
#include "tools/bench/latency_histogram.h"
#include "tools/bench/request_batch.h"

namespace bench {

struct LoadOptions {
  Endpoint endpoint;
  RequestTemplate request;
  size_t connections = 50;
  size_t pipeline = 1;
  // The run ends at whichever comes first; 0 is no limit. One of them is set.
  uint64_t requests_max = 0;
  double seconds_max = 0;
  uint64_t seed = 1;
  // Sent on every connection first, each awaited: AUTH, HELLO, SELECT.
  std::vector<std::string> prelude;
};

struct LoadResult {
  uint64_t replies = 0;
  uint64_t error_replies = 0;
  std::string first_error;
  double elapsed_seconds = 0;
  double client_cpu_seconds = 0;
  LatencyHistogram latencies;  // of a batch: from its sending to its last reply
};

// Told from time to time how many replies have come and what part of the run is done, from 0 to 1.
using ProgressListener = std::function<void(uint64_t replies, double elapsed_seconds, double part)>;

// The measurement, or why it could not be taken: no connection, connection lost, not RESP.
std::expected<LoadResult, std::string> RunLoad(const LoadOptions& options,
                                               const ProgressListener& on_progress);

}  // namespace bench
