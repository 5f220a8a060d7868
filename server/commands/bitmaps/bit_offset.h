// The place of a bit in a string, as an argument.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "server/dispatch/command_context.h"
#include "server/dispatch/command_error.h"

namespace server {

// An offset in bits that lies in the first proto-max-bulk-len bytes.
std::expected<uint64_t, CommandError> ParseBitOffset(CommandContext& context,
                                                     std::string_view text);
// The same, or "#n": the n-th of fields of `field_bits` bits.
std::expected<uint64_t, CommandError> ParseFieldOffset(CommandContext& context,
                                                       std::string_view text, unsigned field_bits);

}  // namespace server
