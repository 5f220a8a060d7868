// The family of commands about the server itself.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> ServerInfoCommands();    // info.cpp
std::span<const CommandEntry> ConfigCommands();        // config.cpp
std::span<const CommandEntry> CommandTableCommands();  // command.cpp
std::span<const CommandEntry> SlowLogCommands();       // slowlog.cpp
std::span<const CommandEntry> LatencyCommands();       // latency.cpp
std::span<const CommandEntry> DebugCommands();         // debug.cpp
std::span<const CommandEntry> MemoryCommands();        // memory.cpp
std::span<const CommandEntry> ModuleCommands();        // module.cpp
std::span<const CommandEntry> ShutdownCommands();      // shutdown.cpp
std::span<const CommandEntry> LolwutCommands();        // lolwut.cpp
std::span<const CommandEntry> MonitorCommands();       // monitor.cpp

}  // namespace server
