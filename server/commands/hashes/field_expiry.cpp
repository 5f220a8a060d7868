// Expiries of fields are set: HEXPIRE, HPEXPIRE, HEXPIREAT, HPEXPIREAT.

#include <optional>

#include "server/commands/hashes/field_times.h"
#include "storage/base/number.h"

namespace server {
namespace {

// For each field.
constexpr int64_t kNoField = -2;
constexpr int64_t kNotMet = 0;
constexpr int64_t kSet = 1;
constexpr int64_t kErased = 2;

enum class Condition : uint8_t { kNone, kNoExpiry, kAnExpiry, kGreater, kLess };

std::optional<Condition> ConditionOf(std::string_view word) {
  if (storage::EqualsIgnoreCase(word, "NX")) return Condition::kNoExpiry;
  if (storage::EqualsIgnoreCase(word, "XX")) return Condition::kAnExpiry;
  if (storage::EqualsIgnoreCase(word, "GT")) return Condition::kGreater;
  if (storage::EqualsIgnoreCase(word, "LT")) return Condition::kLess;
  return std::nullopt;
}

// A field without an expiry lives longest.
bool IsMet(Condition condition, int64_t old_ms, int64_t new_ms) {
  const bool has_expiry = old_ms != storage::FieldEntry::kNoExpiry;
  switch (condition) {
    case Condition::kNone:
      return true;
    case Condition::kNoExpiry:
      return !has_expiry;
    case Condition::kAnExpiry:
      return has_expiry;
    case Condition::kGreater:
      return has_expiry && new_ms > old_ms;
    case Condition::kLess:
      return !has_expiry || new_ms < old_ms;
  }
  return false;
}

// One field; what is replied for it.
int64_t ExpireField(CommandContext& context, storage::Hash& hash, std::string_view field,
                    Condition condition, int64_t at_ms, FieldChanges& changes) {
  const auto found = hash.Find(field);
  if (!found) return kNoField;
  if (!IsMet(condition, found->expiry_ms, at_ms)) return kNotMet;
  changes.SetExpiry(context, hash, field, at_ms);
  return at_ms <= context.now_ms() ? kErased : kSet;
}

void NoteChanges(CommandContext& context, const storage::Key& key, const FieldChanges& changes,
                 bool is_gone, int64_t at_ms) {
  if (changes.empty()) return;
  context.NoteChange(key, changes.erased.empty() ? "hexpire" : "hdel", EventClass::kHash);
  if (is_gone) context.NoteEvent(key, "del", EventClass::kGeneric);
  changes.Propagate(context, key.bytes, at_ms);
}

// command key time [NX | XX | GT | LT] FIELDS numfields field [field ...]
RunResult Expire(CommandContext& context, TimeUnit unit) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const std::string_view time = args.Bytes();
  const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  const auto at_ms = ReadFieldExpiry(context, time, unit);
  if (!at_ms) return at_ms.error();
  const auto condition = ConditionOf(args.Peek());
  if (condition) args.Bytes();
  const auto fields = ReadFields(args.Rest(), "Parameter `numFields` should be greater than 0");
  if (!fields) return fields.error();
  context.reply().ArrayHeader(fields->size());
  if (!*found) {
    for (size_t i = 0; i < fields->size(); ++i) context.reply().Integer(kNoField);
    return Replied();
  }
  FieldChanges changes;
  storage::Opened<storage::Hash> hash(context.db(), key, *found);
  for (const std::string_view field : *fields) {
    context.reply().Integer(
        ExpireField(context, *hash, field, condition.value_or(Condition::kNone), *at_ms, changes));
  }
  const bool is_gone = hash.Close();
  NoteChanges(context, key, changes, is_gone, *at_ms);
  return Replied();
}

constexpr Argument kConditions[] = {
    {.name = "nx", .kind = Argument::Kind::kPureToken, .token = "NX"},
    {.name = "xx", .kind = Argument::Kind::kPureToken, .token = "XX"},
    {.name = "gt", .kind = Argument::Kind::kPureToken, .token = "GT"},
    {.name = "lt", .kind = Argument::Kind::kPureToken, .token = "LT"},
};
constexpr Argument kFields[] = {{.name = "numfields", .kind = Argument::Kind::kInteger},
                                {.name = "field", .is_multiple = true}};

// The arguments, for a time of this name and kind.
constexpr std::array<Argument, 4> ArgumentsFor(std::string_view time, Argument::Kind kind) {
  return {Argument{.name = "key", .kind = Argument::Kind::kKey},
          Argument{.name = time, .kind = kind},
          Argument{.name = "condition",
                   .kind = Argument::Kind::kOneOf,
                   .is_optional = true,
                   .children = kConditions},
          Argument{.name = "fields",
                   .kind = Argument::Kind::kBlock,
                   .token = "FIELDS",
                   .children = kFields}};
}
constexpr auto kSecondsArguments = ArgumentsFor("seconds", Argument::Kind::kInteger);
constexpr auto kMillisecondsArguments = ArgumentsFor("milliseconds", Argument::Kind::kInteger);
constexpr auto kUnixSecondsArguments = ArgumentsFor("unix-time-seconds", Argument::Kind::kUnixTime);
constexpr auto kUnixMillisecondsArguments =
    ArgumentsFor("unix-time-milliseconds", Argument::Kind::kUnixTime);

// What the four specs have in common.
constexpr CommandSpec SpecFor(std::string_view name, std::string_view summary,
                              std::span<const Argument> arguments) {
  return {
      .name = name,
      .summary = summary,
      .since = "7.4.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = -6,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = arguments,
  };
}

struct HExpire {
  static constexpr CommandSpec kSpec =
      SpecFor("HEXPIRE", "Lets fields of a hash expire in seconds.", kSecondsArguments);
  static RunResult Run(CommandContext& context) { return Expire(context, {1000, true}); }
};

struct HPExpire {
  static constexpr CommandSpec kSpec =
      SpecFor("HPEXPIRE", "Lets fields of a hash expire in milliseconds.", kMillisecondsArguments);
  static RunResult Run(CommandContext& context) { return Expire(context, {1, true}); }
};

struct HExpireAt {
  static constexpr CommandSpec kSpec =
      SpecFor("HEXPIREAT", "Lets fields of a hash expire at a Unix time in seconds.",
              kUnixSecondsArguments);
  static RunResult Run(CommandContext& context) { return Expire(context, {1000, false}); }
};

struct HPExpireAt {
  static constexpr CommandSpec kSpec =
      SpecFor("HPEXPIREAT", "Lets fields of a hash expire at a Unix time in milliseconds.",
              kUnixMillisecondsArguments);
  static RunResult Run(CommandContext& context) { return Expire(context, {1, false}); }
};

constexpr auto kCommands = CommandList<HExpire, HPExpire, HExpireAt, HPExpireAt>();

}  // namespace

std::span<const CommandEntry> HashFieldExpiryCommands() {
  return kCommands;
}

}  // namespace server
