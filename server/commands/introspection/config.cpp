// CONFIG GET, SET, REWRITE, RESETSTAT.

#include "server/config/config.h"

#include <algorithm>
#include <vector>

#include "server/commands/introspection/introspection.h"
#include "server/commands/shared/help_reply.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/memory/memory_probe.h"

namespace server {
namespace {

struct ConfigContainer {
  static constexpr CommandSpec kSpec{
      .name = "CONFIG",
      .summary = "A container for commands about the configuration.",
      .since = "2.0.0",
      .group = CommandGroup::kServer,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

constexpr uint32_t kConfigFlags = kAdmin | kNoScript | kLoading | kStale;
constexpr Argument kGetParameter[] = {{.name = "parameter"}};
constexpr Argument kGetArguments[] = {{.name = "parameter",
                                       .kind = Argument::Kind::kBlock,
                                       .is_multiple = true,
                                       .children = kGetParameter}};

// Values are copied on their ways in and out: as texts, as settings, with what was before in case
// they are refused, in the error that refuses them. So there must be memory for some copies.
bool HasMemoryForValues(const Config& config, size_t new_bytes) {
  constexpr size_t kCopies = 8;
  return storage::HasMemoryFor(kCopies * (config.TextBytes() + new_bytes));
}

struct ConfigGet {
  static constexpr CommandSpec kSpec{
      .container = "CONFIG",
      .name = "GET",
      .summary = "Returns the values of directives, by name or glob.",
      .since = "2.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) when N is the number of configuration parameters provided",
      .arity = -3,
      .flags = kConfigFlags,
      .arguments = kGetArguments,
  };

  static RunResult Run(CommandContext& context) {
    const Config& config = context.engine().config;
    if (!HasMemoryForValues(config, 0)) return CommandError::NoMemoryForRequest();
    const auto values = config.Get(context.args().Rest());
    context.reply().MapHeader(values.size());
    for (const auto& [name, value] : values) {
      context.reply().Bulk(name);
      context.reply().Bulk(value);
    }
    return Replied();
  }
};

constexpr Argument kSetParameter[] = {{.name = "parameter"}, {.name = "value"}};
constexpr Argument kSetArguments[] = {{.name = "data",
                                       .kind = Argument::Kind::kBlock,
                                       .is_multiple = true,
                                       .children = kSetParameter}};
constexpr std::string_view kAllNodesTips[] = {"request_policy:all_nodes",
                                              "response_policy:all_succeeded"};

struct ConfigSet {
  static constexpr CommandSpec kSpec{
      .container = "CONFIG",
      .name = "SET",
      .summary = "Changes directives while the server runs: all that are given, or none.",
      .since = "2.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) when N is the number of configuration parameters provided",
      .arity = -4,
      .flags = kConfigFlags,
      .arguments = kSetArguments,
      .tips = kAllNodesTips,
  };

  static RunResult Run(CommandContext& context) {
    const auto arguments = context.args().Rest();
    if (arguments.size() % 2 != 0) return CommandError::Syntax();
    Config& config = context.engine().config;
    size_t bytes = 0;
    // A value is taken apart at its spaces.
    for (const std::string_view text : arguments) {
      const auto words = static_cast<size_t>(std::ranges::count(text, ' '));
      bytes += text.size() + words * sizeof(std::string_view);
    }
    if (!HasMemoryForValues(config, bytes)) return CommandError::NoMemoryForRequest();
    std::vector<Config::NameAndValue> pairs;
    pairs.reserve(arguments.size() / 2);
    for (size_t i = 0; i < arguments.size(); i += 2) {
      pairs.emplace_back(arguments[i], arguments[i + 1]);
    }
    const PeerFacts& peer = context.client().peer;
    const auto set =
        config.Set(pairs, peer.is_loopback || peer.is_unix_socket ? Config::Caller::kLocal
                                                                  : Config::Caller::kRemote);
    if (!set) return CommandError::Err(set.error().text);
    context.reply().Ok();
    return Replied();
  }
};

struct ConfigRewrite {
  static constexpr CommandSpec kSpec{
      .container = "CONFIG",
      .name = "REWRITE",
      .summary = "Writes the configuration in force into the file the server was started with.",
      .since = "2.8.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kConfigFlags,
      .tips = kAllNodesTips,
  };

  static RunResult Run(CommandContext& context) {
    EngineState& engine = context.engine();
    const std::string& path = engine.shell.facts().config_file;
    if (path.empty()) return CommandError::Err("The server is running without a config file");
    if (!HasMemoryForValues(engine.config, 0)) return CommandError::NoMemoryForRequest();
    engine.config.set_user_lines_to_write(engine.users.ConfigLines());
    const auto replaced = engine.shell.RewriteConfigFile();
    if (replaced) {
      engine.log.Warning("CONFIG REWRITE failed: " + *replaced);
      return CommandError::Err("Rewriting config file: " + *replaced);
    }
    engine.log.Notice("CONFIG REWRITE executed with success.");
    context.reply().Ok();
    return Replied();
  }
};

struct ConfigResetStat {
  static constexpr CommandSpec kSpec{
      .container = "CONFIG",
      .name = "RESETSTAT",
      .summary = "Sets the counters of INFO back to zero.",
      .since = "2.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kConfigFlags,
      .tips = kAllNodesTips,
  };

  static RunResult Run(CommandContext& context) {
    EngineState& engine = context.engine();
    engine.statistics.Reset();
    engine.room.ResetStatistics();
    engine.commands.ResetStatistics();
    engine.keyspace.statistics() = {};
    context.reply().Ok();
    return Replied();
  }
};

struct ConfigHelp {
  static constexpr CommandSpec kSpec{
      .container = "CONFIG",
      .name = "HELP",
      .summary = "Lists the subcommands of CONFIG.",
      .since = "5.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
  };

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"GET <pattern>",
         "Returns the parameters that match the glob <pattern>, with their values."},
        {"SET <directive> <value>", "Sets the configuration <directive> to <value>."},
        {"RESETSTAT", "Sets the statistics that INFO reports back to zero."},
        {"REWRITE", "Writes the configuration in force into the configuration file."},
    };
    ReplyHelp(context.reply(), "CONFIG", kEntries);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<ConfigContainer, ConfigGet, ConfigSet, ConfigRewrite,
                                       ConfigResetStat, ConfigHelp>();

}  // namespace

std::span<const CommandEntry> ConfigCommands() {
  return kCommands;
}

}  // namespace server
