// The family of commands about a cluster of servers. There is none: apart from CLUSTER HELP they
// answer as a server that stands alone does, but COMMAND tells of them, since clients ask.
#pragma once

#include <span>

#include "server/dispatch/command_context.h"

namespace server {

// The Run of all of them.
struct NeedsCluster {
  static RunResult Run(CommandContext&) {
    return CommandError::Err("This instance has cluster support disabled");
  }
};

std::span<const CommandEntry> ClusterSlotCommands();     // slots.cpp
std::span<const CommandEntry> ClusterNodeCommands();     // nodes.cpp, CLUSTER itself
std::span<const CommandEntry> ClusterRoutingCommands();  // routing.cpp

}  // namespace server
