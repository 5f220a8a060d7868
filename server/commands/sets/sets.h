// The family of set commands.
#pragma once

#include <expected>
#include <span>

#include "server/dispatch/command.h"
#include "server/dispatch/command_context.h"
#include "storage/types/set.h"

namespace server {

std::span<const CommandEntry> SetMemberCommands();   // members.cpp
std::span<const CommandEntry> SetRandomCommands();   // random.cpp
std::span<const CommandEntry> SetAlgebraCommands();  // algebra.cpp

// The set at the key, to be read; without a member when there is no key.
inline std::expected<storage::SetView, CommandError> ReadSet(CommandContext& context,
                                                             const storage::Key& key) {
  const auto found = context.FindTyped(key, storage::Type::kSet, storage::kRead);
  if (!found) return std::unexpected(CommandError::From(found.error()));
  if (!*found) return storage::SetView();
  return storage::SetView::Of(**found);
}

}  // namespace server
