// Record: a key, its expiry and its value in one allocation: one pointer from the table, one cache
// miss.
//
//   +------------+----------+--------+------------+----------+-----+---------+
//   | epoch 1,   | flags 4, | access | key length | expiry   | key | payload |
//   | type 3,    | access 4 |   24   |  8 or 32   | 0 or 64  |     |         |
//   | encoding 4 |          |        |            |          |     |         |
//   +------------+----------+--------+------------+----------+-----+---------+
//   byte 0         1       2..4     5
//
// The payload is described in storage/types/value.h. "access" has 28 bits, the highest
// 4 of them beside the flags: when the key was last used, in sixteenths of a second, or under an
// LFU policy 20 bits of sixteenths of a minute and an 8-bit logarithmic counter (Keyspace). Nothing
// is aligned: fields are read by memcpy. A key of 16 and a value of 32 bytes take 55 bytes, with an
// expiry 63.
//
// "epoch" says whether the last snapshot has it, or it came later (Keyspace::BeginImages).
//
// A record never changes its size class by itself: Database makes a new one and puts it into the
// slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "storage/types/large_string.h"
#include "storage/types/structure.h"
#include "storage/types/value.h"

namespace storage {

// What a record is made of, before it is one.
struct RecordDraft {
  std::string_view key;
  Type type = Type::kString;
  Encoding encoding = Encoding::kPlain;
  // kInt*: the integer's bytes; kShort and kPlain: the string's; kPack and kIntSet: the
  // collection's; kLarge and kStructure: the pointer's. The bytes may lie in another record that
  // lives until the new one is filled.
  std::string_view payload;
  uint32_t access = 0;
  int64_t expiry_ms = -1;  // -1: none
};

// The payload of a draft whose value lies elsewhere.
template <class T>
std::string_view BytesOfPointer(T* const& pointer) {
  return {reinterpret_cast<const char*>(&pointer), sizeof pointer};
}

class Record {
 public:
  static constexpr size_t kHeaderBytes = 5;
  static constexpr size_t kShortLengthMax = UINT8_MAX;
  static constexpr int64_t kNoExpiry = -1;

  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  // Bytes that a record of this draft takes.
  static size_t BytesFor(const RecordDraft& draft);
  // Fills `memory`, which has BytesFor(draft) bytes.
  static Record* Fill(void* memory, const RecordDraft& draft);

  Type type() const { return static_cast<Type>(bytes_[0] >> 4 & 7); }
  Encoding encoding() const { return static_cast<Encoding>(bytes_[0] & 15); }
  void set_encoding(Encoding encoding) {
    bytes_[0] = static_cast<uint8_t>((bytes_[0] & 0xf0) | static_cast<uint8_t>(encoding));
  }

  bool epoch() const { return (bytes_[0] & kEpoch) != 0; }
  void set_epoch(bool epoch) {
    bytes_[0] = static_cast<uint8_t>(epoch ? bytes_[0] | kEpoch : bytes_[0] & ~kEpoch);
  }

  std::string_view key() const {
    if ((flags() & kLongKey) == 0) [[likely]] {
      return {Chars() + kHeaderBytes + 1 + expiry_bytes(), bytes_[kHeaderBytes]};
    }
    return {Chars() + kHeaderBytes + 4 + expiry_bytes(), Load<uint32_t>(kHeaderBytes)};
  }
  bool HasKey(std::string_view wanted) const {
    const std::string_view mine = key();
    return mine.size() == wanted.size() &&
           std::memcmp(mine.data(), wanted.data(), wanted.size()) == 0;
  }

  bool has_expiry() const { return (flags() & kHasExpiry) != 0; }
  int64_t expiry_ms() const { return has_expiry() ? Load<int64_t>(expiry_offset()) : kNoExpiry; }
  void set_expiry_ms(int64_t at_ms) { std::memcpy(bytes_ + expiry_offset(), &at_ms, sizeof at_ms); }

