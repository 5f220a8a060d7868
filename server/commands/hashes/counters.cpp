// Fields of hashes as numbers.

#include <cmath>

#include "server/commands/hashes/hashes.h"
#include "storage/base/number.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

constexpr Argument kIncrementArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "field"},
    {.name = "increment", .kind = Argument::Kind::kInteger},
};
constexpr Argument kFloatIncrementArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "field"},
    {.name = "increment", .kind = Argument::Kind::kDouble},
};

// HINCRBY key field increment -> the new value
struct HIncrBy {
  static constexpr CommandSpec kSpec{
      .name = "HINCRBY",
      .summary = "Adds to the integer in a field of a hash, which counts as 0 when it is missing.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .element = 2,
      .arguments = kIncrementArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view field = args.Bytes();
    const int64_t increment = args.Int64();
    if (const auto error = args.Finish()) return *error;
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    storage::Opened<storage::Hash> hash(context.db(), key, *found);
    int64_t value = 0;
    if (const auto old = hash->Find(field)) {
      const auto integer = storage::ParseInt64(old->value);
      if (!integer) return CommandError::Err("hash value is not an integer");
      value = *integer;
    }
    if (__builtin_add_overflow(value, increment, &value)) {
      return CommandError::From(storage::Error::kOverflow);
    }
    char digits[storage::kInt64TextMax];
    const char* end = storage::FormatInt64(digits, value);
    hash->Set(field, {digits, static_cast<size_t>(end - digits)}, storage::FieldExpiry::kKeep);
    hash.Close();
    if (!*found) context.NoteNewKey(key);
    context.NoteChange(key, "hincrby", EventClass::kHash);
    context.reply().Integer(value);
    return Replied();
  }
};

// HINCRBYFLOAT key field increment -> the new value, as a bulk string in both protocols
struct HIncrByFloat {
  static constexpr CommandSpec kSpec{
      .name = "HINCRBYFLOAT",
      .summary =
          "Adds to the floating point number in a field of a hash, which counts as 0 when it is "
          "missing.",
      .since = "2.6.0",
      .group = CommandGroup::kHash,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .element = 2,
      .arguments = kFloatIncrementArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view field = args.Bytes();
    const long double increment = args.LongDouble();
    if (const auto error = args.Finish()) return *error;
    if (!std::isfinite(increment)) return CommandError::Err("value is NaN or Infinity");
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    storage::Opened<storage::Hash> hash(context.db(), key, *found);
    const auto old = hash->Find(field);
    long double value = 0;
    if (old) {
      const auto number = storage::ParseLongDouble(old->value);
      if (!number) return CommandError::Err("hash value is not a float");
      value = *number;
    }
    const int64_t expiry_ms = old ? old->expiry_ms : storage::FieldEntry::kNoExpiry;
    value += increment;
    if (!std::isfinite(value)) {
      return CommandError::Err("increment would produce NaN or Infinity");
    }
    const std::string text = storage::FormatLongDouble(value);
    hash->Set(field, text, storage::FieldExpiry::kKeep);
    hash.Close();
    if (!*found) context.NoteNewKey(key);
    context.NoteChange(key, "hincrbyfloat", EventClass::kHash);
    Propagate(context, key.bytes, field, text, expiry_ms);
    context.reply().Bulk(text);
    return Replied();
  }

  // The result, not the sum: adding again elsewhere might round differently. Setting a field takes
  // its expiry away.
  static void Propagate(CommandContext& context, std::string_view key, std::string_view field,
                        std::string_view text, int64_t expiry_ms) {
    context.feed().PropagateInstead({"HSET", key, field, text});
    if (expiry_ms == storage::FieldEntry::kNoExpiry) return;
    context.feed().PropagateInstead(
        {"HPEXPIREAT", key, std::to_string(expiry_ms), "FIELDS", "1", field});
  }
};

constexpr auto kCommands = CommandList<HIncrBy, HIncrByFloat>();

}  // namespace

std::span<const CommandEntry> HashCounterCommands() {
  return kCommands;
}

}  // namespace server
