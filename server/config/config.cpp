#include "server/config/config.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/config/directive_table.h"
#include "server/config/directive_value.h"
#include "storage/base/check.h"
#include "storage/base/glob.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr std::string_view kBadDirective = "Bad directive or wrong number of arguments";

// CONFIG SET gets all words of a value in one text. Two spaces in a row enclose an empty word, as
// in Redis.
std::vector<std::string_view> SplitAtSpaces(std::string_view text) {
  std::vector<std::string_view> words;
  if (text.empty()) return words;
  words.reserve(static_cast<size_t>(std::ranges::count(text, ' ')) + 1);
  for (;;) {
    const size_t space = text.find(' ');
    words.push_back(text.substr(0, space));
    if (space == std::string_view::npos) return words;
    text.remove_prefix(space + 1);
  }
}

ConfigError Failed(std::string_view directive, std::string_view reason) {
  return {
      fmt::format("CONFIG SET failed (possibly related to argument '{}') - {}", directive, reason)};
}

LoadError Invalid(std::string_view reason) {
  return {LoadError::Cause::kInvalid, std::string(reason)};
}

bool IsGlob(std::string_view name) {
  return name.find_first_of("[*?") != std::string_view::npos;
}

bool MayChangeProtected(AccessToCommand access, Config::Caller caller) {
  switch (access) {
    case AccessToCommand::kNo:
      return false;
    case AccessToCommand::kYes:
      return true;
    case AccessToCommand::kLocal:
      return caller == Config::Caller::kLocal;
  }
  return false;
}

// Gone since Redis 7, but old files still have them: taken and forgotten.
bool IsForgotten(std::span<const std::string> words) {
  if (words.size() != 2) return false;
  const std::string name = storage::ToLower(words[0]);
  return name == "list-max-ziplist-entries" || name == "list-max-ziplist-value" ||
         name == "lua-replicate-commands";
}

const std::vector<Value>& DefaultValues() {
  static const std::vector<Value> values = [] {
    std::vector<Value> defaults;
    for (const Directive& directive : AllDirectives()) {
      std::vector<std::string_view> words = {directive.initial};
      if (directive.Has(kMultiArg)) words = SplitAtSpaces(directive.initial);
      const bool is_unset = directive.kind == Kind::kSpecial && directive.initial.empty();
      std::expected<Value, Refusal> value = is_unset ? Value{} : ParseValue(directive, words, {});
      CHECK_INVARIANT(value.has_value());  // a default that its own row refuses
      defaults.push_back(std::move(*value));
    }
    return defaults;
  }();
  return values;
}

}  // namespace

Config::Config() {
  const std::span<const Directive> all = AllDirectives();
  is_given_.resize(all.size());
  values_ = DefaultValues();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].store != nullptr) all[i].store(settings_, values_[i]);
  }
}

void Config::Store(size_t index, Value value) {
  const Directive& directive = AllDirectives()[index];
  if (directive.store != nullptr) directive.store(settings_, value);
  values_[index] = std::move(value);
}

std::expected<std::vector<Config::Change>, ConfigError> Config::CheckNames(
    std::span<const NameAndValue> pairs, Caller caller) const {
  std::vector<Change> changes;
  for (const auto& [name, value] : pairs) {
    const std::optional<FoundDirective> found = FindDirective(name);
    if (!found) {
      return std::unexpected(
          ConfigError{fmt::format("Unknown option or number of arguments for CONFIG SET - '{}'",
                                  name.substr(0, name.find('\0')))});
    }
    const Directive& directive = AllDirectives()[found->index];
    std::string asked = storage::ToLower(name);
    if (directive.Has(kImmutable))
      return std::unexpected(Failed(name, "can't set immutable config"));
    if (directive.Has(kProtected) &&
        !MayChangeProtected(settings_.enable_protected_configs, caller)) {
      return std::unexpected(Failed(name, "can't set protected config"));
    }
    if (std::ranges::find(changes, asked, &Change::asked) != changes.end()) {
      return std::unexpected(Failed(name, "duplicate parameter"));
    }
    changes.push_back({found->index, std::move(asked), value});
  }
  return changes;
}

std::expected<void, ConfigError> Config::Set(std::span<const NameAndValue> pairs, Caller caller) {
  const auto changes = CheckNames(pairs, caller);
  if (!changes) return std::unexpected(changes.error());

  std::vector<Value> old_values = values_;
  Settings old_settings = settings_;
  const auto undo = [&] {
    values_ = std::move(old_values);
    settings_ = std::move(old_settings);
  };

  std::vector<std::string_view> changed;
  for (const Change& change : *changes) {
    const Directive& directive = AllDirectives()[change.index];
    std::vector<std::string_view> words = {change.value};
    if (directive.Has(kMultiArg)) words = SplitAtSpaces(change.value);
    const std::string_view current =
        directive.Has(kAppends) ? std::string_view() : values_[change.index].text;
    std::expected<Value, Refusal> value = ParseValue(directive, words, current);
    if (!value) {
      undo();
      return std::unexpected(Failed(change.asked, value.error()));
    }
    if (value->text == values_[change.index].text) continue;
    Store(change.index, std::move(*value));
    changed.push_back(directive.name);
  }

  if (changed.empty() || !apply_hook_) return {};
  const std::optional<std::string> refusal = apply_hook_(changed);
  if (!refusal) return {};
  undo();
  apply_hook_(changed);  // takes back what the hook did before it refused
  return std::unexpected(Failed(changed.front(), *refusal));
}

