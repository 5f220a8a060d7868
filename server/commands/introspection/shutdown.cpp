// SHUTDOWN.

#include "server/commands/introspection/introspection.h"
#include "server/config/config.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "server/persistence/start_end.h"

namespace server {
namespace {

constexpr Argument kSaving[] = {
    {.name = "nosave", .kind = Argument::Kind::kPureToken, .token = "NOSAVE"},
    {.name = "save", .kind = Argument::Kind::kPureToken, .token = "SAVE"}};
constexpr Argument kArguments[] = {{.name = "nosave_save",
                                    .kind = Argument::Kind::kOneOf,
                                    .is_optional = true,
                                    .children = kSaving},
                                   {.name = "now",
                                    .kind = Argument::Kind::kPureToken,
                                    .token = "NOW",
                                    .is_optional = true,
                                    .since = "7.0.0"},
                                   {.name = "force",
                                    .kind = Argument::Kind::kPureToken,
                                    .token = "FORCE",
                                    .is_optional = true,
                                    .since = "7.0.0"},
                                   {.name = "abort",
                                    .kind = Argument::Kind::kPureToken,
                                    .token = "ABORT",
                                    .is_optional = true,
                                    .since = "7.0.0"}};
constexpr HistoryEntry kHistory[] = {{"7.0.0", "NOW, FORCE and ABORT are understood."}};

struct ShutdownOptions {
  bool saves = false;
  bool saves_not = false;
  bool now = false;
  bool force = false;
  bool abort = false;
};

std::expected<ShutdownOptions, CommandError> ReadOptions(ArgReader& args) {
  ShutdownOptions options;
  while (!args.AtEnd()) {
    if (args.Take("SAVE")) {
      options.saves = true;
    } else if (args.Take("NOSAVE")) {
      options.saves_not = true;
    } else if (args.Take("NOW")) {
      options.now = true;
    } else if (args.Take("FORCE")) {
      options.force = true;
    } else if (args.Take("ABORT")) {
      options.abort = true;
    } else {
      return std::unexpected(CommandError::Syntax());
    }
  }
  const bool any_other = options.saves || options.saves_not || options.now || options.force;
  if (options.abort && any_other) return std::unexpected(CommandError::Syntax());
  if (options.saves && options.saves_not) return std::unexpected(CommandError::Syntax());
  return options;
}

struct Shutdown {
  static constexpr CommandSpec kSpec{
      .name = "SHUTDOWN",
      .summary = "Ends the server.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity =
          "O(N) when saving, where N is the total number of keys in all databases when "
          "saving data, otherwise O(1)",
      .arity = -1,
      .flags = kAdmin | kNoScript | kLoading | kStale | kNoMulti | kAllowBusy,
      .arguments = kArguments,
      .history = kHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto options = ReadOptions(args);
    if (!options) return options.error();
    // An end is never waited for: there are no replicas that would have to catch up.
    if (options->abort) return CommandError::Err("No shutdown in progress.");
    EngineState& engine = context.engine();
    const int wanted = (options->saves ? kShutdownSave : 0) |
                       (options->saves_not ? kShutdownNosave : 0) |
                       (options->now ? kShutdownNow : 0) | (options->force ? kShutdownForce : 0);
    if (!EndServer(engine, static_cast<uint8_t>(wanted))) {
      return CommandError::Err("Errors trying to SHUTDOWN. Check logs.");
    }
    engine.CloseClient(context.client(), CloseWish::kAfterFlush);
    return NoReply();
  }
};

constexpr auto kCommands = CommandList<Shutdown>();

}  // namespace

std::span<const CommandEntry> ShutdownCommands() {
  return kCommands;
}

}  // namespace server
