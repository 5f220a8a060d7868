// Reading redis.conf, what it includes, standard input and options.

#include "server/config/config_file.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "server/config/directive_table.h"
#include "tests/server/config/memory_config_files.h"
#include "tests/support/temporary_folder.h"

namespace server {
namespace {

using Files = std::map<std::string, std::string>;

// Loads /redis.conf of `files`; the fatal text, or the warnings, one a line.
std::string LoadFiles(Config& config, const Files& files) {
  const auto result = LoadConfig(config, {.file = "/redis.conf"}, MemoryConfigReader(files));
  if (!result) return DescribeFatal(result.error(), "Test 1.2.3");
  std::string warnings;
  for (const std::string& warning : *result) warnings += warning + "\n";
  return warnings;
}

std::string LoadText(Config& config, const std::string& text) {
  return LoadFiles(config, {{"/redis.conf", text}});
}

TEST_CASE(
    "Config file: comments and blank lines are skipped, quotes and letter case are understood") {
  Config config;
  CHECK(LoadText(config,
                 "# a comment\r\n\r\n   \t\n  TimeOut 7\r\n"
                 "requirepass \"a \\\"b\\\" \\x41\\n\"\n"
                 "bind '127.0.0.1' ::1\nlogfile \"\"") == "");
  CHECK(config.settings().timeout_s == 7);
  CHECK(config.settings().requirepass == "a \"b\" A\n");
  CHECK(config.settings().bind == std::vector<std::string>{"127.0.0.1", "::1"});
}

TEST_CASE("Config file: an error names line, text, reason and file") {
  Config config;
  CHECK(LoadText(config, "port 1\n\n  maxmemory  lots \nport 2\n") ==
        "\n*** FATAL CONFIG FILE ERROR (Test 1.2.3) ***\n"
        "Reading the configuration file, at line 3\n"
        ">>> 'maxmemory  lots'\n"
        "argument must be a memory value\n"
        "(file /redis.conf)\n");
  CHECK(config.settings().port == 1);
  CHECK(LoadText(config, "requirepass \"abc\n").find("Unbalanced quotes in configuration line") !=
        std::string::npos);
  CHECK(LoadText(config, "port 1 2\n").find("wrong number of arguments") != std::string::npos);
  CHECK(LoadText(config, "\"\" 1\n").find("Bad directive or wrong number of arguments") !=
        std::string::npos);
}

TEST_CASE("Config file: an unknown directive is refused with a suggestion") {
  Config config;
  CHECK(LoadText(config, "prot 1\n") ==
        "\n*** FATAL CONFIG FILE ERROR (Test 1.2.3) ***\n"
        "Reading the configuration file, at line 1\n"
        ">>> 'prot 1'\n"
        "Bad directive or wrong number of arguments. Did you mean 'port'?\n"
        "(file /redis.conf)\n");
}

TEST_CASE("Config file: unknown-directives warn lets unknown ones pass, wherever it stands") {
  Config config;
  CHECK(LoadText(config, "io-uring yes\nport 1\nunknown-directives warn\n") ==
        "Ignored an unknown directive in /redis.conf, line 1: 'io-uring yes': Bad directive or "
        "wrong number of "
        "arguments\n");
  CHECK(config.settings().port == 1);
  CHECK(LoadText(config, "io-uring yes\nport x\n").find("couldn't be parsed") != std::string::npos);
}

TEST_CASE("Config file: include reads files in place, by name and by pattern") {
  Config config;
  CHECK(LoadFiles(config,
                  {{"/redis.conf", "port 1\ninclude /d/*.conf\nhz 33\ninclude /none/*.conf\n"},
                   {"/d/a.conf", "port 2\nhz 22\n"},
                   {"/d/b.conf", "port 3\ninclude /other\n"},
                   {"/other", "timeout 4\n"}}) == "");
  CHECK(config.settings().port == 3);
  CHECK(config.settings().hz == 33);
  CHECK(config.settings().timeout_s == 4);
}

TEST_CASE("Config file: an error in an included file names that file") {
  Config config;
  CHECK(LoadFiles(config, {{"/redis.conf", "\n\ninclude /x\n"}, {"/x", "port nine\n"}}) ==
        "\n*** FATAL CONFIG FILE ERROR (Test 1.2.3) ***\n"
        "Reading the configuration file, at line 1\n"
        ">>> 'port nine'\n"
        "argument couldn't be parsed into an integer\n"
        "(file /x)\n");
  CHECK(LoadFiles(config, {{"/redis.conf", "include /missing\n"}}) ==
        "Fatal error, can't open config file '/missing': No such file or directory\n");
  CHECK(LoadFiles(config, {{"/redis.conf", "include a b\n"}}).find("wrong number of arguments\n") !=
        std::string::npos);
}

TEST_CASE("Config file: a file that includes itself is refused, not followed for ever") {
  Config config;
  CHECK(LoadFiles(config, {{"/redis.conf", "include /redis.conf\n"}})
            .find("include is nested too deeply") != std::string::npos);
  CHECK(
      LoadFiles(config,
                {{"/redis.conf", "include /a\n"},
                 {"/a", "include /b\ninclude /b\ninclude /b\ninclude /b\ninclude /b\ninclude /b\n"},
                 {"/b", "include /c\ninclude /c\ninclude /c\ninclude /c\ninclude /c\ninclude /c\n"},
                 {"/c", "include /d\ninclude /d\ninclude /d\ninclude /d\ninclude /d\ninclude /d\n"},
                 {"/d", "include /e\ninclude /e\ninclude /e\ninclude /e\ninclude /e\ninclude /e\n"},
                 {"/e", "port 1\n"}})
          .find("too many files are included") != std::string::npos);
}

TEST_CASE("Config file: standard input comes after the file and options come last") {
  Config config;
  ConfigSources sources;
  sources.file = "/redis.conf";
  sources.standard_input = "port 2\nhz 2\n";
  sources.options = {{{"port", "3"}, "port \"3\""}};
  const auto reader = MemoryConfigReader({{"/redis.conf", "port 1\nhz 1\ntimeout 1\n"}});
  REQUIRE(LoadConfig(config, sources, reader));
  CHECK(config.settings().port == 3);
  CHECK(config.settings().hz == 2);
  CHECK(config.settings().timeout_s == 1);

  sources.options = {{{"hz", "1"}, "hz \"1\""}, {{"port", "x"}, "port \"x\""}};
  const auto failed = LoadConfig(config, sources, reader);
  REQUIRE_FALSE(failed);
  CHECK(DescribeFatal(failed.error(), "T") ==
        "\n*** FATAL CONFIG FILE ERROR (T) ***\n"
        "Reading the command line, at option 2\n"
        ">>> 'port \"x\"'\n"
        "argument couldn't be parsed into an integer\n");
  sources.standard_input = "nosuch\n";
  const auto input = LoadConfig(config, sources, reader);
  REQUIRE_FALSE(input);
  CHECK(
      DescribeFatal(input.error(), "T").ends_with("wrong number of arguments\n(standard input)\n"));
}

TEST_CASE("Config file: save lines add up over all sources") {
  Config config;
  ConfigSources sources;
  sources.file = "/redis.conf";
  sources.options = {{{"save", "5", "6"}, ""}};
  REQUIRE(
      LoadConfig(config, sources, MemoryConfigReader({{"/redis.conf", "save 1 2\nsave 3 4\n"}})));
  CHECK((config.settings().save == std::vector<SavePoint>{{1, 2}, {3, 4}, {5, 6}}));
  Config emptied;
  sources.options = {{{"save", ""}, ""}};
  REQUIRE(LoadConfig(emptied, sources, MemoryConfigReader({{"/redis.conf", "save 1 2\n"}})));
  CHECK(emptied.settings().save.empty());
}

TEST_CASE("Config file: quoting gives any bytes back") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const auto words = SplitConfigLine("requirepass " + QuoteConfigValue(all));
  REQUIRE(words);
  REQUIRE(words->size() == 2);
  CHECK((*words)[1] == all);
  CHECK(QuoteConfigValue(all).find('\n') == std::string::npos);
}

TEST_CASE("Config reader: reads real files and expands patterns") {
  const tests::TemporaryFolder folder;
  for (const char* name : {"b.conf", "a.conf", "c.txt"})
    std::ofstream(folder.File(name)) << "# " << name;
  const ConfigReader reader = SystemConfigReader();
  CHECK(reader.read(folder.File("a.conf")) == "# a.conf");
  CHECK(reader.read(folder.File("none")).error() == "No such file or directory");
  CHECK_FALSE(reader.read(folder.path()).has_value());
  CHECK(reader.expand(folder.File("*.conf")) ==
        std::vector<std::string>{folder.File("a.conf"), folder.File("b.conf")});
  CHECK(reader.expand(folder.File("*.none")).empty());
  CHECK(reader.read("/dev/zero").error() == "File too large");
}

}  // namespace
}  // namespace server
