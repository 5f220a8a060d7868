// The integers of RESP's lines: canonical decimals, so that each number has one spelling.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace protocol::resp {

// No '+', no spaces, no leading zeros, no "-0"; nullopt also when out of range.
inline std::optional<int64_t> ParseWireInteger(std::string_view text) {
  int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  const std::string_view digits = text.front() == '-' ? text.substr(1) : text;
  if (digits.front() == '0' && text.size() > 1) return std::nullopt;
  return value;
}

inline constexpr size_t kWireIntegerBytesMax = 20;  // "-9223372036854775808"

// Writes `value` to `to` (room for kWireIntegerBytesMax) and returns the end.
inline char* WriteWireInteger(char* to, int64_t value) {
  if (value >= 0 && value < 10) [[likely]] {
    *to = static_cast<char>('0' + value);
    return to + 1;
  }
  if (value >= 10 && value < 100) {
    to[0] = static_cast<char>('0' + value / 10);
    to[1] = static_cast<char>('0' + value % 10);
    return to + 2;
  }
  return std::to_chars(to, to + kWireIntegerBytesMax, value).ptr;
}

}  // namespace protocol::resp
