// From the words of a redis.conf line or of CONFIG SET to a checked value.
#pragma once

#include <expected>
#include <string_view>

#include "server/config/directive.h"

namespace server {

// `current`: see ParseSpecial. The words are at least one, and exactly one unless the directive is
// kMultiArg.
std::expected<Value, Refusal> ParseValue(const Directive& directive, Words words,
                                         std::string_view current);

}  // namespace server
