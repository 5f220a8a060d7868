#include "server/logging/log_line.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace server {
namespace {

constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// A moment in the machine's time zone.
struct LocalTime {
  tm calendar;
  int milliseconds;
};

LocalTime ToLocalTime(int64_t wall_microseconds) {
  LocalTime local;
  const time_t seconds = wall_microseconds / 1'000'000;
  localtime_r(&seconds, &local.calendar);
  local.milliseconds = static_cast<int>(wall_microseconds / 1000 % 1000);
  return local;
}

// 21 Sep 2026 12:00:00.123, whatever the locale says months are called.
std::string RedisTimestamp(const LocalTime& local) {
  char text[64];
  const tm& at = local.calendar;
  std::snprintf(text, sizeof text, "%02d %s %d %02d:%02d:%02d.%03d", at.tm_mday,
                kMonths[static_cast<size_t>(at.tm_mon)], at.tm_year + 1900, at.tm_hour, at.tm_min,
                at.tm_sec, local.milliseconds);
  return text;
}

// 2026-09-21T12:00:00.123+02:00
std::string IsoTimestamp(const LocalTime& local) {
  char text[64];
  const tm& at = local.calendar;
  const long offset_minutes = std::labs(at.tm_gmtoff) / 60;
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02ld:%02ld",
                at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec,
                local.milliseconds, at.tm_gmtoff < 0 ? '-' : '+', offset_minutes / 60,
                offset_minutes % 60);
  return text;
}

char LevelMark(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return '.';
    case LogLevel::kVerbose:
      return '-';
    case LogLevel::kNotice:
      return '*';
    case LogLevel::kWarning:
    case LogLevel::kNothing:
      return '#';
  }
  return '#';
}

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kVerbose:
      return "verbose";
    case LogLevel::kNotice:
      return "notice";
    case LogLevel::kWarning:
    case LogLevel::kNothing:
      return "warning";
  }
  return "warning";
}

enum class Quoting : uint8_t { kBare, kLogfmt, kJson };

void AppendHex(std::string& to, const char* prefix, unsigned char byte) {
  char text[8];
  std::snprintf(text, sizeof text, "%s%02x", prefix, byte);
  to += text;
}

size_t Utf8BytesAnnouncedBy(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;  // a continuation, or a sequence longer than needed
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

// Length of the well-formed UTF-8 sequence at the front of `text`, 0 when there is none (RFC 3629).
size_t Utf8SequenceBytes(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  const size_t size = Utf8BytesAnnouncedBy(first);
  if (size == 0 || size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  if (first == 0xE0 && at(1) < 0xA0) return 0;   // longer than needed
  if (first == 0xED && at(1) >= 0xA0) return 0;  // a surrogate
  if (first == 0xF0 && at(1) < 0x90) return 0;   // longer than needed
  if (first == 0xF4 && at(1) >= 0x90) return 0;  // beyond U+10FFFF
  return size;
}

// JSON knows no \x, and must be UTF-8: a byte that is none appears as the four characters \xNN.
void AppendUnprintable(std::string& to, unsigned char byte, Quoting quoting) {
  if (quoting != Quoting::kJson) {
    AppendHex(to, "\\x", byte);
  } else if (byte < 0x80) {
    AppendHex(to, "\\u00", byte);
  } else {
    AppendHex(to, "\\\\x", byte);
  }
}

void AppendEscaped(std::string& to, std::string_view text, Quoting quoting) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    size_t taken = 1;
    if (byte == '\n') {
      to += "\\n";
    } else if (byte == '\r') {
      to += "\\r";
    } else if (byte == '\t') {
      to += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      AppendUnprintable(to, byte, quoting);
    } else if ((byte == '"' || byte == '\\') && quoting != Quoting::kBare) {
      to += '\\';
      to += text.front();
    } else if (const size_t sequence = Utf8SequenceBytes(text); sequence != 0) {
      to += text.substr(0, sequence);
      taken = sequence;
    } else {
      AppendUnprintable(to, byte, quoting);
    }
    text.remove_prefix(taken);
  }
}

}  // namespace

std::string FormatLogLine(const LogEvent& event, LogFormat format) {
  const LocalTime local = ToLocalTime(event.wall_microseconds);
  const std::string_view text = event.text.substr(0, kLogTextMax);
  const std::string process_id = std::to_string(event.process_id);
  std::string line;
  line.reserve(text.size() + 128);
  switch (format) {
    case LogFormat::kDefault:
      line += process_id + ":M " + RedisTimestamp(local) + ' ' + LevelMark(event.level) + ' ';
      AppendEscaped(line, text, Quoting::kBare);
      break;
    case LogFormat::kLogfmt:
      line += "pid=" + process_id + " role=primary timestamp=\"" + IsoTimestamp(local) +
              "\" level=" + LevelName(event.level) + " message=\"";
      AppendEscaped(line, text, Quoting::kLogfmt);
      line += '"';
      break;
    case LogFormat::kJson:
      line += "{\"pid\":" + process_id + ",\"role\":\"primary\",\"timestamp\":\"" +
              IsoTimestamp(local) + "\",\"level\":\"" + LevelName(event.level) +
              "\",\"message\":\"";
      AppendEscaped(line, text, Quoting::kJson);
      line += "\"}";
      break;
  }
  line += '\n';
  return line;
}

std::string EscapeLogText(std::string_view text) {
  std::string escaped;
  AppendEscaped(escaped, text.substr(0, kLogTextMax), Quoting::kBare);
  return escaped;
}

}  // namespace server
