#include "server/process/prepare.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "server/process/daemonize.h"
#include "server/process/descriptor_limit.h"
#include "server/process/log_settings.h"
#include "server/process/system_warnings.h"
#include "server/version.h"

namespace server {
namespace {

std::string AbsolutePath(const std::string& path) {
  char absolute[PATH_MAX];
  return realpath(path.c_str(), absolute) != nullptr ? absolute : path;
}

std::expected<void, std::string> EnterDirectory(Config& config) {
  const std::string& directory = config.settings().dir;
  char absolute[PATH_MAX];
  if (chdir(directory.c_str()) != 0 || getcwd(absolute, sizeof absolute) == nullptr) {
    return std::unexpected("Can't chdir to '" + directory + "': " + std::strerror(errno));
  }
  config.ResolveDirectory(absolute);
  return {};
}

// A log that cannot be written is noticed now and not when it is needed.
std::expected<void, std::string> TryLogFile(const std::string& path) {
  if (path.empty()) return {};
  const int descriptor = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    return std::unexpected("Can't open the log file: " + std::string(std::strerror(errno)));
  close(descriptor);
  return {};
}

std::expected<void, std::string> MakeRoomForClients(Config& config, Log& log) {
  const uint32_t wanted = config.settings().maxclients;
  const DescriptorLimit limit = RaiseDescriptorLimit(wanted);
  if (limit.clients_max == 0) {
    return std::unexpected("The limit of open files, " + std::to_string(limit.now) +
                           ", is too low to serve any client. Raise it ('ulimit -n') above " +
                           std::to_string(kReservedDescriptors) + ".");
  }
  if (limit.clients_max < wanted) {
    const std::string clients_max = std::to_string(limit.clients_max);
    const Config::NameAndValue lowered = {"maxclients", clients_max};
    static_cast<void>(config.Set({&lowered, 1}));
    log.Warning("The limit of open files is " + std::to_string(limit.now) +
                " and cannot be raised: maxclients has been reduced from " +
                std::to_string(wanted) + " to " + clients_max +
                ". For more clients raise 'ulimit -n'.");
  } else if (limit.now > limit.before) {
    log.Notice("Increased maximum number of open files to " + std::to_string(limit.now) +
               " (it was originally set to " + std::to_string(limit.before) + ").");
  }
  return {};
}

}  // namespace

ProcessFacts MakeProcessFacts(const std::string& config_file, const ServiceManager& manager) {
  return {

      .executable = AbsolutePath("/proc/self/exe"),
      .config_file = config_file.empty() ? "" : AbsolutePath(config_file),
      .event_api = "epoll",
      .is_supervised = manager.is_present(),
  };
}

std::expected<void, std::string> PrepareProcess(Config& config, Log& log,
                                                const ServiceManager& manager) {
  if (auto entered = EnterDirectory(config); !entered) return entered;
  if (auto opened = TryLogFile(config.settings().logfile); !opened) return opened;
  // Under a service manager the process it has started is the server.
  if (config.settings().daemonize && !manager.is_present()) {
    if (auto daemonized = Daemonize(); !daemonized) return daemonized;
  }
  ApplyLogSettings(config.settings(), log);
  if (!manager.warning().empty()) log.Warning(manager.warning());
  return MakeRoomForClients(config, log);
}

void LogStart(const Config& config, const std::string& config_file,
              std::span<const std::string> warnings, Log& log) {
  log.Notice(std::string("Cinnabar ") + CinnabarVersion() + " is starting, compatible with Redis " +
             kRedisVersion + ", build " + BuildId().substr(0, 16));
  if (config_file.empty()) {
    log.Warning("Warning: no config file specified, using the default config.");
  } else {
    log.Notice("Configuration loaded from " + config_file);
  }
  for (const std::string& warning : warnings) log.Warning(warning);
  for (const std::string& notice : config.StartNotices()) log.Notice(notice);
  for (const std::string& warning : SystemWarnings(config.settings())) log.Warning(warning);
  log.Notice("Running mode=standalone, port=" + std::to_string(config.settings().port) +
             ". PID: " + std::to_string(getpid()));
}

}  // namespace server
