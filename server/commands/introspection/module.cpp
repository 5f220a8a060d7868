// MODULE: there are none, and none can be loaded; tools ask for the list all the same.

#include "server/commands/introspection/introspection.h"
#include "server/commands/shared/help_reply.h"
#include "server/commands/shared/protected_command.h"
#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr uint32_t kLoadFlags = kAdmin | kNoScript | kNoAsyncLoading | kProtectedCommand;

struct Module {
  static constexpr CommandSpec kSpec{
      .name = "MODULE",
      .summary = "A container for commands about modules.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

constexpr std::string_view kListTips[] = {"nondeterministic_output_order"};

struct ModuleList {
  static constexpr CommandSpec kSpec{
      .container = "MODULE",
      .name = "LIST",
      .summary = "Lists the modules that are loaded.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of loaded modules.",
      .arity = 2,
      .flags = kAdmin | kNoScript,
      .tips = kListTips,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().ArrayHeader(0);
    return Replied();
  }
};

std::optional<CommandError> Refuse(CommandContext& context) {
  return RefuseUnlessAllowed(context, context.engine().config.settings().enable_module_command,
                             "MODULE", "enable-module-command");
}

RunResult CannotLoad(CommandContext& context) {
  if (const auto refused = Refuse(context)) return *refused;
  context.engine().log.Warning("MODULE LOAD: this server has no interface for modules.");
  return CommandError::Err("Error loading the extension. Please check the server logs.");
}

constexpr Argument kLoadArguments[] = {{.name = "path"},
                                       {.name = "arg", .is_optional = true, .is_multiple = true}};

struct ModuleLoad {
  static constexpr CommandSpec kSpec{
      .container = "MODULE",
      .name = "LOAD",
      .summary = "Loads a module; refused here.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kLoadFlags,
      .arguments = kLoadArguments,
  };

  static RunResult Run(CommandContext& context) { return CannotLoad(context); }
};

constexpr Argument kLoadExConfig[] = {{.name = "name"}, {.name = "value"}};
constexpr Argument kLoadExArguments[] = {
    {.name = "path"},
    {.name = "configs",
     .kind = Argument::Kind::kBlock,
     .token = "CONFIG",
     .is_optional = true,
     .is_multiple = true,
     .is_multiple_token = true,
     .children = kLoadExConfig},
    {.name = "args", .token = "ARGS", .is_optional = true, .is_multiple = true}};

struct ModuleLoadEx {
  static constexpr CommandSpec kSpec{
      .container = "MODULE",
      .name = "LOADEX",
      .summary = "Loads a module with settings; refused here.",
      .since = "7.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kLoadFlags,
      .arguments = kLoadExArguments,
  };

  static RunResult Run(CommandContext& context) { return CannotLoad(context); }
};

constexpr Argument kUnloadArguments[] = {{.name = "name"}};

struct ModuleUnload {
  static constexpr CommandSpec kSpec{
      .container = "MODULE",
      .name = "UNLOAD",
      .summary = "Unloads a module.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kLoadFlags,
      .arguments = kUnloadArguments,
  };

  static RunResult Run(CommandContext& context) {
    if (const auto refused = Refuse(context)) return *refused;
    return CommandError::Err("Error unloading module: no such module with that name");
  }
};

struct ModuleHelp {
  static constexpr CommandSpec kSpec{
      .container = "MODULE",
      .name = "HELP",
      .summary = "Lists the subcommands of MODULE.",
      .since = "5.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kLoading | kStale,
  };

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"LIST", "Lists the modules that are loaded: none."},
        {"LOAD <path> [<arg> ...]", "Is refused: this server has no interface for modules."},
        {"LOADEX <path> [CONFIG <name> <value> ...] [ARGS <arg> ...]", "Is refused as well."},
        {"UNLOAD <name>", "Unloads a module."},
    };
    ReplyHelp(context.reply(), "MODULE", kEntries);
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<Module, ModuleList, ModuleLoad, ModuleLoadEx, ModuleUnload, ModuleHelp>();

}  // namespace

std::span<const CommandEntry> ModuleCommands() {
  return kCommands;
}

}  // namespace server
