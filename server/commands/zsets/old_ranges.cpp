// The range commands from before ZRANGE could do it all.

#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/range_reply.h"
#include "server/commands/zsets/zsets.h"

namespace server {
namespace {

using By = RangeQuery::By;
using storage::Direction;

constexpr Argument kZRevRangeArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "start", .kind = Argument::Kind::kInteger},
    {.name = "stop", .kind = Argument::Kind::kInteger},
    {.name = "withscores",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORES",
     .is_optional = true},
};

// ZREVRANGE key start stop [WITHSCORES] -> the members
struct ZRevRange {
  static constexpr CommandSpec kSpec{
      .name = "ZREVRANGE",
      .summary = "Returns the members of a range of places, from the highest score down.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = -4,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRevRangeArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`ZRANGE` with the `REV` argument",
  };

  static RunResult Run(CommandContext& context) {
    return ReplyRange(context, {.by = By::kRank, .direction = Direction::kDown});
  }
};

constexpr Argument kZRangeByScoreArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "min", .kind = Argument::Kind::kDouble},
    {.name = "max", .kind = Argument::Kind::kDouble},
    {.name = "withscores",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORES",
     .is_optional = true,
     .since = "2.0.0"},
    {.name = "offset_count",
     .kind = Argument::Kind::kBlock,
     .token = "LIMIT",
     .is_optional = true,
     .children = kOffsetCount},
};

// ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT offset count] -> the members
struct ZRangeByScore {
  static constexpr CommandSpec kSpec{
      .name = "ZRANGEBYSCORE",
      .summary = "Returns the members whose scores lie in a range.",
      .since = "1.0.5",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = -4,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRangeByScoreArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`ZRANGE` with the `BYSCORE` argument",
  };

  static RunResult Run(CommandContext& context) {
    return ReplyRange(context, {.by = By::kScore, .direction = Direction::kUp});
  }
};

constexpr Argument kZRevRangeByScoreArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "max", .kind = Argument::Kind::kDouble},
    {.name = "min", .kind = Argument::Kind::kDouble},
    {.name = "withscores",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORES",
     .is_optional = true},
    {.name = "offset_count",
     .kind = Argument::Kind::kBlock,
     .token = "LIMIT",
     .is_optional = true,
     .children = kOffsetCount},
};

// ZREVRANGEBYSCORE key max min [WITHSCORES] [LIMIT offset count] -> the members
struct ZRevRangeByScore {
  static constexpr CommandSpec kSpec{
      .name = "ZREVRANGEBYSCORE",
      .summary = "Returns the members whose scores lie in a range, from the highest down.",
      .since = "2.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = -4,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRevRangeByScoreArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`ZRANGE` with the `REV` and `BYSCORE` arguments",
  };

  static RunResult Run(CommandContext& context) {
    return ReplyRange(context, {.by = By::kScore, .direction = Direction::kDown});
  }
};

constexpr Argument kZRangeByLexArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "min"},
    {.name = "max"},
    {.name = "offset_count",
     .kind = Argument::Kind::kBlock,
     .token = "LIMIT",
     .is_optional = true,
     .children = kOffsetCount},
};

// ZRANGEBYLEX key min max [LIMIT offset count] -> the members
struct ZRangeByLex {
  static constexpr CommandSpec kSpec{
      .name = "ZRANGEBYLEX",
      .summary = "Returns the members between two strings, where all scores are equal.",
      .since = "2.8.9",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = -4,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRangeByLexArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`ZRANGE` with the `BYLEX` argument",
  };

  static RunResult Run(CommandContext& context) {
    return ReplyRange(context, {.by = By::kLex, .direction = Direction::kUp});
  }
};

constexpr Argument kZRevRangeByLexArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "max"},
    {.name = "min"},
    {.name = "offset_count",
     .kind = Argument::Kind::kBlock,
     .token = "LIMIT",
     .is_optional = true,
     .children = kOffsetCount},
};

// ZREVRANGEBYLEX key max min [LIMIT offset count] -> the members
struct ZRevRangeByLex {
  static constexpr CommandSpec kSpec{
      .name = "ZREVRANGEBYLEX",
      .summary = "Returns the members between two strings, the last one first.",
      .since = "2.8.9",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N)+M)",
      .arity = -4,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRevRangeByLexArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`ZRANGE` with the `REV` and `BYLEX` arguments",
  };

  static RunResult Run(CommandContext& context) {
    return ReplyRange(context, {.by = By::kLex, .direction = Direction::kDown});
  }
};

constexpr auto kCommands =
    CommandList<ZRevRange, ZRangeByScore, ZRevRangeByScore, ZRangeByLex, ZRevRangeByLex>();

}  // namespace

std::span<const CommandEntry> SortedSetOldRangeCommands() {
  return kCommands;
}

}  // namespace server
