#include "server/commands/bitmaps/bit_offset.h"

#include "server/commands/shared/string_limit.h"
#include "storage/base/number.h"

namespace server {
namespace {

std::expected<uint64_t, CommandError> ParseOffset(CommandContext& context, std::string_view text,
                                                  int64_t unit_bits) {
  const auto number = storage::ParseInt64(text);
  int64_t offset = 0;
  if (!number || *number < 0 || __builtin_mul_overflow(*number, unit_bits, &offset) ||
      ExceedsStringMax(context, static_cast<uint64_t>(offset) / 8, 1)) {
    return std::unexpected(CommandError::Err("bit offset is not an integer or out of range"));
  }
  return static_cast<uint64_t>(offset);
}

}  // namespace

std::expected<uint64_t, CommandError> ParseBitOffset(CommandContext& context,
                                                     std::string_view text) {
  return ParseOffset(context, text, 1);
}

std::expected<uint64_t, CommandError> ParseFieldOffset(CommandContext& context,
                                                       std::string_view text, unsigned field_bits) {
  if (!text.starts_with('#')) return ParseOffset(context, text, 1);
  return ParseOffset(context, text.substr(1), field_bits);
}

}  // namespace server
