// SLOWLOG: the requests that took long.

#include "server/introspection/slowlog.h"

#include <algorithm>

#include "server/commands/introspection/introspection.h"
#include "server/commands/shared/help_reply.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kAdmin | kLoading | kStale;

struct Slowlog {
  static constexpr CommandSpec kSpec{
      .name = "SLOWLOG",
      .summary = "A container for commands about the slow log.",
      .since = "2.2.12",
      .group = CommandGroup::kServer,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

constexpr Argument kGetArguments[] = {
    {.name = "count", .kind = Argument::Kind::kInteger, .is_optional = true}};
constexpr std::string_view kGetTips[] = {"request_policy:all_nodes", "nondeterministic_output"};
constexpr HistoryEntry kGetHistory[] = {
    {"4.0.0", "Entries tell the client's address and name as well."}};

struct SlowlogGet {
  static constexpr CommandSpec kSpec{
      .container = "SLOWLOG",
      .name = "GET",
      .summary = "Returns the latest entries of the slow log.",
      .since = "2.2.12",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of entries returned",
      .arity = -2,
      .flags = kFlags,
      .arguments = kGetArguments,
      .tips = kGetTips,
      .history = kGetHistory,
  };

  static RunResult Run(CommandContext& context) {
    constexpr size_t kDefaultCount = 10;
    const auto& entries = context.engine().slow_log.entries();
    ArgReader args = context.args();
    if (args.remaining() > 1) {
      return CommandError::SubcommandSyntax(context.arguments()[1], kSpec.container);
    }
    size_t count = kDefaultCount;
    if (!args.AtEnd()) {
      const auto wanted = storage::ParseInt64(args.Bytes());
      if (!wanted || *wanted < -1) {
        return CommandError::Err("count should be greater than or equal to -1");
      }
      count = static_cast<size_t>(*wanted);  // -1: more than there can be
    }
    count = std::min(count, entries.size());
    context.reply().ArrayHeader(count);
    for (size_t i = 0; i < count; ++i) ReplyEntry(context.reply(), entries[i]);
    return Replied();
  }

  static void ReplyEntry(protocol::resp::ReplyWriter& reply, const SlowLog::Entry& entry) {
    reply.ArrayHeader(6);
    reply.Integer(static_cast<int64_t>(entry.id));
    reply.Integer(entry.time_s);
    reply.Integer(entry.duration_us);
    reply.ArrayHeader(entry.arguments.size());
    for (const std::string& argument : entry.arguments) reply.Bulk(argument);
    reply.Bulk(entry.client_address);
    reply.Bulk(entry.client_name);
  }
};

constexpr std::string_view kLenTips[] = {"request_policy:all_nodes", "response_policy:agg_sum",
                                         "nondeterministic_output"};

struct SlowlogLen {
  static constexpr CommandSpec kSpec{
      .container = "SLOWLOG",
      .name = "LEN",
      .summary = "Counts the entries of the slow log.",
      .since = "2.2.12",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kFlags,
      .tips = kLenTips,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Integer(static_cast<int64_t>(context.engine().slow_log.entries().size()));
    return Replied();
  }
};

constexpr std::string_view kResetTips[] = {"request_policy:all_nodes",
                                           "response_policy:all_succeeded"};

struct SlowlogReset {
  static constexpr CommandSpec kSpec{
      .container = "SLOWLOG",
      .name = "RESET",
      .summary = "Empties the slow log.",
      .since = "2.2.12",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of entries in the slowlog",
      .arity = 2,
      .flags = kFlags,
      .tips = kResetTips,
  };

  static RunResult Run(CommandContext& context) {
    context.engine().slow_log.Reset();
    context.reply().Ok();
    return Replied();
  }
};

struct SlowlogHelp {
  static constexpr CommandSpec kSpec{
      .container = "SLOWLOG",
      .name = "HELP",
      .summary = "Lists the subcommands of SLOWLOG.",
      .since = "6.2.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
  };

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"GET [<count>]",
         "Returns the latest <count> entries (10 by default, -1: all): id, time, duration in "
         "microseconds, arguments, client's address, client's name."},
        {"LEN", "Counts the entries."},
        {"RESET", "Drops all entries."},
    };
    ReplyHelp(context.reply(), "SLOWLOG", kEntries);
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<Slowlog, SlowlogGet, SlowlogLen, SlowlogReset, SlowlogHelp>();

}  // namespace

std::span<const CommandEntry> SlowLogCommands() {
  return kCommands;
}

}  // namespace server
