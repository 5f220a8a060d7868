// The family of commands about keys, whatever they hold.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> KeyLifecycleCommands();  // lifecycle.cpp
std::span<const CommandEntry> KeyTransferCommands();   // transfer.cpp
std::span<const CommandEntry> KeyDatabaseCommands();   // databases.cpp
std::span<const CommandEntry> KeyScanCommands();       // scan.cpp
std::span<const CommandEntry> KeyExpiryCommands();     // expiry.cpp
std::span<const CommandEntry> KeyLifetimeCommands();   // lifetime.cpp
std::span<const CommandEntry> KeyObjectCommands();     // object.cpp
std::span<const CommandEntry> KeySortCommands();       // sort.cpp
std::span<const CommandEntry> KeyDumpCommands();       // dump_restore.cpp

}  // namespace server
