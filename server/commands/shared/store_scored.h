// Storing members with scores as a whole new sorted set: what ZRANGESTORE, ZUNIONSTORE and
// GEOSEARCHSTORE end with.
#pragma once

#include <span>

#include "server/dispatch/command_context.h"
#include "storage/types/sorted_set.h"

namespace server {

// Makes the members, which are in order and may lie in any key's sorted set, the value of `target`,
// whatever it was; none of them: removes the key. Notes the change and replies their number.
RunResult StoreScored(CommandContext& context, const storage::Key& target,
                      std::span<const storage::ScoredMember> members, std::string_view event);

}  // namespace server
