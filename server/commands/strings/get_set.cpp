// GET and SET, and their older or combined forms.

#include <algorithm>

#include "server/commands/shared/string_reply.h"
#include "server/commands/strings/set_options.h"
#include "server/commands/strings/store_string.h"
#include "server/commands/strings/strings.h"
#include "server/dispatch/command_context.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr Argument kKeyValueArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                           {.name = "value"}};

// The string of `found`, or null.
void ReplyStringOrNull(CommandContext& context, storage::Found found) {
  if (found) {
    ReplyString(context.reply(), context.keyspace(), *found);
  } else {
    context.reply().Null();
  }
}

// GET key -> the string, or null
struct Get {
  static constexpr CommandSpec kSpec{
      .name = "GET",
      .summary = "Returns the string at a key.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) {
    const auto found = context.FindString(context.args().Key(), storage::kRead);
    if (!found) return CommandError::From(found.error());
    ReplyStringOrNull(context, *found);
    return Replied();
  }
};

constexpr Argument kSetConditions[] = {
    {.name = "nx", .kind = Argument::Kind::kPureToken, .token = "NX"},
    {.name = "xx", .kind = Argument::Kind::kPureToken, .token = "XX"},
};
constexpr Argument kSetExpirations[] = {
    {.name = "seconds", .kind = Argument::Kind::kInteger, .token = "EX", .since = "2.6.12"},
    {.name = "milliseconds", .kind = Argument::Kind::kInteger, .token = "PX", .since = "2.6.12"},
    {.name = "unix-time-seconds",
     .kind = Argument::Kind::kUnixTime,
     .token = "EXAT",
     .since = "6.2.0"},
    {.name = "unix-time-milliseconds",
     .kind = Argument::Kind::kUnixTime,
     .token = "PXAT",
     .since = "6.2.0"},
    {.name = "keepttl", .kind = Argument::Kind::kPureToken, .token = "KEEPTTL", .since = "6.0.0"},
};
constexpr Argument kSetArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "value"},
    {.name = "condition",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kSetConditions,
     .since = "2.6.12"},
    {.name = "get",
     .kind = Argument::Kind::kPureToken,
     .token = "GET",
     .is_optional = true,
     .since = "6.2.0"},
    {.name = "expiration",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kSetExpirations},
};

// Only with GET the old value is read.
uint16_t SetKeyFlags(std::span<const std::string_view> arguments) {
  for (const std::string_view option : arguments.subspan(std::min<size_t>(3, arguments.size()))) {
    if (storage::EqualsIgnoreCase(option, "GET")) {
      return kKeyReadWrite | kKeyAccess | kKeyUpdate;
    }
  }
  return kKeyOverwrite | kKeyUpdate;
}

// SET key value [NX | XX] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]
//   -> OK, or null when the condition does not hold; with GET the old string or null
struct Set {
  static constexpr CommandSpec kSpec{
      .name = "SET",
      .summary = "Sets a key to a string, whatever it held before.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate | kKeyVariable)},
      .arguments = kSetArguments,
      .key_flags_of = SetKeyFlags,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view value = args.Bytes();
    if (!args.AtEnd()) return RunWithOptions(context, key, value, args);
    const storage::Found found = context.Find(key, storage::kWrite);
    if (!context.db().SetString(key, found, value, storage::ExpiryChange::Clear())) {
      return CommandError::NoMemory();
    }
    if (!found) context.NoteNewKey(key);
    context.NoteChange(key, "set", EventClass::kString);
    context.reply().Ok();
    return Replied();
  }

 private:
  __attribute__((noinline)) static RunResult RunWithOptions(CommandContext& context,
                                                            const storage::Key& key,
                                                            std::string_view value,
                                                            ArgReader& args) {
    const auto options = ParseSetOptions(args);
    if (!options) return options.error();
    const auto expiry = ExpiryFrom(context, options->lifetime);
    if (!expiry) return expiry.error();
    const bool returns_old = options->returns_old_value;
    const storage::Found found = context.Find(key, returns_old ? storage::kRead : storage::kWrite);
    if (returns_old) {
      if (found && found->type() != storage::Type::kString) {
        return CommandError::From(storage::Error::kWrongType);
      }
      ReplyStringOrNull(context, found);
    }
    if (found ? options->if_missing : options->if_present) {
      if (!returns_old) context.reply().Null();
      return Replied();
    }
    if (!StoreString(context, key, found, value, *expiry)) return CommandError::NoMemory();
    if (!returns_old) {
      context.reply().Ok();
    } else if (expiry->kind == storage::ExpiryChange::Kind::kKeep) {
      context.feed().PropagateInstead({"SET", key.bytes, value, "KEEPTTL"});
    } else if (expiry->kind == storage::ExpiryChange::Kind::kClear) {
      context.feed().PropagateInstead({"SET", key.bytes, value});
    }
    return Replied();
  }

  static std::expected<storage::ExpiryChange, CommandError> ExpiryFrom(
      const CommandContext& context, const Lifetime& lifetime) {
    if (lifetime.kind == Lifetime::Kind::kKeep) return storage::ExpiryChange::Keep();
    if (!lifetime.HasTime()) return storage::ExpiryChange::Clear();
    const auto at_ms = EndOfLifetime(lifetime, context.now_ms(), context.command_name());
    if (!at_ms) return std::unexpected(at_ms.error());
    return storage::ExpiryChange::Set(*at_ms);
  }
};

// SETNX key value -> 1, or 0 when the key exists
struct SetNx {
  static constexpr CommandSpec kSpec{
      .name = "SETNX",
      .summary = "Sets a key to a string if the key does not exist.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyOverwrite | kKeyInsert)},
      .arguments = kKeyValueArguments,
      .deprecated_since = "2.6.12",
      .replaced_by = "`SET` with the `NX` argument",
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view value = args.Bytes();
    const storage::Found found = context.Find(key, storage::kWrite);
    if (found) {
      context.reply().Integer(0);
      return Replied();
    }
    if (!StoreString(context, key, found, value, storage::ExpiryChange::Clear())) {
      return CommandError::NoMemory();
    }
    context.reply().Integer(1);
    return Replied();
  }
};

// GETSET key value -> the old string, or null
struct GetSet {
  static constexpr CommandSpec kSpec{
      .name = "GETSET",
      .summary = "Sets a key to a string and returns the one it held before.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kKeyValueArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`SET` with the `!GET` argument",
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view value = args.Bytes();
    const auto found = context.FindString(key, storage::kRead);
    if (!found) return CommandError::From(found.error());
    ReplyStringOrNull(context, *found);
    if (!StoreString(context, key, *found, value, storage::ExpiryChange::Clear())) {
      return CommandError::NoMemory();
    }
    context.feed().PropagateInstead({"SET", key.bytes, value});
    return Replied();
  }
};

// GETDEL key -> the string, or null
struct GetDel {
  static constexpr CommandSpec kSpec{
      .name = "GETDEL",
      .summary = "Returns the string at a key and deletes the key.",
      .since = "6.2.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kWriteCommand | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Key key = context.args().Key();
    const auto found = context.FindString(key, storage::kRead);
    if (!found) return CommandError::From(found.error());
    ReplyStringOrNull(context, *found);
    if (!*found) return Replied();
    context.db().Erase(key, *found);
    context.NoteChange(key, "del", EventClass::kGeneric);
    context.feed().PropagateInstead({"DEL", key.bytes});
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Get, Set, SetNx, GetSet, GetDel>();

}  // namespace

std::span<const CommandEntry> StringGetSetCommands() {
  return kCommands;
}

}  // namespace server
