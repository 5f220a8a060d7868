// The rules of ACL SETUSER, of `user` lines and of ACL files: "on", ">secret", "~key:*", "+@read",
// "(+get ~other:*)". A rule changes a user or is refused, in Redis's words, and then changes
// nothing of him; who wants all rules or none applies them to a copy.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/acl/user.h"
#include "server/dispatch/command_table.h"

namespace server {

// What a rule is read with.
struct RuleScope {
  const CommandTable& commands;
  bool allows_channels_at_first = false;  // acl-pubsub-default allchannels
};

// A user as SETUSER begins with: off, without passwords and rights.
User NewUser(std::string_view name, const RuleScope& scope);
// Neither spaces nor NUL.
bool IsUserName(std::string_view name);

std::expected<void, std::string> ApplyRule(User& user, std::string_view rule,
                                           const RuleScope& scope);

// Puts the words of a selector together again: "(+get", "~k)" become "(+get ~k)". An error is the
// word whose parenthesis is not closed.
std::expected<std::vector<std::string>, std::string> MergeSelectorWords(
    std::span<const std::string_view> words);

// The bit of AclCategory by its name, in any letter case; 0: there is none.
uint32_t FindAclCategory(std::string_view name);

}  // namespace server
