// What an operator should know about the machine before trusting the server to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config/settings.h"
#include "server/process/memory_limit.h"

namespace server {

// One text a warning. Redis's advice on overcommit and huge pages is not among them: both are about
// fork(), and this server saves without forking.
std::vector<std::string> SystemWarnings(const Settings& settings);
// The one about a container's limit on memory, which nothing else tells of before it is too late.
std::optional<std::string> ContainerWarning(const Settings& settings, const MemoryLimit& limit);

}  // namespace server
