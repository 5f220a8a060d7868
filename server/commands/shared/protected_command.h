// Commands that are off unless the operator allows them in the configuration file:
// enable-debug-command, enable-module-command.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "server/config/settings.h"
#include "server/dispatch/command_context.h"

namespace server {

// The error for a client that may not. `setting` is the value of `directive`.
inline std::optional<CommandError> RefuseUnlessAllowed(CommandContext& context,
                                                       AccessToCommand setting,
                                                       std::string_view command,
                                                       std::string_view directive) {
  const PeerFacts& peer = context.client().peer;
  const bool is_local = peer.is_unix_socket || peer.is_loopback;
  if (setting == AccessToCommand::kYes) return std::nullopt;
  if (setting == AccessToCommand::kLocal && is_local) return std::nullopt;
  return CommandError::Err(
      fmt::format("{} command not allowed. If the {} option is set to \"local\", you can run it "
                  "from a local connection, otherwise you need to set this option in the "
                  "configuration file, and then restart the server.",
                  command, directive));
}

}  // namespace server
