// The command line of cinnabar-benchmark.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/connection.h"

namespace bench {

// One kind of request to measure.
struct Workload {
  std::string name;
  std::string command_line;  // with the placeholders of RequestTemplate
};

enum class OutputFormat : uint8_t { kTable, kJson };

struct Options {
  Endpoint endpoint;
  std::string password;
  bool use_resp3 = false;
  size_t connections = 50;
  std::vector<size_t> pipelines = {1, 16, 64};
  uint64_t requests = 0;  // of each measurement; 0: as many as fit into `seconds`
  double seconds = 2;
  uint64_t keys = 1'000'000;
  size_t key_bytes = 16;
  size_t value_bytes = 32;
  uint64_t seed = 1;
  uint64_t load_keys = 0;         // keys to store before the measurements
  uint64_t load_ttl_seconds = 0;  // their expiry; 0: none
  std::vector<Workload> workloads;
  OutputFormat format = OutputFormat::kTable;
  bool is_quiet = false;  // no progress line
  bool wants_help = false;
};

// Keys begin with four bytes, "key:", and go on with digits.
inline constexpr size_t kKeyPrefixBytes = 4;

std::expected<Options, std::string> ParseOptions(std::span<const std::string_view> arguments);

std::string_view HelpText();

}  // namespace bench
