// A client as CLIENT LIST, CLIENT INFO and the log show it: a line of "field=value", in Redis's
// order.
#pragma once

#include <string>

#include "server/client/client_list.h"

namespace server {

class CommandContext;
struct EngineState;

// Between requests.
std::string ClientLine(const RespSession& session, const EngineState& engine);
// As the request of `context` sees it, whose own client is in the middle of it.
std::string ClientLine(const RespSession& session, CommandContext& context);

}  // namespace server
