#include "tools/bench/options.h"

#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

namespace bench {
namespace {

constexpr std::string_view kHelp =
    R"(cinnabar-benchmark: measures a server that speaks RESP.

  --host HOST --port PORT     where it is (127.0.0.1, 6379)
  --socket PATH               ... or its Unix socket
  --password PASSWORD         AUTH first
  --resp3                     HELLO 3 first
  --connections N             (50)
  --pipeline N[,N...]         requests sent at once; each is measured (1,16,64)
  --seconds S                 length of a measurement (2)
  --requests N                ... or its number of requests
  --keys N                    random keys are among so many (1000000)
  --key-size N                bytes of a key, at least 8 (16)
  --value-size N              bytes of a value (32)
  --seed N                    of the random keys (1)
  --tests NAME[,NAME...]      of ping get set incr mget10 mset10 (all of them)
  --command 'HSET key:__rand__ field __value__'
                              another request to measure; may be repeated. Blanks separate its
                              arguments; __rand__ is a random number, __seq__ a counted one,
                              __value__ a value, __rank__ a random number of six digits and
                              __rank+99__ the same and 99 more
  --load N                    first store N keys, in order; measures nothing unless told to
  --ttl SECONDS               ... that expire
  --json                      results as JSON
  --quiet                     no progress line

Latency is measured at pipeline 1. "client us" is the CPU time of this program for a request: when
that is near the server's, believe the server's CPU time and not the throughput.
)";

const std::array<Workload, 6>& KnownWorkloads() {
  const auto repeat = [](std::string text, std::string_view part) {
    for (int i = 0; i < 10; ++i) text += part;
    return text;
  };
  static const std::array<Workload, 6> kWorkloads = {{
      {"ping", "PING"},
      {"set", "SET key:__rand__ __value__"},
      {"get", "GET key:__rand__"},
      {"incr", "INCR num:__rand__"},
      {"mget10", repeat("MGET", " key:__rand__")},
      {"mset10", repeat("MSET", " key:__rand__ __value__")},
  }};
  return kWorkloads;
}

template <class Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::vector<std::string_view> SplitAtCommas(std::string_view list) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t comma = list.find(',');
    parts.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

bool ParsePipelines(std::string_view list, Options& options) {
  options.pipelines.clear();
  for (const std::string_view part : SplitAtCommas(list)) {
    size_t pipeline = 0;
    if (!ParseNumber(part, pipeline) || pipeline == 0) return false;
    options.pipelines.push_back(pipeline);
  }
  return true;
}

bool ParseTests(std::string_view list, Options& options) {
  for (const std::string_view name : SplitAtCommas(list)) {
    bool is_known = false;
    for (const Workload& workload : KnownWorkloads()) {
      if (workload.name != name) continue;
      options.workloads.push_back(workload);
      is_known = true;
    }
    if (!is_known) return false;
  }
  return true;
}

// An option that takes a value, and what to do with it; false: the value is none.
struct ValueOption {
  std::string_view name;
  std::function<bool(std::string_view value, Options& options)> take;
};

template <class Number>
ValueOption NumberOption(std::string_view name, Number Options::* field) {
  return {name, [field](std::string_view value, Options& options) {
            return ParseNumber(value, options.*field);
          }};
}

std::vector<ValueOption> MakeValueOptions() {
  return {
      NumberOption("--connections", &Options::connections),
      NumberOption("--requests", &Options::requests),
      NumberOption("--seconds", &Options::seconds),
      NumberOption("--keys", &Options::keys),
      NumberOption("--key-size", &Options::key_bytes),
      NumberOption("--value-size", &Options::value_bytes),
      NumberOption("--seed", &Options::seed),
      NumberOption("--load", &Options::load_keys),
      NumberOption("--ttl", &Options::load_ttl_seconds),
      {"--pipeline", ParsePipelines},
      {"--tests", ParseTests},
      {"--port", [](std::string_view value,
                    Options& options) { return ParseNumber(value, options.endpoint.port); }},
      {"--host",
       [](std::string_view value, Options& options) {
         options.endpoint.host = value;
         return true;
       }},
      {"--socket",
       [](std::string_view value, Options& options) {
         options.endpoint.unix_socket = value;
         return true;
       }},
      {"--password",
       [](std::string_view value, Options& options) {
         options.password = value;
         return true;
       }},
      {"--command",
       [](std::string_view value, Options& options) {
         options.workloads.push_back({std::string(value), std::string(value)});
         return true;
       }},
  };
}

// Options without a value.
bool TakeSwitch(std::string_view name, Options& options) {
  if (name == "--json") {
    options.format = OutputFormat::kJson;
  } else if (name == "--quiet") {
    options.is_quiet = true;
  } else if (name == "--resp3") {
    options.use_resp3 = true;
  } else if (name == "--help") {
    options.wants_help = true;
  } else {
    return false;
  }
  return true;
}

// What is wrong with the options as a whole.
std::optional<std::string> FindContradiction(const Options& options) {
  if (options.connections == 0) return "--connections must not be 0";
  if (options.keys == 0) return "--keys must not be 0";
  if (options.key_bytes < kKeyPrefixBytes + 4) return "--key-size must be at least 8";
  if (options.requests == 0 && !(options.seconds > 0)) return "--seconds must be above 0";
  return std::nullopt;
}

}  // namespace

std::expected<Options, std::string> ParseOptions(std::span<const std::string_view> arguments) {
  const std::vector<ValueOption> value_options = MakeValueOptions();
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string name(arguments[i]);
    if (TakeSwitch(name, options)) continue;
    const ValueOption* found = nullptr;
    for (const ValueOption& option : value_options) {
      if (option.name == name) found = &option;
    }
    if (found == nullptr) return std::unexpected("unknown option " + name + " (see --help)");
    if (++i == arguments.size()) return std::unexpected(name + " needs a value");
    if (!found->take(arguments[i], options)) {
      return std::unexpected(name + ": cannot use " + std::string(arguments[i]));
    }
  }
  if (options.requests > 0) options.seconds = 0;
  // `--load` alone only loads.
  if (options.workloads.empty() && options.load_keys == 0) {
    options.workloads.assign(KnownWorkloads().begin(), KnownWorkloads().end());
  }
  if (auto contradiction = FindContradiction(options)) return std::unexpected(*contradiction);
  return options;
}

std::string_view HelpText() {
  return kHelp;
}

}  // namespace bench
