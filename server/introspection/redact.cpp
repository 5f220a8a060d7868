#include "server/introspection/redact.h"

#include <algorithm>

#include "server/config/config.h"
#include "storage/base/number.h"

namespace server {
namespace {

using Arguments = std::span<std::string_view>;

constexpr std::string_view kRedacted = "(redacted)";

void HideAll(Arguments arguments) {
  for (std::string_view& argument : arguments) argument = kRedacted;
}

// AUTH [user] password. Neither is shown: people swap them.
void HideAuth(Arguments arguments) {
  HideAll(arguments.subspan(1));
}

// HELLO [version [AUTH user password] [SETNAME name]]
void HideHello(Arguments arguments) {
  for (size_t i = 2; i < arguments.size(); ++i) {
    if (storage::EqualsIgnoreCase(arguments[i], "SETNAME")) {
      ++i;
    } else if (storage::EqualsIgnoreCase(arguments[i], "AUTH")) {
      const Arguments rest = arguments.subspan(i + 1);
      HideAll(rest.first(std::min<size_t>(2, rest.size())));
      i += 2;
    }
  }
}

// CONFIG SET directive value [directive value ...]
void HideConfigSet(Arguments arguments) {
  for (size_t i = 3; i < arguments.size(); i += 2) {
    if (Config::IsSensitive(arguments[i - 1])) arguments[i] = kRedacted;
  }
}

// ACL SETUSER name rule [rule ...]
void HideUserRules(Arguments arguments) {
  if (arguments.size() > 3) HideAll(arguments.subspan(3));
}

struct Rule {
  std::string_view command;  // full name, lower case
  void (*hide)(Arguments arguments);
};

constexpr Rule kRules[] = {
    {"auth", HideAuth},
    {"hello", HideHello},
    {"config|set", HideConfigSet},
    {"acl|setuser", HideUserRules},
};

}  // namespace

RedactedArguments::RedactedArguments(const CommandInTable& command,
                                     std::span<const std::string_view> arguments)
    : shown_(arguments) {
  for (const Rule& rule : kRules) {
    if (rule.command != command.full_name) continue;
    copy_.assign(arguments.begin(), arguments.end());
    rule.hide(copy_);
    shown_ = copy_;
  }
}

}  // namespace server
