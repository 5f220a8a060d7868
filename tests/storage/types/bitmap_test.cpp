// Counting, search, combination and fields of storage/types/bitmap, each against a walk over bits.

#include "storage/types/bitmap.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace storage;

namespace {

// The bits one by one.
std::vector<bool> BitsOf(std::string_view bytes) {
  std::vector<bool> bits;
  for (const char byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) bits.push_back((static_cast<uint8_t>(byte) >> bit & 1) != 0);
  }
  return bits;
}

// Mostly runs of equal bytes, so that searches go far.
std::string RandomBytes(std::mt19937_64& random, size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const uint64_t choice = random() % 3;
    const char byte = choice == 0 ? '\0' : choice == 1 ? '\xff' : static_cast<char>(random());
    bytes.append(1 + random() % 20, byte);
  }
  bytes.resize(size);
  return bytes;
}

// What a field of this type makes of an exact number, by counting one step at a time where needed.
int64_t Modulo(BitFieldType type, __int128 value) {
  const __int128 range = static_cast<__int128>(1) << type.bits;
  value %= range;
  if (value < 0) value += range;
  if (type.is_signed && value >= range / 2) value -= range;
  return static_cast<int64_t>(value);
}

}  // namespace

TEST_CASE("Bitmap: counts and finds the same as a walk over the bits") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 5000; ++round) {
    CAPTURE(round);
    const std::string bytes = RandomBytes(random, 1 + random() % (round % 8 == 0 ? 300 : 20));
    const std::vector<bool> bits = BitsOf(bytes);
    uint64_t first = random() % bits.size();
    uint64_t last = random() % bits.size();
    if (first > last) std::swap(first, last);
    uint64_t ones = 0;
    std::optional<uint64_t> found[2];
    for (uint64_t i = first; i <= last; ++i) {
      ones += bits[i] ? 1 : 0;
      if (!found[bits[i]]) found[bits[i]] = i;
    }
    REQUIRE(CountOnes(bytes, {first, last}) == ones);
    REQUIRE(FindBit(bytes, false, {first, last}) == found[false]);
    REQUIRE(FindBit(bytes, true, {first, last}) == found[true]);
  }
}

