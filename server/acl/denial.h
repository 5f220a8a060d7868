// What follows a denied request or login: the counters of INFO and the entry of ACL LOG.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/acl/permissions.h"
#include "server/client/client.h"

namespace server {

struct EngineState;

void NoteDenial(EngineState& engine, const Client& client, const Verdict& verdict,
                const CommandInTable& command, std::span<const std::string_view> arguments);
// A login as `user` failed; `command` is how it was tried.
void NoteFailedLogin(EngineState& engine, const Client& client, std::string_view user,
                     std::string_view command);
// The error of a request that was allowed when it was queued, and is not when EXEC runs it.
std::string DescribeLateDenial(const Verdict& verdict);

}  // namespace server
