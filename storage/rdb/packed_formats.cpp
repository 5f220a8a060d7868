#include "storage/rdb/packed_formats.h"

#include "storage/rdb/byte_reader.h"

namespace storage::rdb {
namespace {

constexpr uint8_t kEnd = 0xff;
constexpr uint32_t kCountUnknown = UINT16_MAX;

int64_t SignExtended(uint64_t value, int bits) {
  const int unused = 64 - bits;
  return static_cast<int64_t>(value << unused) >> unused;
}

uint64_t LittleOf(ByteReader& reader, size_t bytes) {
  uint64_t value = 0;
  const std::string_view read = reader.Bytes(bytes);
  if (reader.ok()) std::memcpy(&value, read.data(), bytes);
  return value;
}

int64_t Integer(ByteReader& reader, size_t bytes) {
  return SignExtended(LittleOf(reader, bytes), static_cast<int>(bytes) * 8);
}

uint64_t BigOf(ByteReader& reader, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | reader.Byte();
  return value;
}

// The bytes that a back-length takes. Redis's own limits, which leave the highest values out.
size_t BackLengthBytes(size_t entry_bytes) {
  if (entry_bytes <= 127) return 1;
  if (entry_bytes < 16383) return 2;
  if (entry_bytes < 2097151) return 3;
  return entry_bytes < 268435455 ? 4 : 5;
}

bool HasBackLength(ByteReader& reader, size_t entry_bytes) {
  const size_t bytes = BackLengthBytes(entry_bytes);
  uint64_t length = 0;
  for (size_t i = 0; i < bytes; ++i) {
    const uint8_t byte = reader.Byte();
    if (((byte & 0x80) != 0) != (i > 0)) return false;
    length = length << 7 | (byte & 0x7f);
  }
  return reader.ok() && length == entry_bytes;
}

std::string_view ReadListpackEntry(ByteReader& reader, uint8_t first, TextArena& arena) {
  if (first < 0x80) return arena.TextOf(first);
  if (first < 0xc0) return reader.Bytes(first & 0x3f);
  if (first < 0xe0) {
    return arena.TextOf(SignExtended(static_cast<uint64_t>(first & 0x1f) << 8 | reader.Byte(), 13));
  }
  if (first < 0xf0) {
    const uint8_t low = reader.Byte();
    return reader.Bytes(static_cast<uint64_t>(first & 0x0f) << 8 | low);
  }
  switch (first) {
    case 0xf0: {
      const uint32_t length = reader.U32();
      return reader.Bytes(length);
    }
    case 0xf1:
      return arena.TextOf(Integer(reader, 2));
    case 0xf2:
      return arena.TextOf(Integer(reader, 3));
    case 0xf3:
      return arena.TextOf(Integer(reader, 4));
    case 0xf4:
      return arena.TextOf(Integer(reader, 8));
    default:
      reader.Fail("an entry has no known form");
      return {};
  }
}

std::string_view ReadZiplistEntry(ByteReader& reader, TextArena& arena) {
  const uint8_t first = reader.Byte();
  switch (first >> 6) {
    case 0:
      return reader.Bytes(first);
    case 1: {
      const uint8_t low = reader.Byte();
      return reader.Bytes(static_cast<uint64_t>(first & 0x3f) << 8 | low);
    }
    case 2: {
      const uint64_t length = BigOf(reader, 4);
      return reader.Bytes(length);
    }
    default:
      break;
  }
  switch (first) {
    case 0xc0:
      return arena.TextOf(Integer(reader, 2));
    case 0xd0:
      return arena.TextOf(Integer(reader, 4));
    case 0xe0:
      return arena.TextOf(Integer(reader, 8));
    case 0xf0:
      return arena.TextOf(Integer(reader, 3));
    case 0xfe:
      return arena.TextOf(Integer(reader, 1));
    default:
      if (first > 0xf0 && first < 0xfe) return arena.TextOf(first - 0xf1);
      reader.Fail("an entry has no known form");
      return {};
  }
}

// The size of the entry before, which stands in front of each.
bool HasSizeBefore(ByteReader& reader, size_t before) {
  const uint8_t first = reader.Byte();
  const uint64_t size = first == 0xfe ? reader.U32() : first;
  return reader.ok() && first != kEnd && size == before;
}

// A zipmap's length; its end is not one.
uint64_t ZipmapLength(ByteReader& reader, uint8_t first) {
  if (first == kEnd) reader.Fail("an entry has no known form");
  return first == 0xfe ? reader.U32() : first;
}

}  // namespace

bool ReadListpack(std::string_view block, Texts& texts, TextArena& arena) {
  ByteReader reader(block);
  const uint32_t bytes = reader.U32();
  const uint64_t count = LittleOf(reader, 2);
  if (bytes != block.size()) return false;
  uint64_t seen = 0;
  while (reader.ok()) {
    const size_t begin = reader.position();
    const uint8_t first = reader.Byte();
    if (first == kEnd) break;
    texts.push_back(ReadListpackEntry(reader, first, arena));
    ++seen;
    if (!reader.ok() || !HasBackLength(reader, reader.position() - begin)) return false;
  }
  return reader.ok() && reader.AtEnd() && (count == kCountUnknown || count == seen);
}

bool ReadZiplist(std::string_view block, Texts& texts, TextArena& arena) {
  ByteReader reader(block);
  const uint32_t bytes = reader.U32();
  const uint32_t last = reader.U32();
  const uint64_t count = LittleOf(reader, 2);
  if (bytes != block.size() || block.size() < 11) return false;
  size_t begin = reader.position();
  size_t before = 0;
  uint64_t seen = 0;
  while (reader.ok() && reader.remaining() > 1) {
    begin = reader.position();
    if (!HasSizeBefore(reader, before)) return false;
    texts.push_back(ReadZiplistEntry(reader, arena));
    ++seen;
    before = reader.position() - begin;
  }
  const bool has_end = reader.Byte() == kEnd;
  return reader.ok() && has_end && begin == last && (count == kCountUnknown || count == seen);
}

bool ReadIntset(std::string_view block, Texts& texts, TextArena& arena) {
  ByteReader reader(block);
  const uint32_t width = reader.U32();
  const uint32_t count = reader.U32();
  if (!reader.ok() || (width != 2 && width != 4 && width != 8)) return false;
  if (reader.remaining() != static_cast<uint64_t>(count) * width) return false;
  int64_t before = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const int64_t integer = Integer(reader, width);
    if (i > 0 && integer <= before) return false;
    before = integer;
    texts.push_back(arena.TextOf(integer));
  }
  return reader.ok();
}

