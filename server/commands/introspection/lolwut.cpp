// LOLWUT.

#include <fmt/format.h>

#include "server/commands/introspection/introspection.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "server/introspection/quicksilver.h"
#include "server/version.h"

namespace server {
namespace {

constexpr Argument kArguments[] = {
    {.name = "version", .kind = Argument::Kind::kInteger, .token = "VERSION", .is_optional = true}};

struct Lolwut {
  static constexpr CommandSpec kSpec{
      .name = "LOLWUT",
      .summary = "Draws drops of quicksilver and tells the version.",
      .since = "5.0.0",
      .group = CommandGroup::kServer,
      .arity = -1,
      .flags = kReadonlyCommand | kFast,
      .arguments = kArguments,
  };

  // As in Redis, a version chooses between pictures, of which there is one, and further arguments
  // would be the picture's.
  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    if (args.remaining() >= 2 && args.Take("VERSION")) args.Int64();
    args.Rest();
    if (const auto error = args.Finish()) return *error;
    context.reply().Verbatim(
        "txt",
        fmt::format("{}\nCinnabar, the red ore of quicksilver. Cinnabar {}, Redis ver. {}\n",
                    DrawQuicksilver(context.engine().random), CinnabarVersion(), kRedisVersion));
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Lolwut>();

}  // namespace

std::span<const CommandEntry> LolwutCommands() {
  return kCommands;
}

}  // namespace server
