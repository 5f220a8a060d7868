// Every command there is, as one list.
#pragma once

#include <vector>

#include "server/dispatch/command.h"

namespace server {

std::vector<CommandEntry> AllCommands();

}  // namespace server
