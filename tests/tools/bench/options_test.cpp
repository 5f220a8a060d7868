// What the command line of cinnabar-benchmark means, and what it refuses.

#include "tools/bench/options.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace bench {
namespace {

std::expected<Options, std::string> Parse(std::initializer_list<std::string_view> arguments) {
  const std::vector<std::string_view> list(arguments);
  return ParseOptions(list);
}

TEST_CASE("Benchmark options: without any, all known tests run at three depths") {
  const auto options = Parse({});
  REQUIRE(options.has_value());
  CHECK(options->workloads.size() == 6);
  CHECK(options->pipelines == std::vector<size_t>{1, 16, 64});
  CHECK(options->connections == 50);
}

TEST_CASE("Benchmark options: tests and commands run in the order given") {
  const auto options =
      Parse({"--tests", "mget10,ping", "--command", "HSET key:__rand__ f v", "--pipeline", "8"});
  REQUIRE(options.has_value());
  REQUIRE(options->workloads.size() == 3);
  CHECK(options->workloads[0].name == "mget10");
  CHECK(options->workloads[1].command_line == "PING");
  CHECK(options->workloads[2].command_line == "HSET key:__rand__ f v");
  CHECK(options->pipelines == std::vector<size_t>{8});
}

TEST_CASE("Benchmark options: --load alone measures nothing") {
  const auto options = Parse({"--load", "1000", "--ttl", "60"});
  REQUIRE(options.has_value());
  CHECK(options->workloads.empty());
  CHECK(options->load_keys == 1000);
  CHECK(options->load_ttl_seconds == 60);
}

TEST_CASE("Benchmark options: a number of requests replaces the duration") {
  const auto options = Parse({"--requests", "100"});
  REQUIRE(options.has_value());
  CHECK(options->requests == 100);
  CHECK(options->seconds == 0);
}

TEST_CASE("Benchmark options: refuses what it does not understand, and says so") {
  const std::vector<std::vector<std::string_view>> wrong = {
      {"--what"},          {"get"},
      {"--port"},          {"--port", "70000"},
      {"--port", "1x"},    {"--pipeline", "1,,2"},
      {"--pipeline", "0"}, {"--tests", "get,nothing"},
      {"--keys", "0"},     {"--connections", "0"},
      {"--seconds", "0"},  {"--key-size", "7"},
      {"--keys", "-1"},    {"--seconds", "soon"},
  };
  for (const auto& arguments : wrong) {
    CAPTURE(arguments.front());
    const auto options = ParseOptions(arguments);
    REQUIRE_FALSE(options.has_value());
    CHECK(options.error().find(arguments.front().substr(2)) != std::string::npos);
  }
}

}  // namespace
}  // namespace bench
