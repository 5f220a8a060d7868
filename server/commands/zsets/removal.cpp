// Removing ranges of members.

#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/range_query.h"
#include "server/commands/zsets/zsets.h"
#include "server/dispatch/command_context.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

RunResult RemoveRange(CommandContext& context, RangeQuery::By by, std::string_view event) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const auto query = ReadRangeQuery(args, {by, storage::Direction::kUp, false});
  if (!query) return query.error();
  const auto found = context.FindTyped(key, storage::Type::kSortedSet, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  int64_t removed = 0;
  if (*found) {
    const storage::RankRange range = query->In(storage::SortedSetView::Of(**found));
    removed = static_cast<int64_t>(range.count);
    bool is_erased = range.count == storage::SortedSetView::Of(**found).size();
    if (is_erased) {
      // All of them: the whole value goes at once, and its memory in slices.
      context.db().Erase(key, *found);
    } else {
      storage::Opened<storage::SortedSet> set(context.db(), key, *found);
      set->Erase(range);
      set.Close();
    }
    if (removed > 0) context.NoteChange(key, event, EventClass::kSortedSet);
    if (is_erased) context.NoteEvent(key, "del", EventClass::kGeneric);
  }
  context.reply().Integer(removed);
  return Replied();
}

constexpr Argument kZRemRangeByRankArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "start", .kind = Argument::Kind::kInteger},
    {.name = "stop", .kind = Argument::Kind::kInteger},
};

// ZREMRANGEBYRANK key start stop -> how many were removed
struct ZRemRangeByRank {
  static constexpr CommandSpec kSpec{
      .name = "ZREMRANGEBYRANK",
      .summary = "Removes the members of a range of places.",
      .since = "2.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = 4,
      .flags = kWriteCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .arguments = kZRemRangeByRankArguments,
  };

  static RunResult Run(CommandContext& context) {
    return RemoveRange(context, RangeQuery::By::kRank, "zremrangebyrank");
  }
};

// ZREMRANGEBYSCORE key min max -> how many were removed
struct ZRemRangeByScore {
  static constexpr CommandSpec kSpec{
      .name = "ZREMRANGEBYSCORE",
      .summary = "Removes the members whose scores lie in a range.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = 4,
      .flags = kWriteCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .arguments = kScoreRangeArguments,
  };

  static RunResult Run(CommandContext& context) {
    return RemoveRange(context, RangeQuery::By::kScore, "zremrangebyscore");
  }
};

// ZREMRANGEBYLEX key min max -> how many were removed
struct ZRemRangeByLex {
  static constexpr CommandSpec kSpec{
      .name = "ZREMRANGEBYLEX",
      .summary = "Removes the members between two strings, where all scores are equal.",
      .since = "2.8.9",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = 4,
      .flags = kWriteCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .arguments = kLexRangeArguments,
  };

  static RunResult Run(CommandContext& context) {
    return RemoveRange(context, RangeQuery::By::kLex, "zremrangebylex");
  }
};

constexpr auto kCommands = CommandList<ZRemRangeByRank, ZRemRangeByScore, ZRemRangeByLex>();

}  // namespace

std::span<const CommandEntry> SortedSetRemovalCommands() {
  return kCommands;
}

}  // namespace server
