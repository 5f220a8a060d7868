// SYNC, PSYNC, REPLCONF: what a replica sends to the server that it follows.

#include "server/commands/replication/replication.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kAdmin | kNoScript | kNoAsyncLoading | kNoMulti;

// A replica, or a tool that asks for a copy of the data, must not take silence for a link.
struct NeedsReplication {
  static RunResult Run(CommandContext&) {
    return CommandError::Err("This version of Cinnabar has no replication: it cannot be followed");
  }
};

struct Sync : NeedsReplication {
  static constexpr CommandSpec kSpec{
      .name = "SYNC",
      .summary = "Asks for a copy of the data and for all that changes; of replicas.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .arity = 1,
      .flags = kFlags,
  };
};

constexpr Argument kPsyncArguments[] = {{.name = "replicationid"},
                                        {.name = "offset", .kind = Argument::Kind::kInteger}};

struct Psync : NeedsReplication {
  static constexpr CommandSpec kSpec{
      .name = "PSYNC",
      .summary = "Asks for what changed since an offset; of replicas.",
      .since = "2.8.0",
      .group = CommandGroup::kServer,
      .arity = -3,
      .flags = kFlags,
      .arguments = kPsyncArguments,
  };
};

struct ReplConf : NeedsReplication {
  static constexpr CommandSpec kSpec{
      .name = "REPLCONF",
      .summary = "Tells of a replica's abilities and progress.",
      .since = "3.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = -1,
      .flags = kAdmin | kNoScript | kLoading | kStale | kAllowBusy,
  };
};

constexpr auto kCommands = CommandList<Sync, Psync, ReplConf>();

}  // namespace

std::span<const CommandEntry> ReplicaLinkCommands() {
  return kCommands;
}

}  // namespace server
