#include "storage/rdb/checksum.h"

#include <array>
#include <bit>
#include <cstring>

namespace storage::rdb {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr uint64_t kReflectedPolynomial = 0x95ac9329ac4bc9b5;
constexpr size_t kSlices = 16;
using Tables = std::array<std::array<uint64_t, 256>, kSlices>;

// Table 0 is a byte's; table n is that of a byte with n zero bytes behind it.
consteval Tables MakeTables() {
  Tables tables = {};
  for (uint64_t byte = 0; byte < 256; ++byte) {
    uint64_t crc = byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReflectedPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t slice = 1; slice < kSlices; ++slice) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint64_t crc = tables[slice - 1][byte];
      tables[slice][byte] = (crc >> 8) ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}

constinit const Tables kTables = MakeTables();

uint64_t Load(const char* from) {
  uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

}  // namespace

// Sixteen bytes a step: their sixteen lookups do not wait for each other.
uint64_t Checksum(uint64_t before, std::string_view bytes) {
  uint64_t crc = before;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= kSlices; at += kSlices, left -= kSlices) {
    const uint64_t low = Load(at) ^ crc;
    const uint64_t high = Load(at + 8);
    crc = 0;
    for (size_t i = 0; i < 8; ++i) {
      crc ^= kTables[15 - i][low >> (8 * i) & 0xff] ^ kTables[7 - i][high >> (8 * i) & 0xff];
    }
  }
  for (; left > 0; ++at, --left) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint8_t>(*at)) & 0xff];
  }
  return crc;
}

}  // namespace storage::rdb
