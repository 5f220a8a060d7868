// The family of hash commands.
#pragma once

#include <expected>
#include <span>

#include "server/dispatch/command.h"
#include "server/dispatch/command_context.h"
#include "storage/types/hash.h"

namespace server {

std::span<const CommandEntry> HashFieldCommands();          // fields.cpp
std::span<const CommandEntry> HashWholeCommands();          // whole.cpp
std::span<const CommandEntry> HashCounterCommands();        // counters.cpp
std::span<const CommandEntry> HashFieldExpiryCommands();    // field_expiry.cpp
std::span<const CommandEntry> HashFieldLifetimeCommands();  // field_lifetime.cpp
std::span<const CommandEntry> HashFieldExchangeCommands();  // field_exchange.cpp

// The hash at the key, to be read; without a field when there is no key.
inline std::expected<storage::HashView, CommandError> ReadHash(CommandContext& context,
                                                               const storage::Key& key) {
  const auto found = context.FindTyped(key, storage::Type::kHash, storage::kRead);
  if (!found) return std::unexpected(CommandError::From(found.error()));
  if (!*found) return storage::HashView(context.now_ms());
  return storage::HashView::Of(**found, context.now_ms());
}

}  // namespace server