TEST_CASE("Bitmap: combines sources of different lengths as if filled up with zero bytes") {
  std::mt19937_64 random(8);
  for (int round = 0; round < 1000; ++round) {
    CAPTURE(round);
    std::vector<std::string> strings(1 + random() % 4);
    size_t size = 0;
    for (std::string& text : strings) {
      text = RandomBytes(random, random() % (round % 20 == 0 ? 60'000 : 40));
      size = std::max(size, text.size());
    }
    const std::vector<std::string_view> sources(strings.begin(), strings.end());
    for (const auto operation : {BitOperation::kAnd, BitOperation::kOr, BitOperation::kXor}) {
      std::string expected(size, '\0');
      for (size_t i = 0; i < size; ++i) {
        for (size_t s = 0; s < strings.size(); ++s) {
          const char byte = i < strings[s].size() ? strings[s][i] : '\0';
          expected[i] = s == 0                            ? byte
                        : operation == BitOperation::kAnd ? static_cast<char>(expected[i] & byte)
                        : operation == BitOperation::kOr  ? static_cast<char>(expected[i] | byte)
                                                          : static_cast<char>(expected[i] ^ byte);
        }
      }
      std::string combined(size, 'x');
      CombineBits(operation, sources, combined);
      REQUIRE(combined == expected);
    }
    std::string inverted(strings[0].size(), 'x');
    CombineBits(BitOperation::kNot, std::span(sources).first(1), inverted);
    for (size_t i = 0; i < inverted.size(); ++i) {
      REQUIRE(inverted[i] == static_cast<char>(~strings[0][i]));
    }
  }
}

TEST_CASE("Bitmap: a written field reads back and leaves every other bit alone") {
  std::mt19937_64 random(9);
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    const bool is_signed = random() % 2 == 0;
    const BitFieldType type{is_signed, 1 + static_cast<unsigned>(random() % (is_signed ? 64 : 63))};
    std::string bytes = RandomBytes(random, 9 + random() % 8);
    const uint64_t first = random() % (bytes.size() * 8 - type.bits + 1);
    const std::vector<bool> before = BitsOf(bytes);
    const int64_t value = static_cast<int64_t>(random());
    WriteBitField(bytes, type, first, value);
    REQUIRE(ReadBitField(bytes, type, first) == Modulo(type, value));
    const std::vector<bool> after = BitsOf(bytes);
    for (uint64_t i = 0; i < after.size(); ++i) {
      if (i < first || i >= first + type.bits) REQUIRE(after[i] == before[i]);
    }
    // Its bits stand most significant first.
    for (unsigned i = 0; i < type.bits; ++i) {
      REQUIRE(after[first + i] == ((value >> (type.bits - 1 - i) & 1) != 0));
    }
  }
}

TEST_CASE("Bitmap: what lies behind the end of a string reads as zero bits") {
  CHECK(ReadBitField("", {false, 63}, 0) == 0);
  CHECK(ReadBitField("\xff", {false, 8}, 4) == 0xf0);
  CHECK(ReadBitField("\xff", {true, 16}, 0) == -256);
  CHECK(ReadBitField("\xff", {true, 64}, uint64_t{1} << 32) == 0);
}

TEST_CASE("Bitmap: numbers that do not fit wrap, saturate or fail") {
  std::mt19937_64 random(10);
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    const bool is_signed = random() % 2 == 0;
    const BitFieldType type{is_signed, 1 + static_cast<unsigned>(random() % (is_signed ? 64 : 63))};
    const __int128 least = is_signed ? -(static_cast<__int128>(1) << (type.bits - 1)) : 0;
    const __int128 most = (static_cast<__int128>(1) << (type.bits - (is_signed ? 1 : 0))) - 1;
    const int64_t near = static_cast<int64_t>(random() % 7) - 3;
    const __int128 choices[] = {least + near,
                                most + near,
                                near,
                                static_cast<int64_t>(random()),
                                static_cast<__int128>(std::numeric_limits<int64_t>::min()) * 2,
                                std::numeric_limits<uint64_t>::max()};
    const __int128 value = choices[random() % std::size(choices)];
    const bool fits = least <= value && value <= most;
    const auto wrapped = FitIntoBitField(type, value, BitFieldOverflow::kWrap);
    REQUIRE(wrapped == Modulo(type, value));
    const auto saturated = FitIntoBitField(type, value, BitFieldOverflow::kSaturate);
    REQUIRE(saturated == static_cast<int64_t>(std::min(std::max(value, least), most)));
    const auto failed = FitIntoBitField(type, value, BitFieldOverflow::kFail);
    REQUIRE(failed.has_value() == fits);
    if (fits) REQUIRE(*failed == static_cast<int64_t>(value));
  }
}

TEST_CASE("Bitmap: field types are i1 to i64 and u1 to u63") {
  for (const std::string_view text : {"", "u", "i", "8", "U8", "u0", "i0", "u64", "i65", "u-1",
                                      "u08", "u8 ", " u8", "x8", "u8x", "u99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseBitFieldType(text).has_value());
  }
  for (unsigned bits = 1; bits <= 64; ++bits) {
    const auto signed_type = ParseBitFieldType("i" + std::to_string(bits));
    REQUIRE(signed_type.has_value());
    CHECK(signed_type->is_signed);
    CHECK(signed_type->bits == bits);
    if (bits == 64) break;
    const auto unsigned_type = ParseBitFieldType("u" + std::to_string(bits));
    REQUIRE(unsigned_type.has_value());
    CHECK_FALSE(unsigned_type->is_signed);
    CHECK(unsigned_type->bits == bits);
  }
}
