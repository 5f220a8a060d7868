// ASKING, READONLY, READWRITE: where a client of a cluster wants its requests to run.

#include "server/commands/cluster/cluster.h"

namespace server {
namespace {

struct Asking : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .name = "ASKING",
      .summary = "Says that the next request was sent here by another node.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kFast,
      .categories = kAclConnection,
  };
};

struct ReadOnly : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .name = "READONLY",
      .summary = "Allows this connection to read from a replica of a cluster.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kLoading | kStale | kFast,
      .categories = kAclConnection,
  };
};

struct ReadWrite : NeedsCluster {
  static constexpr CommandSpec kSpec{
      .name = "READWRITE",
      .summary = "Takes READONLY back.",
      .since = "3.0.0",
      .group = CommandGroup::kCluster,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kLoading | kStale | kFast,
      .categories = kAclConnection,
  };
};

constexpr auto kCommands = CommandList<Asking, ReadOnly, ReadWrite>();

}  // namespace

std::span<const CommandEntry> ClusterRoutingCommands() {
  return kCommands;
}

}  // namespace server
