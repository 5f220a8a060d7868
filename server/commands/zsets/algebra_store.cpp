// Unions, intersections and differences, stored.

#include "server/commands/shared/store_scored.h"
#include "server/commands/zsets/argument_trees.h"
#include "server/commands/zsets/score_sources.h"
#include "server/commands/zsets/zsets.h"

namespace server {
namespace {

RunResult StoreAlgebra(CommandContext& context, ScoreOperation operation, std::string_view event) {
  ArgReader args = context.args();
  const storage::Key target = args.Key();
  auto algebra = ReadScoreAlgebra(context, args, operation, AlgebraForm::kStore);
  if (!algebra) return algebra.error();
  const std::optional<ScoreResult> result = Evaluate(*algebra);
  if (!result) return CommandError::NoMemoryForRequest();
  return StoreScored(context, target, result->members, event);
}

constexpr Argument kStoreArguments[] = {
    {.name = "destination", .kind = Argument::Kind::kKey},
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true, .key_spec = 1},
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
};

// ZUNIONSTORE destination numkeys key ... [WEIGHTS ...] [AGGREGATE SUM | MIN | MAX] -> the size
struct ZUnionStore {
  static constexpr CommandSpec kSpec{
      .name = "ZUNIONSTORE",
      .summary = "Stores the members of any of several sorted sets.",
      .since = "2.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(N)",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate), KeySpec{.begin = KeySpec::Begin::kIndex,
                                                              .index = 2,
                                                              .find = KeySpec::Find::kKeyNumber,
                                                              .number_index = 0,
                                                              .first_index = 1,
                                                              .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kStoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    return StoreAlgebra(context, ScoreOperation::kUnion, "zunionstore");
  }
};

// ZINTERSTORE destination numkeys key ... [WEIGHTS ...] [AGGREGATE SUM | MIN | MAX] -> the size
struct ZInterStore {
  static constexpr CommandSpec kSpec{
      .name = "ZINTERSTORE",
      .summary = "Stores the members that several sorted sets share.",
      .since = "2.0.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(N*K)",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate), KeySpec{.begin = KeySpec::Begin::kIndex,
                                                              .index = 2,
                                                              .find = KeySpec::Find::kKeyNumber,
                                                              .number_index = 0,
                                                              .first_index = 1,
                                                              .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kStoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    return StoreAlgebra(context, ScoreOperation::kIntersection, "zinterstore");
  }
};

constexpr Argument kZDiffStoreArguments[] = {
    {.name = "destination", .kind = Argument::Kind::kKey},
    {.name = "numkeys", .kind = Argument::Kind::kInteger},
    {.name = "key", .kind = Argument::Kind::kKey, .is_multiple = true, .key_spec = 1},
};

// ZDIFFSTORE destination numkeys key ... -> the size
struct ZDiffStore {
  static constexpr CommandSpec kSpec{
      .name = "ZDIFFSTORE",
      .summary = "Stores the members of the first sorted set that no other one has.",
      .since = "6.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(L + (N-K)log(N))",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate), KeySpec{.begin = KeySpec::Begin::kIndex,
                                                              .index = 2,
                                                              .find = KeySpec::Find::kKeyNumber,
                                                              .number_index = 0,
                                                              .first_index = 1,
                                                              .flags = kKeyReadOnly | kKeyAccess}},
      .arguments = kZDiffStoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    return StoreAlgebra(context, ScoreOperation::kDifference, "zdiffstore");
  }
};

constexpr auto kCommands = CommandList<ZUnionStore, ZInterStore, ZDiffStore>();

}  // namespace

std::span<const CommandEntry> SortedSetAlgebraStoreCommands() {
  return kCommands;
}

}  // namespace server
