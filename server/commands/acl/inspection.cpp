// ACL subcommands that tell: WHOAMI, CAT, GENPASS, DRYRUN, LOG, HELP.

#include <fmt/format.h>

#include <array>

#include "server/acl/permissions.h"
#include "server/commands/acl/acl.h"
#include "server/commands/shared/help_reply.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "server/introspection/command_docs.h"
#include "storage/base/hex.h"
#include "storage/base/random.h"
#include "storage/memory/memory_probe.h"

namespace server {
namespace {

constexpr uint32_t kOpenFlags = kNoScript | kLoading | kStale;
constexpr uint32_t kAdminFlags = kOpenFlags | kAdmin;

constexpr CommandSpec SpecOf(std::string_view name, std::string_view summary,
                             std::string_view since, int arity, uint32_t flags,
                             std::string_view complexity, std::span<const Argument> arguments) {
  return {.container = "ACL",
          .name = name,
          .summary = summary,
          .since = since,
          .group = CommandGroup::kServer,
          .complexity = complexity,
          .arity = arity,
          .flags = flags,
          .arguments = arguments};
}

// ACL WHOAMI -> the user's name
struct AclWhoAmI {
  static constexpr CommandSpec kSpec =
      SpecOf("WHOAMI", "Returns the connection's user.", "6.0.0", 2, kOpenFlags, "O(1)", {});

  static RunResult Run(CommandContext& context) {
    context.reply().Bulk(context.client().user);
    return Replied();
  }
};

constexpr Argument kCategoryArguments[] = {{.name = "category", .is_optional = true}};

// ACL CAT [category] -> the categories, or a category's commands
struct AclCat {
  static constexpr CommandSpec kSpec = SpecOf(
      "CAT", "Lists the categories of commands, or the commands of one.", "6.0.0", -2, kOpenFlags,
      "O(1) since the categories and commands are a fixed set.", kCategoryArguments);

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    protocol::resp::ReplyWriter& reply = context.reply();
    if (args.remaining() > 1) {
      return CommandError::SubcommandSyntax(context.arguments()[1], "ACL");
    }
    if (args.AtEnd()) {
      const auto names = AclCategoryNames(UINT32_MAX);
      reply.ArrayHeader(names.size());
      for (const std::string_view name : names) reply.Bulk(name);
      return Replied();
    }
    const std::string_view name = args.Bytes();
    const uint32_t category = FindAclCategory(name);
    if (category == 0) {
      return CommandError::Err(fmt::format("Unknown category '{}'", EchoedInError(name)));
    }
    std::vector<std::string_view> members;
    for (const auto& command : context.engine().commands.all()) {
      const bool is_member = (AclCategoriesOf(*command->spec) & category) != 0;
      if (is_member && command->entry.run != nullptr) members.push_back(command->full_name);
    }
    reply.ArrayHeader(members.size());
    for (const std::string_view member : members) reply.Bulk(member);
    return Replied();
  }
};

constexpr Argument kBitsArguments[] = {
    {.name = "bits", .kind = Argument::Kind::kInteger, .is_optional = true}};

// ACL GENPASS [bits] -> random hexadecimal digits
struct AclGenPass {
  static constexpr CommandSpec kSpec = SpecOf("GENPASS", "Makes a password that nobody can guess.",
                                              "6.0.0", -2, kOpenFlags, "O(1)", kBitsArguments);

  static RunResult Run(CommandContext& context) {
    constexpr int64_t kBitsMax = 4096;
    constexpr std::string_view kWrongBits =
        "ACL GENPASS argument must be the number of bits for the output password, a positive "
        "number up to 4096";
    ArgReader args = context.args();
    if (args.remaining() > 1) {
      return CommandError::SubcommandSyntax(context.arguments()[1], "ACL");
    }
    const int64_t bits = args.AtEnd() ? 256 : args.Int64();
    if (const auto error = args.Finish()) return *error;
    if (bits <= 0 || bits > kBitsMax) return CommandError::Err(kWrongBits);
    std::array<std::byte, kBitsMax / 8> bytes;
    storage::SecretBytes(bytes);
    const std::string digits = storage::Hex(bytes);
    context.reply().Bulk(std::string_view(digits).substr(0, static_cast<size_t>((bits + 3) / 4)));
    return Replied();
  }
};

constexpr Argument kDryRunArguments[] = {
    {.name = "username"},
    {.name = "command"},
    {.name = "arg", .is_optional = true, .is_multiple = true},
};

// ACL DRYRUN user command [argument ...] -> OK, or why he may not
struct AclDryRun {
  static constexpr CommandSpec kSpec =
      SpecOf("DRYRUN", "Tells whether a user could run a request, without running it.", "7.0.0", -4,
             kAdminFlags, "O(1).", kDryRunArguments);

