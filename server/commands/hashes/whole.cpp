// All fields of a hash, or some of them: HGETALL, HKEYS, HVALS, HSCAN, HRANDFIELD.

#include <unordered_set>
#include <vector>

#include "server/commands/hashes/hashes.h"
#include "server/commands/shared/memory_trial.h"
#include "server/commands/shared/random_count.h"
#include "server/commands/shared/scan_options.h"
#include "server/engine_state.h"

namespace server {
namespace {

using storage::HashField;
using storage::HashView;

constexpr Argument kKeyArgument[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr std::string_view kAnyOrderTips[] = {"nondeterministic_output_order"};
constexpr std::string_view kRandomTips[] = {"nondeterministic_output"};

// HGETALL key -> fields and values, a map in RESP3
struct HGetAll {
  static constexpr CommandSpec kSpec{
      .name = "HGETALL",
      .summary = "Returns all fields and values of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = 2,
      .flags = kReadonlyCommand,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeyArgument,
      .tips = kAnyOrderTips,
  };

  static RunResult Run(CommandContext& context) {
    const auto hash = ReadHash(context, context.args().Key());
    if (!hash) return hash.error();
    auto& reply = context.reply();
    if (!hash->has_volatile_fields()) {
      reply.MapHeader(hash->size());
      hash->ForEach([&](const HashField& field) {
        reply.Bulk(field.name);
        reply.Bulk(field.value);
      });
      return Replied();
    }
    size_t fields = 0;
    const auto begin = reply.Begin();
    hash->ForEach([&](const HashField& field) {
      reply.Bulk(field.name);
      reply.Bulk(field.value);
      ++fields;
    });
    reply.EndMap(begin, fields);
    return Replied();
  }
};

// The same for one half of each pair.
RunResult ReplyHalves(CommandContext& context, std::string_view HashField::* half) {
  const auto hash = ReadHash(context, context.args().Key());
  if (!hash) return hash.error();
  size_t fields = 0;
  const auto begin = context.reply().Begin();
  hash->ForEach([&](const HashField& field) {
    context.reply().Bulk(field.*half);
    ++fields;
  });
  context.reply().EndArray(begin, fields);
  return Replied();
}

// HKEYS key -> all fields
struct HKeys {
  static constexpr CommandSpec kSpec{
      .name = "HKEYS",
      .summary = "Returns all fields of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = 2,
      .flags = kReadonlyCommand,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeyArgument,
      .tips = kAnyOrderTips,
  };

  static RunResult Run(CommandContext& context) { return ReplyHalves(context, &HashField::name); }
};

// HVALS key -> all values
struct HVals {
  static constexpr CommandSpec kSpec{
      .name = "HVALS",
      .summary = "Returns all values of a hash.",
      .since = "2.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = 2,
      .flags = kReadonlyCommand,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kKeyArgument,
      .tips = kAnyOrderTips,
  };

  static RunResult Run(CommandContext& context) { return ReplyHalves(context, &HashField::value); }
};

constexpr Argument kScanArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "cursor", .kind = Argument::Kind::kInteger},
    {.name = "pattern", .kind = Argument::Kind::kPattern, .token = "MATCH", .is_optional = true},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT", .is_optional = true},
    {.name = "novalues",
     .kind = Argument::Kind::kPureToken,
     .token = "NOVALUES",
     .is_optional = true}};

// HSCAN key cursor [MATCH pattern] [COUNT count] [NOVALUES] -> the next cursor, fields and values
struct HScan {
  static constexpr CommandSpec kSpec{
      .name = "HSCAN",
      .summary = "Lists some fields of a hash, and the cursor with which the next call goes on.",
      .since = "2.8.0",
      .group = CommandGroup::kHash,
      .complexity =
          "O(1) for each call with a fixed COUNT, O(N) for all calls of a whole walk, N "
          "being the number of fields.",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kScanArguments,
      .tips = kRandomTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const uint64_t cursor = ReadScanCursor(args);
    if (!args.ok()) return *args.Finish();
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kRead);
    if (!found) return CommandError::From(found.error());
    auto& reply = context.reply();
    if (!*found) {  // whatever the options are
      reply.ArrayHeader(2);
      reply.Bulk("0");
      reply.ArrayHeader(0);
      return Replied();
    }
    const ScanOptions options = ReadScanOptions(args, ScanOf::kHash);
    if (const auto error = args.Finish()) return *error;
    const HashView hash = HashView::Of(**found, context.now_ms());
    if (!HasMemoryToCollect(options.EntriesMax(hash.size()))) {
      return CommandError::NoMemoryForRequest();
    }
    std::vector<HashField> fields;
    const uint64_t next =
        hash.Scan(cursor, static_cast<size_t>(options.count), [&](const HashField& field) {
          if (options.Matches(field.name)) fields.push_back(field);
        });
    reply.ArrayHeader(2);
    reply.BulkInteger(static_cast<int64_t>(next));
    reply.ArrayHeader(options.no_values ? fields.size() : 2 * fields.size());
    for (const HashField& field : fields) {
      reply.Bulk(field.name);
      if (!options.no_values) reply.Bulk(field.value);
    }
    return Replied();
  }
};

