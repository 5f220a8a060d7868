// Sorted sets as the family's commands read them, and reply them.
#pragma once

#include "server/dispatch/command_context.h"
#include "storage/types/sorted_set.h"

namespace server {

// The sorted set at a key; empty when there is none.
inline storage::Result<storage::SortedSetView> FindSortedSet(CommandContext& context,
                                                             const storage::Key& key) {
  const auto found = context.FindTyped(key, storage::Type::kSortedSet, storage::kRead);
  if (!found) return std::unexpected(found.error());
  return *found ? storage::SortedSetView::Of(**found) : storage::SortedSetView();
}

// Replies members, with their scores or not: pairs in RESP3, one flat array in RESP2.
class ScoredMembersReply {
 public:
  enum class Scores : uint8_t { kWithout, kWith };

  ScoredMembersReply(protocol::resp::ReplyWriter& reply, Scores scores)
      : reply_(reply),
        with_scores_(scores == Scores::kWith),
        nested_(with_scores_ && reply.version() == protocol::resp::Version::kResp3) {}

  void Begin(size_t members) {
    reply_.ArrayHeader(with_scores_ && !nested_ ? 2 * members : members);
  }
  void Add(double score, std::string_view member) {
    if (nested_) reply_.ArrayHeader(2);
    reply_.Bulk(member);
    if (with_scores_) reply_.Double(score);
  }

 private:
  protocol::resp::ReplyWriter& reply_;
  bool with_scores_;
  bool nested_;
};

}  // namespace server
