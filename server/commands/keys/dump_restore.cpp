// Values as bytes that another server can make a key of: DUMP, RESTORE.

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "server/commands/keys/keys.h"
#include "server/config/config.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"
#include "storage/memory/memory_probe.h"
#include "storage/rdb/dump_payload.h"
#include "storage/rdb/store_value.h"

namespace server {
namespace {

constexpr Argument kDumpArguments[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr std::string_view kDumpTips[] = {"nondeterministic_output"};

struct Dump {
  static constexpr CommandSpec kSpec{
      .name = "DUMP",
      .summary = "Returns the value of a key in a form that RESTORE takes.",
      .since = "2.6.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N), N being the size of the value.",
      .arity = 2,
      .flags = kReadonlyCommand,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kDumpArguments,
      .tips = kDumpTips,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Found found = context.Find(context.args().Key(), storage::kRead);
    if (!found) {
      context.reply().Null();
      return Replied();
    }
    // The payload, while it grows, and the reply.
    constexpr size_t kCopies = 4;
    const size_t bytes = found->size() + found->outside_memory();
    if (!storage::HasMemoryFor(kCopies * bytes)) return CommandError::NoMemory();
    const Settings& settings = context.engine().config.settings();
    const int needed = storage::rdb::VersionFor(*found);
    const int version = settings.rdb_version != 0 ? settings.rdb_version : needed;
    if (version < needed) {
      return CommandError::Err("rdb-version is too low for a hash with fields that expire");
    }
    context.reply().Bulk(storage::rdb::MakePayload(
        context.keyspace(), *found, {.version = version, .compresses = settings.rdbcompression}));
    return Replied();
  }
};

constexpr Argument kRestoreArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "ttl", .kind = Argument::Kind::kInteger},
    {.name = "serialized-value", .kind = Argument::Kind::kString},
    {.name = "replace",
     .kind = Argument::Kind::kPureToken,
     .token = "REPLACE",
     .is_optional = true,
     .since = "3.0.0"},
    {.name = "absttl",
     .kind = Argument::Kind::kPureToken,
     .token = "ABSTTL",
     .is_optional = true,
     .since = "5.0.0"},
    {.name = "seconds",
     .kind = Argument::Kind::kInteger,
     .token = "IDLETIME",
     .is_optional = true,
     .since = "5.0.0"},
    {.name = "frequency",
     .kind = Argument::Kind::kInteger,
     .token = "FREQ",
     .is_optional = true,
     .since = "5.0.0"}};
constexpr HistoryEntry kRestoreHistory[] = {{"3.0.0", "REPLACE was added."},
                                            {"5.0.0", "ABSTTL was added."},
                                            {"5.0.0", "IDLETIME and FREQ were added."}};

struct RestoreOptions {
  bool replaces = false;
  bool is_absolute = false;
  int64_t idle_seconds = -1;  // -1: not given
  int64_t frequency = -1;
};

RestoreOptions ReadOptions(ArgReader& args) {
  RestoreOptions options;
  while (!args.AtEnd()) {
    const bool has_value = args.remaining() > 1;
    if (args.Take("REPLACE")) {
      options.replaces = true;
    } else if (args.Take("ABSTTL")) {
      options.is_absolute = true;
    } else if (has_value && options.frequency < 0 && args.Take("IDLETIME")) {
      options.idle_seconds = args.Int64Between(0, std::numeric_limits<int64_t>::max(),
                                               "Invalid IDLETIME value, must be >= 0");
    } else if (has_value && options.idle_seconds < 0 && args.Take("FREQ")) {
      options.frequency = args.Int64Between(0, 255, "Invalid FREQ value, must be >= 0 and <= 255");
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
  return options;
}

// When the key expires; 0: never.
int64_t ExpiryOf(int64_t ttl_ms, const RestoreOptions& options, int64_t now_ms) {
  if (ttl_ms == 0 || options.is_absolute) return ttl_ms;
  const int64_t longest_ms = std::numeric_limits<int64_t>::max() - now_ms;
  return now_ms + std::min(ttl_ms, longest_ms);
}

CommandError BadData() {
  return CommandError::Err("Bad data format");
}

// Replicas get the moment of expiry, which for them is another time to live.
void PropagateAbsolute(CommandContext& context, int64_t expiry_ms) {
  if (!context.feed().has_propagation()) return;
  const std::string expiry = std::to_string(expiry_ms);
  std::vector<std::string_view> request(context.arguments().begin(), context.arguments().end());
  request[2] = expiry;
  request.push_back("ABSTTL");
  context.feed().PropagateInstead(request);
}

// The key's time is over already: nothing takes the place of what it held.
void RestoreNothing(CommandContext& context, const storage::Key& key, storage::Found found) {
  if (found) {
    context.db().Erase(key, found);
    context.NoteChange(key, "del", EventClass::kGeneric);
    context.feed().PropagateInstead({"DEL", key.bytes});
  }
  context.reply().Ok();
}

// A key that replaced one is as new as any other.
void RememberUse(CommandContext& context, storage::Record& record, const RestoreOptions& options) {
  const int64_t idle_seconds = std::max<int64_t>(options.idle_seconds, 0);
  const int64_t frequency =
      options.frequency < 0 ? storage::Keyspace::kLfuInitial : options.frequency;
  context.keyspace().SetIdleSeconds(record, static_cast<uint64_t>(idle_seconds));
  context.keyspace().SetFrequency(record, static_cast<uint8_t>(frequency));
}

struct Restore {
  static constexpr CommandSpec kSpec{
      .name = "RESTORE",
      .summary = "Makes a key of a value that DUMP returned.",
      .since = "2.6.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(N) for a value of N elements, O(N*log(N)) for a sorted set.",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclKeyspace | kAclDangerous,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate)},
      .arguments = kRestoreArguments,
      .history = kRestoreHistory,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view ttl = args.Bytes();
    const std::string_view payload = args.Bytes();
    const RestoreOptions options = ReadOptions(args);
    if (const auto error = args.Finish()) return *error;

    if (!options.replaces && context.Find(key, storage::kWrite)) {
      return CommandError("BUSYKEY Target key name already exists.");
    }
    const auto ttl_ms = storage::ParseInt64(ttl);
    if (!ttl_ms) return CommandError::NotAnInteger();
    if (*ttl_ms < 0) return CommandError::Err("Invalid TTL value, must be >= 0");
    const auto version = storage::rdb::CheckFooter(
        payload, context.engine().skips_checksums ? storage::rdb::ChecksumCheck::kSkip
                                                  : storage::rdb::ChecksumCheck::kVerify);
    if (!version) return CommandError::Err("DUMP payload version or checksum are wrong");
    storage::rdb::DecodedValue value;
    if (!storage::rdb::DecodePayload(payload, *version, value)) return BadData();
    return Store(context, key, value, ExpiryOf(*ttl_ms, options, context.now_ms()), options);
  }

  static RunResult Store(CommandContext& context, const storage::Key& key,
                         const storage::rdb::DecodedValue& value, int64_t expiry_ms,
                         const RestoreOptions& options) {
    storage::Found found = context.Find(key, storage::kPeek);
    if (expiry_ms != 0 && expiry_ms <= context.now_ms()) {
      RestoreNothing(context, key, found);
      return Replied();
    }
    switch (storage::rdb::StoreValue(context.db(), key, found, value)) {
      case storage::rdb::StoreOutcome::kStored:
        break;
      case storage::rdb::StoreOutcome::kEmpty:
      case storage::rdb::StoreOutcome::kDuplicate:
        return BadData();
      case storage::rdb::StoreOutcome::kNoMemory:
        return CommandError::NoMemory();
    }
    found = context.db().Find(key, storage::kPeek);
    if (expiry_ms != 0) {
      context.db().SetExpiry(key, found, expiry_ms);
      if (!options.is_absolute) PropagateAbsolute(context, expiry_ms);
      found = context.db().Find(key, storage::kPeek);
    }
    RememberUse(context, *found, options);
    context.NoteNewKey(key);
    context.NoteChange(key, "restore", EventClass::kGeneric);
    context.reply().Ok();
    return Replied();
  }
};

// What MIGRATE sends to a node of a cluster.
struct RestoreAsking {
  static constexpr CommandSpec kSpec{
      .name = "RESTORE-ASKING",
      .summary = "Makes a key of a value that another node of the cluster sends.",
      .since = "3.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N) for a value of N elements, O(N*log(N)) for a sorted set.",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom | kAsking,
      .categories = kAclKeyspace | kAclDangerous,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate)},
      .arguments = kRestoreArguments,
      .history = kRestoreHistory,
  };

  static RunResult Run(CommandContext& context) { return Restore::Run(context); }
};

constexpr auto kCommands = CommandList<Dump, Restore, RestoreAsking>();

}  // namespace

std::span<const CommandEntry> KeyDumpCommands() {
  return kCommands;
}

}  // namespace server
