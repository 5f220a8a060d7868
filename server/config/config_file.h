// Reading a configuration: redis.conf with what it includes, standard input, the options of the
// command line, in this order. Later lines win.
//
// A line is a directive and its arguments, quoted as in protocol/resp/inline_request.h; '#' begins
// a comment line. `include` reads another file in its place; a pattern (conf.d/*.conf) includes
// what it matches, which may be nothing.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config.h"
#include "server/config/config_reader.h"

namespace server {

// One `--directive value ...`.
struct CommandLineOption {
  std::vector<std::string> words;
  std::string text;  // as a line of a file, for messages
};

struct ConfigSources {
  std::string file = {};  // empty: none
  std::optional<std::string> standard_input = {};
  std::vector<CommandLineOption> options = {};
};

struct ConfigFileError {
  enum class Place : uint8_t { kFile, kStandardInput, kCommandLine };
  Place place = Place::kFile;
  std::string file = {};  // of kFile
  int line = 0;  // from 1; of kCommandLine the number of the option; 0: the file cannot be read
  std::string text = {};  // the line
  std::string reason = {};
};

// Loads everything into `config`. Gives warnings: the unknown directives that `unknown-directives
// warn` lets pass, wherever that stands. After an error `config` holds the lines before it.
std::expected<std::vector<std::string>, ConfigFileError> LoadConfig(Config& config,
                                                                    const ConfigSources& sources,
                                                                    const ConfigReader& reader);

// What to print before exiting, in Redis's form. `version`: "Cinnabar 0.1.0".
std::string DescribeFatal(const ConfigFileError& error, std::string_view version);

// The words of a line; empty for comments and blank lines. An error for unbalanced quotes.
std::expected<std::vector<std::string>, std::string> SplitConfigLine(std::string_view line);

// `value` in double quotes, every special byte escaped, so that SplitConfigLine gives it back.
std::string QuoteConfigValue(std::string_view value);

}  // namespace server
