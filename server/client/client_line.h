// A client as CLIENT LIST, CLIENT INFO and the log show it: a line of "field=value", in Redis's
// order.
#pragma once

#include <cstddef>
#include <string>

#include "server/client/client_list.h"

namespace server {

class CommandContext;
struct EngineState;

// For the log, between requests: a line of bounded length, however long the client's names are.
std::string LoggedClientLine(const RespSession& session, const EngineState& engine);

// As the request of `context` sees it, whose own client is in the middle of it. The line takes at
// most ClientLineBytesMax bytes; names are as long as clients like.
void AppendClientLine(std::string& lines, const RespSession& session, CommandContext& context);
size_t ClientLineBytesMax(const RespSession& session);

}  // namespace server
