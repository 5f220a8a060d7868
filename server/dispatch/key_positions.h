// Which arguments of a request are keys, by the command's key specs: for COMMAND GETKEYS, and later
// for ACL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "server/dispatch/command.h"
#include "server/dispatch/command_error.h"

namespace server {

struct KeyPosition {
  size_t index;    // into the request's arguments
  uint16_t flags;  // KeyFlag
};

// In the order of the specs. An error when the arguments cannot be those of the command.
std::expected<std::vector<KeyPosition>, CommandError> FindKeys(
    const CommandSpec& spec, std::span<const std::string_view> arguments);

// Those that are there, even when others are not where a spec wants them: PFMERGE with a
// destination alone runs, and writes it. For permissions, which must not miss a key.
std::vector<KeyPosition> FindKeysToCheck(const CommandSpec& spec,
                                         std::span<const std::string_view> arguments);

}  // namespace server
