// SAVE, BGSAVE, LASTSAVE.

#include "server/commands/persistence/persistence.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

CommandError InProgress() {
  return CommandError::Err("Background save already in progress");
}

struct Save {
  static constexpr CommandSpec kSpec{
      .name = "SAVE",
      .summary = "Saves all data into the dump file; nothing else is done until it is there.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the total number of keys in all databases",
      .arity = 1,
      .flags = kAdmin | kNoScript | kNoAsyncLoading | kNoMulti,
  };

  static RunResult Run(CommandContext& context) {
    EngineState& engine = context.engine();
    if (engine.saver.is_running()) return InProgress();
    if (!engine.saver.SaveNow()) return CommandError("ERR");
    context.reply().Ok();
    return Replied();
  }
};

constexpr Argument kBgSaveArguments[] = {{.name = "schedule",
                                          .kind = Argument::Kind::kPureToken,
                                          .token = "SCHEDULE",
                                          .is_optional = true,
                                          .since = "3.2.2"}};
constexpr HistoryEntry kBgSaveHistory[] = {{"3.2.2", "SCHEDULE is understood."}};

struct BgSave {
  static constexpr CommandSpec kSpec{
      .name = "BGSAVE",
      .summary = "Saves all data into the dump file, in the background.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = -1,
      .flags = kAdmin | kNoScript | kNoAsyncLoading,
      .arguments = kBgSaveArguments,
      .history = kBgSaveHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const bool schedules = args.Take("SCHEDULE");
    if (!args.AtEnd()) return CommandError::Syntax();
    EngineState& engine = context.engine();
    if (engine.saver.is_running()) return InProgress();
    if (!engine.keyspace.HasImages()) {
      engine.saver.Begin();
      context.reply().Simple("Background saving started");
      return Replied();
    }
    if (!schedules) {
      return CommandError::Err(
          "Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in "
          "order to schedule a BGSAVE whenever possible.");
    }
    engine.saver.Schedule();
    context.reply().Simple("Background saving scheduled");
    return Replied();
  }
};

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
    context.reply().Integer(context.engine().saver.last_save_s());
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Save, BgSave, LastSave>();

}  // namespace

std::span<const CommandEntry> SavingCommands() {
  return kCommands;
}

}  // namespace server
