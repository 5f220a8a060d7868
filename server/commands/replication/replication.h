// The family of commands about replicas. This version has no replication: they answer as a server
// that stands alone does.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> ReplicaOfCommands();    // replica_of.cpp
std::span<const CommandEntry> ReplicaLinkCommands();  // replica_link.cpp
std::span<const CommandEntry> ReplicaWaitCommands();  // wait.cpp

}  // namespace server
