#include "server/commands/shared/add_scored.h"

#include <cmath>
#include <vector>

#include "server/commands/shared/memory_trial.h"
#include "storage/keyspace/opened.h"

namespace server {
namespace {

using Outcome = storage::SortedSet::Outcome;

// What became of the members of one request.
struct Additions {
  int64_t added = 0;
  int64_t changed = 0;
  bool is_not_a_number = false;      // INCR of infinities
  std::optional<double> score = {};  // INCR: unless the conditions did not allow it
};

// The score that the member gets; nullopt: the conditions do not allow any change.
std::optional<double> Decide(const AddScoredOptions& options, double given,
                             std::optional<double> current, Additions& additions) {
  if (current ? options.only_new : options.only_known) return std::nullopt;
  double score = given;
  if (current && options.adds_scores) score += *current;
  if (std::isnan(score)) {
    additions.is_not_a_number = true;
    return std::nullopt;
  }
  if (current && options.only_greater && score <= *current) return std::nullopt;
  if (current && options.only_less && score >= *current) return std::nullopt;
  additions.score = score;
  return score;
}

bool HasMemoryForMembers(std::span<const storage::ScoredMember> members) {
  size_t bytes = 0;
  for (const auto& [score, member] : members) bytes += LargeBytesOf(member);
  return bytes == 0 || storage::HasMemoryFor(bytes);
}

void Reply(CommandContext& context, const AddScoredOptions& options, const Additions& additions) {
  if (options.adds_scores) {
    if (additions.score) return context.reply().Double(*additions.score);
    return context.reply().Null();
  }
  context.reply().Integer(additions.added + (options.counts_changes ? additions.changed : 0));
}

}  // namespace

std::optional<CommandError> AddScoredOptions::Contradiction() const {
  if (only_new && only_known) {
    return CommandError::Err("XX and NX options at the same time are not compatible");
  }
  if ((only_greater && only_new) || (only_less && only_new) || (only_greater && only_less)) {
    return CommandError::Err("GT, LT, and/or NX options at the same time are not compatible");
  }
  return std::nullopt;
}

RunResult AddScored(CommandContext& context, const storage::Key& key,
                    const AddScoredOptions& options,
                    std::span<const storage::ScoredMember> members) {
  const auto found = context.FindTyped(key, storage::Type::kSortedSet, storage::kWrite);
  if (!found) return CommandError::From(found.error());
  Additions additions;
  if (!*found && options.only_known) {
    Reply(context, options, additions);
    return Replied();
  }
  if (!HasMemoryForMembers(members)) return CommandError::NoMemory();
  storage::Opened<storage::SortedSet> set(context.db(), key, *found);
  for (const auto& [score, member] : members) {
    const Outcome outcome = set->Update(member, [&](std::optional<double> current) {
      return Decide(options, score, current, additions);
    });
    additions.added += outcome == Outcome::kAdded ? 1 : 0;
    additions.changed += outcome == Outcome::kChanged ? 1 : 0;
  }
  set.Close();
  if (additions.added + additions.changed > 0) {
    if (!*found) context.NoteNewKey(key);
    context.NoteChange(key, options.adds_scores ? "zincr" : "zadd", EventClass::kSortedSet);
  }
  if (additions.is_not_a_number) return CommandError::Err("resulting score is not a number (NaN)");
  Reply(context, options, additions);
  return Replied();
}

}  // namespace server
