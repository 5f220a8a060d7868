// INFO, TIME, ROLE.

#include "server/introspection/info.h"

#include "server/commands/introspection/introspection.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr Argument kInfoArguments[] = {
    {.name = "section", .is_optional = true, .is_multiple = true}};
constexpr std::string_view kInfoTips[] = {"nondeterministic_output", "request_policy:all_shards",
                                          "response_policy:special"};

struct Info {
  static constexpr CommandSpec kSpec{
      .name = "INFO",
      .summary = "Tells figures and facts of the server, by sections.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = -1,
      .flags = kLoading | kStale,
      .categories = kAclDangerous,
      .arguments = kInfoArguments,
      .tips = kInfoTips,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Verbatim("txt", InfoReport(context.engine(), context.args().Rest()));
    return Replied();
  }
};

constexpr std::string_view kTimeTips[] = {"nondeterministic_output"};

struct Time {
  static constexpr CommandSpec kSpec{
      .name = "TIME",
      .summary = "Tells the server's time.",
      .since = "2.6.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kLoading | kStale | kFast,
      .tips = kTimeTips,
  };

  static RunResult Run(CommandContext& context) {
    const int64_t wall_us = context.engine().wall_us;
    context.reply().ArrayHeader(2);
    context.reply().BulkInteger(wall_us / 1'000'000);
    context.reply().BulkInteger(wall_us % 1'000'000);
    return Replied();
  }
};

struct Role {
  static constexpr CommandSpec kSpec{
      .name = "ROLE",
      .summary = "Tells the server's role in replication.",
      .since = "2.8.12",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kNoScript | kLoading | kStale | kFast,
      .categories = kAclAdmin | kAclDangerous,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().ArrayHeader(3);
    context.reply().Bulk("master");
    context.reply().Integer(0);
    context.reply().ArrayHeader(0);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Info, Time, Role>();

}  // namespace

std::span<const CommandEntry> ServerInfoCommands() {
  return kCommands;
}

}  // namespace server
