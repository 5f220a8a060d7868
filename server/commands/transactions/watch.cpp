// WATCH, UNWATCH: EXEC does not run when these keys have changed.

#include "server/commands/transactions/transactions.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kNoScript | kLoading | kStale | kFast | kAllowBusy;

constexpr Argument kWatchArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true}};

// WATCH key [key ...] -> OK
struct Watch {
  static constexpr CommandSpec kSpec{
      .name = "WATCH",
      .summary = "Makes the next EXEC depend on these keys staying as they are.",
      .since = "2.2.0",
      .group = CommandGroup::kTransactions,
      .complexity = "O(1) for each key",
      .arity = -2,
      .flags = kFlags | kRunsInMulti,
      .categories = kAclTransaction,
      .keys = {KeyRange(1, -1, 1, kKeyReadOnly)},
      .arguments = kWatchArguments,
  };

  static RunResult Run(CommandContext& context) {
    Client& client = context.client();
    if (client.is(kInMulti)) return CommandError::Err("WATCH inside MULTI is not allowed");
    // When a key has changed already, EXEC will not run, whatever else is watched.
    if (!client.is(kWatchIsBroken)) {
      for (const std::string_view key : context.arguments().subspan(1)) {
        context.engine().watched_keys.Watch(client, key);
      }
    }
    context.reply().Ok();
    return Replied();
  }
};

// UNWATCH -> OK
struct Unwatch {
  static constexpr CommandSpec kSpec{
      .name = "UNWATCH",
      .summary = "Forgets all watched keys of the connection.",
      .since = "2.2.0",
      .group = CommandGroup::kTransactions,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kFlags,
      .categories = kAclTransaction,
  };

  static RunResult Run(CommandContext& context) {
    context.engine().watched_keys.Unwatch(context.client());
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Watch, Unwatch>();

}  // namespace

std::span<const CommandEntry> WatchCommands() {
  return kCommands;
}

}  // namespace server
