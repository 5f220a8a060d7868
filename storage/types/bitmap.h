// A string seen as bits, and as integers of any width between them.
//
//   byte   0                 1
//   bit    0 1 2 3 4 5 6 7   8 9 ...     bit 0 is the most significant of byte 0
//
// Fields are stored with their most significant bit first, at any bit, and may cross bytes. What
// lies behind the end of a string reads as zero bits.
//
// Cost: counting, searching and combining go 8 bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace storage {

// Bits from `first` to `last`, both included and counted from 0.
struct BitRange {
  uint64_t first;
  uint64_t last;
};

// The ones in the range, which lies within `bytes`.
uint64_t CountOnes(std::string_view bytes, BitRange range);
// The first bit of this value in the range, which lies within `bytes`.
std::optional<uint64_t> FindBit(std::string_view bytes, bool value, BitRange range);

enum class BitOperation : uint8_t { kAnd, kOr, kXor, kNot };
// Combines `sources`, filled up with zero bytes to the length of `to`, into `to`. None is longer.
// kNot takes one source, the others at least one. `to` overlaps no source.
void CombineBits(BitOperation operation, std::span<const std::string_view> sources,
                 std::span<char> to);

struct BitFieldType {
  bool is_signed = false;
  unsigned bits = 0;  // 1 to 64, unsigned ones to 63
};
// "u8", "i64"; nullopt: no such type.
std::optional<BitFieldType> ParseBitFieldType(std::string_view text);

int64_t ReadBitField(std::string_view bytes, BitFieldType type, uint64_t first_bit);
// The field lies within the `bytes`. Takes the low bits of `value`.
void WriteBitField(std::span<char> bytes, BitFieldType type, uint64_t first_bit, int64_t value);

// What becomes of a number that a field cannot hold.
enum class BitFieldOverflow : uint8_t {
  kWrap,      // its low bits
  kSaturate,  // the nearest number that fits
  kFail,      // nothing
};
// The number to store; nullopt: it does not fit, under kFail.
std::optional<int64_t> FitIntoBitField(BitFieldType type, __int128 value,
                                       BitFieldOverflow overflow);

}  // namespace storage
