#include "storage/aof/annotation.h"

#include <array>
#include <cstring>

#include "storage/base/number.h"

namespace storage::aof {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected
constexpr char kHexDigits[] = "0123456789abcdef";

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table = {};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? kPolynomial : 0);
    table[i] = value;
  }
  return table;
}

uint32_t ByTable(uint32_t crc, std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = MakeTable();
  for (const char c : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t ByInstruction(uint32_t crc, std::string_view bytes) {
  uint64_t wide = crc;
  while (bytes.size() >= 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    wide = __builtin_ia32_crc32di(wide, word);
    bytes.remove_prefix(8);
  }
  crc = static_cast<uint32_t>(wide);
  for (const char c : bytes) crc = __builtin_ia32_crc32qi(crc, static_cast<unsigned char>(c));
  return crc;
}
#endif

}  // namespace

uint32_t Crc32c(std::string_view bytes) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) [[likely]]
    return ~ByInstruction(~0u, bytes);
#endif
  return ~ByTable(~0u, bytes);
}

void AppendChecksumLine(std::string& buffer, size_t block_begin) {
  const uint32_t crc = Crc32c(std::string_view(buffer).substr(block_begin));
  char line[kChecksumLineBytes];
  std::memcpy(line, kChecksumPrefix.data(), kChecksumPrefix.size());
  for (size_t i = 0; i < 8; ++i) line[5 + i] = kHexDigits[crc >> (28 - 4 * i) & 15];
  line[13] = '\r';
  line[14] = '\n';
  buffer.append(line, sizeof line);
}

void AppendNumberLine(std::string_view prefix, uint64_t number, std::string& buffer) {
  buffer += prefix;
  buffer += std::to_string(number);
  buffer += "\r\n";
}

std::optional<uint32_t> ChecksumOf(std::string_view line) {
  if (!line.starts_with(kChecksumPrefix) || line.size() != kChecksumPrefix.size() + 8) {
    return std::nullopt;
  }
  uint32_t crc = 0;
  for (const char c : line.substr(kChecksumPrefix.size())) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) return std::nullopt;
    crc = crc << 4 | static_cast<uint32_t>(is_digit ? c - '0' : c - 'a' + 10);
  }
  return crc;
}

std::optional<uint64_t> NumberOf(std::string_view prefix, std::string_view line) {
  if (!line.starts_with(prefix)) return std::nullopt;
  return ParseUint64(line.substr(prefix.size()));
}

}  // namespace storage::aof
