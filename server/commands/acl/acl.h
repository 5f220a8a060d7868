// The family of ACL: users, what they may do, and what they were refused.
#pragma once

#include <span>

#include "server/dispatch/command.h"

namespace server {

std::span<const CommandEntry> AclUserCommands();        // users.cpp
std::span<const CommandEntry> AclInspectionCommands();  // inspection.cpp

}  // namespace server