  // The expiry index has an item for this record that is due no later than its expiry.
  bool is_indexed() const { return (flags() & kIndexed) != 0; }
  void set_indexed(bool indexed) {
    bytes_[1] = static_cast<uint8_t>(indexed ? flags() | kIndexed : flags() & ~kIndexed);
  }

  static constexpr uint32_t kAccessMask = 0xfffffff;
  uint32_t access() const {
    return bytes_[2] | bytes_[3] << 8 | static_cast<uint32_t>(bytes_[4]) << 16 |
           static_cast<uint32_t>(bytes_[1] & kAccessBits) << 20;
  }
  void set_access(uint32_t access) {
    bytes_[1] = static_cast<uint8_t>((bytes_[1] & ~kAccessBits) | (access >> 20 & kAccessBits));
    bytes_[2] = static_cast<uint8_t>(access);
    bytes_[3] = static_cast<uint8_t>(access >> 8);
    bytes_[4] = static_cast<uint8_t>(access >> 16);
  }

  // kInt*: the value.
  int64_t integer() const;
  // kShort, kPlain: the bytes in the record; kLarge: those of the large string.
  std::string_view bytes() const;
  // The same bytes to be changed in place; a large string must not be shared.
  char* mutable_bytes() { return const_cast<char*>(bytes().data()); }
  LargeString* large() const {
    LargeString* string;
    std::memcpy(&string, payload(), sizeof string);
    return string;
  }

  // kPack, kIntSet: the collection.
  std::string_view pack() const {
    const char* from = payload();
    uint16_t length;
    std::memcpy(&length, from, sizeof length);
    return {from + sizeof length, length};
  }
  // The pack has been changed in place, within the record's size class.
  void set_pack_size(Encoding encoding, size_t bytes) {
    set_encoding(encoding);
    const uint16_t length = static_cast<uint16_t>(bytes);
    std::memcpy(const_cast<char*>(payload()), &length, sizeof length);
  }
  Structure* structure() const {
    Structure* structure;
    std::memcpy(&structure, payload(), sizeof structure);
    return structure;
  }
  // What OBJECT ENCODING replies.
  std::string_view encoding_name() const {
    return encoding() == Encoding::kStructure ? structure()->encoding_name()
                                              : EncodingName(encoding());
  }
  // Bytes of what the payload points to.
  size_t outside_memory() const {
    if (encoding() == Encoding::kLarge) return large()->memory();
    if (encoding() == Encoding::kStructure) return structure()->memory();
    return 0;
  }

  // Overwrites the payload with one for which FitsInPlace(draft) holds.
  void Rewrite(Encoding encoding, std::string_view payload);
  size_t size() const;  // all bytes of the record
  // The payload in the form that a draft takes: the string's bytes, the integer's, or the
  // pointer's.
  std::string_view draft_payload() const;

 private:
  static constexpr uint8_t kEpoch = 0x80;
  enum Flags : uint8_t {
    kHasExpiry = 1,
    kIndexed = 2,
    kLongKey = 4,
    kLongValue = 8,
    kAccessBits = 0xf0,
  };

  uint8_t flags() const { return bytes_[1]; }
  const char* Chars() const { return reinterpret_cast<const char*>(bytes_); }
  size_t key_length_bytes() const { return (flags() & kLongKey) != 0 ? 4 : 1; }
  size_t expiry_bytes() const { return has_expiry() ? sizeof(int64_t) : 0; }
  size_t expiry_offset() const { return kHeaderBytes + key_length_bytes(); }
  const char* payload() const {
    const std::string_view k = key();
    return k.data() + k.size();
  }
  template <class T>
  T Load(size_t offset) const {
    T value;
    std::memcpy(&value, bytes_ + offset, sizeof value);
    return value;
  }
  static size_t PayloadBytes(Encoding encoding, size_t draft_payload_size);

  uint8_t bytes_[1];  // and more
};

}  // namespace storage
