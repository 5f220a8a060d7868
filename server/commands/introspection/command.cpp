// COMMAND and its subcommands.

#include "server/introspection/command_docs.h"

#include "server/commands/introspection/introspection.h"
#include "server/commands/shared/help_reply.h"
#include "server/dispatch/command_context.h"
#include "server/dispatch/key_positions.h"
#include "server/engine_state.h"
#include "storage/base/glob.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kLoading | kStale;
constexpr std::string_view kOrderTips[] = {"nondeterministic_output_order"};

struct CommandContainer {
  static constexpr CommandSpec kSpec{
      .name = "COMMAND",
      .summary = "Tells about all commands.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the total number of Redis commands",
      .arity = -1,
      .flags = kFlags,
      .categories = kAclConnection,
      .tips = kOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    const auto commands = context.engine().commands.commands();
    context.reply().ArrayHeader(commands.size());
    for (const CommandInTable* command : commands) ReplyCommandInfo(context.reply(), *command);
    return Replied();
  }
};

struct CommandCount {
  static constexpr CommandSpec kSpec{
      .container = "COMMAND",
      .name = "COUNT",
      .summary = "Counts the commands.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kFlags,
      .categories = kAclConnection,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Integer(static_cast<int64_t>(context.engine().commands.commands().size()));
    return Replied();
  }
};

constexpr Argument kNameArguments[] = {
    {.name = "command-name", .is_optional = true, .is_multiple = true}};

struct CommandInfo {
  static constexpr CommandSpec kSpec{
      .container = "COMMAND",
      .name = "INFO",
      .summary = "Tells about one, several or all commands.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of commands to look up",
      .arity = -2,
      .flags = kFlags,
      .categories = kAclConnection,
      .arguments = kNameArguments,
      .tips = kOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    const CommandTable& table = context.engine().commands;
    const auto names = context.args().Rest();
    if (names.empty()) {
      context.reply().ArrayHeader(table.commands().size());
      for (const CommandInTable* command : table.commands()) {
        ReplyCommandInfo(context.reply(), *command);
      }
      return Replied();
    }
    context.reply().ArrayHeader(names.size());
    for (const std::string_view name : names) {
      if (const CommandInTable* command = table.FindFullName(name)) {
        ReplyCommandInfo(context.reply(), *command);
      } else {
        context.reply().Null();
      }
    }
    return Replied();
  }
};

struct CommandDocs {
  static constexpr CommandSpec kSpec{
      .container = "COMMAND",
      .name = "DOCS",
      .summary = "Documents one, several or all commands.",
      .since = "7.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of commands to look up",
      .arity = -2,
      .flags = kFlags,
      .categories = kAclConnection,
      .arguments = kNameArguments,
      .tips = kOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    const CommandTable& table = context.engine().commands;
    std::vector<const CommandInTable*> wanted;
    const auto names = context.args().Rest();
    if (names.empty()) wanted.assign(table.commands().begin(), table.commands().end());
    for (const std::string_view name : names) {
      if (const CommandInTable* command = table.FindFullName(name)) wanted.push_back(command);
    }
    context.reply().MapHeader(wanted.size());
    for (const CommandInTable* command : wanted) {
      context.reply().Bulk(command->full_name);
      ReplyCommandDocs(context.reply(), *command);
    }
    return Replied();
  }
};

constexpr Argument kFilterChoices[] = {
    {.name = "module-name", .token = "MODULE"},
    {.name = "category", .token = "ACLCAT"},
    {.name = "pattern", .kind = Argument::Kind::kPattern, .token = "PATTERN"},
};
constexpr Argument kListArguments[] = {{.name = "filterby",
                                        .kind = Argument::Kind::kOneOf,
                                        .token = "FILTERBY",
                                        .is_optional = true,
                                        .children = kFilterChoices}};

// The filter of COMMAND LIST: what a command must be.
struct ListFilter {
  enum class Kind : uint8_t { kNone, kModule, kCategory, kPattern } kind = Kind::kNone;
  std::string_view value;

  bool Accepts(const CommandInTable& command) const {
    switch (kind) {
      case Kind::kNone:
        return true;
      case Kind::kModule:
        return false;  // there are none
      case Kind::kCategory:
        for (const std::string_view name : AclCategoryNames(AclCategoriesOf(*command.spec))) {
          if (storage::EqualsIgnoreCase(name, value)) return true;
        }
        return false;
      case Kind::kPattern:
        return storage::GlobMatches(value, command.full_name, storage::LetterCase::kInsensitive);
    }
    return false;
  }
};

