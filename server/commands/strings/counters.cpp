// Strings as numbers.

#include <cmath>

#include "server/commands/strings/strings.h"
#include "server/dispatch/command_context.h"
#include "storage/types/string.h"

namespace server {
namespace {

std::optional<int64_t> IntegerOf(const storage::Record& record) {
  if (storage::IsInteger(record.encoding())) [[likely]]
    return record.integer();
  return storage::IntegerForm(record.bytes());
}

// All of the INCR family but the one with a fraction.
RunResult Add(CommandContext& context, const storage::Key& key, int64_t increment) {
  const auto found = context.FindString(key, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  int64_t value = 0;
  if (*found) {
    const auto integer = IntegerOf(**found);
    if (!integer) return CommandError::NotAnInteger();
    value = *integer;
  }
  if (__builtin_add_overflow(value, increment, &value)) {
    return CommandError::From(storage::Error::kOverflow);
  }
  context.db().SetInteger(key, *found, value);
  if (!*found) context.NoteNewKey(key);
  context.NoteChange(key, "incrby", EventClass::kString);
  context.reply().Integer(value);
  return Replied();
}

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr Argument kIncrementArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "increment", .kind = Argument::Kind::kInteger},
};
constexpr Argument kDecrementArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "decrement", .kind = Argument::Kind::kInteger},
};
constexpr Argument kFloatIncrementArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "increment", .kind = Argument::Kind::kDouble},
};

// INCR key -> the new value
struct Incr {
  static constexpr CommandSpec kSpec{
      .name = "INCR",
      .summary = "Adds one to the integer at a key, which counts as 0 when it is missing.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) { return Add(context, context.args().Key(), 1); }
};

// DECR key -> the new value
struct Decr {
  static constexpr CommandSpec kSpec{
      .name = "DECR",
      .summary = "Takes one from the integer at a key, which counts as 0 when it is missing.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) { return Add(context, context.args().Key(), -1); }
};

// INCRBY key increment -> the new value
struct IncrBy {
  static constexpr CommandSpec kSpec{
      .name = "INCRBY",
      .summary = "Adds to the integer at a key, which counts as 0 when it is missing.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kIncrementArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const int64_t increment = args.Int64();
    if (const auto error = args.Finish()) return *error;
    return Add(context, key, increment);
  }
};

// DECRBY key decrement -> the new value
struct DecrBy {
  static constexpr CommandSpec kSpec{
      .name = "DECRBY",
      .summary = "Takes a number from the integer at a key, which counts as 0 when it is missing.",
      .since = "1.0.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kDecrementArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const int64_t decrement = args.Int64();
    if (const auto error = args.Finish()) return *error;
    if (decrement == INT64_MIN) return CommandError::Err("decrement would overflow");
    return Add(context, key, -decrement);
  }
};

// INCRBYFLOAT key increment -> the new value, as a bulk string in both protocols
struct IncrByFloat {
  static constexpr CommandSpec kSpec{
      .name = "INCRBYFLOAT",
      .summary =
          "Adds to the floating point number at a key, which counts as 0 when it is missing.",
      .since = "2.6.0",
      .group = CommandGroup::kString,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclString,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kFloatIncrementArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto found = context.FindString(key, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    const long double increment = args.LongDouble();
    if (const auto error = args.Finish()) return *error;
    long double value = 0;
    if (*found) {
      storage::StringScratch scratch;
      const auto old = storage::ParseLongDouble(storage::ReadString(**found, scratch));
      if (!old) return CommandError::NotAFloat();
      value = *old;
    }
    value += increment;
    if (std::isnan(value) || std::isinf(value)) {
      return CommandError::Err("increment would produce NaN or Infinity");
    }
    const std::string text = storage::FormatLongDouble(value);
    if (!context.db().SetTextString(key, *found, text, storage::ExpiryChange::Keep())) {
      return CommandError::NoMemory();
    }
    if (!*found) context.NoteNewKey(key);
    context.NoteChange(key, "incrbyfloat", EventClass::kString);
    // The result, not the sum: adding again elsewhere might round differently.
    context.feed().PropagateInstead({"SET", key.bytes, text, "KEEPTTL"});
    context.reply().Bulk(text);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Incr, Decr, IncrBy, DecrBy, IncrByFloat>();

}  // namespace

std::span<const CommandEntry> StringCounterCommands() {
  return kCommands;
}

}  // namespace server
