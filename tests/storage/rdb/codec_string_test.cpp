// Strings in an RDB file: which are compressed, and that all of them read back.

#include <doctest/doctest.h>

#include <string>

#include "storage/base/random.h"
#include "storage/rdb/byte_reader.h"
#include "storage/rdb/codec.h"

namespace {

std::string Written(std::string_view text) {
  storage::rdb::ValueWriter writer({});
  std::string out;
  writer.AppendString(text, out);
  return out;
}

std::string ReadBack(std::string_view bytes) {
  storage::rdb::ByteReader reader(bytes);
  storage::rdb::TextArena arena;
  std::string text(reader.String(arena));
  CHECK(reader.ok());
  CHECK(reader.AtEnd());
  return text;
}

}  // namespace

TEST_CASE("ValueWriter: a short text in which nothing repeats is written as it is") {
  const std::string text = "abcdefghijklmnopqrstuvwxyz012345";
  CHECK(Written(text) == std::string(1, static_cast<char>(text.size())) + text);
}

TEST_CASE("ValueWriter: a short text that repeats itself is compressed, wherever it does") {
  const std::string part = "repeated12345678";
  for (size_t gap = 1; gap <= 32; ++gap) {
    CAPTURE(gap);
    std::string text;
    for (size_t i = 0; i < gap; ++i) text += static_cast<char>(128 + i);
    text = part + text + part;
    CHECK(Written(text).size() < text.size());
    CHECK(ReadBack(Written(text)) == text);
  }
  CHECK(Written(std::string(21, 'x')).size() < 21);
  CHECK(Written(std::string(64, '\0')).size() < 64);
}

TEST_CASE("ValueWriter: any text reads back") {
  storage::Random random(20261123);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random.Below(100), '\0');
    const uint64_t letters = 1 + random.Below(random.Below(2) == 0 ? 4 : 256);
    for (char& letter : text) letter = static_cast<char>('0' + random.Below(letters));
    CHECK(ReadBack(Written(text)) == text);
  }
}
