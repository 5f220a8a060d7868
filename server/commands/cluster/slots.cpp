// CLUSTER's subcommands about hash slots and the keys in them.

#include "server/commands/cluster/cluster.h"

namespace server {
namespace {

constexpr uint32_t kChange = kAdmin | kStale | kNoAsyncLoading;
constexpr std::string_view kTips[] = {"nondeterministic_output"};
constexpr Argument kSlot[] = {{.name = "slot", .kind = Argument::Kind::kInteger}};
constexpr Argument kSlots[] = {
    {.name = "slot", .kind = Argument::Kind::kInteger, .is_multiple = true}};
constexpr Argument kRange[] = {{.name = "start-slot", .kind = Argument::Kind::kInteger},
                               {.name = "end-slot", .kind = Argument::Kind::kInteger}};
constexpr Argument kRanges[] = {{.name = "start-slot_end-slot",
                                 .kind = Argument::Kind::kBlock,
                                 .is_multiple = true,
                                 .children = kRange}};

constexpr Argument kSlotAndCount[] = {{.name = "slot", .kind = Argument::Kind::kInteger},
                                      {.name = "count", .kind = Argument::Kind::kInteger}};

constexpr Argument kKey[] = {{.name = "key"}};

constexpr Argument kSlotStates[] = {
    {.name = "importing", .token = "IMPORTING"},
    {.name = "migrating", .token = "MIGRATING"},
    {.name = "node", .token = "NODE"},
    {.name = "stable", .kind = Argument::Kind::kPureToken, .token = "STABLE"}};
constexpr Argument kSetSlotArguments[] = {
    {.name = "slot", .kind = Argument::Kind::kInteger},
    {.name = "subcommand", .kind = Argument::Kind::kOneOf, .children = kSlotStates}};

constexpr HistoryEntry kSlotsHistory[] = {{"4.0.0", "Nodes come with their ids."},
                                          {"7.0.0", "Nodes come with further addresses."}};

constexpr auto kRefused = ClusterSpecs({
    {.name = "ADDSLOTS",
     .summary = "Gives hash slots to this node.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the total number of hash slot arguments",
     .arity = -3,
     .flags = kChange,
     .arguments = kSlots},
    {.name = "ADDSLOTSRANGE",
     .summary = "Gives ranges of hash slots to this node.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the total number of the slots between the start slot and end "
                   "slot arguments.",
     .arity = -4,
     .flags = kChange,
     .arguments = kRanges},
    {.name = "COUNTKEYSINSLOT",
     .summary = "Counts the keys in a hash slot.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 3,
     .flags = kStale,
     .arguments = kSlot},
    {.name = "DELSLOTS",
     .summary = "Takes hash slots from this node.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the total number of hash slot arguments",
     .arity = -3,
     .flags = kChange,
     .arguments = kSlots},
    {.name = "DELSLOTSRANGE",
     .summary = "Takes ranges of hash slots from this node.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the total number of the slots between the start slot and end "
                   "slot arguments.",
     .arity = -4,
     .flags = kChange,
     .arguments = kRanges},
    {.name = "FLUSHSLOTS",
     .summary = "Takes all hash slots from this node.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kChange},
    {.name = "GETKEYSINSLOT",
     .summary = "Names keys in a hash slot.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the number of requested keys",
     .arity = 4,
     .flags = kStale,
     .arguments = kSlotAndCount,
     .tips = kTips},
    {.name = "KEYSLOT",
     .summary = "Tells the hash slot of a key.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the number of bytes in the key",
     .arity = 3,
     .flags = kStale,
     .arguments = kKey},
    {.name = "SETSLOT",
     .summary = "Binds a hash slot to a node.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .arity = -4,
     .flags = kChange,
     .arguments = kSetSlotArguments},
    {.name = "SHARDS",
     .summary = "Tells which nodes have which hash slots.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the total number of cluster nodes",
     .arity = 2,
     .flags = kLoading | kStale,
     .tips = kTips},
    {.name = "SLOTS",
     .summary = "Tells which nodes have which hash slots.",
     .since = "3.0.0",
     .complexity = "O(N) where N is the total number of Cluster nodes",
     .arity = 2,
     .flags = kLoading | kStale,
     .tips = kTips,
     .history = kSlotsHistory,
     .deprecated_since = "7.0.0",
     .replaced_by = "`CLUSTER SHARDS`"},
});
constexpr auto kCommands = RefusingEntries(kRefused);

}  // namespace

std::span<const CommandEntry> ClusterSlotCommands() {
  return kCommands;
}

}  // namespace server
