// What all commands do that reply a range.
#pragma once

#include "server/commands/zsets/range_query.h"
#include "server/commands/zsets/reading.h"

namespace server {

inline RunResult ReplyRange(CommandContext& context, const RangeForm& form) {
  ArgReader args = context.args();
  const storage::Key key = args.Key();
  const auto query = ReadRangeQuery(args, form);
  if (!query) return query.error();
  const auto set = FindSortedSet(context, key);
  if (!set) return CommandError::From(set.error());
  using Scores = ScoredMembersReply::Scores;
  ScoredMembersReply reply(context.reply(), query->with_scores ? Scores::kWith : Scores::kWithout);
  const storage::RankRange range = query->In(*set);
  reply.Begin(range.count);
  set->Walk(range, query->direction,
            [&](double score, std::string_view member) { reply.Add(score, member); });
  return Replied();
}

}  // namespace server
