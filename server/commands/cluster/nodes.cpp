// CLUSTER's subcommands about the nodes and their state.

#include "server/commands/cluster/cluster.h"

namespace server {
namespace {

constexpr uint32_t kChange = kAdmin | kStale | kNoAsyncLoading;
constexpr std::string_view kTips[] = {"nondeterministic_output"};
constexpr Argument kNodeId[] = {{.name = "node-id"}};

constexpr Argument kFailoverOptions[] = {
    {.name = "force", .kind = Argument::Kind::kPureToken, .token = "FORCE"},
    {.name = "takeover", .kind = Argument::Kind::kPureToken, .token = "TAKEOVER"}};
constexpr Argument kFailoverArguments[] = {{.name = "options",
                                            .kind = Argument::Kind::kOneOf,
                                            .is_optional = true,
                                            .children = kFailoverOptions}};

constexpr Argument kMeetArguments[] = {{.name = "ip"},
                                       {.name = "port", .kind = Argument::Kind::kInteger},
                                       {.name = "cluster-bus-port",
                                        .kind = Argument::Kind::kInteger,
                                        .is_optional = true,
                                        .since = "4.0.0"}};
constexpr HistoryEntry kMeetHistory[] = {{"4.0.0", "The port of the cluster bus may be given."}};

constexpr Argument kResetModes[] = {
    {.name = "hard", .kind = Argument::Kind::kPureToken, .token = "HARD"},
    {.name = "soft", .kind = Argument::Kind::kPureToken, .token = "SOFT"}};
constexpr Argument kResetArguments[] = {{.name = "reset-type",
                                         .kind = Argument::Kind::kOneOf,
                                         .is_optional = true,
                                         .children = kResetModes}};

constexpr Argument kEpoch[] = {{.name = "config-epoch", .kind = Argument::Kind::kInteger}};

constexpr auto kRefused = ClusterSpecs({
    {.name = "BUMPEPOCH",
     .summary = "Advances the configuration epoch.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kChange,
     .tips = kTips},
    {.name = "COUNT-FAILURE-REPORTS",
     .summary = "Counts the reports that a node has failed.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the number of failure reports",
     .arity = 3,
     .flags = kAdmin | kStale,
     .arguments = kNodeId,
     .tips = kTips},
    {.name = "FAILOVER",
     .summary = "Makes a replica take its master's place.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = -2,
     .flags = kChange,
     .arguments = kFailoverArguments},
    {.name = "FORGET",
     .summary = "Removes a node from the list of nodes.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = kChange,
     .arguments = kNodeId},
    {.name = "INFO",
     .summary = "Tells the state of the cluster as this node sees it.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kStale,
     .tips = kTips},
    {.name = "LINKS",
     .summary = "Lists the connections between this node and the others.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the total number of Cluster nodes",
     .arity = 2,
     .flags = kStale,
     .tips = kTips},
    {.name = "MEET",
     .summary = "Makes this node known to another one.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = -4,
     .flags = kChange,
     .arguments = kMeetArguments,
     .history = kMeetHistory},
    {.name = "MYID",
     .summary = "Tells this node's id.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kStale},
    {.name = "MYSHARDID",
     .summary = "Tells the id of this node's shard.",
     .since = "7.2.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kStale,
     .tips = kTips},
    {.name = "NODES",
     .summary = "Describes the nodes of the cluster.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the total number of Cluster nodes",
     .arity = 2,
     .flags = kStale,
     .tips = kTips},
    {.name = "REPLICAS",
     .summary = "Describes the replicas of a node.",
     .since = "5.0.0",
     .complexity = "O(N) where N is the number of replicas.",
     .arity = 3,
     .flags = kAdmin | kStale,
     .arguments = kNodeId,
     .tips = kTips},
    {.name = "REPLICATE",
     .summary = "Makes this node a replica of another one.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = kChange,
     .arguments = kNodeId},
    {.name = "RESET",
     .summary = "Makes this node a new one.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the number of known nodes.",
     .arity = -2,
     .flags = kAdmin | kNoScript | kStale,
     .arguments = kResetArguments},
    {.name = "SAVECONFIG",
     .summary = "Writes the node's configuration to disk.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kChange},
    {.name = "SET-CONFIG-EPOCH",
     .summary = "Sets the configuration epoch of a new node.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = kChange,
     .arguments = kEpoch},
    {.name = "SLAVES",
     .summary = "Describes the replicas of a node.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the number of replicas.",
     .arity = 3,
     .flags = kAdmin | kStale,
     .arguments = kNodeId,
     .tips = kTips,
     .deprecated_since = "5.0.0",
     .replaced_by = "`CLUSTER REPLICAS`"},
});

constexpr auto kCommands = RefusingEntries(kRefused);

}  // namespace

std::span<const CommandEntry> ClusterNodeCommands() {
  return kCommands;
}

}  // namespace server
