// PING, ECHO, SELECT, QUIT.

#include "server/commands/connection/connection.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr Argument kPingArguments[] = {{.name = "message", .is_optional = true}};
constexpr std::string_view kPingTips[] = {"request_policy:all_shards",
                                          "response_policy:all_succeeded"};

struct Ping {
  static constexpr CommandSpec kSpec{
      .name = "PING",
      .summary = "Answers PONG, or the message it is given.",
      .since = "1.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = -1,
      .flags = kFast | kRunsSubscribed,
      .categories = kAclConnection,
      .arguments = kPingArguments,
      .tips = kPingTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    if (args.remaining() > 1) return CommandError::WrongArguments(context.command_name());
    const bool is_listening = context.client().is(kIsSubscriber) &&
                              context.reply().version() == protocol::resp::Version::kResp2;
    if (is_listening) {
      context.reply().ArrayHeader(2);
      context.reply().Bulk("pong");
      context.reply().Bulk(args.remaining() == 1 ? args.Bytes() : std::string_view());
    } else if (args.remaining() == 1) {
      context.reply().Bulk(args.Bytes());
    } else {
      context.reply().Raw("+PONG\r\n");
    }
    return Replied();
  }
};

constexpr Argument kEchoArguments[] = {{.name = "message"}};

struct Echo {
  static constexpr CommandSpec kSpec{
      .name = "ECHO",
      .summary = "Returns its argument.",
      .since = "1.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale | kFast,
      .categories = kAclConnection,
      .arguments = kEchoArguments,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Bulk(context.args().Bytes());
    return Replied();
  }
};

constexpr Argument kSelectArguments[] = {{.name = "index", .kind = Argument::Kind::kInteger}};

struct Select {
  static constexpr CommandSpec kSpec{
      .name = "SELECT",
      .summary = "Chooses the database that this connection works on.",
      .since = "1.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale | kFast,
      .categories = kAclConnection,
      .arguments = kSelectArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const int32_t index = args.Int32();
    if (const auto error = args.Finish()) return *error;
    if (index < 0 || index >= context.keyspace().database_count()) {
      return CommandError::Err("DB index is out of range");
    }
    context.client().database = index;
    context.reply().Ok();
    return Replied();
  }
};

struct Quit {
  static constexpr CommandSpec kSpec{
      .name = "QUIT",
      .summary = "Closes the connection.",
      .since = "1.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = -1,
      .flags = kNoScript | kLoading | kStale | kFast | kNoAuth | kAllowBusy | kRunsInMulti |
               kRunsSubscribed,
      .categories = kAclConnection,
      .deprecated_since = "7.2.0",
      .replaced_by = "just closing the connection",
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Ok();
    context.engine().CloseClient(context.client(), CloseWish::kAfterFlush);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Ping, Echo, Select, Quit>();

}  // namespace

std::span<const CommandEntry> ConnectionBasicCommands() {
  return kCommands;
}

}  // namespace server