size_t Config::TextBytes() const {
  size_t bytes = 0;
  for (const Value& value : values_) bytes += value.text.size();
  return bytes;
}

Config::NamedValues Config::Get(std::span<const std::string_view> globs) const {
  NamedValues found_values;
  std::vector<std::string> seen;
  const auto add = [&](std::string_view shown, size_t index) {
    std::string key = storage::ToLower(shown);
    if (std::ranges::find(seen, key) != seen.end()) return;
    seen.push_back(std::move(key));
    found_values.emplace_back(shown, values_[index].text);
  };
  const std::span<const Directive> all = AllDirectives();
  for (const std::string_view glob : globs) {
    if (!IsGlob(glob)) {
      if (const auto found = FindDirective(glob)) add(glob, found->index);
      continue;
    }
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].Has(kHidden)) continue;
      for (const std::string_view name : {all[i].name, all[i].alias}) {
        const bool matches =
            !name.empty() && storage::GlobMatches(glob, name, storage::LetterCase::kInsensitive);
        if (matches) add(name, i);
      }
    }
  }
  return found_values;
}

std::expected<void, LoadError> Config::LoadRename(std::span<const std::string> words) {
  if (words.size() != 3) return std::unexpected(Invalid(kBadDirective));
  const std::string old_name = storage::ToLower(words[1]);
  const std::string new_name = storage::ToLower(words[2]);
  for (const auto& [earlier_old, earlier_new] : settings_.rename_command) {
    if (earlier_old == old_name)
      return std::unexpected(Invalid("No such command in rename-command"));
    if (!new_name.empty() && earlier_new == new_name) {
      return std::unexpected(Invalid("Target command name already exists"));
    }
  }
  settings_.rename_command.emplace_back(old_name, new_name);
  return {};
}

// Rules are read when the commands are known (server/acl/acl_file.h).
std::expected<void, LoadError> Config::LoadUser(std::span<const std::string> words) {
  if (words.size() < 2) return std::unexpected(Invalid(kBadDirective));
  for (const auto& earlier : settings_.user_lines) {
    if (earlier[1] == words[1]) {
      return std::unexpected(
          Invalid("Duplicate user found. A user can only be defined once in config files"));
    }
  }
  settings_.user_lines.emplace_back(words.begin(), words.end());
  return {};
}

std::expected<void, LoadError> Config::LoadDirective(std::span<const std::string> words) {
  CHECK_INVARIANT(!words.empty());
  if (IsForgotten(words)) return {};
  const std::string name = storage::ToLower(words[0]);
  if (name == "rename-command") return LoadRename(words);
  if (name == "user") return LoadUser(words);
  if (name == "loadmodule") {
    return std::unexpected(Invalid("loadmodule is not supported: this server loads no modules"));
  }
  const std::optional<FoundDirective> found = FindDirective(name);
  if (!found) {
    return std::unexpected(
        LoadError{LoadError::Cause::kUnknownDirective, std::string(kBadDirective)});
  }
  const Directive& directive = AllDirectives()[found->index];
  std::vector<std::string_view> arguments(words.begin() + 1, words.end());
  if (!directive.Has(kMultiArg) && arguments.size() != 1) {
    return std::unexpected(Invalid("wrong number of arguments"));
  }
  // As Redis has it: save "60 1" is save 60 1.
  if (directive.Has(kMultiArg) && arguments.size() == 1) arguments = SplitAtSpaces(arguments[0]);
  // The first line of a directive that appends takes the place of the default.
  const bool replaces = directive.Has(kAppends) && !is_given_[found->index];
  const std::string_view current = replaces ? std::string_view() : values_[found->index].text;
  std::expected<Value, Refusal> value = ParseValue(directive, arguments, current);
  if (!value) return std::unexpected(Invalid(value.error()));
  Store(found->index, std::move(*value));
  is_given_[found->index] = true;
  return {};
}

std::vector<std::string> Config::StartNotices() const {
  std::vector<std::string> notices;
  std::string names;
  const std::span<const Directive> all = AllDirectives();
  for (size_t i = 0; i < all.size(); ++i) {
    if (!is_given_[i] || all[i].effect != Effect::kNone || values_[i].text == all[i].initial)
      continue;
    if (!names.empty()) names += ", ";
    names += all[i].name;
  }
  if (!names.empty()) notices.push_back("Directives without effect in this version: " + names);
  return notices;
}

void Config::ResolveDirectory(std::string absolute_path) {
  Store(FindDirective("dir")->index, Value{std::move(absolute_path), 0});
}

bool Config::IsSensitive(std::string_view name) {
  const std::optional<FoundDirective> found = FindDirective(name);
  return found && AllDirectives()[found->index].Has(kSensitive);
}

}  // namespace server
