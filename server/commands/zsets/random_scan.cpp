// Members at random, and walking through all of them.

#include <algorithm>
#include <cstdio>
#include <unordered_set>
#include <vector>

#include "server/commands/shared/memory_trial.h"
#include "server/commands/shared/random_count.h"
#include "server/commands/shared/scan_options.h"
#include "server/commands/zsets/reading.h"
#include "server/commands/zsets/zsets.h"
#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {
namespace {

// `count` different ranks below `size`, in no order that means anything (Floyd's algorithm).
std::vector<size_t> DifferentRanks(storage::Random& random, size_t size, size_t count) {
  std::vector<size_t> ranks;
  ranks.reserve(count);
  std::unordered_set<size_t> taken;
  for (size_t below = size - count + 1; below <= size; ++below) {
    size_t rank = random.Below(below);
    if (!taken.insert(rank).second) taken.insert(rank = below - 1);
    ranks.push_back(rank);
  }
  return ranks;
}

RunResult Draw(CommandContext& context, const storage::SortedSetView& set, int64_t count,
               ScoredMembersReply reply) {
  const size_t size = set.size();
  if (size == 0 || count == 0) {
    reply.Begin(0);
    return Replied();
  }
  storage::Random& random = context.engine().random;
  if (count < 0) {
    if (count < -kRepeatedElementsMax) return CommandError::Err("value is out of range");
    reply.Begin(static_cast<size_t>(-count));
    for (; count < 0; ++count) {
      const storage::ScoredMember drawn = set.At(random.Below(size));
      reply.Add(drawn.score, drawn.member);
    }
    return Replied();
  }
  if (static_cast<size_t>(count) >= size) {
    reply.Begin(size);
    set.ForEach([&](double score, std::string_view member) { reply.Add(score, member); });
    return Replied();
  }
  if (!HasMemoryToCollect(static_cast<size_t>(count))) return CommandError::NoMemoryForRequest();
  reply.Begin(static_cast<size_t>(count));
  for (const size_t rank : DifferentRanks(random, size, static_cast<size_t>(count))) {
    const storage::ScoredMember drawn = set.At(rank);
    reply.Add(drawn.score, drawn.member);
  }
  return Replied();
}

constexpr Argument kZRandMemberOptions[] = {
    {.name = "count", .kind = Argument::Kind::kInteger},
    {.name = "withscores",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHSCORES",
     .is_optional = true},
};
constexpr Argument kZRandMemberArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "options",
     .kind = Argument::Kind::kBlock,
     .is_optional = true,
     .children = kZRandMemberOptions},
};
constexpr std::string_view kZRandMemberTips[] = {"nondeterministic_output"};

// ZRANDMEMBER key [count [WITHSCORES]] -> a member or null; with a count: members
struct ZRandMember {
  static constexpr CommandSpec kSpec{
      .name = "ZRANDMEMBER",
      .summary = "Picks members at random.",
      .since = "6.2.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(N)",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZRandMemberArguments,
      .tips = kZRandMemberTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    if (args.AtEnd()) return DrawOne(context, key);
    const int64_t count = ReadRandomCount(args);
    const bool with_scores = args.Take("WITHSCORES");
    if (const auto error = args.Finish()) return *error;
    if (with_scores && (count < -INT64_MAX / 2 || count > INT64_MAX / 2)) {
      return CommandError::Err("value is out of range");
    }
    const auto set = FindSortedSet(context, key);
    if (!set) return CommandError::From(set.error());
    using Scores = ScoredMembersReply::Scores;
    return Draw(
        context, *set, count,
        ScoredMembersReply(context.reply(), with_scores ? Scores::kWith : Scores::kWithout));
  }

  static RunResult DrawOne(CommandContext& context, const storage::Key& key) {
    const auto set = FindSortedSet(context, key);
    if (!set) return CommandError::From(set.error());
    if (set->size() == 0) {
      context.reply().Null();
    } else {
      context.reply().Bulk(set->At(context.engine().random.Below(set->size())).member);
    }
    return Replied();
  }
};

// ZSCAN has scores as text: of small sets the shortest, of large ones with 17 digits.
std::string ScanText(const storage::SortedSetView& set, double score) {
  if (!set.is_large()) return storage::FormatDouble(score);
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%.17Lg", static_cast<long double>(score));
  return std::string(text, static_cast<size_t>(length));
}

constexpr Argument kZScanArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "cursor", .kind = Argument::Kind::kInteger},
    {.name = "pattern", .kind = Argument::Kind::kPattern, .token = "MATCH", .is_optional = true},
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT", .is_optional = true},
};
constexpr std::string_view kZScanTips[] = {"nondeterministic_output"};

// ZSCAN key cursor [MATCH pattern] [COUNT n] -> the next cursor; members and scores
struct ZScan {
  static constexpr CommandSpec kSpec{
      .name = "ZSCAN",
      .summary = "Lists some members and scores, and the cursor with which the next call goes on.",
      .since = "2.8.0",
      .group = CommandGroup::kSortedSet,
      .complexity = "O(1)",
      .arity = -3,
      .flags = kReadonlyCommand,
      .categories = kAclSortedSet,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kZScanArguments,
      .tips = kZScanTips,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const uint64_t cursor = ReadScanCursor(args);
    if (!args.ok()) return *args.Finish();
    const auto set = FindSortedSet(context, key);
    if (!set) return CommandError::From(set.error());
    if (set->size() == 0) {
      context.reply().ArrayHeader(2);
      context.reply().BulkInteger(0);
      context.reply().ArrayHeader(0);
      return Replied();
    }
    const ScanOptions options = ReadScanOptions(args, ScanOf::kSortedSet);
    if (const auto error = args.Finish()) return *error;
    if (!HasMemoryToCollect(options.EntriesMax(set->size()))) {
      return CommandError::NoMemoryForRequest();
    }
    std::vector<storage::ScoredMember> members;
    const uint64_t next = set->Scan(cursor, static_cast<size_t>(options.count),
                                    [&](double score, std::string_view member) {
                                      if (options.Matches(member))
                                        members.push_back({score, member});
                                    });
    context.reply().ArrayHeader(2);
    context.reply().BulkInteger(static_cast<int64_t>(next));
    context.reply().ArrayHeader(2 * members.size());
    for (const auto& [score, member] : members) {
      context.reply().Bulk(member);
      context.reply().Bulk(ScanText(*set, score));
    }
    return Replied();
  }
};

constexpr auto kCommands = CommandList<ZRandMember, ZScan>();

}  // namespace

std::span<const CommandEntry> SortedSetScanCommands() {
  return kCommands;
}

}  // namespace server
