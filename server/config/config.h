// Config: what the operator asked for. Holds the value of every directive and keeps Settings, which
// the code reads, in step with them.
//
//   start:  LoadDirective for each line of redis.conf and of the command line (config_file.h,
//   command_line.h) later:  Set and Get for CONFIG SET and CONFIG GET; rewrite.h for CONFIG REWRITE
//
// It opens nothing and closes nothing: whoever must act on a change (listeners, the log) does so in
// the apply hook and may refuse, which undoes the whole CONFIG SET.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/config/directive.h"
#include "server/config/settings.h"

namespace server {

// The whole text of an error reply but its code: the caller puts "ERR " before it.
struct ConfigError {
  std::string text;
};

// Why a line of a file or of the command line was not taken.
struct LoadError {
  enum class Cause : uint8_t { kInvalid, kUnknownDirective };
  Cause cause;
  std::string reason;  // in Redis's words where Redis has the case
};

class Config {
 public:
  using NameAndValue = std::pair<std::string_view, std::string_view>;
  using NamedValues = std::vector<std::pair<std::string, std::string>>;
  // Brings the world in line with settings(), of which these directives changed, or says why that
  // cannot be. Must be able to run again with the old settings: that is how a refusal is undone.
  using ApplyHook =
      std::function<std::optional<std::string>(std::span<const std::string_view> changed_names)>;
  // Who asks; matters for enable-protected-configs local.
  enum class Caller : uint8_t { kRemote, kLocal };

  Config();

  const Settings& settings() const { return settings_; }

  // CONFIG SET: all of the pairs or none.
  std::expected<void, ConfigError> Set(std::span<const NameAndValue> pairs,
                                       Caller caller = Caller::kRemote);
  // CONFIG GET: directives asked for by their exact name first, under the name they were asked by,
  // then those that match a glob, older names included.
  NamedValues Get(std::span<const std::string_view> globs) const;

  void SetApplyHook(ApplyHook hook) { apply_hook_ = std::move(hook); }

  // One line of a file or option of the command line: a directive and its arguments. Lines after
  // the first of a directive replace or add, as the directive has it.
  std::expected<void, LoadError> LoadDirective(std::span<const std::string> words);
  // What the operator should read in the log at start: directives given that do nothing in this
  // version.
  std::vector<std::string> StartNotices() const;
  // After the process went to `dir`: CONFIG GET dir answers with this absolute path.
  void ResolveDirectory(std::string absolute_path);

  // For CONFIG REWRITE: the `user` lines that say which users there are.
  void set_user_lines_to_write(std::vector<std::string> lines) {
    user_lines_to_write_ = std::move(lines);
  }
  // Nothing: those of the file stay as they are.
  const std::optional<std::vector<std::string>>& user_lines_to_write() const {
    return user_lines_to_write_;
  }

  // Whether the directive's value is a secret, to be kept out of logs, MONITOR and the slow log.
  static bool IsSensitive(std::string_view name);

  // What the texts of all values take. They are as long as an operator likes.
  size_t TextBytes() const;
  // For rewrite.h: the value of the directive at this place in AllDirectives().
  const std::string& ValueText(size_t index) const { return values_[index].text; }

 private:
  struct Change {
    size_t index;
    std::string asked;       // the name that was used, in lower case: errors repeat it
    std::string_view value;  // as given
  };
  std::expected<std::vector<Change>, ConfigError> CheckNames(std::span<const NameAndValue> pairs,
                                                             Caller caller) const;
  std::expected<void, LoadError> LoadRename(std::span<const std::string> words);
  std::expected<void, LoadError> LoadUser(std::span<const std::string> words);
  void Store(size_t index, Value value);

  std::vector<Value> values_;   // parallel to AllDirectives()
  std::vector<bool> is_given_;  // by a file or the command line
  Settings settings_;
  std::optional<std::vector<std::string>> user_lines_to_write_;
  ApplyHook apply_hook_;
};

}  // namespace server