  static RunResult Run(CommandContext& context) {
    EngineState& engine = context.engine();
    const std::string_view name = context.args().Bytes();
    const User* user = engine.users.Find(name);
    if (user == nullptr) {
      return CommandError::Err(fmt::format("User '{}' not found", EchoedInError(name)));
    }
    const auto request = context.arguments().subspan(3);
    const CommandInTable* command = engine.commands.Find(request[0]);
    if (command != nullptr && !command->subcommands.empty() && request.size() > 1) {
      command = CommandTable::FindSubcommand(*command, request[1]);
    }
    if (command == nullptr) {
      return CommandError::Err(fmt::format("Command '{}' not found", EchoedInError(request[0])));
    }
    if (!command->spec->Takes(request.size())) {
      return CommandError::WrongArguments(command->full_name);
    }
    constexpr size_t kCopies = 4;
    size_t bytes = 0;
    for (const std::string_view argument : request) bytes += argument.size() + sizeof argument;
    if (!storage::HasMemoryFor(kCopies * bytes)) return CommandError::NoMemoryForRequest();
    const Verdict verdict = CheckRequest(user, *command, request);
    if (verdict.is_allowed()) {
      context.reply().Ok();
    } else {
      context.reply().Bulk(DescribeDenial(user, verdict, *command, request, DenialText::kVerbose));
    }
    return Replied();
  }
};

constexpr Argument kLogChoices[] = {
    {.name = "count", .kind = Argument::Kind::kInteger},
    {.name = "reset", .kind = Argument::Kind::kPureToken, .token = "RESET"},
};
constexpr Argument kLogArguments[] = {{.name = "operation",
                                       .kind = Argument::Kind::kOneOf,
                                       .is_optional = true,
                                       .children = kLogChoices}};

void ReplyLogEntry(CommandContext& context, const AclLog::Entry& entry) {
  protocol::resp::ReplyWriter& reply = context.reply();
  const auto text = [&reply](std::string_view name, std::string_view value) {
    reply.Bulk(name);
    reply.Bulk(value);
  };
  const auto number = [&reply](std::string_view name, int64_t value) {
    reply.Bulk(name);
    reply.Integer(value);
  };
  reply.MapHeader(10);
  number("count", static_cast<int64_t>(entry.count));
  text("reason", entry.reason);
  text("context", entry.context);
  text("object", entry.object);
  text("username", entry.user);
  reply.Bulk("age-seconds");
  reply.Double(static_cast<double>(context.now_ms() - entry.updated_ms) / 1000);
  text("client-info", entry.client_line);
  number("entry-id", static_cast<int64_t>(entry.id));
  number("timestamp-created", entry.created_ms);
  number("timestamp-last-updated", entry.updated_ms);
}

// ACL LOG [count | RESET] -> the latest denials
struct AclLogCommand {
  static constexpr CommandSpec kSpec =
      SpecOf("LOG", "Returns the latest refused requests and logins, or forgets them.", "6.0.0", -2,
             kAdminFlags, "O(N) with N being the number of entries shown.", kLogArguments);

  static RunResult Run(CommandContext& context) {
    constexpr int64_t kShownUsually = 10;
    ArgReader args = context.args();
    AclLog& log = context.engine().acl_log;
    if (args.remaining() > 1) {
      return CommandError::SubcommandSyntax(context.arguments()[1], "ACL");
    }
    if (args.Take("RESET")) {
      log.Reset();
      context.reply().Ok();
      return Replied();
    }
    const int64_t wanted = args.AtEnd() ? kShownUsually : args.Int64();
    if (const auto error = args.Finish()) return *error;
    const size_t shown =
        std::min(log.entries().size(), static_cast<size_t>(std::max<int64_t>(wanted, 0)));
    context.reply().ArrayHeader(shown);
    for (size_t i = 0; i < shown; ++i) ReplyLogEntry(context, log.entries()[i]);
    return Replied();
  }
};

struct AclHelp {
  static constexpr CommandSpec kSpec =
      SpecOf("HELP", "Lists the subcommands of ACL.", "6.0.0", 2, kLoading | kStale, "O(1)", {});

  static RunResult Run(CommandContext& context) {
    constexpr HelpEntry kEntries[] = {
        {"CAT [<category>]", "Lists the categories, or the commands of <category>."},
        {"DELUSER <username> [<username> ...]", "Removes users and closes their connections."},
        {"DRYRUN <username> <command> [<arg> ...]", "Tells whether the user could run this."},
        {"GETUSER <username>", "Returns the user's flags, passwords and rules."},
        {"GENPASS [<bits>]", "Returns a random password of <bits> bits, or 256."},
        {"LIST", "Lists all users as lines of an ACL file."},
        {"LOAD", "Reads the ACL file again."},
        {"LOG [<count> | RESET]", "Returns the latest denials, or forgets them."},
        {"SAVE", "Writes all users into the ACL file."},
        {"SETUSER <username> <rule> [<rule> ...]", "Makes or changes a user."},
        {"USERS", "Lists the names of all users."},
        {"WHOAMI", "Returns the user of this connection."},
    };
    ReplyHelp(context.reply(), "ACL", kEntries);
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<AclWhoAmI, AclCat, AclGenPass, AclDryRun, AclLogCommand, AclHelp>();

}  // namespace

std::span<const CommandEntry> AclInspectionCommands() {
  return kCommands;
}

}  // namespace server
