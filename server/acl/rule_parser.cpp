#include "server/acl/rule_parser.h"

#include <algorithm>

#include "server/acl/password.h"
#include "server/introspection/command_docs.h"
#include "storage/base/number.h"

namespace server {
namespace {

using storage::EqualsIgnoreCase;
using Result = std::expected<void, std::string>;

std::unexpected<std::string> Refuse(std::string_view why) {
  return std::unexpected(std::string(why));
}

constexpr std::string_view kSyntax = "Syntax error";
constexpr std::string_view kUnknownCommand = "Unknown command or category name in ACL";
constexpr std::string_view kBadDigest =
    "The password hash must be exactly 64 characters and contain only lowercase hexadecimal "
    "characters";
constexpr std::string_view kNoSuchPassword =
    "The password you are trying to remove from the user does not exist";
constexpr std::string_view kAfterAllKeys =
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have "
    "any effect. Try 'resetkeys' to start with an empty list of patterns";
constexpr std::string_view kAfterAllChannels =
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not "
    "have any effect. Try 'resetchannels' to start with an empty list of channels";

bool HasSpaces(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r' || c == '\0';
  });
}

void AllowNoCommand(Selector& selector) {
  selector.has_all_commands = false;
  selector.commands.assign(selector.commands.size(), false);
  selector.first_arguments.clear();
  selector.command_rules = {"-@all"};
}

void AllowAllCommands(Selector& selector) {
  selector.has_all_commands = true;
  selector.commands.assign(selector.commands.size(), true);
  selector.first_arguments.clear();
  selector.command_rules = {"+@all"};
}

Selector NewSelector(const RuleScope& scope) {
  Selector selector;
  selector.commands.resize(scope.commands.all().size());
  selector.has_all_channels = scope.allows_channels_at_first;
  return selector;
}

// The rule itself and those about its subcommands say nothing any more.
void NoteCommandRule(Selector& selector, char sign, std::string_view rule) {
  const std::string name = storage::ToLower(rule);
  std::erase_if(selector.command_rules, [&](const std::string& old) {
    const std::string_view old_name = std::string_view(old).substr(1);
    return old_name == name || old_name.starts_with(name + "|");
  });
  selector.command_rules.push_back(sign + name);
}

// A container stands for all of its subcommands.
void SetCommand(Selector& selector, const CommandInTable& command, bool allows) {
  selector.commands[command.id] = allows;
  if (!allows) selector.has_all_commands = false;
  std::erase_if(selector.first_arguments,
                [&](const auto& allowed) { return allowed.first == command.id; });
  for (const CommandInTable* subcommand : command.subcommands) {
    selector.commands[subcommand->id] = allows;
  }
}

Result ApplyCategory(Selector& selector, char sign, std::string_view rule, const RuleScope& scope) {
  const uint32_t category = FindAclCategory(rule.substr(1));
  if (category == 0) return Refuse(kUnknownCommand);
  for (const auto& command : scope.commands.all()) {
    if ((AclCategoriesOf(*command->spec) & category) != 0) {
      SetCommand(selector, *command, sign == '+');
    }
  }
  NoteCommandRule(selector, sign, rule);
  return {};
}

// +command|argument, where the command has no subcommands: with this first argument it may run.
Result ApplyFirstArgument(Selector& selector, std::string_view rule, const RuleScope& scope) {
  const size_t bar = rule.find('|');
  const CommandInTable* command = scope.commands.FindOriginalName(rule.substr(0, bar));
  if (command == nullptr) return Refuse(kUnknownCommand);
  const std::string_view argument = rule.substr(bar + 1);
  if (argument.empty()) return Refuse(kSyntax);
  if (!command->subcommands.empty()) return Refuse(kUnknownCommand);
  std::pair<size_t, std::string> allowed(command->id, argument);
  const bool is_known =
      std::ranges::find(selector.first_arguments, allowed) != selector.first_arguments.end();
  if (!selector.commands[command->id] && !is_known) {
    selector.first_arguments.push_back(std::move(allowed));
  }
  NoteCommandRule(selector, '+', rule);
  return {};
}

Result ApplyCommand(Selector& selector, char sign, std::string_view rule, const RuleScope& scope) {
  if (rule.starts_with('@')) return ApplyCategory(selector, sign, rule, scope);
  if (const CommandInTable* command = scope.commands.FindOriginalName(rule)) {
    SetCommand(selector, *command, sign == '+');
    NoteCommandRule(selector, sign, command->full_name);
    return {};
  }
  const bool has_bar = rule.find('|') != std::string_view::npos;
  if (sign == '-' || !has_bar) return Refuse(kUnknownCommand);
  return ApplyFirstArgument(selector, rule, scope);
}

// ~glob, %R~glob, %W~glob, %RW~glob
Result ApplyKeyPattern(Selector& selector, std::string_view rule) {
  if (selector.has_all_keys) return Refuse(kAfterAllKeys);
  KeyPattern pattern;
  std::string_view glob = rule.substr(1);
  if (rule.front() == '%') {
    const size_t tilde = rule.find('~');
    if (tilde == std::string_view::npos) return Refuse(kSyntax);
    pattern.permissions = 0;
    for (const char letter : rule.substr(1, tilde - 1)) {
      uint8_t bit = 0;
      if (letter == 'R' || letter == 'r') bit = kMayRead;
      if (letter == 'W' || letter == 'w') bit = kMayWrite;
      if (bit == 0 || (pattern.permissions & bit) != 0) return Refuse(kSyntax);
      pattern.permissions |= bit;
    }
    if (pattern.permissions == 0) return Refuse(kSyntax);
    glob = rule.substr(tilde + 1);
  }
  if (HasSpaces(glob)) return Refuse(kSyntax);
  pattern.glob = glob;
  const auto same = std::ranges::find(selector.keys, pattern.glob, &KeyPattern::glob);
  if (same == selector.keys.end()) {
    selector.keys.push_back(std::move(pattern));
  } else {
    same->permissions |= pattern.permissions;
  }
  return {};
}

