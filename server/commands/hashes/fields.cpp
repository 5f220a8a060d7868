// Fields of hashes, by their names.

#include <algorithm>
#include <array>

#include "server/commands/hashes/hashes.h"
#include "server/commands/shared/memory_trial.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr Argument kKeyFieldArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                           {.name = "field"}};
constexpr Argument kKeyFieldsArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                            {.name = "field", .is_multiple = true}};
constexpr Argument kFieldValueArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey}, {.name = "field"}, {.name = "value"}};
constexpr Argument kPair[] = {{.name = "field"}, {.name = "value"}};
constexpr Argument kPairsArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "data", .kind = Argument::Kind::kBlock, .is_multiple = true, .children = kPair}};

// What HSET and HMSET do; the number of new fields.
std::expected<int64_t, CommandError> SetFields(CommandContext& context) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const auto pairs = args.Rest();
  if (pairs.size() % 2 != 0) {
    return std::unexpected(CommandError::WrongArguments(context.command_name()));
  }
  const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
  if (!found) return std::unexpected(CommandError::From(found.error()));
  if (!HasMemoryFor(pairs)) return std::unexpected(CommandError::NoMemory());
  storage::Opened<storage::Hash> hash(context.db(), key, *found);
  hash->Expect(pairs.size() / 2);
  int64_t added = 0;
  for (size_t i = 0; i < pairs.size(); i += 2) {
    added += hash->Set(pairs[i], pairs[i + 1], storage::FieldExpiry::kClear);
  }
  hash.Close();
  if (!*found) context.NoteNewKey(key);
  context.NoteChange(key, "hset", EventClass::kHash);
  return added;
}

constexpr HistoryEntry kHSetHistory[] = {{"4.0.0", "Takes several fields and values."}};

// HSET key field value [field value ...] -> how many fields are new
struct HSet {
  static constexpr CommandSpec kSpec{
      .name = "HSET",
      .summary = "Sets fields of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields being set.",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .element = 2,
      .arguments = kPairsArguments,
      .history = kHSetHistory,
  };

  static RunResult Run(CommandContext& context) {
    const auto added = SetFields(context);
    if (!added) return added.error();
    context.reply().Integer(*added);
    return Replied();
  }
};

// HMSET key field value [field value ...] -> OK
struct HMSet {
  static constexpr CommandSpec kSpec{
      .name = "HMSET",
      .summary = "Sets fields of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields being set.",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .element = 2,
      .arguments = kPairsArguments,
      .deprecated_since = "4.0.0",
      .replaced_by = "`HSET` with multiple field-value pairs",
  };

  static RunResult Run(CommandContext& context) {
    const auto added = SetFields(context);
    if (!added) return added.error();
    context.reply().Ok();
    return Replied();
  }
};

// HSETNX key field value -> 1, or 0 when the field exists
struct HSetNx {
  static constexpr CommandSpec kSpec{
      .name = "HSETNX",
      .summary = "Sets a field of a hash if the field does not exist.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(1)",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyInsert)},
      .element = 2,
      .arguments = kFieldValueArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto pair = args.Rest();
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!HasMemoryFor(pair)) return CommandError::NoMemory();
    storage::Opened<storage::Hash> hash(context.db(), key, *found);
    if (hash->Find(pair[0])) {
      context.reply().Integer(0);
      return Replied();
    }
    hash->Set(pair[0], pair[1], storage::FieldExpiry::kClear);
    hash.Close();
    if (!*found) context.NoteNewKey(key);
    context.NoteChange(key, "hset", EventClass::kHash);
    context.reply().Integer(1);
    return Replied();
  }
};

// HGET key field -> the value, or null
struct HGet {
  static constexpr CommandSpec kSpec{
      .name = "HGET",
      .summary = "Returns the value of a field of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .element = 2,
      .arguments = kKeyFieldArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto hash = ReadHash(context, key);
    if (!hash) return hash.error();
    if (const auto field = hash->Find(args.Bytes())) {
      context.reply().Bulk(field->value);
    } else {
      context.reply().Null();
    }
    return Replied();
  }
};

