#include "server/config/config_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "protocol/resp/inline_request.h"
#include "server/config/directive_table.h"
#include "storage/base/number.h"

namespace server {
namespace {

using Place = ConfigFileError::Place;

constexpr int kIncludeDepthMax = 16;
constexpr int kIncludedFilesMax = 1024;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

class Loader {
 public:
  Loader(Config& config, const ConfigReader& reader) : config_(config), reader_(reader) {}

  std::optional<ConfigFileError> LoadFile(const std::string& path, int depth) {
    const std::expected<std::string, std::string> text = reader_.read(path);
    if (!text) return ConfigFileError{.file = path, .reason = text.error()};
    return LoadText(*text, {.file = path}, depth);
  }

  // `where` says the place of the text; its line is counted here.
  std::optional<ConfigFileError> LoadText(std::string_view text, ConfigFileError where, int depth) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      where.text = Trim(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++where.line;
      std::expected<std::vector<std::string>, std::string> words = SplitConfigLine(where.text);
      if (!words) return Fail(where, std::move(words.error()));
      if (words->empty()) continue;
      if (auto error = LoadLine(*words, where, depth)) return error;
    }
    return std::nullopt;
  }

  std::optional<ConfigFileError> LoadLine(const std::vector<std::string>& words,
                                          const ConfigFileError& where, int depth) {
    if (storage::EqualsIgnoreCase(words[0], "include") && words.size() == 2) {
      return Include(words[1], where, depth + 1);
    }
    std::expected<void, LoadError> result = config_.LoadDirective(words);
    if (result) return std::nullopt;
    ConfigFileError error = where;
    error.reason = std::move(result.error().reason);
    if (result.error().cause != LoadError::Cause::kUnknownDirective) return error;
    unknown_.push_back({words[0], std::move(error)});
    return std::nullopt;
  }

  // Unknown directives are judged at the end, when it is known what to do with them.
  std::expected<std::vector<std::string>, ConfigFileError> Finish(
      std::optional<ConfigFileError> error) {
    const bool refuses = config_.settings().unknown_directives == UnknownDirectives::kRefuse;
    if (refuses && !unknown_.empty()) return std::unexpected(Explain(unknown_.front()));
    if (error) return std::unexpected(std::move(*error));
    std::vector<std::string> warnings;
    for (const Unknown& unknown : unknown_) {
      const ConfigFileError explained = Explain(unknown);
      warnings.push_back(fmt::format("Ignored an unknown directive{}: '{}': {}",
                                     DescribePlace(explained), explained.text, explained.reason));
    }
    return warnings;
  }

 private:
  struct Unknown {
    std::string name;
    ConfigFileError error;
  };

  // With a guess at what was meant.
  static ConfigFileError Explain(const Unknown& unknown) {
    ConfigFileError error = unknown.error;
    const std::string_view meant = SuggestDirective(unknown.name);
    if (!meant.empty()) error.reason += fmt::format(". Did you mean '{}'?", meant);
    return error;
  }

  static std::optional<ConfigFileError> Fail(ConfigFileError where, std::string reason) {
    where.reason = std::move(reason);
    return where;
  }

  static std::string DescribePlace(const ConfigFileError& error) {
    switch (error.place) {
      case Place::kFile:
        return fmt::format(" in {}, line {}", error.file, error.line);
      case Place::kStandardInput:
        return fmt::format(" in the standard input, line {}", error.line);
      case Place::kCommandLine:
        return " on the command line";
    }
    return {};
  }

  std::optional<ConfigFileError> Include(const std::string& name, const ConfigFileError& where,
                                         int depth) {
    if (depth > kIncludeDepthMax) return Fail(where, "include is nested too deeply");
    const bool is_pattern = name.find_first_of("*?[") != std::string::npos;
    const std::vector<std::string> paths =
        is_pattern ? reader_.expand(name) : std::vector<std::string>{name};
    for (const std::string& path : paths) {
      if (++included_files_ > kIncludedFilesMax) return Fail(where, "too many files are included");
      if (auto error = LoadFile(path, depth)) return error;
    }
    return std::nullopt;
  }

  Config& config_;
  const ConfigReader& reader_;
  std::vector<Unknown> unknown_;
  int included_files_ = 0;
};

}  // namespace

std::expected<std::vector<std::string>, ConfigFileError> LoadConfig(Config& config,
                                                                    const ConfigSources& sources,
                                                                    const ConfigReader& reader) {
  Loader loader(config, reader);
  std::optional<ConfigFileError> error;
  if (!sources.file.empty()) error = loader.LoadFile(sources.file, 0);
  if (!error && sources.standard_input) {
    error = loader.LoadText(*sources.standard_input, {.place = Place::kStandardInput}, 0);
  }
  ConfigFileError where{.place = Place::kCommandLine};
  for (const CommandLineOption& option : sources.options) {
    if (error) break;
    ++where.line;
    where.text = option.text;
    if (!option.words.empty()) error = loader.LoadLine(option.words, where, 0);
  }
  return loader.Finish(std::move(error));
}

std::string DescribeFatal(const ConfigFileError& error, std::string_view version) {
  if (error.line == 0) {
    return fmt::format("Fatal error, can't open config file '{}': {}\n", error.file, error.reason);
  }
  std::string text = fmt::format("\n*** FATAL CONFIG FILE ERROR ({}) ***\n", version);
  if (error.place == Place::kCommandLine) {
    text += fmt::format("Reading the command line, at option {}\n", error.line);
  } else {
    text += fmt::format("Reading the configuration file, at line {}\n", error.line);
  }
  text += fmt::format(">>> '{}'\n{}\n", error.text, error.reason);
  if (error.place == Place::kFile) text += fmt::format("(file {})\n", error.file);
  if (error.place == Place::kStandardInput) text += "(standard input)\n";
  return text;
}

std::expected<std::vector<std::string>, std::string> SplitConfigLine(std::string_view line) {
  line = Trim(line);
  if (line.empty() || line.front() == '#') return std::vector<std::string>();
  std::optional<std::vector<std::string>> words = protocol::resp::SplitQuoted(line);
  if (!words) return std::unexpected("Unbalanced quotes in configuration line");
  // A line that begins with "" names nothing.
  if (!words->empty() && words->front().empty())
    return std::unexpected("Bad directive or wrong number of arguments");
  return std::move(*words);
}

std::string QuoteConfigValue(std::string_view value) {
  std::string quoted;
  protocol::resp::AppendQuoted(quoted, value);
  return quoted;
}

}  // namespace server
