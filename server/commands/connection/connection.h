// The family of commands about the connection itself.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> ConnectionBasicCommands();  // ping_echo.cpp

}  // namespace server
