// Places and counts: where a member stands, how many stand in a range.

#include "server/commands/shared/score_ranges.h"
#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/reading.h"
#include "server/commands/zsets/zsets.h"

namespace server {
namespace {

// ZRANK and ZREVRANK.
RunResult ReplyRank(CommandContext& context, storage::Direction direction) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const std::string_view member = args.Bytes();
  const bool with_score = args.Take("WITHSCORE");
  if (const auto error = args.Finish()) return *error;
  const auto set = FindSortedSet(context, key);
  if (!set) return CommandError::From(set.error());
  const auto ranked = set->Rank(member);
  if (!ranked) {
    if (with_score) {
      context.reply().NullArray();
    } else {
      context.reply().Null();
    }
    return Replied();
  }
  const size_t rank =
      direction == storage::Direction::kUp ? ranked->rank : set->size() - 1 - ranked->rank;
  if (with_score) context.reply().ArrayHeader(2);
  context.reply().Integer(static_cast<int64_t>(rank));
  if (with_score) context.reply().Double(ranked->score);
  return Replied();
}

constexpr Argument kRankArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "member"},
    {.name = "withscore",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORE",
     .is_optional = true,
     .since = "7.2.0"},
};

// ZRANK key member [WITHSCORE] -> the place, or null
struct ZRank {
  static constexpr CommandSpec kSpec{
      .name = "ZRANK",
      .summary = "Tells at which place a member stands, the lowest score being at 0.",
      .since = "2.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = -3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .element = 2,
      .arguments = kRankArguments,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyRank(context, storage::Direction::kUp);
  }
};

// ZREVRANK key member [WITHSCORE] -> the place from the high end, or null
struct ZRevRank {
  static constexpr CommandSpec kSpec{
      .name = "ZREVRANK",
      .summary = "Tells at which place a member stands, the highest score being at 0.",
      .since = "2.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = -3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .element = 2,
      .arguments = kRankArguments,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyRank(context, storage::Direction::kDown);
  }
};

// ZCOUNT key min max -> the number of members
struct ZCount {
  static constexpr CommandSpec kSpec{
      .name = "ZCOUNT",
      .summary = "Counts the members whose scores lie in a range.",
      .since = "2.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = 4,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kScoreRangeArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view min = args.Bytes();
    const auto range = ParseScoreRange(min, args.Bytes());
    if (!range) return CommandError::Err("min or max is not a float");
    const auto set = FindSortedSet(context, key);
    if (!set) return CommandError::From(set.error());
    context.reply().Integer(static_cast<int64_t>(set->InRange(*range).count));
    return Replied();
  }
};

// ZLEXCOUNT key min max -> the number of members
struct ZLexCount {
  static constexpr CommandSpec kSpec{
      .name = "ZLEXCOUNT",
      .summary = "Counts the members between two strings, where all scores are equal.",
      .since = "2.8.9",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = 4,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kLexRangeArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view min = args.Bytes();
    const auto range = ParseLexRange(min, args.Bytes());
    if (!range) return CommandError::Err("min or max not valid string range item");
    const auto set = FindSortedSet(context, key);
    if (!set) return CommandError::From(set.error());
    const auto within = set->InRange(*range, storage::Direction::kUp);
    context.reply().Integer(static_cast<int64_t>(within.count));
    return Replied();
  }
};

constexpr auto kCommands = CommandList<ZRank, ZRevRank, ZCount, ZLexCount>();

}  // namespace

std::span<const CommandEntry> SortedSetRankCommands() {
  return kCommands;
}

}  // namespace server
