#include "server/commands/shared/store_scored.h"

#include <algorithm>

#include "storage/keyspace/opened.h"

namespace server {

RunResult StoreScored(CommandContext& context, const storage::Key& target,
                      std::span<const storage::ScoredMember> members, std::string_view event) {
  const storage::Found found = context.Find(target, storage::kWrite);
  if (members.empty()) {
    if (found) {
      context.db().Erase(target, found);
      context.NoteChange(target, "del", EventClass::kGeneric);
    }
    context.reply().Integer(0);
    return Replied();
  }
  storage::Opened<storage::SortedSet> set(context.db(), target, found, storage::Replacing());
  size_t longest_bytes = 0;
  for (const auto& scored : members) longest_bytes = std::max(longest_bytes, scored.member.size());
  set->Expect(members.size(), longest_bytes);
  for (const auto& [score, member] : members) {
    if (set->Add(member, score) != storage::SortedSet::Outcome::kNoMemory) continue;
    set.Abandon();
    return CommandError::NoMemory();
  }
  set.Close();
  if (!found) context.NoteNewKey(target);
  context.NoteChange(target, event, EventClass::kSortedSet);
  context.reply().Integer(static_cast<int64_t>(members.size()));
  return Replied();
}

}  // namespace server
