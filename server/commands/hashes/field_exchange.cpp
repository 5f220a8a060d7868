// Fields are read or set together with their expiries: HGETDEL, HGETEX, HSETEX of Redis 8.

#include <optional>

#include "server/commands/hashes/field_times.h"
#include "server/commands/shared/memory_trial.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr Argument kFields[] = {{.name = "numfields", .kind = Argument::Kind::kInteger},
                                {.name = "field", .is_multiple = true}};
constexpr Argument kFieldsBlock = {
    .name = "fields", .kind = Argument::Kind::kBlock, .token = "FIELDS", .children = kFields};
constexpr Argument kGetDelArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                         kFieldsBlock};

void ReplyValue(CommandContext& context, const std::optional<storage::HashField>& field) {
  if (field) {
    context.reply().Bulk(field->value);
  } else {
    context.reply().Null();
  }
}

// HGETDEL key FIELDS numfields field [field ...] -> for each field its value, or null
struct HGetDel {
  static constexpr CommandSpec kSpec{
      .name = "HGETDEL",
      .summary = "Returns the values of fields of a hash and deletes the fields.",
      .since = "8.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = -5,
      .flags = kWriteCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyDelete)},
      .arguments = kGetDelArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    const auto fields = ReadFields(args.Rest(), kFieldCountText);
    if (!fields) return fields.error();
    storage::Opened<storage::Hash> hash(context.db(), key, *found);
    std::vector<std::string_view> propagated = {"HDEL", key.bytes};
    context.reply().ArrayHeader(fields->size());
    for (const std::string_view field : *fields) {
      ReplyValue(context, hash->Find(field));
      if (hash->Erase(field)) propagated.push_back(field);
    }
    const bool is_gone = hash.Close();
    if (propagated.size() == 2) return Replied();
    context.NoteChange(key, "hdel", EventClass::kHash);
    if (is_gone) context.NoteEvent(key, "del", EventClass::kGeneric);
    context.feed().PropagateInstead(propagated);
    return Replied();
  }
};

// The words before a time, and what they mean.
struct TimeWord {
  std::string_view word;
  TimeUnit unit;
};
constexpr TimeWord kTimeWords[] = {
    {"EX", {1000, true}}, {"PX", {1, true}}, {"EXAT", {1000, false}}, {"PXAT", {1, false}}};

const TimeWord* FindTimeWord(std::string_view word) {
  for (const TimeWord& each : kTimeWords) {
    if (storage::EqualsIgnoreCase(each.word, word)) return &each;
  }
  return nullptr;
}

constexpr Argument kGetExTimes[] = {
    {.name = "seconds", .kind = Argument::Kind::kInteger, .token = "EX"},
    {.name = "milliseconds", .kind = Argument::Kind::kInteger, .token = "PX"},
    {.name = "unix-time-seconds", .kind = Argument::Kind::kUnixTime, .token = "EXAT"},
    {.name = "unix-time-milliseconds", .kind = Argument::Kind::kUnixTime, .token = "PXAT"},
    {.name = "persist", .kind = Argument::Kind::kPureToken, .token = "PERSIST"},
};
constexpr Argument kGetExArguments[] = {{.name = "key", .kind = Argument::Kind::kKey},
                                        {.name = "expiration",
                                         .kind = Argument::Kind::kOneOf,
                                         .is_optional = true,
                                         .children = kGetExTimes},
                                        kFieldsBlock};

// HGETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST] FIELDS numfields field [field ...]
//   -> for each field its value, or null
struct HGetEx {
  static constexpr CommandSpec kSpec{
      .name = "HGETEX",
      .summary = "Returns the values of fields of a hash and sets their expiries.",
      .since = "8.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = -5,
      .flags = kWriteCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .arguments = kGetExArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    std::optional<int64_t> at_ms;
    const bool persists = args.Take("PERSIST");
    if (const TimeWord* time = persists ? nullptr : FindTimeWord(args.Peek())) {
      args.Bytes();
      const auto expiry = ReadFieldExpiry(context, args.Bytes(), time->unit);
      if (!expiry) return expiry.error();
      at_ms = *expiry;
    }
    const auto fields = ReadFields(args.Rest(), kFieldCountText);
    if (!fields) return fields.error();
    storage::Opened<storage::Hash> hash(context.db(), key, *found);
    FieldChanges changes;
    std::vector<std::string_view> persisted;
    context.reply().ArrayHeader(fields->size());
    for (const std::string_view name : *fields) {
      const auto field = hash->Find(name);
      ReplyValue(context, field);
      if (!field) continue;
      if (at_ms) changes.SetExpiry(context, *hash, name, *at_ms);
      if (persists && field->expiry_ms != storage::FieldEntry::kNoExpiry) {
        hash->SetExpiry(name, storage::FieldEntry::kNoExpiry);
        persisted.push_back(name);
      }
    }
    const bool is_gone = hash.Close();
    if (!persisted.empty()) {
      context.NoteChange(key, "hpersist", EventClass::kHash);
      PropagateForFields(context, {"HPERSIST", key.bytes}, persisted);
    } else if (!changes.empty()) {
      context.NoteChange(key, changes.expiring.empty() ? "hdel" : "hexpire", EventClass::kHash);
      if (is_gone) context.NoteEvent(key, "del", EventClass::kGeneric);
      changes.Propagate(context, key.bytes, *at_ms);
    }
    return Replied();
  }
};

// What stands before the fields of HSETEX.
struct SetExOptions {
  enum class Condition : uint8_t { kNone, kNoneExists, kAllExist };
  Condition condition = Condition::kNone;
  bool keeps_ttl = false;
  std::optional<int64_t> at_ms;
  Fields pairs;
};

// The number of fields and the pairs behind it.
std::expected<Fields, CommandError> ReadPairs(CommandContext& context, Fields rest) {
  if (rest.size() < 3) return std::unexpected(CommandError::WrongArguments(context.command_name()));
  const auto count = storage::ParseInt64(rest[0]);
  if (!count || *count < 1 || *count > INT32_MAX) {
    return std::unexpected(CommandError::Err("invalid number of fields"));
  }
  const Fields pairs = rest.subspan(1);
  if (pairs.size() % 2 != 0 || pairs.size() / 2 != static_cast<uint64_t>(*count)) {
    return std::unexpected(CommandError::WrongArguments(context.command_name()));
  }
  return pairs;
}

std::optional<CommandError> ReadTime(CommandContext& context, ArgReader& args, const TimeWord& time,
                                     SetExOptions& options) {
  if (args.AtEnd()) return CommandError::Err("missing expire time");
  const auto expiry = ReadFieldExpiry(context, args.Bytes(), time.unit);
  if (!expiry) return expiry.error();
  options.at_ms = *expiry;
  return std::nullopt;
}

std::expected<SetExOptions, CommandError> ReadSetExOptions(CommandContext& context,
                                                           ArgReader& args) {
  using Condition = SetExOptions::Condition;
  SetExOptions options;
  while (!args.AtEnd()) {
    if (args.Take("FIELDS")) {
      const auto pairs = ReadPairs(context, args.Rest());
      if (!pairs) return std::unexpected(pairs.error());
      options.pairs = *pairs;
      return options;
    }
    const std::string_view word = args.Bytes();
    const TimeWord* time = FindTimeWord(word);
    const bool keeps_ttl = storage::EqualsIgnoreCase(word, "KEEPTTL");
    const bool wants_all = storage::EqualsIgnoreCase(word, "FXX");
    if (time != nullptr || keeps_ttl) {
      if (options.at_ms || options.keeps_ttl) {
        return std::unexpected(CommandError::Err(
            "Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"));
      }
      options.keeps_ttl = keeps_ttl;
      if (time == nullptr) continue;
      if (auto error = ReadTime(context, args, *time, options)) return std::unexpected(*error);
    } else if (wants_all || storage::EqualsIgnoreCase(word, "FNX")) {
      if (options.condition != Condition::kNone) {
        return std::unexpected(
            CommandError::Err("Only one of FXX or FNX arguments can be specified"));
      }
      options.condition = wants_all ? Condition::kAllExist : Condition::kNoneExists;
    } else {
      return std::unexpected(
          CommandError::Err("unknown argument: " + std::string(EchoedInError(word))));
    }
  }
  return std::unexpected(CommandError::WrongArguments(context.command_name()));
}

