// Finding keys: KEYS, SCAN, RANDOMKEY.

#include <string>
#include <vector>

#include "server/commands/keys/keys.h"
#include "server/commands/shared/memory_trial.h"
#include "server/commands/shared/scan_options.h"
#include "server/dispatch/command_context.h"
#include "storage/base/glob.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr std::string_view kKeysTips[] = {"request_policy:all_shards",
                                          "nondeterministic_output_order"};
constexpr Argument kKeysArguments[] = {{.name = "pattern", .kind = Argument::Kind::kPattern}};

struct Keys {
  static constexpr CommandSpec kSpec{
      .name = "KEYS",
      .summary = "Lists all keys that match a pattern. Large databases are better walked by SCAN.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N), N being the number of keys in the database.",
      .arity = 2,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace | kAclDangerous,
      .arguments = kKeysArguments,
      .tips = kKeysTips,
  };

  static RunResult Run(CommandContext& context) {
    const std::string_view pattern_text = context.args().Bytes();
    const bool takes_all = pattern_text == "*";  // the empty key too
    const storage::GlobPattern pattern(pattern_text);
    const storage::Database& database = context.db();
    const auto begin = context.reply().Begin();
    size_t found = 0;
    uint64_t cursor = 0;
    do {
      cursor = database.Scan(cursor, [&](const storage::Record& record) {
        const std::string_view key = record.key();
        if (!takes_all && !pattern.Matches(key)) return;
        if (database.IsExpired(record)) return;
        context.reply().Bulk(key);
        ++found;
      });
    } while (cursor != 0);
    context.reply().EndArray(begin, found);
    return Replied();
  }
};

constexpr std::string_view kScanTips[] = {"nondeterministic_output", "request_policy:special",
                                          "response_policy:special"};
constexpr Argument kScanArguments[] = {
    {.name = "cursor", .kind = Argument::Kind::kInteger},
    {.name = "pattern", .kind = Argument::Kind::kPattern, .token = "MATCH", .is_optional = true},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT", .is_optional = true},
    {.name = "type",
     .kind = Argument::Kind::kString,
     .token = "TYPE",
     .is_optional = true,
     .since = "6.0.0"}};
constexpr HistoryEntry kScanHistory[] = {{"6.0.0", "Takes the option TYPE."}};

struct Scan {
  static constexpr CommandSpec kSpec{
      .name = "SCAN",
      .summary = "Lists some keys, and the cursor with which the next call goes on.",
      .since = "2.8.0",
      .group = CommandGroup::kGeneric,
      .complexity =
          "O(1) for each call with a fixed COUNT, O(N) for all calls of a whole walk, N "
          "being the number of keys.",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace,
      .arguments = kScanArguments,
      .tips = kScanTips,
      .history = kScanHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const uint64_t cursor = ReadScanCursor(args);
    const ScanOptions options = ReadScanOptions(args, ScanOf::kKeys);
    if (const auto error = args.Finish()) return *error;
    if (!HasMemoryToCollect(options.EntriesMax(context.db().size()))) {
      return CommandError::NoMemoryForRequest();
    }
    std::vector<const storage::Record*> keys;
    std::vector<const storage::Record*> expired;
    const uint64_t next = Walk(context.db(), cursor, options, keys, expired);
    context.reply().ArrayHeader(2);
    context.reply().BulkInteger(static_cast<int64_t>(next));
    context.reply().ArrayHeader(keys.size());
    for (const storage::Record* record : keys) context.reply().Bulk(record->key());
    // Looking an expired key up removes it. Only now: the walk must not change the table.
    for (const storage::Record* record : expired) {
      if (!storage::HasMemoryForRecordOf(record->key())) continue;
      const std::string key(record->key());
      context.db().Find(context.keyspace().MakeKey(key), storage::kPeek);
    }
    return Replied();
  }

  // Looks at about options.count keys, and at a bounded number of places however few there are.
  static uint64_t Walk(const storage::Database& database, uint64_t cursor,
                       const ScanOptions& options, std::vector<const storage::Record*>& keys,
                       std::vector<const storage::Record*>& expired) {
    const uint64_t count = static_cast<uint64_t>(options.count);
    uint64_t seen = 0;
    uint64_t steps = 0;
    do {
      cursor = database.Scan(cursor, [&](const storage::Record& record) {
        ++seen;
        if (!options.Matches(record.key())) return;
        if (database.IsExpired(record)) {
          expired.push_back(&record);
        } else if (!options.type ||
                   storage::EqualsIgnoreCase(storage::TypeName(record.type()), *options.type)) {
          keys.push_back(&record);
        }
      });
      ++steps;
    } while (cursor != 0 && seen < count && steps / kStepsPerKey < count);
    return cursor;
  }

  static constexpr uint64_t kStepsPerKey = 10;
};

constexpr std::string_view kRandomTips[] = {"request_policy:all_shards", "response_policy:special",
                                            "nondeterministic_output"};

struct Randomkey {
  static constexpr CommandSpec kSpec{
      .name = "RANDOMKEY",
      .summary = "Picks a key at random.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace,
      .tips = kRandomTips,
  };

  static RunResult Run(CommandContext& context) {
    if (const storage::Found found = context.db().RandomKey()) {
      context.reply().Bulk(found->key());
    } else {
      context.reply().Null();
    }
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Keys, Scan, Randomkey>();

}  // namespace

std::span<const CommandEntry> KeyScanCommands() {
  return kCommands;
}

}  // namespace server
