// Directives about the server as a whole: databases, folders, background work, start and stop.

#include "server/config/directive_table.h"
#include "server/config/special_values.h"

namespace server {
namespace {

constexpr Choice kSupervisions[] = {
    {"upstart", static_cast<int64_t>(Supervision::kUpstart)},
    {"systemd", static_cast<int64_t>(Supervision::kSystemd)},
    {"auto", static_cast<int64_t>(Supervision::kAuto)},
    {"no", static_cast<int64_t>(Supervision::kNone)},
};
constexpr Choice kUnknownChoices[] = {
    {"refuse", static_cast<int64_t>(UnknownDirectives::kRefuse)},
    {"warn", static_cast<int64_t>(UnknownDirectives::kWarn)},
};
constexpr Choice kShutdownChoices[] = {
    {"default", 0},        {"save", kShutdownSave},   {"nosave", kShutdownNosave},
    {"now", kShutdownNow}, {"force", kShutdownForce},
};

std::string_view CheckShutdown(const Value& value) {
  constexpr int64_t kBoth = kShutdownSave | kShutdownNosave;
  if ((value.number & kBoth) != kBoth) return {};
  return "shutdown options SAVE and NOSAVE can't be used simultaneously";
}

constexpr Directive kRows[] = {
    {.name = "databases",
     .kind = Kind::kInt,
     .flags = kImmutable,
     .min = 1,
     .max = kIntMax,
     .initial = "16",
     .store = Into<&Settings::databases>},
    {.name = "dir",
     .kind = Kind::kSpecial,
     .flags = kProtected,
     .initial = ".",
     .parse = ParseDir,
     .store = Into<&Settings::dir>},
    {.name = "hz", .kind = Kind::kSpecial, .initial = "10", .parse = ParseHz, .store = StoreHz},
    {.name = "daemonize",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .initial = "no",
     .store = Into<&Settings::daemonize>},
    {.name = "supervised",
     .kind = Kind::kEnum,
     .flags = kImmutable,
     .initial = "no",
     .choices = kSupervisions,
     .store = Into<&Settings::supervised>},
    {.name = "pidfile", .flags = kImmutable, .store = Into<&Settings::pidfile>},
    {.name = "unknown-directives",
     .kind = Kind::kEnum,
     .flags = kImmutable,
     .initial = "refuse",
     .choices = kUnknownChoices,
     .store = Into<&Settings::unknown_directives>},
    {.name = "shutdown-on-sigint",
     .kind = Kind::kFlags,
     .flags = kMultiArg,
     .effect = Effect::kNone,
     .initial = "default",
     .choices = kShutdownChoices,
     .check = CheckShutdown,
     .store = Into<&Settings::shutdown_on_sigint>},
    {.name = "shutdown-on-sigterm",
     .kind = Kind::kFlags,
     .flags = kMultiArg,
     .effect = Effect::kNone,
     .initial = "default",
     .choices = kShutdownChoices,
     .check = CheckShutdown,
     .store = Into<&Settings::shutdown_on_sigterm>},
    {.name = "shutdown-timeout",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "10",
     .store = Into<&Settings::shutdown_timeout_s>},
    {.name = "dynamic-hz", .kind = Kind::kBool, .effect = Effect::kNone, .initial = "yes"},
    {.name = "busy-reply-threshold",
     .alias = "lua-time-limit",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .initial = "5000",
     .store = Into<&Settings::busy_reply_threshold_ms>},
};

}  // namespace

std::span<const Directive> GeneralDirectives() {
  return kRows;
}

}  // namespace server