constexpr Argument kSetConditions[] = {
    {.name = "fnx", .kind = Argument::Kind::kPureToken, .token = "FNX"},
    {.name = "fxx", .kind = Argument::Kind::kPureToken, .token = "FXX"},
};
constexpr Argument kSetExTimes[] = {
    {.name = "seconds", .kind = Argument::Kind::kInteger, .token = "EX"},
    {.name = "milliseconds", .kind = Argument::Kind::kInteger, .token = "PX"},
    {.name = "unix-time-seconds", .kind = Argument::Kind::kUnixTime, .token = "EXAT"},
    {.name = "unix-time-milliseconds", .kind = Argument::Kind::kUnixTime, .token = "PXAT"},
    {.name = "keepttl", .kind = Argument::Kind::kPureToken, .token = "KEEPTTL"},
};
constexpr Argument kPair[] = {{.name = "field"}, {.name = "value"}};
constexpr Argument kPairs[] = {
    {.name = "numfields", .kind = Argument::Kind::kInteger},
    {.name = "data", .kind = Argument::Kind::kBlock, .is_multiple = true, .children = kPair}};
constexpr Argument kSetExArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "condition",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kSetConditions},
    {.name = "expiration",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kSetExTimes},
    {.name = "fields", .kind = Argument::Kind::kBlock, .token = "FIELDS", .children = kPairs}};

// HSETEX key [FNX | FXX] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]
//     FIELDS numfields field value [field value ...] -> 1, or 0 when the condition was not met
struct HSetEx {
  static constexpr CommandSpec kSpec{
      .name = "HSETEX",
      .summary = "Sets fields of a hash and their expiries.",
      .since = "8.0.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields being set.",
      .arity = -6,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kSetExArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto options = ReadSetExOptions(context, args);
    if (!options) return options.error();
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    if (!HasMemoryFor(options->pairs)) return CommandError::NoMemory();
    storage::Opened<storage::Hash> hash(context.db(), key, *found);
    if (!IsMet(*hash, *options)) {
      context.reply().Integer(0);
      return Replied();
    }
    FieldChanges changes;
    Set(context, *hash, *options, changes);
    const bool is_empty = hash->size() == 0;
    hash.Close();
    if (!*found) context.NoteNewKey(key);
    context.NoteChange(key, "hset", EventClass::kHash);
    if (!changes.empty()) {
      context.NoteEvent(key, changes.erased.empty() ? "hexpire" : "hdel", EventClass::kHash);
    }
    if (is_empty) context.NoteEvent(key, "del", EventClass::kGeneric);
    Propagate(context, key.bytes, *options, changes);
    context.reply().Integer(1);
    return Replied();
  }

  static bool IsMet(const storage::Hash& hash, const SetExOptions& options) {
    if (options.condition == SetExOptions::Condition::kNone) return true;
    const bool must_exist = options.condition == SetExOptions::Condition::kAllExist;
    for (size_t i = 0; i < options.pairs.size(); i += 2) {
      if (hash.Find(options.pairs[i]).has_value() != must_exist) return false;
    }
    return true;
  }

  static void Set(CommandContext& context, storage::Hash& hash, const SetExOptions& options,
                  FieldChanges& changes) {
    const auto expiry =
        options.keeps_ttl ? storage::FieldExpiry::kKeep : storage::FieldExpiry::kClear;
    hash.Expect(options.pairs.size() / 2);
    for (size_t i = 0; i < options.pairs.size(); i += 2) {
      hash.Set(options.pairs[i], options.pairs[i + 1], expiry);
      if (options.at_ms) changes.SetExpiry(context, hash, options.pairs[i], *options.at_ms);
    }
  }

  static void Propagate(CommandContext& context, std::string_view key, const SetExOptions& options,
                        const FieldChanges& changes) {
    if (!options.at_ms || !context.feed().has_propagation()) return;
    if (!changes.erased.empty()) return changes.Propagate(context, key, *options.at_ms);
    const std::string at_ms = std::to_string(*options.at_ms);
    const std::string count = std::to_string(options.pairs.size() / 2);
    std::vector<std::string_view> request = {"HSETEX", key, "PXAT", at_ms, "FIELDS", count};
    request.insert(request.end(), options.pairs.begin(), options.pairs.end());
    context.feed().PropagateInstead(request);
  }
};

constexpr auto kCommands = CommandList<HGetDel, HGetEx, HSetEx>();

}  // namespace

std::span<const CommandEntry> HashFieldExchangeCommands() {
  return kCommands;
}

}  // namespace server
