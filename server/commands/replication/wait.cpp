// WAIT: until replicas have what this client wrote.

#include <algorithm>

#include "server/commands/replication/replication.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr Argument kArguments[] = {{.name = "numreplicas", .kind = Argument::Kind::kInteger},
                                   {.name = "timeout", .kind = Argument::Kind::kInteger}};
constexpr std::string_view kTips[] = {"request_policy:all_shards", "response_policy:agg_min"};

struct WaitCommand {
  static constexpr CommandSpec kSpec{
      .name = "WAIT",
      .summary = "Waits until so many replicas have what this client wrote.",
      .since = "3.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kBlockingCommand,
      .categories = kAclConnection,
      .arguments = kArguments,
      .tips = kTips,
  };

  // There are no replicas: whoever asks for some waits for the whole time, as in Redis.
  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const int64_t replicas = args.Int64();
    if (!args.ok()) return *args.Finish();
    const auto timeout_ms = storage::ParseInt64(args.Bytes());
    if (!timeout_ms) return CommandError::Err("timeout is not an integer or out of range");
    if (*timeout_ms < 0) return CommandError::Err("timeout is negative");
    if (replicas <= 0 || !context.client().may_block()) {
      context.reply().Integer(0);
      return Replied();
    }
    constexpr int64_t kLongestMs = INT64_MAX / 4000;
    EngineState& engine = context.engine();
    const int64_t wait_ms = std::min(*timeout_ms, kLongestMs);
    engine.blocked.Block(context.client(),
                         {.what = Wait::For::kReplicas,
                          .deadline_us = wait_ms == 0 ? 0 : engine.monotonic_us + wait_ms * 1000,
                          .reply_in_vain = [](Client& client) { client.reply.Integer(0); }});
    return Blocked();
  }
};

constexpr auto kCommands = CommandList<WaitCommand>();

}  // namespace

std::span<const CommandEntry> ReplicaWaitCommands() {
  return kCommands;
}

}  // namespace server
