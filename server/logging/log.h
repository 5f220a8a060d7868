// Log: one line an event, in Redis's format, or as logfmt or JSON (directive `log-format`).
//
//   31519:M 21 Sep 2026 12:00:00.123 * Ready to accept connections tcp
//   pid:role  local time             level: '.' debug, '-' verbose, '*' notice, '#' warning
//
// The file is opened for each line, so that log rotation works without a signal. The text may hold
// a user's bytes: line ends and control bytes are escaped, so that no one can fake a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/clock.h"

namespace server {

enum class LogLevel : uint8_t { kDebug, kVerbose, kNotice, kWarning, kNothing };
enum class LogFormat : uint8_t { kDefault, kLogfmt, kJson };

struct LogOptions {
  LogLevel level = LogLevel::kNotice;
  LogFormat format = LogFormat::kDefault;
  std::string file;  // empty: standard output
  bool syslog_enabled = false;
  std::string syslog_identity = "redis";
  int syslog_facility = 0;  // LOG_LOCAL0 ... as in <syslog.h>
};

class Log {
 public:
  explicit Log(const storage::Clock& clock) : clock_(clock) {}
  virtual ~Log() = default;
  void Configure(LogOptions options);
  const LogOptions& options() const { return options_; }
  bool IsEnabled(LogLevel level) const { return level >= options_.level; }

  // Writes one line; virtual so that tests can listen.
  virtual void Write(LogLevel level, std::string_view text);
  void Debug(std::string_view text) { Write(LogLevel::kDebug, text); }
  void Verbose(std::string_view text) { Write(LogLevel::kVerbose, text); }
  void Notice(std::string_view text) { Write(LogLevel::kNotice, text); }
  void Warning(std::string_view text) { Write(LogLevel::kWarning, text); }

 private:
  const storage::Clock& clock_;
  LogOptions options_;
};

}  // namespace server
