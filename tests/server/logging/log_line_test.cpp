// Shows the three formats of a log line, and that no text can break out of its line or field.

#include "server/logging/log_line.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

namespace server {
namespace {

// 2026-09-21 10:00:00.123456 UTC
constexpr int64_t kMoment = 1'789'984'800'123'456;

class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    setenv("TZ", name, 1);
    tzset();
  }
  ~TimeZone() {
    before_.empty() ? unsetenv("TZ") : setenv("TZ", before_.c_str(), 1);
    tzset();
  }

 private:
  std::string before_;
};

std::string Line(LogFormat format, std::string_view text, LogLevel level = LogLevel::kNotice) {
  return FormatLogLine({31519, kMoment, level, text}, format);
}

TEST_CASE("FormatLogLine: the default is Redis's line, in local time") {
  const TimeZone zone("CEST-2");
  CHECK(Line(LogFormat::kDefault, "Ready to accept connections tcp") ==
        "31519:M 21 Sep 2026 12:00:00.123 * Ready to accept connections tcp\n");
}

TEST_CASE("FormatLogLine: each level has its mark") {
  const TimeZone zone("UTC");
  const auto mark = [](LogLevel level) { return Line(LogFormat::kDefault, "x", level).substr(33); };
  CHECK(mark(LogLevel::kDebug) == ". x\n");
  CHECK(mark(LogLevel::kVerbose) == "- x\n");
  CHECK(mark(LogLevel::kNotice) == "* x\n");
  CHECK(mark(LogLevel::kWarning) == "# x\n");
}

TEST_CASE("FormatLogLine: logfmt and JSON say the time zone") {
  const TimeZone zone("XST+3:30");
  CHECK(Line(LogFormat::kLogfmt, "hello", LogLevel::kWarning) ==
        "pid=31519 role=primary timestamp=\"2026-09-21T06:30:00.123-03:30\" level=warning "
        "message=\"hello\"\n");
  CHECK(Line(LogFormat::kJson, "hello", LogLevel::kDebug) ==
        "{\"pid\":31519,\"role\":\"primary\",\"timestamp\":\"2026-09-21T06:30:00.123-03:30\","
        "\"level\":\"debug\",\"message\":\"hello\"}\n");
}

TEST_CASE("FormatLogLine: no text can end its line, whatever the format") {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  for (const LogFormat format : {LogFormat::kDefault, LogFormat::kLogfmt, LogFormat::kJson}) {
    const std::string line = Line(format, every_byte);
    REQUIRE(line.back() == '\n');
    for (size_t i = 0; i + 1 < line.size(); ++i) {
      const auto byte = static_cast<unsigned char>(line[i]);
      CHECK(byte >= 0x20);
      CHECK(byte < 0x7F);  // the bytes above are no UTF-8 in this order
    }
  }
}

TEST_CASE("FormatLogLine: control bytes appear as escapes of their format") {
  const std::string text = std::string("a\nb\r\x01\x7f\"q\\", 9) + '\0';
  const TimeZone zone("UTC");
  CHECK(Line(LogFormat::kDefault, text).substr(35) == "a\\nb\\r\\x01\\x7f\"q\\\\x00\n");
  const auto message = [](const std::string& line, std::string_view key) {
    return line.substr(line.find(key) + key.size());
  };
  CHECK(message(Line(LogFormat::kLogfmt, text), "message=") ==
        "\"a\\nb\\r\\x01\\x7f\\\"q\\\\\\x00\"\n");
  CHECK(message(Line(LogFormat::kJson, text), "\"message\":") ==
        "\"a\\nb\\r\\u0001\\u007f\\\"q\\\\\\u0000\"}\n");
}

TEST_CASE("FormatLogLine: UTF-8 stays as it is, and other bytes do not spoil the JSON") {
  const TimeZone zone("UTC");
  const auto text_of = [](std::string_view text) {
    const std::string line = Line(LogFormat::kJson, text);
    const size_t start = line.find("\"message\":\"") + 11;
    return line.substr(start, line.size() - 3 - start);
  };
  CHECK(text_of("\u00e9 \u20ac \U0001F600") == "\u00e9 \u20ac \U0001F600");
  CHECK(text_of("\xff") == "\\\\xff");
  CHECK(text_of("\xc3") == "\\\\xc3");                        // cut off
  CHECK(text_of("\xc0\xaf") == "\\\\xc0\\\\xaf");             // '/' in two bytes
  CHECK(text_of("\xe0\x80\xaf") == "\\\\xe0\\\\x80\\\\xaf");  // '/' in three
  CHECK(text_of("\xed\xa0\x80") == "\\\\xed\\\\xa0\\\\x80");  // a surrogate
  CHECK(text_of("\xf4\x90\x80\x80") == "\\\\xf4\\\\x90\\\\x80\\\\x80");
}

TEST_CASE("FormatLogLine: an endless text is cut off") {
  const TimeZone zone("UTC");
  CHECK(Line(LogFormat::kDefault, std::string(1 << 20, 'x')).size() == 35 + kLogTextMax + 1);
}

}  // namespace
}  // namespace server
