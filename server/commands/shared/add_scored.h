// Adding members with scores to a sorted set: what ZADD, ZINCRBY and GEOADD share.
#pragma once

#include <span>

#include "server/dispatch/command_context.h"
#include "storage/types/sorted_set.h"

namespace server {

// The conditions of ZADD.
struct AddScoredOptions {
  bool only_new = false;        // NX
  bool only_known = false;      // XX
  bool only_greater = false;    // GT
  bool only_less = false;       // LT
  bool counts_changes = false;  // CH
  bool adds_scores = false;     // INCR, for one member

  // The contradictions among them, in the order in which Redis finds them.
  std::optional<CommandError> Contradiction() const;
};

// Adds the members to the key, notes the change and replies: how many are new (or changed, too), or
// with INCR the new score, null if the conditions did not allow it.
RunResult AddScored(CommandContext& context, const storage::Key& key,
                    const AddScoredOptions& options,
                    std::span<const storage::ScoredMember> members);

}  // namespace server
