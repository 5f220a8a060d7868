// ServiceManager: what systemd or upstart wants to hear from a service (directive `supervised`).
//
// systemd listens on a datagram socket whose path is in $NOTIFY_SOCKET, and takes lines like
// READY=1. That is all of sd_notify that is needed, so its library, with what that pulls in, is
// not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/config/settings.h"

namespace server {

class ServiceManager {
 public:
  // Reads the environment; for upstart stops this process until it has been seen. `warning()`
  // afterwards says what was asked for and is not there.
  explicit ServiceManager(Supervision wish);

  // Whether there is one: then the server stays in the foreground even with `daemonize yes`.
  bool is_present() const { return kind_ != Supervision::kNone; }
  const std::string& warning() const { return warning_; }
  // How often systemd is to be told WATCHDOG=1, if this process is watched: twice in the time after
  // which it would take it for dead ($WATCHDOG_USEC, $WATCHDOG_PID).
  std::optional<int64_t> watchdog_period_ms() const { return watchdog_period_ms_; }

  // Sends assignments, one a line, such as "READY=1\nSTATUS=...". Without a manager nothing
  // happens. A manager that does not read is not waited for.
  void Notify(std::string_view assignments) const;

 private:
  Supervision kind_ = Supervision::kNone;  // kNone, kSystemd or kUpstart
  std::string socket_path_;
  std::optional<int64_t> watchdog_period_ms_;
  std::string warning_;
};

}  // namespace server
