#include "storage/rdb/byte_reader.h"

#include <lzf.h>

#include <bit>
#include <limits>

#include "storage/rdb/format.h"

namespace storage::rdb {
namespace {

// Three bytes of LZF can stand for 264, so nothing grows more than this.
constexpr uint64_t kCompressionMax = 88;

}  // namespace

ByteReader::LengthOrForm ByteReader::ReadLength() {
  const uint8_t first = Byte();
  switch (first >> 6) {
    case 0:
      return {first, false};
    case 1:
      return {static_cast<uint64_t>((first & 0x3f) << 8 | Byte()), false};
    case 2:
      if (first == 0x80) return {std::byteswap(U32()), false};
      if (first == 0x81) return {std::byteswap(U64()), false};
      Fail("a length has no known form");
      return {0, false};
    default:
      return {static_cast<uint64_t>(first & 0x3f), true};
  }
}

uint64_t ByteReader::Length() {
  const LengthOrForm read = ReadLength();
  if (read.is_form) Fail("a string's form stands where a length should");
  return ok() ? read.length : 0;
}

uint64_t ByteReader::Count(size_t bytes_each) {
  const uint64_t count = Length();
  if (count > remaining() / bytes_each) Fail(Problem::kTruncated, "it ends too early");
  return ok() ? count : 0;
}

std::string_view ByteReader::String(TextArena& arena) {
  const LengthOrForm read = ReadLength();
  if (!read.is_form) return Bytes(read.length);
  int64_t integer = 0;
  switch (static_cast<StringForm>(read.length)) {
    case StringForm::kInt8:
      integer = Little<int8_t>();
      break;
    case StringForm::kInt16:
      integer = Little<int16_t>();
      break;
    case StringForm::kInt32:
      integer = Little<int32_t>();
      break;
    case StringForm::kCompressed:
      return Compressed(arena);
    default:
      Fail("a string has no known form");
  }
  return ok() ? arena.TextOf(integer) : std::string_view();
}

std::string_view ByteReader::Compressed(TextArena& arena) {
  const uint64_t compressed_size = Length();
  const uint64_t size = Length();
  const std::string_view compressed = Bytes(compressed_size);
  if (!ok()) return {};
  constexpr uint64_t kLibraryMax = std::numeric_limits<unsigned>::max();
  if (size == 0 || size > kLibraryMax || size / kCompressionMax > compressed_size) {
    Fail("a compressed string has an impossible length");
    return {};
  }
  char* text = arena.Allocate(size);
  if (text == nullptr) {
    Fail(Problem::kNoMemory, "there is no memory for a compressed string");
    return {};
  }
  const unsigned got = lzf_decompress(compressed.data(), static_cast<unsigned>(compressed_size),
                                      text, static_cast<unsigned>(size));
  if (got != size) {
    Fail("a compressed string cannot be unpacked");
    return {};
  }
  return {text, size};
}

}  // namespace storage::rdb
