#include "server/logging/log.h"

#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "server/logging/log_line.h"

namespace server {
namespace {

int SyslogPriority(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return LOG_DEBUG;
    case LogLevel::kVerbose:
      return LOG_INFO;
    case LogLevel::kNotice:
      return LOG_NOTICE;
    case LogLevel::kWarning:
    case LogLevel::kNothing:
      return LOG_WARNING;
  }
  return LOG_WARNING;
}

// A line that cannot be written is lost: there is nowhere left to say so, and serving goes on.
void WriteFully(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void AppendToFile(const std::string& path, std::string_view line) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return;
  WriteFully(descriptor, line);
  close(descriptor);
}

}  // namespace

void Log::Configure(LogOptions options) {
  if (options_.syslog_enabled) closelog();
  options_ = std::move(options);
  if (options_.syslog_enabled) {
    // syslog keeps the pointer; options_ lives as long as this.
    openlog(options_.syslog_identity.c_str(), LOG_PID | LOG_NDELAY | LOG_NOWAIT,
            options_.syslog_facility);
  }
}

void Log::Write(LogLevel level, std::string_view text) {
  if (level == LogLevel::kNothing || !IsEnabled(level)) return;
  const LogEvent event = {getpid(), clock_.WallMicroseconds(), level, text};
  const std::string line = FormatLogLine(event, options_.format);
  if (options_.file.empty()) {
    WriteFully(STDOUT_FILENO, line);
  } else {
    AppendToFile(options_.file, line);
  }
  if (options_.syslog_enabled) {
    // Without control bytes; syslog adds time and process itself.
    syslog(SyslogPriority(level), "%s", EscapeLogText(text).c_str());
  }
}

}  // namespace server
