// Unions, intersections and differences, replied or counted.

#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/reading.h"
#include "server/commands/zsets/score_sources.h"
#include "server/commands/zsets/zsets.h"

namespace server {
namespace {

RunResult ReplyAlgebra(CommandContext& context, ScoreOperation operation) {
  ArgReader args = context.args();
  auto algebra = ReadScoreAlgebra(context, args, operation, AlgebraForm::kReply);
  if (!algebra) return algebra.error();
  const std::optional<ScoreResult> result = Evaluate(*algebra);
  if (!result) return CommandError::NoMemoryForRequest();
  using Scores = ScoredMembersReply::Scores;
  ScoredMembersReply reply(context.reply(),
                           algebra->with_scores ? Scores::kWith : Scores::kWithout);
  reply.Begin(result->members.size());
  for (const auto& [score, member] : result->members) reply.Add(score, member);
  return Replied();
}

constexpr Argument kUnionArguments[] = {
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
    {.name = "weight",
     .kind = Argument::Kind::kInteger,
     .token = "WEIGHTS",
     .is_optional = true,
     .is_multiple = true},
    {.name = "aggregate",
     .kind = Argument::Kind::kOneOf,
     .token = "AGGREGATE",
     .is_optional = true,
     .children = kAggregates},
    {.name = "withscores",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORES",
     .is_optional = true},
};

// ZUNION numkeys key ... [WEIGHTS ...] [AGGREGATE SUM | MIN | MAX] [WITHSCORES] -> the members
struct ZUnion {
  static constexpr CommandSpec kSpec{
      .name = "ZUNION",
      .summary = "Returns the members of any of several sorted sets.",
      .since = "6.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(N)",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 1,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kUnionArguments,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyAlgebra(context, ScoreOperation::kUnion);
  }
};

// ZINTER numkeys key ... [WEIGHTS ...] [AGGREGATE SUM | MIN | MAX] [WITHSCORES] -> the members
struct ZInter {
  static constexpr CommandSpec kSpec{
      .name = "ZINTER",
      .summary = "Returns the members that several sorted sets share.",
      .since = "6.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(N*K)",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 1,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kUnionArguments,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyAlgebra(context, ScoreOperation::kIntersection);
  }
};

constexpr Argument kZDiffArguments[] = {
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
    {.name = "withscores",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORES",
     .is_optional = true},
};

// ZDIFF numkeys key ... [WITHSCORES] -> the members
struct ZDiff {
  static constexpr CommandSpec kSpec{
      .name = "ZDIFF",
      .summary = "Returns the members of the first sorted set that no other one has.",
      .since = "6.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(L + (N-K)log(N))",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 1,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kZDiffArguments,
  };

  static RunResult Run(CommandContext& context) {
    return ReplyAlgebra(context, ScoreOperation::kDifference);
  }
};

constexpr Argument kZInterCardArguments[] = {
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true},
    {.name = "limit", .kind = Argument::Kind::kInteger, .token = "LIMIT", .is_optional = true},
};

// ZINTERCARD numkeys key ... [LIMIT n] -> how many members they share
struct ZInterCard {
  static constexpr CommandSpec kSpec{
      .name = "ZINTERCARD",
      .summary = "Counts the members that several sorted sets share.",
      .since = "7.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(N*K)",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {KeySpec{.begin = KeySpec::Begin::kIndex,
                       .index = 1,
                       .find = KeySpec::Find::kKeyNumber,
                       .number_index = 0,
                       .first_index = 1,
                       .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kZInterCardArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    auto algebra =
        ReadScoreAlgebra(context, args, ScoreOperation::kIntersection, AlgebraForm::kCount);
    if (!algebra) return algebra.error();
    context.reply().Integer(static_cast<int64_t>(CountShared(*algebra)));
    return Replied();
  }
};

constexpr auto kCommands = CommandList<ZUnion, ZInter, ZDiff, ZInterCard>();

}  // namespace

std::span<const CommandEntry> SortedSetAlgebraCommands() {
  return kCommands;
}

}  // namespace server
