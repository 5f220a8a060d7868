// The family of MULTI and EXEC.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> MultiExecCommands();  // multi_exec.cpp
std::span<const CommandEntry> WatchCommands();      // watch.cpp

}  // namespace server