struct CommandListNames {
  static constexpr CommandSpec kSpec{
      .container = "COMMAND",
      .name = "LIST",
      .summary = "Lists the names of commands.",
      .since = "7.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the total number of Redis commands",
      .arity = -2,
      .flags = kFlags,
      .categories = kAclConnection,
      .arguments = kListArguments,
      .tips = kOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    ListFilter filter;
    if (args.Take("FILTERBY")) {
      if (args.Take("MODULE")) {
        filter.kind = ListFilter::Kind::kModule;
      } else if (args.Take("ACLCAT")) {
        filter.kind = ListFilter::Kind::kCategory;
      } else if (args.Take("PATTERN")) {
        filter.kind = ListFilter::Kind::kPattern;
      } else {
        return CommandError::Syntax();
      }
      filter.value = args.Bytes();
    }
    if (const auto error = args.Finish()) return *error;
    const auto begin = context.reply().Begin();
    size_t count = 0;
    const auto visit = [&](const CommandInTable& command) {
      if (!filter.Accepts(command)) return;
      context.reply().Bulk(command.full_name);
      ++count;
    };
    for (const CommandInTable* command : context.engine().commands.commands()) {
      visit(*command);
      for (const CommandInTable* subcommand : command->subcommands) visit(*subcommand);
    }
    context.reply().EndArray(begin, count);
    return Replied();
  }
};

constexpr Argument kGetKeysArguments[] = {
    {.name = "command"},
    {.name = "arg", .is_optional = true, .is_multiple = true},
};

// The keys of the request that stands behind the subcommand's name.
std::expected<std::vector<KeyPosition>, CommandError> KeysOfRequest(
    CommandContext& context, std::span<const std::string_view> request) {
  const CommandInTable* command = context.engine().commands.Find(request[0]);
  if (command != nullptr && !command->subcommands.empty() && request.size() > 1) {
    command = CommandTable::FindSubcommand(*command, request[1]);
  }
  if (command == nullptr) return std::unexpected(CommandError::Err("Invalid command specified"));
  // Shard channels are placed like keys, and are none.
  const KeySpec& first = command->spec->keys[0];
  if (first.begin == KeySpec::Begin::kNone || (first.flags & kKeyNotKey) != 0) {
    return std::unexpected(CommandError::Err("The command has no key arguments"));
  }
  if (!command->spec->Takes(request.size())) {
    return std::unexpected(CommandError::Err("Invalid number of arguments specified for command"));
  }
  auto keys = FindKeys(*command->spec, request);
  if (keys && keys->empty() && (command->spec->flags & kNoMandatoryKeys) == 0) {
    return std::unexpected(CommandError::Err("Invalid arguments specified for command"));
  }
  return keys;
}

struct CommandGetKeys {
  static constexpr CommandSpec kSpec{
      .container = "COMMAND",
      .name = "GETKEYS",
      .summary = "Tells which arguments of a request are keys.",
      .since = "2.8.13",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of arguments to the command",
      .arity = -3,
      .flags = kFlags,
      .categories = kAclConnection,
      .arguments = kGetKeysArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto request = context.args().Rest();
    const auto keys = KeysOfRequest(context, request);
    if (!keys) return keys.error();
    context.reply().ArrayHeader(keys->size());
    for (const KeyPosition& key : *keys) context.reply().Bulk(request[key.index]);
    return Replied();
  }
};

struct CommandGetKeysAndFlags {
  static constexpr CommandSpec kSpec{
      .container = "COMMAND",
      .name = "GETKEYSANDFLAGS",
      .summary = "Tells which arguments of a request are keys, and what is done with them.",
      .since = "7.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) where N is the number of arguments to the command",
      .arity = -3,
      .flags = kFlags,
      .categories = kAclConnection,
      .arguments = kGetKeysArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto request = context.args().Rest();
    const auto keys = KeysOfRequest(context, request);
    if (!keys) return keys.error();
    context.reply().ArrayHeader(keys->size());
    for (const KeyPosition& key : *keys) {
      context.reply().ArrayHeader(2);
      context.reply().Bulk(request[key.index]);
      const auto names = KeyFlagNames(key.flags);
      context.reply().SetHeader(names.size());
      for (const std::string_view name : names) context.reply().Simple(name);
    }
    return Replied();
  }
};

struct CommandHelp {
  static constexpr CommandSpec kSpec{
      .container = "COMMAND",
      .name = "HELP",
      .summary = "Lists the subcommands of COMMAND.",
      .since = "5.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kFlags,
      .categories = kAclConnection,
  };

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"(no subcommand)", "Tells about all commands."},
        {"COUNT", "Counts the commands."},
        {"LIST", "Lists all commands, or those that a filter accepts."},
        {"INFO [<command-name> ...]", "Tells about the commands given, or all."},
        {"DOCS [<command-name> ...]", "Documents the commands given, or all."},
        {"GETKEYS <full-command>", "Returns the keys of a full request."},
        {"GETKEYSANDFLAGS <full-command>", "Returns the keys of a full request with their flags."},
    };
    ReplyHelp(context.reply(), "COMMAND", kEntries);
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<CommandContainer, CommandCount, CommandInfo, CommandDocs, CommandListNames,
                CommandGetKeys, CommandGetKeysAndFlags, CommandHelp>();

}  // namespace

std::span<const CommandEntry> CommandTableCommands() {
  return kCommands;
}

}  // namespace server
