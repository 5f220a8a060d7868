// ACL and its subcommands that make, change, remove, list, load and save users.

#include "server/acl/users.h"

#include <fmt/format.h>

#include "server/acl/acl_file.h"
#include "server/acl/describe.h"
#include "server/acl/password.h"
#include "server/commands/acl/acl.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/memory/memory_probe.h"

namespace server {
namespace {

constexpr uint32_t kFlags = kAdmin | kNoScript | kLoading | kStale;
constexpr std::string_view kAllNodesTips[] = {"request_policy:all_nodes",
                                              "response_policy:all_succeeded"};
constexpr Argument kNameArgument[] = {{.name = "username"}};
constexpr Argument kNamesArguments[] = {{.name = "username", .is_multiple = true}};
constexpr Argument kRulesArguments[] = {{.name = "username"},
                                        {.name = "rule", .is_optional = true, .is_multiple = true}};
constexpr HistoryEntry kChannelsHistory[] = {
    {"6.2.0", "Knows rules about channels."},
    {"7.0.0", "Knows selectors, and key patterns for reading or writing alone."}};

constexpr CommandSpec SpecOf(std::string_view name, std::string_view summary, int arity,
                             std::string_view complexity) {
  return {.container = "ACL",
          .name = name,
          .summary = summary,
          .since = "6.0.0",
          .group = CommandGroup::kServer,
          .complexity = complexity,
          .arity = arity,
          .flags = kFlags};
}

constexpr CommandSpec With(CommandSpec spec, std::span<const Argument> arguments,
                           std::span<const std::string_view> tips = {},
                           std::span<const HistoryEntry> history = {}) {
  spec.arguments = arguments;
  spec.tips = tips;
  spec.history = history;
  return spec;
}

size_t BytesOf(const Selector& selector) {
  size_t bytes = selector.commands.size();
  for (const std::string& rule : selector.command_rules) bytes += rule.size() + sizeof rule;
  for (const KeyPattern& keys : selector.keys) bytes += keys.glob.size() + sizeof keys;
  for (const std::string& glob : selector.channels) bytes += glob.size() + sizeof glob;
  for (const auto& first : selector.first_arguments) bytes += first.second.size() + sizeof first;
  return bytes;
}

// Users are copied and described on their ways in and out, and are as large as an operator likes.
bool HasMemoryForUsers(CommandContext& context) {
  constexpr size_t kCopies = 8;
  size_t bytes = 0;
  for (const std::string_view argument : context.arguments()) {
    bytes += argument.size() + sizeof argument;
  }
  for (const auto& [name, user] : context.engine().users.all()) {
    bytes += 2 * name.size() + user->passwords.size() * 2 * kDigestDigits + BytesOf(user->root);
    for (const Selector& selector : user->selectors) bytes += BytesOf(selector) + sizeof selector;
  }
  return storage::HasMemoryFor(kCopies * bytes);
}

struct AclContainer {
  static constexpr CommandSpec kSpec{
      .name = "ACL",
      .summary = "A container for commands about users and their rights.",
      .since = "6.0.0",
      .group = CommandGroup::kServer,
      .complexity = "Depends on subcommand.",
      .arity = -2,
  };
};

// ACL SETUSER name [rule ...] -> OK: all of the rules or none
struct AclSetUser {
  static constexpr CommandSpec kSpec =
      With(SpecOf("SETUSER", "Makes a user, or changes one, by rules.", -3,
                  "O(N). Where N is the number of rules provided."),
           kRulesArguments, kAllNodesTips, kChannelsHistory);

  static RunResult Run(CommandContext& context) {
    if (!HasMemoryForUsers(context)) return CommandError::NoMemoryForRequest();
    ArgReader args = context.args();
    const std::string_view name = args.Bytes();
    if (!IsUserName(name)) {
      return CommandError::Err("Usernames can't contain spaces or null characters");
    }
    Users& users = context.engine().users;
    const auto rules = MergeSelectorWords(args.Rest());
    if (!rules) {
      return CommandError::Err(fmt::format(
          "Unmatched parenthesis in acl selector starting at '{}'.", EchoedInError(rules.error())));
    }
    const User* old = users.Find(name);
    User user = old == nullptr ? NewUser(name, users.scope()) : *old;
    for (const std::string& rule : *rules) {
      if (const auto applied = ApplyRule(user, rule, users.scope()); !applied) {
        return CommandError::Err(fmt::format("Error in ACL SETUSER modifier '{}': {}",
                                             EchoedInError(rule), applied.error()));
      }
    }
    users.Put(std::move(user));
    context.reply().Ok();
    return Replied();
  }
};

void ReplySelector(protocol::resp::ReplyWriter& reply, const Selector& selector) {
  reply.Bulk("commands");
  reply.Bulk(DescribeCommands(selector));
  reply.Bulk("keys");
  reply.Bulk(DescribeKeys(selector));
  reply.Bulk("channels");
  reply.Bulk(DescribeChannels(selector));
}

// ACL GETUSER name -> a map, or null
struct AclGetUser {
  static constexpr CommandSpec kSpec =
      With(SpecOf("GETUSER", "Returns what a user is allowed.", 3,
                  "O(N). Where N is the number of password, command and pattern rules that the "
                  "user has."),
           kNameArgument, {}, kChannelsHistory);

