// The checksum of RDB files, against its check value and against itself.

#include "storage/rdb/checksum.h"

#include <doctest/doctest.h>

#include <string>

using storage::rdb::Checksum;

TEST_CASE("Checksum: the check value of CRC-64 with Jones's polynomial") {
  CHECK(Checksum(0, "123456789") == 0xe9c6d914c4b8d9ca);
  CHECK(Checksum(0, "") == 0);
}

TEST_CASE("Checksum: bytes cut anywhere have the same as all at once") {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += static_cast<char>(i * 37);
  // By bytes, as the definition says, without tables of more than one.
  uint64_t expected = 0;
  for (const char byte : bytes) expected = Checksum(expected, std::string(1, byte));
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    CHECK(Checksum(Checksum(0, bytes.substr(0, cut)), bytes.substr(cut)) == expected);
  }
}
