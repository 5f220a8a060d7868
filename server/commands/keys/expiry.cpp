// Giving keys a time to live: EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT.

#include <fmt/format.h>

#include <expected>

#include "server/commands/keys/keys.h"
#include "server/dispatch/command_context.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr Argument kConditions[] = {
    {.name = "nx", .kind = Argument::Kind::kPureToken, .token = "NX"},
    {.name = "xx", .kind = Argument::Kind::kPureToken, .token = "XX"},
    {.name = "gt", .kind = Argument::Kind::kPureToken, .token = "GT"},
    {.name = "lt", .kind = Argument::Kind::kPureToken, .token = "LT"}};
constexpr Argument kKey = {.name = "key", .kind = Argument::Kind::kKey};
constexpr Argument kCondition = {.name = "condition",
                                 .kind = Argument::Kind::kOneOf,
                                 .is_optional = true,
                                 .children = kConditions,
                                 .since = "7.0.0"};
constexpr HistoryEntry kHistory[] = {{"7.0.0", "Takes the conditions NX, XX, GT and LT."}};

// When a new expiry replaces the old one. A key without expiry counts as one that never expires.
struct ExpiryConditions {
  bool if_none = false;     // NX
  bool if_some = false;     // XX
  bool if_later = false;    // GT
  bool if_earlier = false;  // LT

  bool Allow(const storage::Record& record, int64_t at_ms) const {
    const bool has_expiry = record.has_expiry();
    if (if_none && has_expiry) return false;
    if (if_some && !has_expiry) return false;
    if (if_later && (!has_expiry || at_ms <= record.expiry_ms())) return false;
    return !(if_earlier && has_expiry && at_ms >= record.expiry_ms());
  }
};

ExpiryConditions ReadConditions(ArgReader& args) {
  ExpiryConditions conditions;
  while (!args.AtEnd()) {
    if (args.Take("NX")) {
      conditions.if_none = true;
    } else if (args.Take("XX")) {
      conditions.if_some = true;
    } else if (args.Take("GT")) {
      conditions.if_later = true;
    } else if (args.Take("LT")) {
      conditions.if_earlier = true;
    } else {
      args.Fail(CommandError::Err(fmt::format("Unsupported option {}",
                                              EchoedInError(args.Peek(), std::string_view::npos))));
    }
  }
  if (conditions.if_none && (conditions.if_some || conditions.if_later || conditions.if_earlier)) {
    args.Fail(CommandError::Err("NX and XX, GT or LT options at the same time are not compatible"));
  }
  if (conditions.if_later && conditions.if_earlier) {
    args.Fail(CommandError::Err("GT and LT options at the same time are not compatible"));
  }
  return conditions;
}

enum class Unit : int64_t { kMilliseconds = 1, kSeconds = 1000 };
enum class From : uint8_t { kNow, kEpoch };

// The time in milliseconds since the epoch; an error when it does not fit.
std::expected<int64_t, CommandError> ToTimeMs(const CommandContext& context, int64_t value,
                                              Unit unit, From from) {
  int64_t at_ms = 0;
  if (__builtin_mul_overflow(value, static_cast<int64_t>(unit), &at_ms) ||
      (from == From::kNow && __builtin_add_overflow(at_ms, context.now_ms(), &at_ms))) {
    return std::unexpected(CommandError::InvalidExpire(context.command_name()));
  }
  return at_ms;
}

// A time that has come removes the key at once, and so it is told and propagated.
void Remove(CommandContext& context, const storage::Key& key, storage::Found found) {
  context.db().Erase(key, found);
  context.feed().PropagateInstead({"DEL", key.bytes});
  context.NoteChange(key, "del", EventClass::kGeneric);
}

RunResult Expire(CommandContext& context, Unit unit, From from) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const std::string_view value_text = args.Bytes();
  // As in Redis, a wrong option is told before a wrong number.
  const ExpiryConditions conditions = ReadConditions(args);
  if (const auto error = args.Finish()) return *error;
  const auto value = storage::ParseInt64(value_text);
  if (!value) return CommandError::NotAnInteger();
  const auto at_ms = ToTimeMs(context, *value, unit, from);
  if (!at_ms) return at_ms.error();

  const storage::Found found = context.Find(key, storage::kWrite);
  if (!found || !conditions.Allow(*found, *at_ms)) {
    context.reply().Integer(0);
    return Replied();
  }
  if (*at_ms <= context.now_ms()) {
    Remove(context, key, found);
  } else {
    context.db().SetExpiry(key, found, *at_ms);
    // An absolute time, so that it is the same whenever it is read.
    context.feed().PropagateInstead({"PEXPIREAT", key.bytes, fmt::format_int(*at_ms).c_str()});
    context.NoteChange(key, "expire", EventClass::kGeneric);
  }
  context.reply().Integer(1);
  return Replied();
}

constexpr Argument kSeconds[] = {
    kKey, {.name = "seconds", .kind = Argument::Kind::kInteger}, kCondition};

struct ExpireSeconds {
  static constexpr CommandSpec kSpec{
      .name = "EXPIRE",
      .summary = "Lets a key expire in some seconds.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kSeconds,
      .history = kHistory,
  };

  static RunResult Run(CommandContext& context) {
    return Expire(context, Unit::kSeconds, From::kNow);
  }
};

constexpr Argument kMilliseconds[] = {
    kKey, {.name = "milliseconds", .kind = Argument::Kind::kInteger}, kCondition};

struct ExpireMilliseconds {
  static constexpr CommandSpec kSpec{
      .name = "PEXPIRE",
      .summary = "Lets a key expire in some milliseconds.",
      .since = "2.6.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kMilliseconds,
      .history = kHistory,
  };

  static RunResult Run(CommandContext& context) {
    return Expire(context, Unit::kMilliseconds, From::kNow);
  }
};

constexpr Argument kUnixSeconds[] = {
    kKey, {.name = "unix-time-seconds", .kind = Argument::Kind::kUnixTime}, kCondition};

struct ExpireAtSeconds {
  static constexpr CommandSpec kSpec{
      .name = "EXPIREAT",
      .summary = "Lets a key expire at a time, given in seconds since 1970.",
      .since = "1.2.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kUnixSeconds,
      .history = kHistory,
  };

  static RunResult Run(CommandContext& context) {
    return Expire(context, Unit::kSeconds, From::kEpoch);
  }
};

constexpr Argument kUnixMilliseconds[] = {
    kKey, {.name = "unix-time-milliseconds", .kind = Argument::Kind::kUnixTime}, kCondition};

struct ExpireAtMilliseconds {
  static constexpr CommandSpec kSpec{
      .name = "PEXPIREAT",
      .summary = "Lets a key expire at a time, given in milliseconds since 1970.",
      .since = "2.6.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kUnixMilliseconds,
      .history = kHistory,
  };

  static RunResult Run(CommandContext& context) {
    return Expire(context, Unit::kMilliseconds, From::kEpoch);
  }
};

constexpr auto kCommands =
    CommandList<ExpireSeconds, ExpireMilliseconds, ExpireAtSeconds, ExpireAtMilliseconds>();

}  // namespace

std::span<const CommandEntry> KeyExpiryCommands() {
  return kCommands;
}

}  // namespace server
