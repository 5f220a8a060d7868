// The family of commands about the connection itself.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> ConnectionBasicCommands();  // ping_echo.cpp
std::span<const CommandEntry> ConnectionHelloCommands();  // hello_auth.cpp
std::span<const CommandEntry> ClientSelfCommands();       // client_self.cpp
std::span<const CommandEntry> ClientOthersCommands();     // client_others.cpp
std::span<const CommandEntry> ClientWaitingCommands();    // client_waiting.cpp

}  // namespace server
