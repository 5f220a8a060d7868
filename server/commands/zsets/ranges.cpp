// ZRANGE and ZRANGESTORE: ranges of places, scores or strings.

#include "server/commands/shared/memory_trial.h"
#include "server/commands/shared/store_scored.h"
#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/range_reply.h"
#include "server/commands/zsets/zsets.h"

namespace server {
namespace {

constexpr Argument kSortBy[] = {
    {.name = "byscore", .kind = Argument::Kind::kPureToken, .token = "BYSCORE"},
    {.name = "bylex", .kind = Argument::Kind::kPureToken, .token = "BYLEX"},
};
constexpr Argument kZRangeArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "start"},
    {.name = "stop"},
    {.name = "sortby",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kSortBy,
     .since = "6.2.0"},
    {.name = "rev",
     .kind = Argument::Kind::kPureToken,
     .token = "REV",
     .is_optional = true,
     .since = "6.2.0"},
    {.name = "offset_count",
     .kind = Argument::Kind::kBlock,
     .token = "LIMIT",
     .is_optional = true,
     .children = kOffsetCount,
     .since = "6.2.0"},
    {.name = "withscores",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORES",
     .is_optional = true},
};

// ZRANGE key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES] -> the members
struct ZRange {
  static constexpr CommandSpec kSpec{
      .name = "ZRANGE",
      .summary = "Returns the members of a range of places, of scores or of strings.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = -4,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRangeArguments,
  };

  static RunResult Run(CommandContext& context) { return ReplyRange(context, {}); }
};

constexpr Argument kZRangeStoreArguments[] = {
    {.name = "dst", .kind = Argument::Kind::kKey},
    {.name = "src", .kind = Argument::Kind::kKey, .key_spec = 1},
    {.name = "min"},
    {.name = "max"},
    {.name = "sortby", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kSortBy},
    {.name = "rev", .kind = Argument::Kind::kPureToken, .token = "REV", .is_optional = true},
    {.name = "offset_count",
     .kind = Argument::Kind::kBlock,
     .token = "LIMIT",
     .is_optional = true,
     .children = kOffsetCount},
};

// ZRANGESTORE destination source and a range like ZRANGE's -> how many members there are now
struct ZRangeStore {
  static constexpr CommandSpec kSpec{
      .name = "ZRANGESTORE",
      .summary = "Stores the members of a range in a sorted set of their own.",
      .since = "6.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = -5,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate), OneKey(2, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRangeStoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key target = args.Key();
    const storage::Key source = args.Key();
    const auto query = ReadRangeQuery(args, {.may_have_scores = false});
    if (!query) return query.error();
    const auto set = FindSortedSet(context, source);
    if (!set) return CommandError::From(set.error());
    const storage::RankRange range = query->In(*set);
    // In ascending order whatever the direction, since that is how they will lie.
    std::vector<storage::ScoredMember> members;
    if (!HasMemoryToCollect(range.count)) return CommandError::NoMemoryForRequest();
    members.reserve(range.count);
    set->Walk(range, storage::Direction::kUp,
              [&](double score, std::string_view member) { members.push_back({score, member}); });
    return StoreScored(context, target, members, "zrangestore");
  }
};

constexpr auto kCommands = CommandList<ZRange, ZRangeStore>();

}  // namespace

std::span<const CommandEntry> SortedSetRangeCommands() {
  return kCommands;
}

}  // namespace server
