// The family of commands about a cluster of servers. There is none: apart from CLUSTER HELP they
// answer as a server that stands alone does, but COMMAND tells of them, since clients ask. So most
// have no handler of their own, and no struct: a row of what COMMAND tells.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "server/dispatch/command_context.h"

namespace server {

// The Run of all of them.
struct NeedsCluster {
  static RunResult Run(CommandContext&) {
    return CommandError::Err("This instance has cluster support disabled");
  }
};

// CLUSTER's subcommands, from what tells them apart.
template <size_t kCount>
constexpr std::array<CommandSpec, kCount> ClusterSpecs(const CommandSpec (&specs)[kCount]) {
  std::array<CommandSpec, kCount> complete;
  for (size_t i = 0; i < kCount; ++i) {
    complete[i] = specs[i];
    complete[i].container = "CLUSTER";
    complete[i].group = CommandGroup::kCluster;
  }
  return complete;
}

template <size_t kCount>
constexpr std::array<CommandEntry, kCount> RefusingEntries(
    const std::array<CommandSpec, kCount>& specs) {
  std::array<CommandEntry, kCount> entries;
  for (size_t i = 0; i < kCount; ++i) entries[i] = {&specs[i], NeedsCluster::Run};
  return entries;
}

std::span<const CommandEntry> ClusterCommands();         // cluster.cpp
std::span<const CommandEntry> ClusterNodeCommands();     // nodes.cpp
std::span<const CommandEntry> ClusterSlotCommands();     // slots.cpp
std::span<const CommandEntry> ClusterRoutingCommands();  // routing.cpp

}  // namespace server
