// The family of string commands.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> StringGetSetCommands();    // get_set.cpp
std::span<const CommandEntry> StringExpiringCommands();  // expiring.cpp
std::span<const CommandEntry> StringCounterCommands();   // counters.cpp
std::span<const CommandEntry> StringRangeCommands();     // ranges.cpp
std::span<const CommandEntry> StringMultiCommands();     // multi.cpp
std::span<const CommandEntry> StringLcsCommands();       // lcs.cpp

}  // namespace server
