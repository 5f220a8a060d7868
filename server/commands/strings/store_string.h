// The middle of every command that sets a whole string: store, tell, and say for the log when the
// value ends.
#pragma once

#include <string_view>

#include "server/dispatch/command_context.h"

namespace server {

// Makes `value` the value of `key`, whose record is `found`, and notes the change ("new", "set",
// "expire"). A value with an expiry is propagated with the time at which it ends, since a log is
// read later. False when there is no memory; then nothing has changed.
[[nodiscard]] bool StoreString(CommandContext& context, const storage::Key& key,
                               storage::Found found, std::string_view value,
                               storage::ExpiryChange expiry);

}  // namespace server
