// CLUSTER itself, and its HELP.

#include "server/commands/cluster/cluster.h"

#include "server/commands/shared/help_reply.h"

namespace server {
namespace {

struct Cluster {
  static constexpr CommandSpec kSpec{
      .name = "CLUSTER",
      .summary = "A container for commands about a cluster.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

struct ClusterHelp {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "HELP",
      .summary = "Lists the subcommands of CLUSTER.",
      .since = "5.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
  };

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"KEYSLOT <key> | INFO | NODES | SLOTS | SHARDS | MYID | ...",
         "Are refused: this server stands alone (cluster-enabled no)."},
    };
    ReplyHelp(context.reply(), "CLUSTER", kEntries);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Cluster, ClusterHelp>();

}  // namespace

std::span<const CommandEntry> ClusterCommands() {
  return kCommands;
}

}  // namespace server
