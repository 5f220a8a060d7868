#include "server/process/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "storage/base/number.h"

namespace server {
namespace {

std::string EnvironmentVariable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A path, or a name of the abstract namespace written with '@' in front.
bool IsSocketPath(const std::string& path) {
  return path.size() > 1 && (path[0] == '/' || path[0] == '@') &&
         path.size() < sizeof(sockaddr_un::sun_path);
}

// Without a $WATCHDOG_PID it is for whoever finds it.
std::optional<int64_t> WatchdogPeriodMs() {
  const std::string process = EnvironmentVariable("WATCHDOG_PID");
  if (!process.empty() && process != std::to_string(getpid())) return std::nullopt;
  const auto patience_us = storage::ParseInt64(EnvironmentVariable("WATCHDOG_USEC"));
  if (!patience_us || *patience_us <= 0) return std::nullopt;
  return std::max<int64_t>(*patience_us / 2 / 1000, 1);
}

}  // namespace

ServiceManager::ServiceManager(Supervision wish) {
  const bool may_be_systemd = wish == Supervision::kSystemd || wish == Supervision::kAuto;
  const bool may_be_upstart = wish == Supervision::kUpstart || wish == Supervision::kAuto;
  socket_path_ = EnvironmentVariable("NOTIFY_SOCKET");
  if (may_be_upstart && !EnvironmentVariable("UPSTART_JOB").empty()) {
    kind_ = Supervision::kUpstart;
    unsetenv("UPSTART_JOB");  // it is meant for this process alone
    raise(SIGSTOP);           // "expect stop": upstart continues us
  } else if (may_be_systemd && IsSocketPath(socket_path_)) {
    kind_ = Supervision::kSystemd;
    watchdog_period_ms_ = WatchdogPeriodMs();
  } else if (wish == Supervision::kUpstart) {
    warning_ = "supervised upstart: UPSTART_JOB is not set, running without supervision";
  } else if (wish == Supervision::kSystemd) {
    warning_ = "supervised systemd: NOTIFY_SOCKET is not set, running without supervision";
  }
}

void ServiceManager::Notify(std::string_view assignments) const {
  if (kind_ != Supervision::kSystemd) return;
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
  if (socket_path_[0] == '@') address.sun_path[0] = '\0';
  const auto address_bytes =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_path_.size());
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return;
  sendto(descriptor, assignments.data(), assignments.size(), MSG_NOSIGNAL,
         reinterpret_cast<const sockaddr*>(&address), address_bytes);
  close(descriptor);
}

}  // namespace server
