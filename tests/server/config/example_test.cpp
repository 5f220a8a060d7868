// redis.conf.example explains every directive that acts, with its default, and can be used as it
// is.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/config/config_file.h"
#include "server/config/directive_table.h"
#include "tests/server/config/memory_config_files.h"

namespace server {
namespace {

const std::string kPath = CINNABAR_SOURCE_DIR "/redis.conf.example";

std::string ReadExample() {
  const auto text = SystemConfigReader().read(kPath);
  REQUIRE(text);
  return *text;
}

// The text with its examples as lines of their own: "#port 1" becomes "port 1", "# a comment"
// stays.
std::string UncommentExamples(const std::string& text) {
  std::string uncommented;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins_line = i == 0 || text[i - 1] == '\n';
    const bool hides_example =
        text[i] == '#' && i + 1 < text.size() && text[i + 1] >= 'a' && text[i + 1] <= 'z';
    if (!begins_line || !hides_example) uncommented += text[i];
  }
  return uncommented;
}

std::vector<std::string> NamesOf(std::string text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1);
    const auto words = SplitConfigLine(text.substr(0, end));
    REQUIRE(words);
    if (!words->empty()) names.push_back(words->front());
    text.erase(0, end + 1);
  }
  return names;
}

TEST_CASE("redis.conf.example: loads, and is the defaults") {
  Config config;
  const auto warnings = LoadConfig(config, {.file = kPath}, SystemConfigReader());
  if (!warnings) FAIL(DescribeFatal(warnings.error(), "Test"));
  CHECK(warnings->empty());
  CHECK(config.StartNotices().empty());
  CHECK((config.settings() == Settings()));
}

TEST_CASE("redis.conf.example: its hidden examples load too") {
  Config config;
  const auto warnings =
      LoadConfig(config, {.file = "/example"},
                 MemoryConfigReader({{"/example", UncommentExamples(ReadExample())}}));
  if (!warnings) FAIL(DescribeFatal(warnings.error(), "Test"));
  CHECK(config.StartNotices().empty());
  CHECK_FALSE(config.settings().requirepass.empty());
  CHECK(config.settings().rename_command.size() == 2);
}

TEST_CASE("redis.conf.example: names every directive that acts, and none that does not") {
  const std::vector<std::string> names = NamesOf(UncommentExamples(ReadExample()));
  for (const Directive& directive : AllDirectives()) {
    CAPTURE(directive.name);
    const bool is_named = std::ranges::find(names, directive.name) != names.end();
    CHECK(is_named == (directive.effect == Effect::kActs));
  }
  for (const char* line_directive : {"include", "rename-command"}) {
    CHECK(std::ranges::find(names, line_directive) != names.end());
  }
}

}  // namespace
}  // namespace server
