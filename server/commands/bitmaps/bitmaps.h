// The family of bitmap commands.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> BitmapBitCommands();    // bits.cpp
std::span<const CommandEntry> BitmapBitOpCommands();  // bitop.cpp
std::span<const CommandEntry> BitmapFieldCommands();  // bitfield.cpp

}  // namespace server
