// One event as one line of text, in each of the formats of the directive `log-format`:
//
//   default  31519:M 21 Sep 2026 12:00:00.123 * Ready to accept connections tcp
//   logfmt   pid=31519 role=primary timestamp="2026-09-21T12:00:00.123+02:00" level=notice
//            message="Ready to accept connections tcp"      (one line, as all of them)
//   json     {"pid":31519,"role":"primary","timestamp":"2026-09-21T12:00:00.123+02:00",
//            "level":"notice","message":"Ready to accept connections tcp"}
//
// The default is Redis's and has no time zone, since programs parse it; the other two say theirs.
// The text may hold a user's bytes: whatever could end the line, leave its field or confuse a
// terminal is escaped, so that no one can forge a line. Text beyond kLogTextMax bytes is cut off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/logging/log.h"

namespace server {

inline constexpr size_t kLogTextMax = 4096;

struct LogEvent {
  int64_t process_id;
  int64_t wall_microseconds;
  LogLevel level;  // not kNothing
  std::string_view text;
};

// The line with its '\n', in local time.
std::string FormatLogLine(const LogEvent& event, LogFormat format);

// The text alone, cut and escaped as in the default format.
std::string EscapeLogText(std::string_view text);

}  // namespace server
