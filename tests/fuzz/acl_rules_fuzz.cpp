// Property: a rule that is refused changes nothing of a user, and the description of a user makes
// him again. Input: rules, one a line.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/acl/describe.h"
#include "server/acl/rule_parser.h"
#include "server/commands/all_commands.h"
#include "storage/base/check.h"

using server::DescribeUser;
using server::User;

namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const server::CommandTable table(server::AllCommands());
  const server::RuleScope scope{.commands = table};
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  User user = server::NewUser("u", scope);
  for (const std::string_view rule : Split(input, '\n')) {
    const std::string before = DescribeUser(user);
    if (!ApplyRule(user, rule, scope)) CHECK_INVARIANT(DescribeUser(user) == before);
  }
  // A first argument may have spaces, which a line of a file cannot say again.
  const std::string text = DescribeUser(user);
  for (const auto& [command, argument] : user.root.first_arguments) {
    if (argument.find(' ') != std::string::npos) return 0;
  }
  std::vector<std::string_view> words = Split(text, ' ');
  words.erase(words.begin(), words.begin() + 2);
  const auto merged = server::MergeSelectorWords(words);
  if (!merged) return 0;  // a pattern may end in a parenthesis
  User again = server::NewUser("u", scope);
  for (const std::string& rule : *merged) {
    if (!ApplyRule(again, rule, scope)) return 0;
  }
  // "%RW~*" is described as "~*", as Redis does, and that is read as all keys.
  const bool has_all_keys =
      user.root.has_all_keys ||
      std::ranges::find(user.root.keys, server::KeyPattern{.glob = "*"}) != user.root.keys.end();
  CHECK_INVARIANT(again.passwords == user.passwords && again.root.has_all_keys == has_all_keys);
  return 0;
}
