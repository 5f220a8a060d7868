// CLIENT's subcommands by which a client tells or asks about itself.

#include <fmt/format.h>

#include "server/client/client_text.h"
#include "server/commands/connection/client_lines.h"
#include "server/commands/connection/client_specs.h"
#include "server/commands/connection/connection.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

struct ClientContainer {
  static constexpr CommandSpec kSpec{
      .name = "CLIENT",
      .summary = "A container for commands about connections.",
      .since = "2.4.0",
      .group = CommandGroup::kConnection,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

// CLIENT ID -> a number that no other connection has had
struct ClientIdOf {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "ID",
      .summary = "Returns the number of this connection, which is never used twice.",
      .since = "5.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kOwnClientFlags,
      .categories = kAclConnection,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Integer(static_cast<int64_t>(context.client().id));
    return Replied();
  }
};

// CLIENT GETNAME -> the name, or null
struct ClientGetName {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "GETNAME",
      .summary = "Returns the name of this connection.",
      .since = "2.6.9",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kOwnClientFlags,
      .categories = kAclConnection,
  };

  static RunResult Run(CommandContext& context) {
    if (context.client().name.empty()) {
      context.reply().Null();
    } else {
      context.reply().Bulk(context.client().name);
    }
    return Replied();
  }
};

constexpr Argument kSetNameArguments[] = {{.name = "connection-name"}};

// CLIENT SETNAME name -> OK; an empty one takes the name away
struct ClientSetName {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "SETNAME",
      .summary = "Names this connection.",
      .since = "2.6.9",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kOwnClientFlags,
      .categories = kAclConnection,
      .arguments = kSetNameArguments,
  };

  static RunResult Run(CommandContext& context) {
    const std::string_view name = context.args().Bytes();
    if (!IsClientText(name)) return BadClientName();
    context.client().name = name;
    context.reply().Ok();
    return Replied();
  }
};

constexpr Argument kLibraryFacts[] = {{.name = "libname", .token = "LIB-NAME"},
                                      {.name = "libver", .token = "LIB-VER"}};
constexpr Argument kSetInfoArguments[] = {
    {.name = "attr", .kind = Argument::Kind::kOneOf, .children = kLibraryFacts}};
constexpr std::string_view kSetInfoTips[] = {"request_policy:all_nodes",
                                             "response_policy:all_succeeded"};

// CLIENT SETINFO LIB-NAME name | LIB-VER version -> OK
struct ClientSetInfo {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "SETINFO",
      .summary = "Notes which library this connection uses.",
      .since = "7.2.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kOwnClientFlags,
      .categories = kAclConnection,
      .arguments = kSetInfoArguments,
      .tips = kSetInfoTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const std::string_view fact = args.Bytes();
    const std::string_view value = args.Bytes();
    const bool is_name = storage::EqualsIgnoreCase(fact, "LIB-NAME");
    if (!is_name && !storage::EqualsIgnoreCase(fact, "LIB-VER")) {
      return CommandError::Err(
          fmt::format("Unrecognized option '{}'", EchoedInError(fact, fact.size())));
    }
    if (!IsClientText(value)) {
      return CommandError::Err(
          fmt::format("{} cannot contain spaces, newlines or special characters.", fact));
    }
    Client& client = context.client();
    (is_name ? client.library_name : client.library_version) = value;
    context.reply().Ok();
    return Replied();
  }
};

// CLIENT INFO -> this client's line of CLIENT LIST
struct ClientInfo {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "INFO",
      .summary = "Describes this connection.",
      .since = "6.2.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kOwnClientFlags,
      .categories = kAclConnection,
      .tips = kClientLineTips,
  };

  static RunResult Run(CommandContext& context) {
    const RespSession* session = context.engine().clients.Find(context.client().id);
    return ReplyClientLines(context, [session](auto&& visit) { visit(*session); });
  }
};

constexpr Argument kReplyModeNames[] = {
    {.name = "on", .kind = Argument::Kind::kPureToken, .token = "ON"},
    {.name = "off", .kind = Argument::Kind::kPureToken, .token = "OFF"},
    {.name = "skip", .kind = Argument::Kind::kPureToken, .token = "SKIP"},
};
constexpr Argument kReplyArguments[] = {
    {.name = "action", .kind = Argument::Kind::kOneOf, .children = kReplyModeNames}};

// CLIENT REPLY ON | OFF | SKIP -> OK, or nothing
struct ClientReply {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "REPLY",
      .summary = "Says which replies this connection wants to get.",
      .since = "3.2.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kOwnClientFlags,
      .categories = kAclConnection,
      .arguments = kReplyArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    Client& client = context.client();
    if (args.Take("ON")) {
      client.set(kReplyOff | kReplySkip, false);
    } else if (args.Take("OFF")) {
      client.set(kReplyOff, true);
    } else if (args.Take("SKIP")) {
      if (!client.is(kReplyOff)) client.set(kReplySkipNext, true);
    } else {
      return CommandError::Syntax();
    }
    context.reply().Ok();
    return Replied();
  }
};

constexpr Argument kSwitchNames[] = {
    {.name = "on", .kind = Argument::Kind::kPureToken, .token = "ON"},
    {.name = "off", .kind = Argument::Kind::kPureToken, .token = "OFF"},
};
constexpr Argument kSwitchArguments[] = {
    {.name = "enabled", .kind = Argument::Kind::kOneOf, .children = kSwitchNames}};

std::expected<bool, CommandError> ReadSwitch(CommandContext& context) {
  ArgReader args = context.args();
  if (args.Take("ON")) return true;
  if (args.Take("OFF")) return false;
  return std::unexpected(CommandError::Syntax());
}

// CLIENT NO-EVICT ON | OFF -> OK
struct ClientNoEvict {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "NO-EVICT",
      .summary = "Says whether this connection may be closed when clients take too much memory.",
      .since = "7.0.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kAdmin | kOwnClientFlags,
      .categories = kAclConnection,
      .arguments = kSwitchArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto is_on = ReadSwitch(context);
    if (!is_on) return is_on.error();
    context.client().is_no_evict = *is_on;
    context.reply().Ok();
    return Replied();
  }
};

// CLIENT NO-TOUCH ON | OFF -> OK
struct ClientNoTouch {
  static constexpr CommandSpec kSpec{
      .container = "CLIENT",
      .name = "NO-TOUCH",
      .summary = "Says whether reads of this connection leave the access times of keys alone.",
      .since = "7.2.0",
      .group = CommandGroup::kConnection,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kOwnClientFlags,
      .categories = kAclConnection,
      .arguments = kSwitchArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto is_on = ReadSwitch(context);
    if (!is_on) return is_on.error();
    context.client().set(kNoTouch, *is_on);
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<ClientContainer, ClientIdOf, ClientGetName, ClientSetName, ClientSetInfo,
                ClientInfo, ClientReply, ClientNoEvict, ClientNoTouch>();

}  // namespace

std::span<const CommandEntry> ClientSelfCommands() {
  return kCommands;
}

}  // namespace server
