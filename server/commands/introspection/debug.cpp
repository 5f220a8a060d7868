// DEBUG: for tests and for those who look into the server; off unless enable-debug-command says
// otherwise.

#include "server/commands/introspection/debug.h"

#include <fmt/format.h>

#include <vector>

#include "server/commands/introspection/introspection.h"
#include "server/commands/shared/help_reply.h"
#include "server/commands/shared/protected_command.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr std::span<const DebugSubcommand> (*kSubcommandLists[])() = {
    DebugDataSubcommands, DebugFileSubcommands, DebugProtocolSubcommands, DebugServerSubcommands};

RunResult Help(CommandContext& context) {
  std::vector<HelpEntry> entries;
  for (const auto list : kSubcommandLists) {
    for (const DebugSubcommand& one : list()) entries.push_back({one.form, one.text});
  }
  ReplyHelp(context.reply(), "DEBUG", entries);
  return Replied();
}

struct Debug {
  static constexpr CommandSpec kSpec{
      .name = "DEBUG",
      .summary = "Looks into the server and provokes its rare states, for tests.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "Depends on the subcommand.",
      .arity = -2,
      .flags = kAdmin | kNoScript | kLoading | kStale | kProtectedCommand,
  };

  static RunResult Run(CommandContext& context) {
    const AccessToCommand access = context.engine().config.settings().enable_debug_command;
    if (const auto refused =
            RefuseUnlessAllowed(context, access, "DEBUG", "enable-debug-command")) {
      return *refused;
    }
    ArgReader args = context.args();
    const std::string_view name = args.Bytes();
    if (storage::EqualsIgnoreCase(name, "HELP") && args.AtEnd()) return Help(context);
    for (const auto list : kSubcommandLists) {
      for (const DebugSubcommand& one : list()) {
        if (!storage::EqualsIgnoreCase(one.form.substr(0, one.form.find(' ')), name)) continue;
        if (args.remaining() < one.least_arguments || args.remaining() > one.most_arguments) break;
        return one.run(context, args);
      }
    }
    return UnknownDebugSubcommand(context);
  }
};

constexpr auto kCommands = CommandList<Debug>();

}  // namespace

CommandError UnknownDebugSubcommand(const CommandContext& context) {
  return CommandError::Err(
      fmt::format("unknown subcommand or wrong number of arguments for '{}'. Try DEBUG HELP.",
                  EchoedInError(context.arguments()[1])));
}

std::span<const CommandEntry> DebugCommands() {
  return kCommands;
}

}  // namespace server
