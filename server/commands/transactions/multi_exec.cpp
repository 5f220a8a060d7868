// MULTI, EXEC, DISCARD: requests that run as one. How they are queued is in dispatch/dispatcher.cpp
// and transactions/queued_requests.h.

#include "server/commands/transactions/transactions.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kNoScript | kLoading | kStale | kFast | kAllowBusy | kRunsInMulti;

// MULTI -> OK, and from then on requests are only queued
struct Multi {
  static constexpr CommandSpec kSpec{
      .name = "MULTI",
      .summary = "Begins to queue requests, for EXEC to run as one.",
      .since = "1.2.0",
      .group = CommandGroup::kTransactions,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kFlags,
      .categories = kAclTransaction,
  };

  static RunResult Run(CommandContext& context) {
    Client& client = context.client();
    if (client.is(kInMulti)) return CommandError::Err("MULTI calls can not be nested");
    client.GetTransaction();
    client.set(kInMulti, true);
    context.reply().Ok();
    return Replied();
  }
};

// EXEC -> the replies of all queued requests, or null when a watched key has changed
struct Exec {
  static constexpr CommandSpec kSpec{
      .name = "EXEC",
      .summary = "Runs the queued requests, with nothing in between.",
      .since = "1.2.0",
      .group = CommandGroup::kTransactions,
      .complexity = "That of the queued requests together.",
      .arity = 1,
      .flags = kNoScript | kLoading | kStale | kSkipSlowlog | kRunsInMulti | kRunsQueue,
      .categories = kAclTransaction,
  };

  static RunResult Run(CommandContext& context) {
    EngineState& engine = context.engine();
    Client& client = context.client();
    if (!client.is(kInMulti)) return CommandError::Err("EXEC without MULTI");
    engine.watched_keys.NoteExpired(client);
    if (client.is(kAbortsExec)) {
      engine.DiscardTransaction(client);
      return CommandError("EXECABORT Transaction discarded because of previous errors.");
    }
    if (client.is(kWatchIsBroken)) {
      engine.DiscardTransaction(client);
      context.reply().NullArray();
      return Replied();
    }
    engine.watched_keys.Unwatch(client);
    engine.dispatcher.RunQueued(client);
    engine.DiscardTransaction(client);
    return Replied();
  }
};

// DISCARD -> OK, and nothing of it has run
struct Discard {
  static constexpr CommandSpec kSpec{
      .name = "DISCARD",
      .summary = "Forgets the queued requests.",
      .since = "2.0.0",
      .group = CommandGroup::kTransactions,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kFlags,
      .categories = kAclTransaction,
  };

  static RunResult Run(CommandContext& context) {
    if (!context.client().is(kInMulti)) return CommandError::Err("DISCARD without MULTI");
    context.engine().DiscardTransaction(context.client());
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Multi, Exec, Discard>();

}  // namespace

std::span<const CommandEntry> MultiExecCommands() {
  return kCommands;
}

}  // namespace server
