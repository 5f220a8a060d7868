// The family of commands about data on disk.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> AppendOnlyCommands();  // append_only.cpp
std::span<const CommandEntry> SavingCommands();      // saving.cpp

}  // namespace server
