// Directives about who may connect and do what.

#include "server/config/directive_table.h"

namespace server {
namespace {

constexpr Choice kPubSubDefaults[] = {{"allchannels", 1}, {"resetchannels", 0}};

constexpr Directive kRows[] = {
    {.name = "protected-mode",
     .kind = Kind::kBool,
     .initial = "yes",
     .store = Into<&Settings::protected_mode>},
    {.name = "requirepass", .flags = kSensitive, .store = Into<&Settings::requirepass>},
    {.name = "enable-protected-configs",
     .kind = Kind::kEnum,
     .flags = kImmutable,
     .initial = "no",
     .choices = kAccessChoices,
     .store = Into<&Settings::enable_protected_configs>},
    {.name = "enable-debug-command",
     .kind = Kind::kEnum,
     .flags = kImmutable,
     .initial = "no",
     .choices = kAccessChoices,
     .store = Into<&Settings::enable_debug_command>},
    {.name = "enable-module-command",
     .kind = Kind::kEnum,
     .flags = kImmutable,
     .effect = Effect::kNone,
     .initial = "no",
     .choices = kAccessChoices,
     .store = Into<&Settings::enable_module_command>},
    {.name = "aclfile", .flags = kImmutable, .store = Into<&Settings::aclfile>},
    {.name = "acl-pubsub-default",
     .kind = Kind::kEnum,
     .initial = "resetchannels",
     .choices = kPubSubDefaults,
     .store = Into<&Settings::acl_pubsub_default_is_all>},
    {.name = "acllog-max-len",
     .kind = Kind::kInt,
     .initial = "128",
     .store = Into<&Settings::acllog_max_len>},
    // Ours: a line in the log for each administrative request: who, from where, what.
    {.name = "audit-log",
     .kind = Kind::kBool,
     .initial = "no",
     .store = Into<&Settings::audit_log>},
    // Ours: after so many failed logins in a row an address may try once a second. 0: never slowed.
    {.name = "failed-login-burst",
     .kind = Kind::kInt,
     .max = 1'000'000,
     .initial = "20",
     .store = Into<&Settings::failed_login_burst>},
};

}  // namespace

std::span<const Directive> SecurityDirectives() {
  return kRows;
}

}  // namespace server
