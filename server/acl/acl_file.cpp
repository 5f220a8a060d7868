#include "server/acl/acl_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/acl/describe.h"
#include "server/config/config.h"
#include "server/config/config_file.h"
#include "server/engine_state.h"
#include "storage/files/file_system.h"

namespace server {
namespace {

constexpr std::string_view kNoFile =
    "This Redis instance is not configured to use an ACL file. You may want to specify users via "
    "the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis "
    "configuration file set) in order to store users in the Redis configuration.";

// The user of "user name rule ...", or what is wrong with it.
std::expected<User, std::string> ParseUser(std::span<const std::string> words,
                                           const RuleScope& scope) {
  if (words.size() < 2 || words[0] != "user") {
    return std::unexpected("line should start with user keyword followed by the username");
  }
  if (!IsUserName(words[1])) {
    return std::unexpected(fmt::format("username '{}' contains invalid characters", words[1]));
  }
  User user = NewUser(words[1], scope);
  const std::vector<std::string_view> rules(words.begin() + 2, words.end());
  const auto merged = MergeSelectorWords(rules);
  if (!merged) return std::unexpected("Unmatched parenthesis in selector definition");
  for (const std::string& rule : *merged) {
    if (const auto applied = ApplyRule(user, rule, scope); !applied) {
      return std::unexpected(
          fmt::format("Error in applying operation '{}': {}", rule, applied.error()));
    }
  }
  return user;
}

bool HasUser(const std::vector<User>& users, std::string_view name) {
  return std::ranges::find(users, name, &User::name) != users.end();
}

}  // namespace

std::expected<std::vector<User>, std::string> ParseUsers(std::string_view text,
                                                         std::string_view path,
                                                         const RuleScope& scope) {
  std::vector<User> users;
  std::string errors;
  for (int line_number = 1; !text.empty(); ++line_number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto fail = [&](std::string_view why) {
      errors += fmt::format("{}:{}: {}. ", path, line_number, why);
    };
    const auto words = SplitConfigLine(line);
    if (!words) {
      fail("unbalanced quotes in acl line");
      continue;
    }
    if (words->empty()) continue;
    auto user = ParseUser(*words, scope);
    if (!user) {
      fail(user.error());
    } else if (HasUser(users, user->name)) {
      fail(fmt::format("Duplicate user '{}' found", user->name));
    } else {
      users.push_back(std::move(*user));
    }
  }
  if (errors.empty()) return users;
  return std::unexpected(errors +
                         "WARNING: ACL errors detected, no change to the previously active ACL "
                         "rules was performed");
}

std::expected<void, std::string> LoadAclFile(EngineState& engine) {
  const std::string& path = engine.config.settings().aclfile;
  if (path.empty()) return std::unexpected(std::string(kNoFile));
  const auto text = storage::ReadWholeFile(engine.files, path);
  if (!text) {
    return std::unexpected(
        fmt::format("Error loading ACLs, opening file '{}': {}", path, text.error().Text()));
  }
  auto users = ParseUsers(*text, path, engine.users.scope());
  if (!users) return std::unexpected(users.error());
  engine.users.ReplaceAll(std::move(*users));
  return {};
}

std::expected<void, std::string> SaveAclFile(EngineState& engine) {
  const std::string& path = engine.config.settings().aclfile;
  if (path.empty()) return std::unexpected(std::string(kNoFile));
  std::string text;
  for (const auto& [name, user] : engine.users.all()) text += DescribeUser(*user) + "\n";
  const auto written = storage::ReplaceFileWith(engine.files, path, text);
  if (written) return {};
  engine.log.Warning("ACL SAVE failed: " + written.error().Text());
  return std::unexpected(
      "There was an error trying to save the ACLs. Please check the server logs for more "
      "information");
}

std::optional<std::string> LoadUsersAtStart(EngineState& engine) {
  const Settings& settings = engine.config.settings();
  if (!settings.aclfile.empty()) {
    if (!settings.user_lines.empty()) {
      return "Users stand in redis.conf ('user') and 'aclfile' is set too: it must be one place, "
             "or nobody could say which of them counts.";
    }
    const auto loaded = LoadAclFile(engine);
    if (!loaded) return "Aborting the start because of ACL errors: " + loaded.error();
    return std::nullopt;
  }
  for (const std::vector<std::string>& line : settings.user_lines) {
    std::vector<std::string> words = line;
    words[0] = "user";
    auto user = ParseUser(words, engine.users.scope());
    if (!user) return fmt::format("Error in user declaration '{}': {}", line[1], user.error());
    engine.users.Put(std::move(*user));
  }
  return std::nullopt;
}

}  // namespace server
