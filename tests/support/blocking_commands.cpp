#include "tests/support/blocking_commands.h"

#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace tests {

std::vector<server::ClientId> ended_waits;

namespace {

using server::Client;
using server::ClientId;
using server::CommandContext;
using server::CommandSpec;
using server::RunResult;

struct WaitFor {
  static constexpr CommandSpec kSpec{
      .name = "WAITFOR", .summary = "Waits.", .arity = 2, .flags = server::kBlockingCommand};

  static RunResult Run(CommandContext& context) {
    const int64_t ms = context.args().Int64();
    server::EngineState& engine = context.engine();
    engine.blocked.Block(context.client(),
                         {.deadline_us = ms == 0 ? 0 : engine.monotonic_us + ms * 1000,
                          .reply_in_vain = [](Client& client) { client.reply.NullArray(); },
                          .on_end = [](ClientId id) { ended_waits.push_back(id); }});
    return server::Blocked();
  }
};

struct Wake {
  static constexpr CommandSpec kSpec{.name = "WAKE", .summary = "Wakes.", .arity = 3};

  static RunResult Run(CommandContext& context) {
    server::ArgReader args = context.args();
    const auto id = static_cast<ClientId>(args.Int64());
    const std::string_view text = args.Bytes();
    const bool woken =
        context.engine().blocked.End(id, [text](Client& client) { client.reply.Bulk(text); });
    context.reply().Integer(woken ? 1 : 0);
    return server::Replied();
  }
};

struct WriteWait {
  static constexpr CommandSpec kSpec{.name = "WRITEWAIT",
                                     .summary = "Waits.",
                                     .arity = 1,
                                     .flags = server::kWriteCommand | server::kBlockingCommand};

  static RunResult Run(CommandContext& context) {
    context.engine().blocked.Block(context.client(),
                                   {.reply_in_vain = [](Client& client) { client.reply.Null(); }});
    return server::Blocked();
  }
};

constexpr auto kCommands = server::CommandList<WaitFor, Wake, WriteWait>();

}  // namespace

std::span<const server::CommandEntry> BlockingCommands() {
  return kCommands;
}

}  // namespace tests
