// Hex: bytes as hexadecimal digits in lower case, two a byte.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace storage {

inline std::string Hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<size_t>(byte) >> 4];
    text += kDigits[std::to_integer<size_t>(byte) & 15];
  }
  return text;
}

}  // namespace storage
