// How long keys live: TTL, PTTL, EXPIRETIME, PEXPIRETIME, PERSIST.

#include <algorithm>

#include "server/commands/keys/keys.h"
#include "server/dispatch/command_context.h"

namespace server {
namespace {

constexpr Argument kArguments[] = {{.name = "key", .kind = Argument::Kind::kKey}};
constexpr std::string_view kTips[] = {"nondeterministic_output"};
constexpr HistoryEntry kHistory[] = {{"2.8.0", "Replies -2 for a key that does not exist."}};

constexpr int64_t kNoKey = -2;
constexpr int64_t kNoExpiry = -1;

enum class Unit : uint8_t { kMilliseconds, kSeconds };
enum class As : uint8_t { kRest, kTime };

RunResult ReplyLifetime(CommandContext& context, Unit unit, As as) {
  const storage::Found found = context.Find(context.args().Key(), storage::kReadNoTouch);
  int64_t reply = kNoKey;
  if (found) {
    reply = kNoExpiry;
    if (found->has_expiry()) {
      // Unsigned, so that rounding the last millisecond there is does not overflow.
      uint64_t ms = static_cast<uint64_t>(found->expiry_ms());
      if (as == As::kRest) ms -= static_cast<uint64_t>(context.now_ms());
      reply = static_cast<int64_t>(unit == Unit::kSeconds ? (ms + 500) / 1000 : ms);
    }
  }
  context.reply().Integer(reply);
  return Replied();
}

struct Ttl {
  static constexpr CommandSpec kSpec{
      .name = "TTL",
      .summary = "Tells how many seconds a key has left.",
      .since = "1.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kArguments,
      .tips = kTips,
      .history = kHistory,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyLifetime(context, Unit::kSeconds, As::kRest);
  }
};

struct Pttl {
  static constexpr CommandSpec kSpec{
      .name = "PTTL",
      .summary = "Tells how many milliseconds a key has left.",
      .since = "2.6.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kArguments,
      .tips = kTips,
      .history = kHistory,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyLifetime(context, Unit::kMilliseconds, As::kRest);
  }
};

struct Expiretime {
  static constexpr CommandSpec kSpec{
      .name = "EXPIRETIME",
      .summary = "Tells when a key expires, in seconds since 1970.",
      .since = "7.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kArguments,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyLifetime(context, Unit::kSeconds, As::kTime);
  }
};

struct Pexpiretime {
  static constexpr CommandSpec kSpec{
      .name = "PEXPIRETIME",
      .summary = "Tells when a key expires, in milliseconds since 1970.",
      .since = "7.0.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kArguments,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyLifetime(context, Unit::kMilliseconds, As::kTime);
  }
};

struct Persist {
  static constexpr CommandSpec kSpec{
      .name = "PERSIST",
      .summary = "Lets a key live on without end.",
      .since = "2.2.0",
      .group = CommandGroup::kGeneric,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kArguments,
  };

  static RunResult Run(CommandContext& context) {
    const storage::Key key = context.args().Key();
    const storage::Found found = context.Find(key, storage::kWrite);
    const bool had_expiry = found && context.db().ClearExpiry(key, found);
    if (had_expiry) context.NoteChange(key, "persist", EventClass::kGeneric);
    context.reply().Integer(had_expiry ? 1 : 0);
    return Replied();
  }
};

constexpr auto kCommands = CommandList<Ttl, Pttl, Expiretime, Pexpiretime, Persist>();

}  // namespace

std::span<const CommandEntry> KeyLifetimeCommands() {
  return kCommands;
}

}  // namespace server
