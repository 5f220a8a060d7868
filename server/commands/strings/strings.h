// The family of string commands.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> StringGetSetCommands();  // get_set.cpp

}  // namespace server
