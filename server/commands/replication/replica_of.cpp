// REPLICAOF, SLAVEOF, FAILOVER: which server follows which.

#include "server/commands/replication/replication.h"
#include "server/dispatch/command_context.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kAdmin | kNoScript | kStale | kNoAsyncLoading;
constexpr Argument kHostAndPort[] = {{.name = "host"},
                                     {.name = "port", .kind = Argument::Kind::kInteger}};
constexpr Argument kNoOne[] = {{.name = "no", .kind = Argument::Kind::kPureToken, .token = "NO"},
                               {.name = "one", .kind = Argument::Kind::kPureToken, .token = "ONE"}};
constexpr Argument kForms[] = {
    {.name = "host-port", .kind = Argument::Kind::kBlock, .children = kHostAndPort},
    {.name = "no-one", .kind = Argument::Kind::kBlock, .children = kNoOne}};
constexpr Argument kReplicaOfArguments[] = {
    {.name = "args", .kind = Argument::Kind::kOneOf, .children = kForms}};

RunResult Follow(CommandContext& context) {
  ArgReader args = context.args();
  if (args.Take("NO") && args.Take("ONE")) {
    context.reply().Ok();  // it already follows no one
    return Replied();
  }
  const auto port = storage::ParseInt64(context.arguments()[2]);
  if (!port || *port < 0 || *port > 65535) return CommandError::Err("Invalid master port");
  return CommandError::Err(
      "This version of Cinnabar has no replication: it cannot follow a server");
}

struct ReplicaOf {
  static constexpr CommandSpec kSpec{
      .name = "REPLICAOF",
      .summary = "Makes the server follow another one, or no one.",
      .since = "5.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kFlags,
      .arguments = kReplicaOfArguments,
  };

  static RunResult Run(CommandContext& context) { return Follow(context); }
};

struct SlaveOf {
  static constexpr CommandSpec kSpec{
      .name = "SLAVEOF",
      .summary = "Makes the server follow another one, or no one.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kFlags,
      .arguments = kReplicaOfArguments,
      .deprecated_since = "5.0.0",
      .replaced_by = "`REPLICAOF`",
  };

  static RunResult Run(CommandContext& context) { return Follow(context); }
};

constexpr Argument kTarget[] = {
    {.name = "host"},
    {.name = "port", .kind = Argument::Kind::kInteger},
    {.name = "force", .kind = Argument::Kind::kPureToken, .token = "FORCE", .is_optional = true}};
constexpr Argument kFailoverArguments[] = {
    {.name = "target",
     .kind = Argument::Kind::kBlock,
     .token = "TO",
     .is_optional = true,
     .children = kTarget},
    {.name = "abort", .kind = Argument::Kind::kPureToken, .token = "ABORT", .is_optional = true},
    {.name = "milliseconds",
     .kind = Argument::Kind::kInteger,
     .token = "TIMEOUT",
     .is_optional = true}};

struct Failover {
  static constexpr CommandSpec kSpec{
      .name = "FAILOVER",
      .summary = "Hands the server's role over to one of its replicas.",
      .since = "6.2.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = -1,
      .flags = kAdmin | kNoScript | kStale,
      .arguments = kFailoverArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    if (args.remaining() == 1 && args.Take("ABORT")) {
      return CommandError::Err("No failover in progress.");
    }
    bool has_target = false;
    bool has_timeout = false;
    bool is_forced = false;
    while (!args.AtEnd()) {
      if (!has_timeout && args.Take("TIMEOUT")) {
        has_timeout = true;
        const int64_t timeout_ms = args.Int64();
        if (args.ok() && timeout_ms <= 0) {
          return CommandError::Err("FAILOVER timeout must be greater than 0");
        }
      } else if (!has_target && args.remaining() >= 3 && args.Take("TO")) {
        has_target = true;
        args.Bytes();
        args.Int64();
      } else if (!is_forced && args.Take("FORCE")) {
        is_forced = true;
      } else {
        return CommandError::Syntax();
      }
    }
    if (const auto error = args.Finish()) return *error;
    return CommandError::Err("FAILOVER requires connected replicas.");
  }
};

constexpr auto kCommands = CommandList<ReplicaOf, SlaveOf, Failover>();

}  // namespace

std::span<const CommandEntry> ReplicaOfCommands() {
  return kCommands;
}

}  // namespace server
