// What an operator should know about the machine before trusting the server to it.
#pragma once

#include <string>
#include <vector>

#include "server/config/settings.h"

namespace server {

// One text a warning. Redis's advice on overcommit and huge pages is not among them: both are about
// fork(), and this server saves without forking.
std::vector<std::string> SystemWarnings(const Settings& settings);

}  // namespace server
