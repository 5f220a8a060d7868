// DEBUG: what looks at keys and values: OBJECT, DIGEST, DIGEST-VALUE, POPULATE, HTSTATS,
// STRINGMATCH-LEN.

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "server/commands/introspection/debug.h"
#include "server/commands/shared/key_window.h"
#include "server/commands/shared/reference_count.h"
#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/introspection/dataset_digest.h"
#include "storage/base/glob.h"
#include "storage/base/number.h"
#include "storage/memory/memory_probe.h"
#include "storage/types/string.h"

namespace server {
namespace {

// Bytes that a text takes in a dump: small integers as such, else a length of 1, 2, 5 or 9 bytes
// and the text. Dumps may compress long texts; this does not.
size_t SerializedLength(std::string_view text) {
  if (const auto integer = storage::IntegerForm(text)) {
    if (*integer == static_cast<int8_t>(*integer)) return 2;
    if (*integer == static_cast<int16_t>(*integer)) return 3;
    if (*integer == static_cast<int32_t>(*integer)) return 5;
  }
  const size_t size = text.size();
  const size_t length_bytes = size < 64 ? 1 : size < 16384 ? 2 : size <= UINT32_MAX ? 5 : 9;
  return length_bytes + size;
}

// A collection's is about what it takes in memory.
size_t SerializedLength(const storage::Record& record) {
  if (record.encoding() == storage::Encoding::kStructure) return record.outside_memory();
  if (storage::IsPacked(record.encoding())) return record.pack().size();
  storage::StringScratch scratch;
  return SerializedLength(ReadString(record, scratch));
}

RunResult Object(CommandContext& context, ArgReader& args) {
  const storage::Found found = context.db().Find(args.Key(), storage::kPeek);
  if (!found) return CommandError::NoSuchKey();
  context.reply().Simple(fmt::format(
      "Value at:{} refcount:{} encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
      fmt::ptr(&*found), ReferenceCount(*found, context.engine().config.settings()),
      found->encoding_name(), SerializedLength(*found), found->access(),
      context.keyspace().IdleSeconds(*found)));
  return Replied();
}

RunResult Digest(CommandContext& context, ArgReader&) {
  DatasetDigest digest;
  digest.AddKeyspace(context.keyspace());
  context.reply().Simple(digest.Hex());
  return Replied();
}

RunResult DigestValue(CommandContext& context, ArgReader& args) {
  context.reply().ArrayHeader(args.remaining());
  VisitKeys(context, args.Rest(), 1, [&](const storage::Key& key, size_t) {
    DatasetDigest digest;
    if (const storage::Found found = context.db().Find(key, storage::kReadNoTouch)) {
      digest.AddValue(context.keyspace(), *found);
    }
    context.reply().Simple(digest.Hex());
  });
  return Replied();
}

int64_t ReadPositive(ArgReader& args) {
  const auto number = storage::ParseInt64(args.Bytes());
  if (number && *number >= 0) return *number;
  args.Fail(CommandError::Err("value is out of range, must be positive"));
  return 0;
}

// Writes "value:7" over the text before; what does not fit is cut off, the rest stays zero.
void WriteValue(std::string& value, size_t size, int64_t number) {
  const std::string text = fmt::format("value:{}", number);
  if (size == 0) {
    value = text;
  } else {
    std::copy_n(text.begin(), std::min(text.size(), size), value.begin());
  }
}

// Makes keys "prefix:0" and on, as far as they are missing, with values "value:0" and on. With a
// size, values are cut to it or filled up with zero bytes. Nothing is propagated, as in Redis.
RunResult Populate(CommandContext& context, ArgReader& args) {
  const int64_t count = ReadPositive(args);
  const std::string_view prefix = args.AtEnd() ? "key" : args.Bytes();
  const size_t size = args.AtEnd() ? 0 : static_cast<size_t>(ReadPositive(args));
  if (const auto error = args.Finish()) return *error;
  const auto string_max = context.engine().config.settings().proto_max_bulk_len;
  if (size > static_cast<size_t>(string_max)) return CommandError::From(storage::Error::kTooLong);
  const size_t name_bytes = prefix.size() + storage::kInt64TextMax + 1;
  if (!storage::HasMemoryFor(size + name_bytes)) return CommandError::NoMemory();
  std::string value(size, '\0');
  std::string name;
  name.reserve(name_bytes);
  name.append(prefix) += ':';
  bool has_memory = true;
  for (int64_t i = 0; i < count && has_memory; ++i) {
    name.resize(prefix.size() + 1);
    name += fmt::format("{}", i);
    const storage::Key key = context.keyspace().MakeKey(name);
    if (context.db().Find(key, storage::kPeek)) continue;
    WriteValue(value, size, i);
    has_memory =
        storage::HasMemoryForRecordOf(name) &&
        context.db().SetString(key, storage::Found(), value, storage::ExpiryChange::Clear());
    if (has_memory) context.NoteNewKey(key);
  }
  context.feed().NoteDatabaseChange(context.db().index(), 0);
  if (!has_memory) return CommandError::NoMemory();
  context.reply().Ok();
  return Replied();
}

RunResult HtStats(CommandContext& context, ArgReader& args) {
  const int64_t index = args.Int64();
  if (const auto error = args.Finish()) return *error;
  if (index < 0 || index >= context.keyspace().database_count()) {
    return CommandError::Err("Out of range database");
  }
  const storage::Database& database = context.keyspace().database(static_cast<int>(index));
  const storage::HashTable& table = database.table();
  context.reply().Verbatim(
      "txt", fmt::format("[Dictionary HT]\n table size: {}\n number of elements: {}\n table "
                         "memory: {}\n[Expires HT]\n number of elements: {}\n",
                         table.slots(), table.size(), table.memory(), database.volatile_keys()));
  return Replied();
}

RunResult StringMatch(CommandContext& context, ArgReader& args) {
  const std::string_view pattern = args.Bytes();
  context.reply().Integer(storage::GlobMatches(pattern, args.Bytes()) ? 1 : 0);
  return Replied();
}

constexpr size_t kAnyNumber = SIZE_MAX;
constexpr DebugSubcommand kSubcommands[] = {
    {"DIGEST", "Returns a fingerprint of all data, as Redis computes it.", 0, 0, Digest},
    {"DIGEST-VALUE [<key> ...]", "Returns a fingerprint of the value of each key.", 0, kAnyNumber,
     DigestValue},
    {"OBJECT <key>", "Tells how a value is kept.", 1, 1, Object},
    {"POPULATE <count> [<prefix>] [<size>]",
     "Makes keys <prefix>:<number>, as far as they are missing; <prefix> is 'key' by default.", 1,
     3, Populate},
    {"HTSTATS <database>", "Tells about the hash table of a database.", 1, 1, HtStats},
    {"STRINGMATCH-LEN <pattern> <string>", "Replies 1 if the glob pattern matches the string.", 2,
     2, StringMatch},
};

}  // namespace

std::span<const DebugSubcommand> DebugDataSubcommands() {
  return kSubcommands;
}

}  // namespace server
