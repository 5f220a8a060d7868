// The command line as redis-server reads its own (observed on 7.0).

#include "server/config/command_line.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace server {
namespace {

using Action = CommandLine::Action;
using Words = std::vector<std::string>;

CommandLine Parse(std::vector<std::string_view> arguments,
                  std::string_view program = "cinnabar-server") {
  arguments.insert(arguments.begin(), program);
  return ParseCommandLine(arguments, "Cinnabar server v=1.2.3 ...");
}

std::vector<Words> OptionWords(const CommandLine& line) {
  std::vector<Words> all;
  for (const CommandLineOption& option : line.options) all.push_back(option.words);
  return all;
}

TEST_CASE("Command line: nothing given runs with the defaults") {
  const CommandLine line = Parse({});
  CHECK(line.action == Action::kRun);
  CHECK(line.file.empty());
  CHECK(line.options.empty());
  CHECK_FALSE(line.reads_standard_input);
}

TEST_CASE("Command line: a file, options and their values") {
  const CommandLine line = Parse({"/etc/redis.conf", "--port", "7000", "--save", "3600", "1", "300",
                                  "100", "--replicaof", "127.0.0.1", "6379", "--appendonly", "no"});
  CHECK(line.file == "/etc/redis.conf");
  CHECK(OptionWords(line) == std::vector<Words>{{"port", "7000"},
                                                {"save", "3600", "1", "300", "100"},
                                                {"replicaof", "127.0.0.1", "6379"},
                                                {"appendonly", "no"}});
  CHECK(line.options[0].text == "port \"7000\"");
}

TEST_CASE("Command line: the argument behind a name is its value, even with dashes") {
  CHECK(OptionWords(Parse({"--requirepass", "--abc", "--port", "1"})) ==
        std::vector<Words>{{"requirepass", "--abc"}, {"port", "1"}});
  CHECK(OptionWords(Parse({"--port"})) == std::vector<Words>{{"port"}});
  CHECK(OptionWords(Parse({"--port", "--hz"})) == std::vector<Words>{{"port", "--hz"}});
}

TEST_CASE("Command line: save may stand without a value") {
  CHECK(OptionWords(Parse({"--save", "--port", "1"})) ==
        std::vector<Words>{{"save", ""}, {"port", "1"}});
  CHECK(OptionWords(Parse({"--port", "1", "--save"})) ==
        std::vector<Words>{{"port", "1"}, {"save", ""}});
  CHECK(OptionWords(Parse({"--save", "", "--port", "1"})) ==
        std::vector<Words>{{"save", ""}, {"port", "1"}});
}

TEST_CASE("Command line: name and value in one argument") {
  CHECK(OptionWords(Parse({"--port 7000", "--hz", "5"})) ==
        std::vector<Words>{{"port", "7000"}, {"hz", "5"}});
}

TEST_CASE("Command line: a dash reads the standard input, first or last") {
  CHECK(Parse({"-"}).reads_standard_input);
  CHECK(OptionWords(Parse({"-", "--port", "1"})) == std::vector<Words>{{"port", "1"}});
  const CommandLine last = Parse({"--port", "1", "-"});
  CHECK(last.reads_standard_input);
  CHECK(OptionWords(last) == std::vector<Words>{{"port", "1"}});
  const CommandLine middle = Parse({"--port", "-", "--hz", "1"});
  CHECK_FALSE(middle.reads_standard_input);
  CHECK(OptionWords(middle) == std::vector<Words>{{"port", "-"}, {"hz", "1"}});
  const CommandLine with_file = Parse({"a.conf", "-"});
  CHECK(with_file.file == "a.conf");
  CHECK(with_file.reads_standard_input);
}

TEST_CASE("Command line: a stray word becomes a directive that no one knows") {
  CHECK(OptionWords(Parse({"-x"})) == std::vector<Words>{{"-x"}});
  CHECK(OptionWords(Parse({"a.conf", "b.conf"})) == std::vector<Words>{{"b.conf"}});
}

TEST_CASE("Command line: version, help and checks print and end") {
  for (const std::string_view name : {"-v", "--version"}) {
    const CommandLine line = Parse({name});
    CHECK(line.action == Action::kPrintAndEnd);
    CHECK(line.message == "Cinnabar server v=1.2.3 ...\n");
    CHECK(line.exit_status == 0);
  }
  for (const std::string_view name : {"-h", "--help"}) {
    const CommandLine line = Parse({name});
    CHECK(line.action == Action::kPrintAndEnd);
    CHECK(line.message.starts_with("Usage: cinnabar-server [/path/to/redis.conf] [options] [-]\n"));
    CHECK(line.exit_status == 0);
  }
  CHECK(Parse({"--test-memory", "10"}).exit_status == 1);
  CHECK(Parse({"--check-system"}).exit_status == 0);
  // As in Redis, these count only in the first place.
  CHECK(Parse({"a.conf", "--version"}).action == Action::kRun);
}

TEST_CASE("Command line: check-config takes file and options as a start would") {
  const CommandLine line = Parse({"--check-config", "a.conf", "--port", "1"});
  CHECK(line.action == Action::kCheckConfig);
  CHECK(line.file == "a.conf");
  CHECK(OptionWords(line) == std::vector<Words>{{"port", "1"}});
  CHECK(Parse({"a.conf", "--port", "1", "--check-config"}).action == Action::kCheckConfig);
}

TEST_CASE("Command line: sentinel mode is refused") {
  CHECK(Parse({"a.conf", "--sentinel"}).exit_status == 1);
  CHECK(Parse({"a.conf"}, "/usr/bin/redis-sentinel").action == Action::kPrintAndEnd);
}

TEST_CASE("Command line: options load as directives") {
  Config config;
  const CommandLine line = Parse({"--port", "7000", "--save", "", "--requirepass", "a\nb \"c\"",
                                  "--bind", "127.0.0.1", "::1"});
  REQUIRE(LoadConfig(config, {.options = line.options}, SystemConfigReader()));
  CHECK(config.settings().port == 7000);
  CHECK(config.settings().save.empty());
  CHECK(config.settings().requirepass == "a\nb \"c\"");
  CHECK(config.settings().bind.size() == 2);
}

}  // namespace
}  // namespace server