  static RunResult Run(CommandContext& context) {
    if (!HasMemoryForUsers(context)) return CommandError::NoMemoryForRequest();
    const User* user = context.engine().users.Find(context.args().Bytes());
    protocol::resp::ReplyWriter& reply = context.reply();
    if (user == nullptr) {
      reply.NullArray();
      return Replied();
    }
    reply.MapHeader(6);
    const auto flags = UserFlags(*user);
    reply.Bulk("flags");
    reply.SetHeader(flags.size());
    for (const std::string_view flag : flags) reply.Bulk(flag);
    reply.Bulk("passwords");
    reply.ArrayHeader(user->passwords.size());
    for (const std::string& digest : user->passwords) reply.Bulk(digest);
    ReplySelector(reply, user->root);
    reply.Bulk("selectors");
    reply.ArrayHeader(user->selectors.size());
    for (const Selector& selector : user->selectors) {
      reply.MapHeader(3);
      ReplySelector(reply, selector);
    }
    return Replied();
  }
};

// ACL DELUSER name [name ...] -> how many there were; their clients are closed
struct AclDelUser {
  static constexpr CommandSpec kSpec =
      With(SpecOf("DELUSER", "Removes users, and closes their connections.", -3,
                  "O(1) amortized time considering the typical user."),
           kNamesArguments, kAllNodesTips);

  static RunResult Run(CommandContext& context) {
    const auto names = context.args().Rest();
    for (const std::string_view name : names) {
      if (name == kDefaultUser) return CommandError::Err("The 'default' user cannot be removed");
    }
    int64_t removed = 0;
    for (const std::string_view name : names) {
      if (context.engine().users.Remove(name)) ++removed;
    }
    context.reply().Integer(removed);
    return Replied();
  }
};

// ACL LIST -> all users, as lines of an ACL file
struct AclList {
  static constexpr CommandSpec kSpec = SpecOf("LIST", "Lists all users with their rules.", 2,
                                              "O(N). Where N is the number of configured users.");

  static RunResult Run(CommandContext& context) {
    if (!HasMemoryForUsers(context)) return CommandError::NoMemoryForRequest();
    const Users::Map& users = context.engine().users.all();
    context.reply().ArrayHeader(users.size());
    for (const auto& [name, user] : users) context.reply().Bulk(DescribeUser(*user));
    return Replied();
  }
};

// ACL USERS -> their names
struct AclUsers {
  static constexpr CommandSpec kSpec = SpecOf("USERS", "Lists the names of all users.", 2,
                                              "O(N). Where N is the number of configured users.");

  static RunResult Run(CommandContext& context) {
    if (!HasMemoryForUsers(context)) return CommandError::NoMemoryForRequest();
    const Users::Map& users = context.engine().users.all();
    context.reply().ArrayHeader(users.size());
    for (const auto& [name, user] : users) context.reply().Bulk(name);
    return Replied();
  }
};

// ACL LOAD -> OK: the file's users, or those from before
struct AclLoad {
  static constexpr CommandSpec kSpec = SpecOf("LOAD", "Reads the users from the ACL file again.", 2,
                                              "O(N). Where N is the number of configured users.");

  static RunResult Run(CommandContext& context) {
    if (!HasMemoryForUsers(context)) return CommandError::NoMemoryForRequest();
    const auto loaded = LoadAclFile(context.engine());
    if (!loaded) return CommandError::Err(loaded.error());
    context.reply().Ok();
    return Replied();
  }
};

// ACL SAVE -> OK
struct AclSave {
  static constexpr CommandSpec kSpec =
      With(SpecOf("SAVE", "Writes the users into the ACL file.", 2,
                  "O(N). Where N is the number of configured users."),
           {}, kAllNodesTips);

  static RunResult Run(CommandContext& context) {
    if (!HasMemoryForUsers(context)) return CommandError::NoMemoryForRequest();
    const auto saved = SaveAclFile(context.engine());
    if (!saved) return CommandError::Err(saved.error());
    context.reply().Ok();
    return Replied();
  }
};

constexpr auto kCommands = CommandList<AclContainer, AclSetUser, AclGetUser, AclDelUser, AclList,
                                       AclUsers, AclLoad, AclSave>();

}  // namespace

std::span<const CommandEntry> AclUserCommands() {
  return kCommands;
}

}  // namespace server
