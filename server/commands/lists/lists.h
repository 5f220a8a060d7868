// The family of list commands.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> ListPushPopCommands();   // push_pop.cpp
std::span<const CommandEntry> ListRangeCommands();     // ranges.cpp
std::span<const CommandEntry> ListEditCommands();      // edit.cpp
std::span<const CommandEntry> ListMoveCommands();      // move.cpp
std::span<const CommandEntry> ListPopFirstCommands();  // pop_first.cpp

}  // namespace server
