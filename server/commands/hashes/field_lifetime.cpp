// Expiries of fields are asked for and taken away: HTTL, HPTTL, HEXPIRETIME, HPEXPIRETIME,
// HPERSIST.

#include "server/commands/hashes/field_times.h"

namespace server {
namespace {

// For each field.
constexpr int64_t kNoField = -2;
constexpr int64_t kNoExpiry = -1;
constexpr int64_t kPersisted = 1;

// command key FIELDS numfields field [field ...]
RunResult ReplyTimes(CommandContext& context, TimeUnit unit) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const auto hash = ReadHash(context, key);
  if (!hash) return hash.error();
  const auto fields = ReadFields(args.Rest(), kFieldCountText);
  if (!fields) return fields.error();
  const int64_t base_ms = unit.is_relative ? context.now_ms() : 0;
  context.reply().ArrayHeader(fields->size());
  for (const std::string_view name : *fields) {
    const auto field = hash->Find(name);
    if (!field) {
      context.reply().Integer(kNoField);
    } else if (field->expiry_ms == storage::FieldEntry::kNoExpiry) {
      context.reply().Integer(kNoExpiry);
    } else {
      // Seconds are rounded up.
      context.reply().Integer((field->expiry_ms - base_ms + unit.milliseconds - 1) /
                              unit.milliseconds);
    }
  }
  return Replied();
}

constexpr Argument kFields[] = {{.name = "numfields", .kind = Argument::Kind::kInteger},
                                {.name = "field", .is_multiple = true}};
constexpr Argument kArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "fields", .kind = Argument::Kind::kBlock, .token = "FIELDS", .children = kFields}};
constexpr std::string_view kTimeTips[] = {"nondeterministic_output"};

// What the specs of those that ask have in common.
constexpr CommandSpec SpecFor(std::string_view name, std::string_view summary,
                              std::span<const std::string_view> tips) {
  return {
      .name = name,
      .summary = summary,
      .since = "7.4.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = -5,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kArguments,
      .tips = tips,
  };
}

struct HTtl {
  static constexpr CommandSpec kSpec =
      SpecFor("HTTL", "Returns in how many seconds fields of a hash expire.", kTimeTips);
  static RunResult Run(CommandContext& context) { return ReplyTimes(context, {1000, true}); }
};

struct HPTtl {
  static constexpr CommandSpec kSpec =
      SpecFor("HPTTL", "Returns in how many milliseconds fields of a hash expire.", kTimeTips);
  static RunResult Run(CommandContext& context) { return ReplyTimes(context, {1, true}); }
};

struct HExpireTime {
  static constexpr CommandSpec kSpec = SpecFor(
      "HEXPIRETIME", "Returns the Unix time in seconds at which fields of a hash expire.", {});
  static RunResult Run(CommandContext& context) { return ReplyTimes(context, {1000, false}); }
};

struct HPExpireTime {
  static constexpr CommandSpec kSpec =
      SpecFor("HPEXPIRETIME",
              "Returns the Unix time in milliseconds at which fields of a hash expire.", {});
  static RunResult Run(CommandContext& context) { return ReplyTimes(context, {1, false}); }
};

// HPERSIST key FIELDS numfields field [field ...] -> for each field 1, -1 or -2
struct HPersist {
  static constexpr CommandSpec kSpec{
      .name = "HPERSIST",
      .summary = "Takes the expiries of fields of a hash away.",
      .since = "7.4.0",
      .group = CommandGroup::kHash,
      .complexity = "O(N) where N is the number of fields.",
      .arity = -5,
      .flags = kWriteCommand | kFast,
      .categories = kAclHash,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto found = context.FindTyped(key, storage::Type::kHash, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    const auto fields = ReadFields(args.Rest(), kFieldCountText);
    if (!fields) return fields.error();
    storage::Opened<storage::Hash> hash(context.db(), key, *found);
    bool is_changed = false;
    context.reply().ArrayHeader(fields->size());
    for (const std::string_view name : *fields) {
      const auto field = hash->Find(name);
      if (!field) {
        context.reply().Integer(kNoField);
      } else if (field->expiry_ms == storage::FieldEntry::kNoExpiry) {
        context.reply().Integer(kNoExpiry);
      } else {
        hash->SetExpiry(name, storage::FieldEntry::kNoExpiry);
        is_changed = true;
        context.reply().Integer(kPersisted);
      }
    }
    hash.Close();
    if (is_changed) context.NoteChange(key, "hpersist", EventClass::kHash);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<HTtl, HPTtl, HExpireTime, HPExpireTime, HPersist>();

}  // namespace

std::span<const CommandEntry> HashFieldLifetimeCommands() {
  return kCommands;
}

}  // namespace server
