// The family of sorted set commands.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> SortedSetMemberCommands();        // members.cpp
std::span<const CommandEntry> SortedSetRankCommands();          // ranks.cpp
std::span<const CommandEntry> SortedSetRangeCommands();         // ranges.cpp
std::span<const CommandEntry> SortedSetOldRangeCommands();      // old_ranges.cpp
std::span<const CommandEntry> SortedSetRemovalCommands();       // removal.cpp
std::span<const CommandEntry> SortedSetPopCommands();           // pop.cpp
std::span<const CommandEntry> SortedSetBlockingCommands();      // blocking.cpp
std::span<const CommandEntry> SortedSetScanCommands();          // random_scan.cpp
std::span<const CommandEntry> SortedSetAlgebraCommands();       // algebra.cpp
std::span<const CommandEntry> SortedSetAlgebraStoreCommands();  // algebra_store.cpp

}  // namespace server