Result ApplyChannelPattern(Selector& selector, std::string_view glob) {
  if (selector.has_all_channels) return Refuse(kAfterAllChannels);
  if (HasSpaces(glob)) return Refuse(kSyntax);
  if (std::ranges::find(selector.channels, glob) == selector.channels.end()) {
    selector.channels.emplace_back(glob);
  }
  return {};
}

void SetKeys(Selector& selector, bool all) {
  selector.has_all_keys = all;
  selector.keys.clear();
}

void SetChannels(Selector& selector, bool all) {
  selector.has_all_channels = all;
  selector.channels.clear();
}

Result ApplySelectorRule(Selector& selector, std::string_view rule, const RuleScope& scope) {
  const auto is = [rule](std::string_view word, std::string_view sign) {
    return EqualsIgnoreCase(rule, word) || (!sign.empty() && EqualsIgnoreCase(rule, sign));
  };
  if (is("allkeys", "~*")) return SetKeys(selector, true), Result();
  if (is("resetkeys", "")) return SetKeys(selector, false), Result();
  if (is("allchannels", "&*")) return SetChannels(selector, true), Result();
  if (is("resetchannels", "")) return SetChannels(selector, false), Result();
  if (is("allcommands", "+@all")) return AllowAllCommands(selector), Result();
  if (is("nocommands", "-@all")) return AllowNoCommand(selector), Result();
  switch (rule.front()) {
    case '~':
    case '%':
      return ApplyKeyPattern(selector, rule);
    case '&':
      return ApplyChannelPattern(selector, rule.substr(1));
    case '+':
    case '-':
      return ApplyCommand(selector, rule.front(), rule.substr(1), scope);
    default:
      return Refuse(kSyntax);
  }
}

// >password and #digest add one, <password and !digest take one away.
Result ApplyPasswordRule(User& user, std::string_view rule) {
  const char sign = rule.front();
  std::string digest(rule.substr(1));
  if (sign == '#' || sign == '!') {
    if (!IsPasswordDigest(digest)) return Refuse(kBadDigest);
  } else {
    digest = PasswordDigest(rule.substr(1));
  }
  const auto known = std::ranges::find(user.passwords, digest);
  if (sign == '>' || sign == '#') {
    if (known == user.passwords.end()) user.passwords.push_back(std::move(digest));
    user.needs_no_password = false;
    return {};
  }
  if (known == user.passwords.end()) return Refuse(kNoSuchPassword);
  user.passwords.erase(known);
  return {};
}

Result AddSelector(User& user, std::string_view rule, const RuleScope& scope) {
  Selector selector = NewSelector(scope);
  std::string_view rest = rule.substr(1, rule.size() - 2);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty()) continue;
    if (auto result = ApplySelectorRule(selector, word, scope); !result) return result;
  }
  user.selectors.push_back(std::move(selector));
  return {};
}

void SetPassword(User& user, bool needs_none) {
  user.passwords.clear();
  user.needs_no_password = needs_none;
}

// The rules that are a single word about the user as a whole.
bool ApplyUserWord(User& user, std::string_view rule, const RuleScope& scope) {
  const auto is = [rule](std::string_view word) { return EqualsIgnoreCase(rule, word); };
  if (is("on") || is("off")) {
    user.is_on = is("on");
  } else if (is("nopass") || is("resetpass")) {
    SetPassword(user, is("nopass"));
  } else if (is("skip-sanitize-payload") || is("sanitize-payload")) {
    user.skips_sanitizing = is("skip-sanitize-payload");
  } else if (is("clearselectors")) {
    user.selectors.clear();
  } else if (is("reset")) {
    user = NewUser(std::string(user.name), scope);
  } else {
    return false;
  }
  return true;
}

}  // namespace

User NewUser(std::string_view name, const RuleScope& scope) {
  User user;
  user.name = name;
  user.root = NewSelector(scope);
  return user;
}

bool IsUserName(std::string_view name) {
  return !HasSpaces(name);
}

std::expected<void, std::string> ApplyRule(User& user, std::string_view rule,
                                           const RuleScope& scope) {
  if (rule.empty() || ApplyUserWord(user, rule, scope)) return {};
  switch (rule.front()) {
    case '>':
    case '#':
    case '<':
    case '!':
      return ApplyPasswordRule(user, rule);
    case '(':
      if (rule.size() >= 2 && rule.back() == ')') return AddSelector(user, rule, scope);
      return Refuse(kSyntax);
    default:
      return ApplySelectorRule(user.root, rule, scope);
  }
}

std::expected<std::vector<std::string>, std::string> MergeSelectorWords(
    std::span<const std::string_view> words) {
  std::vector<std::string> merged;
  std::string_view opened_by;  // empty: no parenthesis is open
  for (const std::string_view word : words) {
    if (!opened_by.empty()) {
      merged.back().append(" ").append(word);
      if (word.ends_with(')')) opened_by = {};
      continue;
    }
    merged.emplace_back(word);
    if (word.starts_with('(') && !word.ends_with(')')) opened_by = word;
  }
  if (!opened_by.empty()) return std::unexpected(std::string(opened_by));
  return merged;
}

uint32_t FindAclCategory(std::string_view name) {
  for (uint32_t bit = 1; bit <= kAclScripting; bit <<= 1) {
    const auto names = AclCategoryNames(bit);
    if (!names.empty() && EqualsIgnoreCase(names.front(), name)) return bit;
  }
  return 0;
}

}  // namespace server
