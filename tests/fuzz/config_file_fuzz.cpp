// Property: any bytes load as a configuration or are refused with a reason, and a configuration
// that loads survives CONFIG REWRITE: with and without changes, the new text loads to the same
// settings and rewriting it once more changes nothing.
//
// Bytes behind the first NUL are the text of whatever the configuration includes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/config/config_file.h"
#include "server/config/rewrite.h"
#include "storage/base/check.h"

using server::Config;
using server::ConfigReader;

namespace {

bool Load(Config& config, const std::string& text, const ConfigReader& included) {
  ConfigReader reader = included;
  reader.read = [&](const std::string& path) -> std::expected<std::string, std::string> {
    return path == "/main" ? text : included.read(path);
  };
  const auto result = server::LoadConfig(config, {.file = "/main"}, reader);
  if (!result) {
    CHECK_INVARIANT(!result.error().reason.empty());
    CHECK_INVARIANT(!server::DescribeFatal(result.error(), "Fuzz").empty());
  }
  return result.has_value();
}

// Rewrites `text` for `config` and checks the property.
void CheckRewriting(const std::string& text, const Config& config, const ConfigReader& reader) {
  const std::string rewritten = server::RewriteConfig(text, config, reader);
  Config again;
  CHECK_INVARIANT(Load(again, rewritten, reader));
  CHECK_INVARIANT(again.settings() == config.settings());
  CHECK_INVARIANT(server::RewriteConfig(rewritten, config, reader) == rewritten);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\0');
  const std::string text(input.substr(0, end));
  const std::string included(end == std::string_view::npos ? std::string_view()
                                                           : input.substr(end + 1));
  const ConfigReader reader = {
      [&](const std::string&) -> std::expected<std::string, std::string> { return included; },
      [](const std::string& pattern) {
        return std::vector<std::string>(pattern.size() % 3, "/included");
      }};

  Config config;
  if (!Load(config, text, reader)) return 0;
  (void)config.StartNotices();
  CheckRewriting(text, config, reader);

  // What a user may do next: values with bytes from the input, defaults again, lists.
  const std::array<Config::NameAndValue, 5> changes = {
      {{"requirepass", input},
       {"timeout", "0"},
       {"save", "1 2 3 4"},
       {"bind", "::1"},
       {"client-output-buffer-limit", "pubsub 1 2 3"}}};
  CHECK_INVARIANT(config.Set(changes));
  CheckRewriting(text, config, reader);
  return 0;
}