bool ReadZipmap(std::string_view block, Texts& texts) {
  ByteReader reader(block);
  const uint8_t count = reader.Byte();
  uint64_t seen = 0;
  while (reader.ok()) {
    const uint8_t first = reader.Byte();
    if (first == kEnd) break;
    const uint64_t field_length = ZipmapLength(reader, first);
    texts.push_back(reader.Bytes(field_length));
    const uint64_t value_length = ZipmapLength(reader, reader.Byte());
    const uint8_t unused = reader.Byte();
    texts.push_back(reader.Bytes(value_length));
    reader.Bytes(unused);
    ++seen;
  }
  return reader.ok() && reader.AtEnd() && (count >= 0xfe || count == seen);
}

// --- writing ------------------------------------------------------------------------------------

void ListpackWriter::Begin() {
  bytes_.assign(6, '\0');
  count_ = 0;
}

void ListpackWriter::Add(std::string_view text) {
  if (text.size() <= kInt64TextMax) {
    if (const auto integer = ParseInt64(text)) return Add(*integer);
  }
  const size_t begin = bytes_.size();
  const size_t length = text.size();
  if (length < 64) {
    bytes_ += static_cast<char>(0x80 | length);
  } else if (length < 4096) {
    bytes_ += static_cast<char>(0xe0 | length >> 8);
    bytes_ += static_cast<char>(length);
  } else {
    const uint32_t length32 = static_cast<uint32_t>(length);
    bytes_ += '\xf0';
    bytes_.append(reinterpret_cast<const char*>(&length32), sizeof length32);
  }
  bytes_ += text;
  AddBackLength(bytes_.size() - begin);
}

void ListpackWriter::Add(int64_t integer) {
  const size_t begin = bytes_.size();
  const auto add = [&](uint8_t form, size_t bytes) {
    bytes_ += static_cast<char>(form);
    bytes_.append(reinterpret_cast<const char*>(&integer), bytes);
  };
  if (integer >= 0 && integer <= 127) {
    bytes_ += static_cast<char>(integer);
  } else if (integer == SignExtended(static_cast<uint64_t>(integer), 13)) {
    bytes_ += static_cast<char>(0xc0 | (integer >> 8 & 0x1f));
    bytes_ += static_cast<char>(integer);
  } else if (integer == static_cast<int16_t>(integer)) {
    add(0xf1, 2);
  } else if (integer == SignExtended(static_cast<uint64_t>(integer), 24)) {
    add(0xf2, 3);
  } else if (integer == static_cast<int32_t>(integer)) {
    add(0xf3, 4);
  } else {
    add(0xf4, 8);
  }
  AddBackLength(bytes_.size() - begin);
}

void ListpackWriter::AddBackLength(size_t entry_bytes) {
  for (size_t i = BackLengthBytes(entry_bytes); i-- > 0;) {
    const bool is_highest = i + 1 == BackLengthBytes(entry_bytes);
    bytes_ += static_cast<char>((entry_bytes >> (7 * i) & 0x7f) | (is_highest ? 0 : 0x80));
  }
  ++count_;
}

void ListpackWriter::End() {
  bytes_ += static_cast<char>(kEnd);
  const uint32_t size = static_cast<uint32_t>(bytes_.size());
  const uint16_t count = static_cast<uint16_t>(count_ < kCountUnknown ? count_ : kCountUnknown);
  std::memcpy(bytes_.data(), &size, sizeof size);
  std::memcpy(bytes_.data() + sizeof size, &count, sizeof count);
}

}  // namespace storage::rdb
