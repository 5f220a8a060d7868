// Users that outlive the process: the lines of an aclfile, or the `user` lines of redis.conf.
// Either all of a file's users are taken, or none and everything stays as it is.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/acl/rule_parser.h"

namespace server {

struct EngineState;

// The users of a text. An error names `path` and line of each mistake.
std::expected<std::vector<User>, std::string> ParseUsers(std::string_view text,
                                                         std::string_view path,
                                                         const RuleScope& scope);

// ACL LOAD and ACL SAVE; the error is what the client hears, without its code.
std::expected<void, std::string> LoadAclFile(EngineState& engine);
std::expected<void, std::string> SaveAclFile(EngineState& engine);

// Before anything else at the start: the `user` lines, or the aclfile. Why the server cannot start.
std::optional<std::string> LoadUsersAtStart(EngineState& engine);

}  // namespace server
