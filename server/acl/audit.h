// The audit log (`audit-log yes`): a line in the server's log for every administrative or dangerous
// request that was run: who, from where, what, without secrets.
#pragma once

#include <span>
#include <string_view>

#include "server/client/client.h"
#include "server/dispatch/command_table.h"

namespace server {

struct EngineState;

// Called after a request has run; looks itself whether it is to be told.
void Audit(EngineState& engine, const Client& client, const CommandInTable& command,
           std::span<const std::string_view> arguments);

}  // namespace server
