// Strings that live for a limited time.

#include "server/commands/shared/string_reply.h"
#include "server/commands/strings/set_options.h"
#include "server/commands/strings/store_string.h"
#include "server/commands/strings/strings.h"
#include "server/dispatch/command_context.h"
#include "storage/types/string.h"

namespace server {
namespace {

// SETEX and PSETEX: key, lifetime, value.
RunResult SetFor(CommandContext& context, Lifetime::Kind unit) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const Lifetime lifetime{unit, args.Bytes()};
  const std::string_view value = args.Bytes();
  const auto at_ms = EndOfLifetime(lifetime, context.now_ms(), context.command_name());
  if (!at_ms) return at_ms.error();
  const storage::Found found = context.Find(key, storage::kWrite);
  if (!StoreString(context, key, found, value, storage::ExpiryChange::Set(*at_ms))) {
    return CommandError::NoMemory();
  }
  context.reply().Ok();
  return Replied();
}

constexpr Argument kSetExArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "seconds", .kind = Argument::Kind::kInteger},
    {.name = "value"},
};

// SETEX key seconds value -> OK
struct SetEx {
  static constexpr CommandSpec kSpec{
      .name = "SETEX",
      .summary = "Sets a key to a string that lives for some seconds.",
      .since = "2.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate)},
      .arguments = kSetExArguments,
      .deprecated_since = "2.6.12",
      .replaced_by = "`SET` with the `EX` argument",
  };

  static RunResult Run(CommandContext& context) {
    return SetFor(context, Lifetime::Kind::kSeconds);
  }
};

constexpr Argument kPSetExArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "milliseconds", .kind = Argument::Kind::kInteger},
    {.name = "value"},
};

// PSETEX key milliseconds value -> OK
struct PSetEx {
  static constexpr CommandSpec kSpec{
      .name = "PSETEX",
      .summary = "Sets a key to a string that lives for some milliseconds.",
      .since = "2.6.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate)},
      .arguments = kPSetExArguments,
      .deprecated_since = "2.6.12",
      .replaced_by = "`SET` with the `PX` argument",
  };

  static RunResult Run(CommandContext& context) {
    return SetFor(context, Lifetime::Kind::kMilliseconds);
  }
};

constexpr Argument kGetExExpirations[] = {
    {.name = "seconds", .kind = Argument::Kind::kInteger, .token = "EX"},
    {.name = "milliseconds", .kind = Argument::Kind::kInteger, .token = "PX"},
    {.name = "unix-time-seconds", .kind = Argument::Kind::kUnixTime, .token = "EXAT"},
    {.name = "unix-time-milliseconds", .kind = Argument::Kind::kUnixTime, .token = "PXAT"},
    {.name = "persist", .kind = Argument::Kind::kPureToken, .token = "PERSIST"},
};
constexpr Argument kGetExArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "expiration",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kGetExExpirations},
};

// GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] -> the string, or null
struct GetEx {
  static constexpr CommandSpec kSpec{
      .name = "GETEX",
      .summary = "Returns the string at a key and changes how long the key lives.",
      .since = "6.2.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = -2,
      .flags = kWriteCommand | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kGetExArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto lifetime = ParseGetExOptions(args);
    if (!lifetime) return lifetime.error();
    const auto found = context.FindString(key, storage::kRead);
    if (!found) return CommandError::From(found.error());
    if (!*found) {
      context.reply().Null();
      return Replied();
    }
    if (!lifetime->HasTime()) {
      ReplyString(context.reply(), context.keyspace(), **found);
      if (lifetime->kind == Lifetime::Kind::kPersist) Persist(context, key, *found);
      return Replied();
    }
    const auto at_ms = EndOfLifetime(*lifetime, context.now_ms(), context.command_name());
    if (!at_ms) return at_ms.error();
    ReplyString(context.reply(), context.keyspace(), **found);
    ExpireAt(context, key, *found, *at_ms);
    return Replied();
  }

 private:
  static void Persist(CommandContext& context, const storage::Key& key, storage::Found found) {
    if (!context.db().ClearExpiry(key, found)) return;
    context.NoteChange(key, "persist", EventClass::kGeneric);
    context.feed().PropagateInstead({"PERSIST", key.bytes});
  }

  static void ExpireAt(CommandContext& context, const storage::Key& key, storage::Found found,
                       int64_t at_ms) {
    if (at_ms <= context.now_ms()) {
      context.db().Erase(key, found);
      context.NoteChange(key, "del", EventClass::kGeneric);
      context.feed().PropagateInstead({"DEL", key.bytes});
      return;
    }
    context.db().SetExpiry(key, found, at_ms);
    context.NoteChange(key, "expire", EventClass::kGeneric);
    if (!context.feed().has_propagation()) return;
    storage::StringScratch scratch;
    const char* end = storage::FormatInt64(scratch.data(), at_ms);
    context.feed().PropagateInstead(
        {"PEXPIREAT", key.bytes, std::string_view(scratch.data(), end)});
  }
};

constexpr auto kCommands = CommandList<SetEx, PSetEx, GetEx>();

}  // namespace

std::span<const CommandEntry> StringExpiringCommands() {
  return kCommands;
}

}  // namespace server