// HMGET key field [field ...] -> for each field its value, or null
struct HMGet {
  static constexpr CommandSpec kSpec{
      .name = "HMGET",
      .summary = "Returns the values of several fields of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields being asked for.",
      .arity = -3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .element = 2,
      .arguments = kKeyFieldsArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto fields = args.Rest();
    const auto hash = ReadHash(context, key);
    if (!hash) return hash.error();
    context.reply().ArrayHeader(fields.size());
    constexpr size_t kTogether = 32;
    for (size_t begin = 0; begin < fields.size(); begin += kTogether) {
      const auto some = fields.subspan(begin, std::min(kTogether, fields.size() - begin));
      std::array<uint64_t, kTogether> hashes;
      for (size_t i = 0; i < some.size(); ++i) hashes[i] = hash->PrefetchBucket(some[i]);
      for (size_t i = 0; i < some.size(); ++i) hash->PrefetchField(hashes[i]);
      for (const std::string_view field : some) {
        if (const auto found = hash->Find(field)) {
          context.reply().Bulk(found->value);
        } else {
          context.reply().Null();
        }
      }
    }
    return Replied();
  }
};

constexpr HistoryEntry kHDelHistory[] = {{"2.4.0", "Takes several fields."}};

// HDEL key field [field ...] -> how many fields there were
struct HDel {
  static constexpr CommandSpec kSpec{
      .name = "HDEL",
      .summary = "Deletes fields of a hash, and the hash with the last one.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields to be removed.",
      .arity = -3,
      .flags = kWriteCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .element = 2,
      .arguments = kKeyFieldsArguments,
      .history = kHDelHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto fields = args.Rest();
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    int64_t erased = 0;
    bool is_gone = false;
    if (*found) {
      storage::Opened<storage::Hash> hash(context.db(), key, *found);
      for (const std::string_view field : fields) erased += hash->Erase(field);
      is_gone = hash.Close();
    }
    if (erased > 0) context.NoteChange(key, "hdel", EventClass::kHash);
    if (is_gone) context.NoteEvent(key, "del", EventClass::kGeneric);
    context.reply().Integer(erased);
    return Replied();
  }
};

// HEXISTS key field -> 1 or 0
struct HExists {
  static constexpr CommandSpec kSpec{
      .name = "HEXISTS",
      .summary = "Tells whether a field of a hash exists.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly)},
      .element = 2,
      .arguments = kKeyFieldArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto hash = ReadHash(context, key);
    if (!hash) return hash.error();
    context.reply().Integer(hash->Find(args.Bytes()) ? 1 : 0);
    return Replied();
  }
};

// HSTRLEN key field -> the length of the value, 0 when there is none
struct HStrLen {
  static constexpr CommandSpec kSpec{
      .name = "HSTRLEN",
      .summary = "Returns the length of the value of a field of a hash.",
      .since = "3.2.0",
      .group = CommandGroup::kHash,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly)},
      .element = 2,
      .arguments = kKeyFieldArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto hash = ReadHash(context, key);
    if (!hash) return hash.error();
    const auto field = hash->Find(args.Bytes());
    context.reply().Integer(field ? static_cast<int64_t>(field->value.size()) : 0);
    return Replied();
  }
};

// HLEN key -> the number of fields
struct HLen {
  static constexpr CommandSpec kSpec{
      .name = "HLEN",
      .summary = "Returns the number of fields of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly)},
      .arguments = kKeyArgument,
  };

  static RunResult Run(CommandContext& context) {
    const auto hash = ReadHash(context, context.args().Key());
    if (!hash) return hash.error();
    context.reply().Integer(static_cast<int64_t>(hash->size()));
    return Replied();
  }
};

constexpr auto kCommands =
    CommandList<HSet, HMSet, HSetNx, HGet, HMGet, HDel, HExists, HStrLen, HLen>();

}  // namespace

std::span<const CommandEntry> HashFieldCommands() {
  return kCommands;
}

}  // namespace server
