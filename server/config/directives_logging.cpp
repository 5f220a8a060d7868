// Directives about what is written to the log, and how.

#include <syslog.h>

#include "server/config/directive_table.h"

namespace server {
namespace {

constexpr Choice kLevels[] = {
    {"debug", static_cast<int64_t>(LogLevel::kDebug)},
    {"verbose", static_cast<int64_t>(LogLevel::kVerbose)},
    {"notice", static_cast<int64_t>(LogLevel::kNotice)},
    {"warning", static_cast<int64_t>(LogLevel::kWarning)},
    {"nothing", static_cast<int64_t>(LogLevel::kNothing)},
};
constexpr Choice kFormats[] = {
    {"default", static_cast<int64_t>(LogFormat::kDefault)},
    {"logfmt", static_cast<int64_t>(LogFormat::kLogfmt)},
    {"json", static_cast<int64_t>(LogFormat::kJson)},
};
constexpr Choice kFacilities[] = {
    {"user", LOG_USER},     {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1},
    {"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},
    {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
};

constexpr Directive kRows[] = {
    {.name = "loglevel",
     .kind = Kind::kEnum,
     .initial = "notice",
     .choices = kLevels,
     .store = Into<&Settings::loglevel>},
    {.name = "log-format",
     .kind = Kind::kEnum,
     .initial = "default",
     .choices = kFormats,
     .store = Into<&Settings::log_format>},
    {.name = "logfile", .flags = kImmutable, .store = Into<&Settings::logfile>},
    {.name = "syslog-enabled",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .initial = "no",
     .store = Into<&Settings::syslog_enabled>},
    {.name = "syslog-ident",
     .flags = kImmutable,
     .initial = "redis",
     .store = Into<&Settings::syslog_ident>},
    {.name = "syslog-facility",
     .kind = Kind::kEnum,
     .flags = kImmutable,
     .initial = "local0",
     .choices = kFacilities,
     .store = Into<&Settings::syslog_facility>},
    {.name = "crash-log-enabled",
     .kind = Kind::kBool,
     .initial = "yes",
     .store = Into<&Settings::crash_log_enabled>},
    {.name = "crash-memcheck-enabled",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "hide-user-data-from-log",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "always-show-logo",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "ignore-warnings", .effect = Effect::kNone},
};

}  // namespace

std::span<const Directive> LoggingDirectives() {
  return kRows;
}

}  // namespace server