constexpr Argument kRandomOptions[] = {{.name = "count", .kind = Argument::Kind::kInteger},
                                       {.name = "withvalues",
                                        .kind = Argument::Kind::kPureToken,
                                        .token = "WITHVALUES",
                                        .is_optional = true}};
constexpr Argument kRandomArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                         {.name = "options",
                                          .kind = Argument::Kind::kBlock,
                                          .is_optional = true,
                                          .children = kRandomOptions}};

// HRANDFIELD key [count [WITHVALUES]] -> a field or null; with a count, fields, and values in pairs
struct HRandField {
  static constexpr CommandSpec kSpec{
      .name = "HRANDFIELD",
      .summary = "Picks fields of a hash at random.",
      .since = "6.2.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields returned.",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kRandomArguments,
      .tips = kRandomTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    if (args.AtEnd()) return ReplyOne(context, key);
    const int64_t count = ReadRandomCount(args);
    const bool with_values = args.Take("WITHVALUES");
    if (const auto error = args.Finish()) return *error;
    constexpr int64_t kPairsMax = INT64_MAX / 2;
    if (with_values && (count < -kPairsMax || count > kPairsMax)) {
      return CommandError::Err("value is out of range");
    }
    const auto hash = ReadHash(context, key);
    if (!hash) return hash.error();
    if (hash->size() > 0 && count < -kRepeatedElementsMax) {
      return CommandError::Err("value is out of range");
    }
    Writer write{context.reply(), with_values};
    if (count < 0) {
      ReplyRepeated(context, *hash, static_cast<size_t>(-count), write);
    } else {
      if (!HasMemoryToCollect(hash->size())) return CommandError::NoMemoryForRequest();
      ReplyDistinct(context, *hash, static_cast<size_t>(count), write);
    }
    return Replied();
  }

  struct Writer {
    protocol::resp::ReplyWriter& reply;
    bool with_values;

    // Elements of the reply for so many fields: pairs stand in arrays of their own in RESP3.
    size_t ElementsFor(size_t fields) const {
      const bool is_flat = reply.version() == protocol::resp::Version::kResp2;
      return with_values && is_flat ? 2 * fields : fields;
    }
    void operator()(const HashField& field) const {
      if (with_values && reply.version() == protocol::resp::Version::kResp3) reply.ArrayHeader(2);
      reply.Bulk(field.name);
      if (with_values) reply.Bulk(field.value);
    }
  };

  static RunResult ReplyOne(CommandContext& context, const storage::Key& key) {
    const auto hash = ReadHash(context, key);
    if (!hash) return hash.error();
    if (const auto field = hash->RandomField(context.engine().random)) {
      context.reply().Bulk(field->name);
    } else {
      context.reply().Null();
    }
    return Replied();
  }

  static void ReplyRepeated(CommandContext& context, const HashView& hash, size_t count,
                            const Writer& write) {
    if (!hash.RandomField(context.engine().random)) return context.reply().ArrayHeader(0);
    context.reply().ArrayHeader(write.ElementsFor(count));
    for (size_t i = 0; i < count; ++i) write(*hash.RandomField(context.engine().random));
  }

  static void ReplyDistinct(CommandContext& context, const HashView& hash, size_t count,
                            const Writer& write) {
    storage::Random& random = context.engine().random;
    std::vector<HashField> picked;
    // A few out of many are drawn, and drawn again when they were met before.
    constexpr size_t kManyTimes = 3;
    if (!hash.has_volatile_fields() && count <= hash.size() / kManyTimes) {
      std::unordered_set<const char*> met;
      while (picked.size() < count) {
        const HashField field = *hash.RandomField(random);
        if (met.insert(field.name.data()).second) picked.push_back(field);
      }
    } else {
      hash.ForEach([&](const HashField& field) { picked.push_back(field); });
      const size_t size = picked.size();
      // All of them come in their order; fewer in a random one.
      for (size_t i = 0; count < size && i < count; ++i) {
        std::swap(picked[i], picked[i + random.Below(size - i)]);
      }
      if (count < size) picked.resize(count);
    }
    context.reply().ArrayHeader(write.ElementsFor(picked.size()));
    for (const HashField& field : picked) write(field);
  }
};

constexpr auto kCommands = CommandList<HGetAll, HKeys, HVals, HScan, HRandField>();

}  // namespace

std::span<const CommandEntry> HashWholeCommands() {
  return kCommands;
}

}  // namespace server
