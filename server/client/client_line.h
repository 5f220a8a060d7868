// A client as CLIENT LIST and CLIENT INFO show it: one line of "field=value", in Redis's order.
#pragma once

#include <string>

#include "server/client/client_list.h"

namespace server {

class CommandContext;

// With its line end. `context` is of the request that asks: its client is seen in the middle of it.
std::string ClientLine(const RespSession& session, CommandContext& context);

}  // namespace server
