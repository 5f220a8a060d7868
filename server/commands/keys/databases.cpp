// Whole databases: DBSIZE, FLUSHDB, FLUSHALL, SWAPDB.

#include "server/commands/keys/keys.h"
#include "server/dispatch/command_context.h"
#include "storage/base/number.h"

namespace server {
namespace {

constexpr std::string_view kSizeTips[] = {"request_policy:all_shards", "response_policy:agg_sum"};
constexpr std::string_view kFlushTips[] = {"request_policy:all_shards",
                                           "response_policy:all_succeeded"};
constexpr Argument kFlushModes[] = {
    {.name = "async", .kind = Argument::Kind::kPureToken, .token = "ASYNC", .since = "4.0.0"},
    {.name = "sync", .kind = Argument::Kind::kPureToken, .token = "SYNC", .since = "6.2.0"}};
constexpr Argument kFlushArguments[] = {{.name = "flush-type",
                                         .kind = Argument::Kind::kOneOf,
                                         .is_optional = true,
                                         .children = kFlushModes}};
constexpr HistoryEntry kFlushHistory[] = {{"4.0.0", "Takes the mode ASYNC."},
                                          {"6.2.0", "Takes the mode SYNC."}};

// Both modes do the same: the keys are gone at once, and their memory comes back in slices.
std::optional<CommandError> ReadFlushMode(CommandContext& context) {
  ArgReader args = context.args();
  if (!args.Take("ASYNC")) args.Take("SYNC");
  return args.Finish();
}

// A flush is propagated even where there was nothing to remove: a replica may have keys.
void PropagateAsItCame(CommandContext& context) {
  context.feed().PropagateInstead(context.arguments());
}

struct Dbsize {
  static constexpr CommandSpec kSpec{
      .name = "DBSIZE",
      .summary = "Counts the keys of the selected database.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(1)",
      .arity = 1,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclKeyspace,
      .tips = kSizeTips,
  };

  static RunResult Run(CommandContext& context) {
    context.reply().Integer(static_cast<int64_t>(context.db().size()));
    return Replied();
  }
};

struct Flushdb {
  static constexpr CommandSpec kSpec{
      .name = "FLUSHDB",
      .summary = "Removes all keys of the selected database.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N), N being the number of keys; the work is done in slices afterwards.",
      .arity = -1,
      .flags = kWriteCommand,
      .categories = kAclKeyspace | kAclDangerous,
      .arguments = kFlushArguments,
      .tips = kFlushTips,
      .history = kFlushHistory,
  };

  static RunResult Run(CommandContext& context) {
    if (const auto error = ReadFlushMode(context)) return *error;
    const size_t keys = context.db().size();
    context.db().Clear();
    context.feed().NoteDatabaseChange(context.db().index(), keys);
    PropagateAsItCame(context);
    context.reply().Ok();
    return Replied();
  }
};

struct Flushall {
  static constexpr CommandSpec kSpec{
      .name = "FLUSHALL",
      .summary = "Removes all keys of all databases.",
      .since = "1.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N), N being the number of keys; the work is done in slices afterwards.",
      .arity = -1,
      .flags = kWriteCommand,
      .categories = kAclKeyspace | kAclDangerous,
      .arguments = kFlushArguments,
      .tips = kFlushTips,
      .history = kFlushHistory,
  };

  static RunResult Run(CommandContext& context) {
    if (const auto error = ReadFlushMode(context)) return *error;
    storage::Keyspace& keyspace = context.keyspace();
    const size_t keys = keyspace.keys();
    keyspace.Clear();
    context.feed().NoteDatabaseChange(-1, keys);
    PropagateAsItCame(context);
    context.reply().Ok();
    return Replied();
  }
};

constexpr Argument kSwapArguments[] = {{.name = "index1", .kind = Argument::Kind::kInteger},
                                       {.name = "index2", .kind = Argument::Kind::kInteger}};

struct Swapdb {
  static constexpr CommandSpec kSpec{
      .name = "SWAPDB",
      .summary = "Exchanges the contents of two databases.",
      .since = "4.0.0",
      .group = CommandGroup::kServer,
      .complexity = "O(N), N being the number of clients that wait for or watch keys in them.",
      .arity = 3,
      .flags = kWriteCommand | kFast,
      .categories = kAclKeyspace | kAclDangerous,
      .arguments = kSwapArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto first = ReadIndex(args, "invalid first DB index");
    const auto second = ReadIndex(args, "invalid second DB index");
    if (const auto error = args.Finish()) return *error;
    const int count = context.keyspace().database_count();
    if (first < 0 || first >= count || second < 0 || second >= count) {
      return CommandError::Err("DB index is out of range");
    }
    context.keyspace().SwapDatabases(first, second);
    context.feed().NoteDatabaseChange(first, 1);
    context.feed().NoteDatabaseChange(second, 0);
    context.reply().Ok();
    return Replied();
  }

  static int ReadIndex(ArgReader& args, std::string_view error) {
    const auto index = storage::ParseInt64(args.Bytes());
    if (index && *index == static_cast<int>(*index)) return static_cast<int>(*index);
    args.Fail(CommandError::Err(error));
    return 0;
  }
};

constexpr auto kCommands = CommandList<Dbsize, Flushdb, Flushall, Swapdb>();

}  // namespace

std::span<const CommandEntry> KeyDatabaseCommands() {
  return kCommands;
}

}  // namespace server
