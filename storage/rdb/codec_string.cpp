// Strings, and the strings of which all other values are made.

#include <lzf.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "storage/rdb/codec.h"
#include "storage/types/string.h"

namespace storage::rdb {
namespace {

constexpr size_t kIntegerTextMax = 11;      // "-2147483648"
constexpr size_t kCompressedBytesMin = 21;  // below, nothing would be won
// Compressing takes as much memory again; above this, that is not sure to be there.
constexpr size_t kCompressedBytesMax = 64 * 1024 * 1024;

// A short text is only worth compressing where four bytes of it occur twice; most have no such
// place, and to find that out here takes a third of what the attempt does.
constexpr size_t kSearchedBytesMax = 64;

bool MayCompress(std::string_view text) {
#if defined(__SSE2__)
  constexpr size_t kStep = 13;  // positions of 16 bytes at which four are in sight
  if (text.size() > kSearchedBytesMax) return true;
  char padded[kSearchedBytesMax + 16] = {};
  std::memcpy(padded, text.data(), text.size());
  for (size_t at = 0; at + 5 <= text.size(); at += kStep) {
    const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(padded + at));
    const size_t last = text.size() - 4;  // where the second of two may begin
    for (size_t other = at + 1; other <= last; ++other) {
      const __m128i there = _mm_loadu_si128(reinterpret_cast<const __m128i*>(padded + other));
      const unsigned equal = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(here, there)));
      const unsigned four = equal & equal >> 1 & equal >> 2 & equal >> 3;
      // What lies behind the text is zero bytes, and equals itself.
      const size_t in_sight = std::min(kStep, last + 1 - other);
      if ((four & ((1u << in_sight) - 1)) != 0) return true;
    }
  }
  return false;
#else
  return !text.empty();
#endif
}

void AppendForm(StringForm form, std::string& out) {
  out += static_cast<char>(0xc0 | static_cast<uint8_t>(form));
}

bool AppendInteger(int64_t integer, std::string& out) {
  if (integer == static_cast<int8_t>(integer)) {
    AppendForm(StringForm::kInt8, out);
    AppendLittle(static_cast<uint64_t>(integer), 1, out);
  } else if (integer == static_cast<int16_t>(integer)) {
    AppendForm(StringForm::kInt16, out);
    AppendLittle(static_cast<uint64_t>(integer), 2, out);
  } else if (integer == static_cast<int32_t>(integer)) {
    AppendForm(StringForm::kInt32, out);
    AppendLittle(static_cast<uint64_t>(integer), 4, out);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void DecodeString(ByteReader& reader, DecodedValue& value) {
  value.type = Type::kString;
  value.texts.push_back(reader.String(value.arena));
}

void ValueWriter::AppendText(const Record& record, std::string& out) {
  StringScratch scratch;
  AppendString(ReadString(record, scratch), out);
}

void ValueWriter::AppendLength(uint64_t length, std::string& out) {
  if (length < 64) {
    out += static_cast<char>(length);
  } else if (length < 16384) {
    out += static_cast<char>(0x40 | length >> 8);
    out += static_cast<char>(length);
  } else if (length <= std::numeric_limits<uint32_t>::max()) {
    out += '\x80';
    AppendLittle(std::byteswap(static_cast<uint32_t>(length)), sizeof(uint32_t), out);
  } else {
    out += '\x81';
    AppendLittle(std::byteswap(length), sizeof length, out);
  }
}

void ValueWriter::AppendString(std::string_view text, std::string& out) {
  out += AppendStringForm(text, out);
}

std::string_view ValueWriter::AppendStringForm(std::string_view text, std::string& out) {
  if (text.size() <= kIntegerTextMax) {
    const auto integer = IntegerForm(text);
    if (integer && AppendInteger(*integer, out)) return {};
  }
  if (options_.compresses && text.size() >= kCompressedBytesMin &&
      text.size() <= kCompressedBytesMax && MayCompress(text)) {
    const size_t most = text.size() - 4;  // else it is not worth the form
    // Without memory for it, it is written as it is.
    const unsigned size = block_.Reserve(most)
                              ? lzf_compress(text.data(), static_cast<unsigned>(text.size()),
                                             block_.data(), static_cast<unsigned>(most))
                              : 0;
    if (size > 0) {
      AppendForm(StringForm::kCompressed, out);
      AppendLength(size, out);
      AppendLength(text.size(), out);
      return {block_.data(), size};
    }
  }
  AppendLength(text.size(), out);
  return text;
}

}  // namespace storage::rdb
