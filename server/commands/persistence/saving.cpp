// LASTSAVE.

#include "server/commands/persistence/persistence.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr std::string_view kTips[] = {"nondeterministic_output"};

struct LastSave {
  static constexpr CommandSpec kSpec{
      .name = "LASTSAVE",
      .summary = "Tells when the data was last saved, as Unix time.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kLoading | kStale | kFast,
      .categories = kAclAdmin | kAclDangerous,
      .tips = kTips,
  };

  // Data that was never saved counts as saved at the start, as in Redis.
  static RunResult Run(CommandContext& context) {
    context.reply().Integer(context.engine().statistics.started_wall_us / 1'000'000);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<LastSave>();

}  // namespace

std::span<const CommandEntry> SavingCommands() {
  return kCommands;
}

}  // namespace server
