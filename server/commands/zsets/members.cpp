// Members and their scores, one by one.

#include <vector>

#include "server/commands/shared/add_scored.h"
#include "server/commands/zsets/reading.h"
#include "server/commands/zsets/zsets.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

AddScoredOptions ReadAddOptions(ArgReader& args) {
  AddScoredOptions options;
  while (true) {
    if (args.Take("NX")) {
      options.only_new = true;
    } else if (args.Take("XX")) {
      options.only_known = true;
    } else if (args.Take("GT")) {
      options.only_greater = true;
    } else if (args.Take("LT")) {
      options.only_less = true;
    } else if (args.Take("CH")) {
      options.counts_changes = true;
    } else if (args.Take("INCR")) {
      options.adds_scores = true;
    } else {
      return options;
    }
  }
}

constexpr Argument kZAddCondition[] = {
    {.name = "nx", .kind = Argument::Kind::kPureToken, .token = "NX"},
    {.name = "xx", .kind = Argument::Kind::kPureToken, .token = "XX"},
};
constexpr Argument kZAddComparison[] = {
    {.name = "gt", .kind = Argument::Kind::kPureToken, .token = "GT"},
    {.name = "lt", .kind = Argument::Kind::kPureToken, .token = "LT"},
};
constexpr Argument kZAddScoreMember[] = {
    {.name = "score", .kind = Argument::Kind::kDouble},
    {.name = "member"},
};
constexpr Argument kZAddArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "condition",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kZAddCondition,
     .since = "3.0.2"},
    {.name = "comparison",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kZAddComparison,
     .since = "6.2.0"},
    {.name = "change",
     .kind = Argument::Kind::kPureToken,
     .token = "CH",
     .is_optional = true,
     .since = "3.0.2"},
    {.name = "increment",
     .kind = Argument::Kind::kPureToken,
     .token = "INCR",
     .is_optional = true,
     .since = "3.0.2"},
    {.name = "score_member",
     .kind = Argument::Kind::kBlock,
     .is_multiple = true,
     .children = kZAddScoreMember},
};

// ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member ... -> how many are new; INCR: the score
struct ZAdd {
  static constexpr CommandSpec kSpec{
      .name = "ZADD",
      .summary = "Adds members with scores, or gives members new scores.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = -4,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .element = -1,
      .arguments = kZAddArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const AddScoredOptions options = ReadAddOptions(args);
    if (args.remaining() == 0 || args.remaining() % 2 != 0) return CommandError::Syntax();
    if (const auto error = options.Contradiction()) return *error;
    if (options.adds_scores && args.remaining() > 2) {
      return CommandError::Err("INCR option supports a single increment-element pair");
    }
    if (args.remaining() == 2) {
      const double score = args.Double();
      const storage::ScoredMember one{score, args.Bytes()};
      if (const auto error = args.Finish()) return *error;
      return AddScored(context, key, options, {&one, 1});
    }
    std::vector<storage::ScoredMember> members;
    members.reserve(args.remaining() / 2);
    while (!args.AtEnd()) {
      const double score = args.Double();
      members.push_back({score, args.Bytes()});
    }
    if (const auto error = args.Finish()) return *error;
    return AddScored(context, key, options, members);
  }
};

constexpr Argument kZIncrByArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "increment", .kind = Argument::Kind::kInteger},
    {.name = "member"},
};

// ZINCRBY key increment member -> the new score
struct ZIncrBy {
  static constexpr CommandSpec kSpec{
      .name = "ZINCRBY",
      .summary = "Adds to the score of a member, which counts as 0 when it is missing.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(log(N))",
      .arity = 4,
      .flags = kWriteCommand | kDenyOom | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyAccess | kKeyUpdate)},
      .element = -1,
      .arguments = kZIncrByArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const double increment = args.Double();
    const storage::ScoredMember one{increment, args.Bytes()};
    if (const auto error = args.Finish()) return *error;
    return AddScored(context, key, {.adds_scores = true}, {&one, 1});
  }
};

constexpr Argument kMembersArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "member", .is_multiple = true},
};

// ZREM key member ... -> how many were there
struct ZRem {
  static constexpr CommandSpec kSpec{
      .name = "ZREM",
      .summary = "Removes members.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(M*log(N))",
      .arity = -3,
      .flags = kWriteCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadWrite | kKeyDelete)},
      .element = 2,
      .arguments = kMembersArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const auto members = args.Rest();
    const auto found = context.FindTyped(key, storage::Type::kSortedSet, storage::kWrite);
    if (!found) return CommandError::From(found.error());
    int64_t removed = 0;
    if (*found) {
      storage::Opened<storage::SortedSet> set(context.db(), key, *found);
      for (const std::string_view member : members) removed += set->Erase(member) ? 1 : 0;
      const bool is_erased = set.Close();
      if (removed > 0) context.NoteChange(key, "zrem", EventClass::kSortedSet);
      if (is_erased) context.NoteEvent(key, "del", EventClass::kGeneric);
    }
    context.reply().Integer(removed);
    return Replied();
  }
};

constexpr Argument kZCardArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
};

// ZCARD key -> the number of members
struct ZCard {
  static constexpr CommandSpec kSpec{
      .name = "ZCARD",
      .summary = "Counts the members.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(1)",
      .arity = 2,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly)},
      .arguments = kZCardArguments,
  };

  static RunResult Run(CommandContext& context) {
    const auto set = FindSortedSet(context, context.args().Key());
    if (!set) return CommandError::From(set.error());
    context.reply().Integer(static_cast<int64_t>(set->size()));
    return Replied();
  }
};

void ReplyScore(CommandContext& context, std::optional<double> score) {
  if (score) return context.reply().Double(*score);
  context.reply().Null();
}

constexpr Argument kZScoreArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "member"},
};

// ZSCORE key member -> the score, or null
struct ZScore {
  static constexpr CommandSpec kSpec{
      .name = "ZSCORE",
      .summary = "Returns the score of a member.",
      .since = "1.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(1)",
      .arity = 3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .element = 2,
      .arguments = kZScoreArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto set = FindSortedSet(context, args.Key());
    if (!set) return CommandError::From(set.error());
    ReplyScore(context, set->Score(args.Bytes()));
    return Replied();
  }
};

// ZMSCORE key member ... -> for each the score, or null
struct ZMScore {
  static constexpr CommandSpec kSpec{
      .name = "ZMSCORE",
      .summary = "Returns the scores of several members.",
      .since = "6.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(N)",
      .arity = -3,
      .flags = kReadonlyCommand | kFast,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .element = 2,
      .arguments = kMembersArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto set = FindSortedSet(context, args.Key());
    if (!set) return CommandError::From(set.error());
    const auto members = args.Rest();
    context.reply().ArrayHeader(members.size());
    for (const std::string_view member : members) ReplyScore(context, set->Score(member));
    return Replied();
  }
};

constexpr auto kCommands = CommandList<ZAdd, ZIncrBy, ZRem, ZCard, ZScore, ZMScore>();

}  // namespace

std::span<const CommandEntry> SortedSetMemberCommands() {
  return kCommands;
}

}  // namespace server
