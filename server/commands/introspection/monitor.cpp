// MONITOR.

#include "server/commands/introspection/introspection.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

// MONITOR -> OK, and from then on a line for every request that runs, until RESET
struct Monitor {
  static constexpr CommandSpec kSpec{
      .name = "MONITOR",
      .summary = "Shows every request that the server runs, as it runs.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .arity = 1,
      .flags = kAdmin | kNoScript | kLoading | kStale,
  };

  static RunResult Run(CommandContext& context) {
    if (context.client().is(kInExec)) {
      return CommandError::Err("MONITOR isn't allowed for DENY BLOCKING client");
    }
    context.engine().monitors.Add(context.client());
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Monitor>();

}  // namespace

std::span<const CommandEntry> MonitorCommands() {
  return kCommands;
}

}  // namespace server
