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
    {.name = "aclfile",
     .flags = kImmutable,
     .effect = Effect::kRefused,
     .refusal = "aclfile is not supported by this version: it has no access control lists yet, and "
                "everyone who "
                "connects could do everything"},
    {.name = "acl-pubsub-default",
     .kind = Kind::kEnum,
     .effect = Effect::kNone,
     .initial = "resetchannels",
     .choices = kPubSubDefaults},
    {.name = "acllog-max-len",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .initial = "128",
     .store = Into<&Settings::acllog_max_len>},
};

}  // namespace

std::span<const Directive> SecurityDirectives() {
  return kRows;
}

}  // namespace server
