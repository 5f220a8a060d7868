// Values as RDB has them, both ways; a file for each type, codec_<type>.cpp.
//
// Reading takes every form that Redis has ever written. Writing takes those of version 10, which
// Redis 7.0 and all that is newer reads: a listpack for what is one here, an intset, a quicklist of
// listpacks, pairs, binary scores; and version 12's where fields expire, since no other has them.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "storage/keyspace/keyspace.h"
#include "storage/rdb/byte_reader.h"
#include "storage/rdb/decoded_value.h"
#include "storage/rdb/format.h"
#include "storage/rdb/packed_formats.h"
#include "storage/types/list.h"

namespace storage::rdb {

// Reads a value of this type, in a dump of this version, whose type byte was read before. False:
// the reader says what is wrong.
bool DecodeValue(ByteReader& reader, uint8_t type, int version, DecodedValue& value);

// The oldest version that holds the value.
int VersionFor(const Record& record);

// Where compressed bytes go. It keeps the memory for the next string.
class CompressionBlock {
 public:
  // False: there is no memory. What it held is gone.
  bool Reserve(size_t bytes) {
    if (bytes <= bytes_) return true;
    memory_.reset(new (std::nothrow) char[bytes]);
    bytes_ = memory_ == nullptr ? 0 : bytes;
    return memory_ != nullptr;
  }
  char* data() { return memory_.get(); }

 private:
  std::unique_ptr<char[]> memory_;
  size_t bytes_ = 0;
};

class ValueWriter {
 public:
  struct Options {
    int version = kVersionWritten;
    bool compresses = true;
  };

  explicit ValueWriter(Options options) : options_(options) {}

  const Options& options() const { return options_; }
  // A value's type byte, and its bytes; between them stands the key. A hash whose fields expire
  // needs kVersionWithFieldExpiry.
  ValueType TypeOf(const Record& record) const;
  void AppendValue(const Keyspace& keyspace, const Record& record, std::string& out);

  // A value of many elements can be written in pieces, as long as nothing changes it in between.
  static bool IsLong(const Record& record);
  // How far such a value has been written.
  struct Progress {
    bool has_begun = false;
    uint64_t at = 0;  // what this counts is its type's
  };
  // Appends about so many more of its elements. True: that was the last.
  bool AppendSome(const Keyspace& keyspace, const Record& record, Progress& progress,
                  size_t elements, std::string& out);

  static void AppendLength(uint64_t length, std::string& out);
  void AppendString(std::string_view text, std::string& out);
  // Appends what stands before the string's bytes and returns these, as they are to be written;
  // good as long as the text, and until the next call.
  std::string_view AppendStringForm(std::string_view text, std::string& out);

 private:
  void AppendText(const Record& record, std::string& out);
  void AppendList(const Keyspace& keyspace, const Record& record, std::string& out);
  void AppendHash(const Record& record, std::string& out);
  void AppendSet(const Record& record, std::string& out);
  void AppendSortedSet(const Record& record, std::string& out);
  void AppendNodes(const List& list, std::string& out);
  void AppendHashHead(const Record& record, std::string& out);
  // Of what is no listpack: elements from progress.at on, and what comes before the first.
  void AppendSomeOfList(const Keyspace& keyspace, const Record& record, Progress& progress,
                        size_t elements, std::string& out);
  void AppendSomeOfHash(const Record& record, Progress& progress, size_t elements,
                        std::string& out);
  void AppendSomeOfSet(const Record& record, Progress& progress, size_t elements, std::string& out);
  void AppendSomeOfSortedSet(const Record& record, Progress& progress, size_t elements,
                             std::string& out);
  ValueType TypeOfHash(const Record& record) const;
  ValueType TypeOfSet(const Record& record) const;

  Options options_;
  ListpackWriter listpack_;
  CompressionBlock block_;
};

// Of one type each, for DecodeValue.
void DecodeString(ByteReader& reader, DecodedValue& value);
void DecodeList(ByteReader& reader, ValueType type, DecodedValue& value);
void DecodeHash(ByteReader& reader, ValueType type, int version, DecodedValue& value);
void DecodeSet(ByteReader& reader, ValueType type, DecodedValue& value);
void DecodeSortedSet(ByteReader& reader, ValueType type, DecodedValue& value);

// Appends so many strings to the value's texts.
void DecodeTexts(ByteReader& reader, uint64_t count, DecodedValue& value);

inline void AppendLittle(uint64_t value, size_t bytes, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), bytes);
}

}  // namespace storage::rdb
