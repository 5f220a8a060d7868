// CLUSTER, and its subcommands about the nodes and their state.

#include "server/commands/cluster/cluster.h"
#include "server/commands/shared/help_reply.h"

namespace server {
namespace {

constexpr uint32_t kChange = kAdmin | kStale | kNoAsyncLoading;
constexpr std::string_view kTips[] = {"nondeterministic_output"};
constexpr Argument kNodeId[] = {{.name = "node-id"}};

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

struct ClusterBumpEpoch : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "BUMPEPOCH",
      .summary = "Advances the configuration epoch.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kChange,
      .tips = kTips,
  };
};

struct ClusterCountFailureReports : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "COUNT-FAILURE-REPORTS",
      .summary = "Counts the reports that a node has failed.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(N) where N is the number of failure reports",
      .arity = 3,
      .flags = kAdmin | kStale,
      .arguments = kNodeId,
      .tips = kTips,
  };
};

constexpr Argument kFailoverOptions[] = {
    {.name = "force", .kind = Argument::Kind::kPureToken, .token = "FORCE"},
    {.name = "takeover", .kind = Argument::Kind::kPureToken, .token = "TAKEOVER"}};
constexpr Argument kFailoverArguments[] = {{.name = "options",
                                            .kind = Argument::Kind::kOneOf,
                                            .is_optional = true,
                                            .children = kFailoverOptions}};

struct ClusterFailover : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "FAILOVER",
      .summary = "Makes a replica take its master's place.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = -2,
      .flags = kChange,
      .arguments = kFailoverArguments,
  };
};

struct ClusterForget : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "FORGET",
      .summary = "Removes a node from the list of nodes.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kChange,
      .arguments = kNodeId,
  };
};

struct ClusterInfo : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "INFO",
      .summary = "Tells the state of the cluster as this node sees it.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kStale,
      .tips = kTips,
  };
};

struct ClusterLinks : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "LINKS",
      .summary = "Lists the connections between this node and the others.",
      .since = "7.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(N) where N is the total number of Cluster nodes",
      .arity = 2,
      .flags = kStale,
      .tips = kTips,
  };
};

constexpr Argument kMeetArguments[] = {{.name = "ip"},
                                       {.name = "port", .kind = Argument::Kind::kInteger},
                                       {.name = "cluster-bus-port",
                                        .kind = Argument::Kind::kInteger,
                                        .is_optional = true,
                                        .since = "4.0.0"}};
constexpr HistoryEntry kMeetHistory[] = {{"4.0.0", "The port of the cluster bus may be given."}};

struct ClusterMeet : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "MEET",
      .summary = "Makes this node known to another one.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = -4,
      .flags = kChange,
      .arguments = kMeetArguments,
      .history = kMeetHistory,
  };
};

struct ClusterMyId : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "MYID",
      .summary = "Tells this node's id.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kStale,
  };
};

struct ClusterMyShardId : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "MYSHARDID",
      .summary = "Tells the id of this node's shard.",
      .since = "7.2.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kStale,
      .tips = kTips,
  };
};

struct ClusterNodes : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "NODES",
      .summary = "Describes the nodes of the cluster.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(N) where N is the total number of Cluster nodes",
      .arity = 2,
      .flags = kStale,
      .tips = kTips,
  };
};

struct ClusterReplicas : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "REPLICAS",
      .summary = "Describes the replicas of a node.",
      .since = "5.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(N) where N is the number of replicas.",
      .arity = 3,
      .flags = kAdmin | kStale,
      .arguments = kNodeId,
      .tips = kTips,
  };
};

struct ClusterReplicate : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "REPLICATE",
      .summary = "Makes this node a replica of another one.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kChange,
      .arguments = kNodeId,
  };
};

constexpr Argument kResetModes[] = {
    {.name = "hard", .kind = Argument::Kind::kPureToken, .token = "HARD"},
    {.name = "soft", .kind = Argument::Kind::kPureToken, .token = "SOFT"}};
constexpr Argument kResetArguments[] = {{.name = "reset-type",
                                         .kind = Argument::Kind::kOneOf,
                                         .is_optional = true,
                                         .children = kResetModes}};

struct ClusterReset : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "RESET",
      .summary = "Makes this node a new one.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(N) where N is the number of known nodes.",
      .arity = -2,
      .flags = kAdmin | kNoScript | kStale,
      .arguments = kResetArguments,
  };
};

struct ClusterSaveConfig : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "SAVECONFIG",
      .summary = "Writes the node's configuration to disk.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kChange,
  };
};

constexpr Argument kEpoch[] = {{.name = "config-epoch", .kind = Argument::Kind::kInteger}};

struct ClusterSetConfigEpoch : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "SET-CONFIG-EPOCH",
      .summary = "Sets the configuration epoch of a new node.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kChange,
      .arguments = kEpoch,
  };
};

struct ClusterSlaves : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .container = "CLUSTER",
      .name = "SLAVES",
      .summary = "Describes the replicas of a node.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(N) where N is the number of replicas.",
      .arity = 3,
      .flags = kAdmin | kStale,
      .arguments = kNodeId,
      .tips = kTips,
      .deprecated_since = "5.0.0",
      .replaced_by = "`CLUSTER REPLICAS`",
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

constexpr auto kCommands =
    CommandList<Cluster, ClusterBumpEpoch, ClusterCountFailureReports, ClusterFailover,
                ClusterForget, ClusterInfo, ClusterLinks, ClusterMeet, ClusterMyId,
                ClusterMyShardId, ClusterNodes, ClusterReplicas, ClusterReplicate, ClusterReset,
                ClusterSaveConfig, ClusterSetConfigEpoch, ClusterSlaves, ClusterHelp>();

}  // namespace

std::span<const CommandEntry> ClusterNodeCommands() {
  return kCommands;
}

}  // namespace server
