// CLIENT PAUSE, UNPAUSE and UNBLOCK: who waits, and who goes on. And HELP.

#include <algorithm>
#include <limits>

#include "server/commands/connection/client_specs.h"
#include "server/commands/connection/connection.h"
#include "server/commands/shared/help_reply.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

using Kind = Argument::Kind;

constexpr Argument kPauseModes[] = {
    {.name = "write", .kind = Kind::kPureToken, .token = "WRITE"},
    {.name = "all", .kind = Kind::kPureToken, .token = "ALL"},
};
constexpr Argument kPauseArguments[] = {
    {.name = "timeout", .kind = Kind::kInteger},
    {.name = "mode",
     .kind = Kind::kOneOf,
     .is_optional = true,
     .children = kPauseModes,
     .since = "6.2.0"},
};
constexpr HistoryEntry kPauseHistory[] = {{"6.2.0", "The mode: WRITE, or ALL as before."}};

// CLIENT PAUSE milliseconds [WRITE | ALL] -> OK
struct ClientPause {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "PAUSE",
      .summary = "Lets requests wait for a while: all of them, or those that write.",
      .since = "2.9.50",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kAnyClientFlags,
      .categories = kAclConnection,
      .arguments = kPauseArguments,
      .history = kPauseHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    if (args.remaining() > 2) {
      return CommandError::SubcommandSyntax(context.arguments()[1], "CLIENT");
    }
    const std::string_view timeout = args.Bytes();
    Pause::Scope scope = Pause::Scope::kAll;
    if (args.Take("WRITE")) {
      scope = Pause::Scope::kWrites;
    } else if (!args.AtEnd() && !args.Take("ALL")) {
      return CommandError::Err("CLIENT PAUSE mode must be WRITE or ALL");
    }
    const auto ms = storage::ParseInt64(timeout);
    if (!ms) return CommandError::Err("timeout is not an integer or out of range");
    if (*ms < 0) return CommandError::Err("timeout is negative");
    constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
    if (*ms > kMax - context.now_ms()) return CommandError::Err("timeout is out of range");
    EngineState& engine = context.engine();
    // What does not fit into microseconds is thousands of years away.
    const int64_t until_us =
        *ms > (kMax - engine.monotonic_us) / 1000 ? kMax : engine.monotonic_us + *ms * 1000;
    engine.pause.Begin(until_us, scope);
    context.reply().Ok();
    return Replied();
  }
};

// CLIENT UNPAUSE -> OK
struct ClientUnpause {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "UNPAUSE",
      .summary = "Ends a pause: requests that waited go on.",
      .since = "6.2.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(N), N being the number of paused connections",
      .arity = 2,
      .flags = kAnyClientFlags,
      .categories = kAclConnection,
  };

  static RunResult Run(CommandContext& context) {
    context.engine().pause.End();
    context.reply().Ok();
    return Replied();
  }
};

constexpr Argument kUnblockReasons[] = {
    {.name = "timeout", .kind = Kind::kPureToken, .token = "TIMEOUT"},
    {.name = "error", .kind = Kind::kPureToken, .token = "ERROR"},
};
constexpr Argument kUnblockArguments[] = {
    {.name = "client-id", .kind = Kind::kInteger},
    {.name = "unblock-type",
     .kind = Kind::kOneOf,
     .is_optional = true,
     .children = kUnblockReasons},
};

// CLIENT UNBLOCK id [TIMEOUT | ERROR] -> 1 if the client waited, else 0
struct ClientUnblock {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "UNBLOCK",
      .summary = "Ends another connection's wait in a blocking command.",
      .since = "5.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(log N), N being the number of connections",
      .arity = -3,
      .flags = kAnyClientFlags,
      .categories = kAclConnection,
      .arguments = kUnblockArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    if (args.remaining() > 2) {
      return CommandError::SubcommandSyntax(context.arguments()[1], "CLIENT");
    }
    const std::string_view id_text = args.Bytes();
    const bool is_error = args.Take("ERROR");
    if (!is_error && !args.AtEnd() && !args.Take("TIMEOUT")) {
      return CommandError::Err("CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }
    const auto id = storage::ParseInt64(id_text);
    if (!id) return CommandError::NotAnInteger();
    BlockedClients& blocked = context.engine().blocked;
    const auto client_id = static_cast<ClientId>(*id);
    const bool ended =
        is_error ? blocked.EndWithError(client_id, "UNBLOCKED client unblocked via CLIENT UNBLOCK")
                 : blocked.EndInVain(client_id);
    context.reply().Integer(ended ? 1 : 0);
    return Replied();
  }
};

// CLIENT HELP -> the forms of the subcommands
struct ClientHelp {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "HELP",
      .summary = "Lists the subcommands.",
      .since = "5.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
      .categories = kAclConnection,
  };

  static RunResult Run(CommandContext& context) {
    static constexpr HelpEntry kEntries[] = {
        {"GETNAME", "Returns the name of this connection."},
        {"ID", "Returns the number of this connection."},
        {"INFO", "Describes this connection, as LIST does."},
        {"KILL <ip:port>", "Closes the connection that comes from this address."},
        {"KILL <option> <value> [<option> <value> [...]]",
         "Closes all connections to which every option applies: ID <client-id>, ADDR <ip:port>, "
         "LADDR <ip:port>, TYPE (NORMAL|MASTER|REPLICA|PUBSUB), USER <username>, MAXAGE <seconds>; "
         "SKIPME (YES|NO) says whether this one is spared (it is)."},
        {"LIST [options ...]",
         "Describes the connections, a line each. Options are TYPE (NORMAL|MASTER|REPLICA|PUBSUB) "
         "and ID <client-id> [...]."},
        {"NO-EVICT (ON|OFF)",
         "Says whether this connection may be closed when clients take too much memory."},
        {"NO-TOUCH (ON|OFF)",
         "Says whether reads of this connection leave the access times of keys alone."},
        {"PAUSE <timeout> [WRITE|ALL]",
         "Lets requests wait for <timeout> milliseconds: all, or those that write."},
        {"REPLY (ON|OFF|SKIP)", "Says which replies this connection wants to get."},
        {"SETINFO (LIB-NAME|LIB-VER) <value>", "Notes which library this connection uses."},
        {"SETNAME <name>", "Names this connection."},
        {"UNBLOCK <clientid> [TIMEOUT|ERROR]",
         "Ends another connection's wait in a blocking command."},
        {"UNPAUSE", "Ends a pause."},
    };
    ReplyHelp(context.reply(), "CLIENT", kEntries);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<ClientPause, ClientUnpause, ClientUnblock, ClientHelp>();

}  // namespace

std::span<const CommandEntry> ClientWaitingCommands() {
  return kCommands;
}

}  // namespace server
