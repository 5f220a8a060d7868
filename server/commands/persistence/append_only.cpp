// BGREWRITEAOF.

#include "server/commands/persistence/persistence.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {
namespace {

struct BgRewriteAof {
  static constexpr CommandSpec kSpec{
      .name = "BGREWRITEAOF",
      .summary = "Rewrites the append-only file in the background, as short as the data allows.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kAdmin | kNoScript | kNoAsyncLoading,
      .categories = kAclAdmin | kAclDangerous,
  };

  static RunResult Run(CommandContext& context) {
    AppendLog& log = context.engine().append_log;
    if (log.is_rewriting()) {
      return CommandError::Err("Background append only file rewriting already in progress");
    }
    const bool has_begun = log.BeginRewrite();
    context.reply().Simple(has_begun ? "Background append only file rewriting started"
                                     : "Background append only file rewriting scheduled");
    return Replied();
  }
};

constexpr auto kCommands = CommandList<BgRewriteAof>();

}  // namespace

std::span<const CommandEntry> AppendOnlyCommands() {
  return kCommands;
}

}  // namespace server
