#include "storage/types/bitmap.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "storage/base/check.h"
#include "storage/base/number.h"

namespace storage {
namespace {

constexpr size_t kWord = sizeof(uint64_t);
// So much of every source is combined before the next piece: the result stays in the cache.
constexpr size_t kPieceBytes = 16 * 1024;

uint64_t LoadWord(const char* from) {
  uint64_t word;
  std::memcpy(&word, from, kWord);
  return word;
}
void StoreWord(char* to, uint64_t word) {
  std::memcpy(to, &word, kWord);
}
uint64_t LoadBigEndian(const char* from) {
  const uint64_t word = LoadWord(from);
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

__attribute__((always_inline)) inline uint64_t CountOnesInWords(const char* at, size_t words) {
  uint64_t ones[4] = {};
  for (; words >= 4; words -= 4, at += 4 * kWord) {
    for (size_t i = 0; i < 4; ++i) {
      ones[i] += static_cast<uint64_t>(__builtin_popcountll(LoadWord(at + i * kWord)));
    }
  }
  for (; words > 0; --words, at += kWord) {
    ones[0] += static_cast<uint64_t>(__builtin_popcountll(LoadWord(at)));
  }
  return ones[0] + ones[1] + ones[2] + ones[3];
}

#if defined(__x86_64__)
// The build is for every machine of its kind, so whether there is an instruction for it shows only
// when running.
__attribute__((target("popcnt"))) uint64_t CountOnesFast(const char* at, size_t words) {
  return CountOnesInWords(at, words);
}
uint64_t CountOnesIn(const char* at, size_t words) {
  return __builtin_cpu_supports("popcnt") ? CountOnesFast(at, words) : CountOnesInWords(at, words);
}
#else
uint64_t CountOnesIn(const char* at, size_t words) {
  return CountOnesInWords(at, words);
}
#endif

uint64_t CountAllOnes(std::string_view bytes) {
  const size_t words = bytes.size() / kWord;
  uint64_t rest = 0;
  for (const char byte : bytes.substr(words * kWord)) {
    rest = rest << 8 | static_cast<uint8_t>(byte);
  }
  return CountOnesIn(bytes.data(), words) + static_cast<uint64_t>(std::popcount(rest));
}

// The bits of a byte from `first` to `last`.
uint8_t MaskOf(unsigned first, unsigned last) {
  return static_cast<uint8_t>(0xff >> first & 0xff << (7 - last));
}

void CombineInto(BitOperation operation, std::string_view source, std::span<char> to) {
  const size_t common = std::min(source.size(), to.size());
  const auto combine = [&](auto&& with) {
    size_t i = 0;
    for (; i + kWord <= common; i += kWord) {
      StoreWord(&to[i], with(LoadWord(&to[i]), LoadWord(&source[i])));
    }
    for (; i < common; ++i) {
      to[i] = static_cast<char>(with(static_cast<uint8_t>(to[i]), static_cast<uint8_t>(source[i])));
    }
  };
  switch (operation) {
    case BitOperation::kAnd:
      combine([](uint64_t a, uint64_t b) { return a & b; });
      std::memset(to.data() + common, 0, to.size() - common);
      break;
    case BitOperation::kOr:
      combine([](uint64_t a, uint64_t b) { return a | b; });
      break;
    case BitOperation::kXor:
      combine([](uint64_t a, uint64_t b) { return a ^ b; });
      break;
    case BitOperation::kNot:
      combine([](uint64_t, uint64_t b) { return ~b; });
      break;
  }
}

}  // namespace

uint64_t CountOnes(std::string_view bytes, BitRange range) {
  CHECK_INVARIANT(range.first <= range.last && range.last / 8 < bytes.size());
  const size_t first = range.first / 8;
  const size_t last = range.last / 8;
  const auto outside = [&](size_t byte, uint8_t inside) {
    return static_cast<uint64_t>(std::popcount(static_cast<uint8_t>(bytes[byte] & ~inside)));
  };
  return CountAllOnes(bytes.substr(first, last - first + 1)) -
         outside(first, MaskOf(range.first % 8, 7)) - outside(last, MaskOf(0, range.last % 8));
}

std::optional<uint64_t> FindBit(std::string_view bytes, bool value, BitRange range) {
  CHECK_INVARIANT(range.first <= range.last && range.last / 8 < bytes.size());
  // Looks for a one in the bytes, or in their opposite.
  const uint64_t flip = value ? 0 : UINT64_MAX;
  const size_t end = range.last / 8 + 1;
  size_t at = range.first / 8;
  const auto position = [&](uint64_t bits, unsigned width) -> std::optional<uint64_t> {
    const uint64_t bit = at * 8 + static_cast<unsigned>(std::countl_zero(bits)) - (64 - width);
    if (bit > range.last) return std::nullopt;
    return bit;
  };
  const auto byte_at = [&] { return (static_cast<uint8_t>(bytes[at]) ^ flip) & 0xff; };
  if (const uint64_t bits = byte_at() & 0xff >> range.first % 8) return position(bits, 8);
  for (++at; at + kWord <= end; at += kWord) {
    if (const uint64_t bits = LoadBigEndian(&bytes[at]) ^ flip) return position(bits, 64);
  }
  for (; at < end; ++at) {
    if (const uint64_t bits = byte_at()) return position(bits, 8);
  }
  return std::nullopt;
}

void CombineBits(BitOperation operation, std::span<const std::string_view> sources,
                 std::span<char> to) {
  CHECK_INVARIANT(!sources.empty() && (operation != BitOperation::kNot || sources.size() == 1));
  for (size_t begin = 0; begin < to.size(); begin += kPieceBytes) {
    const std::span<char> piece = to.subspan(begin, std::min(kPieceBytes, to.size() - begin));
    const auto piece_of = [&](std::string_view source) {
      return source.substr(std::min(begin, source.size()), piece.size());
    };
    const std::string_view first = piece_of(sources[0]);
    if (!first.empty()) std::memcpy(piece.data(), first.data(), first.size());
    std::memset(piece.data() + first.size(), 0, piece.size() - first.size());
    if (operation == BitOperation::kNot) CombineInto(operation, first, piece);
    for (const std::string_view source : sources.subspan(1)) {
      CombineInto(operation, piece_of(source), piece);
    }
  }
}

std::optional<BitFieldType> ParseBitFieldType(std::string_view text) {
  if (text.empty() || (text[0] != 'u' && text[0] != 'i')) return std::nullopt;
  const bool is_signed = text[0] == 'i';
  const auto bits = ParseInt64(text.substr(1));
  if (!bits || *bits < 1 || *bits > (is_signed ? 64 : 63)) return std::nullopt;
  return BitFieldType{is_signed, static_cast<unsigned>(*bits)};
}

int64_t ReadBitField(std::string_view bytes, BitFieldType type, uint64_t first_bit) {
  // A field of 64 bits touches 9 bytes.
  constexpr unsigned kBytes = 9;
  unsigned __int128 window = 0;
  for (unsigned i = 0; i < kBytes; ++i) {
    const uint64_t at = first_bit / 8 + i;
    window = window << 8 | (at < bytes.size() ? static_cast<uint8_t>(bytes[at]) : 0u);
  }
  window >>= 8 * kBytes - first_bit % 8 - type.bits;
  const uint64_t high = static_cast<uint64_t>(window) << (64 - type.bits);
  return type.is_signed ? static_cast<int64_t>(high) >> (64 - type.bits)
                        : static_cast<int64_t>(high >> (64 - type.bits));
}

void WriteBitField(std::span<char> bytes, BitFieldType type, uint64_t first_bit, int64_t value) {
  const unsigned shift = first_bit % 8;
  const unsigned touched = (shift + type.bits + 7) / 8;
  CHECK_INVARIANT(first_bit / 8 + touched <= bytes.size());
  char* const at = bytes.data() + first_bit / 8;
  unsigned __int128 window = 0;
  for (unsigned i = 0; i < touched; ++i) window = window << 8 | static_cast<uint8_t>(at[i]);
  const unsigned below = 8 * touched - shift - type.bits;  // bits behind the field
  const unsigned __int128 mask = (static_cast<unsigned __int128>(1) << type.bits) - 1;
  window &= ~(mask << below);
  window |= (static_cast<uint64_t>(value) & mask) << below;
  for (unsigned i = touched; i-- > 0; window >>= 8) at[i] = static_cast<char>(window & 0xff);
}

std::optional<int64_t> FitIntoBitField(BitFieldType type, __int128 value,
                                       BitFieldOverflow overflow) {
  const __int128 one = 1;
  const __int128 most = (one << (type.is_signed ? type.bits - 1 : type.bits)) - 1;
  const __int128 least = type.is_signed ? -most - 1 : 0;
  if (least <= value && value <= most) return static_cast<int64_t>(value);
  switch (overflow) {
    case BitFieldOverflow::kWrap: {
      const uint64_t high = static_cast<uint64_t>(value) << (64 - type.bits);
      return type.is_signed ? static_cast<int64_t>(high) >> (64 - type.bits)
                            : static_cast<int64_t>(high >> (64 - type.bits));
    }
    case BitFieldOverflow::kSaturate:
      return static_cast<int64_t>(value > most ? most : least);
    case BitFieldOverflow::kFail:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace storage
