// Fields in network order, written to memory whose size was asked for before. Each function returns
// the place behind what it wrote.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace protocol::amqp {

inline constexpr size_t kShortStringMax = 255;

// A longer text is cut: callers that cannot say less refuse it before.
inline size_t ShortStringBytes(std::string_view text) {
  return std::min(text.size(), kShortStringMax);
}

template <class Number>
inline char* WriteBigEndian(char* to, Number number) {
  if constexpr (sizeof(number) > 1 && std::endian::native == std::endian::little) {
    number = std::byteswap(number);
  }
  std::memcpy(to, &number, sizeof(number));
  return to + sizeof(number);
}
inline char* WriteU8(char* to, uint8_t number) {
  return WriteBigEndian(to, number);
}
inline char* WriteU16(char* to, uint16_t number) {
  return WriteBigEndian(to, number);
}
inline char* WriteU32(char* to, uint32_t number) {
  return WriteBigEndian(to, number);
}
inline char* WriteU64(char* to, uint64_t number) {
  return WriteBigEndian(to, number);
}
inline char* WriteBytes(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}
inline char* WriteShortString(char* to, std::string_view text) {
  const size_t size = ShortStringBytes(text);
  return WriteBytes(WriteU8(to, static_cast<uint8_t>(size)), text.substr(0, size));
}
inline char* WriteLongString(char* to, std::string_view text) {
  return WriteBytes(WriteU32(to, static_cast<uint32_t>(text.size())), text);
}

}  // namespace protocol::amqp
