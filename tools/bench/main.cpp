// cinnabar-benchmark: options in, measurements one after the other, a table or JSON out.
//
// Exit status: 0 measured, 1 not possible or a server that answered with errors, 2 wrong options.

#include <cstdio>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/load_run.h"
#include "tools/bench/options.h"
#include "tools/bench/report.h"

namespace {

using bench::LoadOptions;
using bench::LoadResult;
using bench::Measurement;
using bench::Options;

constexpr size_t kLoadPipeline = 64;

LoadOptions MakeLoadOptions(const Options& options, const std::string& command_line) {
  LoadOptions load;
  load.endpoint = options.endpoint;
  load.request.command_line = command_line;
  load.request.keys = options.keys;
  load.request.digits = options.key_bytes - bench::kKeyPrefixBytes;
  load.request.value_bytes = options.value_bytes;
  load.connections = options.connections;
  load.requests_max = options.requests;
  load.seconds_max = options.seconds;
  load.seed = options.seed;
  if (!options.password.empty()) load.prelude.push_back("AUTH " + options.password);
  if (options.use_resp3) load.prelude.push_back("HELLO 3");
  return load;
}

std::expected<Measurement, std::string> Measure(const std::string& name, const LoadOptions& load,
                                                bench::ProgressLine& progress) {
  const auto show = [&](uint64_t replies, double elapsed_seconds, double part) {
    progress.Show(name, load.pipeline, replies, elapsed_seconds, part);
  };
  std::expected<LoadResult, std::string> result = bench::RunLoad(load, show);
  progress.Clear();
  if (!result) return std::unexpected(result.error());
  return Measurement{name, load.pipeline, load.connections, std::move(*result)};
}

std::expected<Measurement, std::string> StoreKeys(const Options& options,
                                                  bench::ProgressLine& progress) {
  std::string command_line = "SET key:__seq__ __value__";
  if (options.load_ttl_seconds > 0) {
    command_line += " EX " + std::to_string(options.load_ttl_seconds);
  }
  LoadOptions load = MakeLoadOptions(options, command_line);
  load.request.keys = options.load_keys;
  load.requests_max = options.load_keys;
  load.seconds_max = 0;
  // The depth may be given, for those who watch the server while it grows.
  load.pipeline = options.pipelines.size() == 1 ? options.pipelines.front() : kLoadPipeline;
  return Measure("load", load, progress);
}

std::expected<std::vector<Measurement>, std::string> MeasureAll(const Options& options) {
  bench::ProgressLine progress(options.is_quiet);
  std::vector<Measurement> measurements;
  if (options.load_keys > 0) {
    auto loaded = StoreKeys(options, progress);
    if (!loaded) return std::unexpected(loaded.error());
    measurements.push_back(std::move(*loaded));
  }
  for (const bench::Workload& workload : options.workloads) {
    for (const size_t pipeline : options.pipelines) {
      LoadOptions load = MakeLoadOptions(options, workload.command_line);
      load.pipeline = pipeline;
      auto measurement = Measure(workload.name, load, progress);
      if (!measurement) return std::unexpected(workload.name + ": " + measurement.error());
      measurements.push_back(std::move(*measurement));
    }
  }
  return measurements;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto options = bench::ParseOptions(arguments);
  if (!options) {
    std::fprintf(stderr, "cinnabar-benchmark: %s\n", options.error().c_str());
    return 2;
  }
  if (options->wants_help) {
    std::fwrite(bench::HelpText().data(), 1, bench::HelpText().size(), stdout);
    return 0;
  }
  const auto measurements = MeasureAll(*options);
  if (!measurements) {
    std::fprintf(stderr, "cinnabar-benchmark: %s\n", measurements.error().c_str());
    return 1;
  }
  const bool wants_json = options->format == bench::OutputFormat::kJson;
  const std::string report =
      wants_json ? bench::FormatJson(*measurements) : bench::FormatTable(*measurements);
  std::fputs(report.c_str(), stdout);
  bool has_errors = false;
  for (const Measurement& measurement : *measurements) {
    has_errors = has_errors || measurement.result.error_replies > 0;
  }
  return has_errors ? 1 : 0;
}
