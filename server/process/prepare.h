// From a loaded configuration to a process that is ready to become a server: in its folder, in the
// background if that is wished, with a log and with room for its clients.
#pragma once

#include <expected>
#include <span>
#include <string>

#include "server/config/config.h"
#include "server/logging/log.h"
#include "server/process/service_manager.h"
#include "server/shell.h"

namespace server {

// What INFO says of this process. To be asked before the folder changes, which `config_file` is in.
ProcessFacts MakeProcessFacts(const std::string& config_file, const ServiceManager& manager);

// Lowers `maxclients` in `config` when the system has no room for it. The error is a text for the
// operator; it is not logged yet, since it may be about the log.
std::expected<void, std::string> PrepareProcess(Config& config, Log& log,
                                                const ServiceManager& manager);

// The first lines of the log: who starts, with what configuration, on what machine.
// `warnings` came up while the configuration was read.
void LogStart(const Config& config, const std::string& config_file,
              std::span<const std::string> warnings, Log& log);

}  // namespace server
