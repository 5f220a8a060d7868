// FileReader: an RDB file of any Redis or of Valkey, piece by piece, from bytes that come in any
// portions: from a file, from a primary.
//
//   FileReader reader;
//   for (;;) {
//     const auto step = reader.Next(bytes, more_to_come);   // bytes: what was not consumed so far
//     if (!step) return Refuse(step.error());                // .message, .offset
//     if (*step == FileReader::Step::kNeedsMore) { ...append to bytes; continue; }
//     ...what the step found: record(), name() and value(), database()...
//     bytes.remove_prefix(reader.consumed());
//   }
//
// A piece lies in one stretch of bytes: with kNeedsMore, come back with more of them, best twice as
// many, since it is read again from its beginning. A record is checked as codec.h says; whether its
// elements repeat shows when it is stored.
//
// What we cannot keep is refused, and the message names it: streams, values and data of modules,
// functions of 7.0's candidates, metadata of keys. Nothing is dropped silently but hints on sizes.
//
// Lifetime: what a step found is valid until the next call, or until the bytes change. Consumed
// bytes stay where they are until Settle() or the end: their checksum is made of many pieces at
// once.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "storage/rdb/byte_reader.h"
#include "storage/rdb/checksum.h"
#include "storage/rdb/decoded_value.h"
#include "storage/rdb/format.h"

namespace storage::rdb {

struct FileError {
  uint64_t offset;  // in the file, where the piece begins that is wrong
  std::string message;
};

class FileReader {
 public:
  enum class Step : uint8_t {
    kNeedsMore,
    kHeader,    // version()
    kAux,       // name(), value()
    kDatabase,  // database()
    kResize,    // keys(), volatile_keys()
    kFunction,  // value(): the source of a library
    kRecord,    // record()
    kEnd,       // what follows is not part of the file
  };
  enum class MoreToCome : uint8_t { kYes, kNo };

  struct FoundRecord {
    uint64_t database = 0;
    std::string_view key;
    std::optional<int64_t> expiry_ms;
    std::optional<uint64_t> idle_seconds;
    std::optional<uint8_t> frequency;
    DecodedValue value;
    TextArena key_arena;  // where the key is that does not stand in the bytes as it is
  };

  explicit FileReader(ChecksumCheck check = ChecksumCheck::kVerify) : check_(check) {}

  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  // Where records are read into from now on; it outlives the reader, or the next call of this. What
  // is found there stays when another takes its place, while the bytes stay where they are.
  void ReadInto(FoundRecord& record) { record_ = &record; }

  // kNo: the bytes are all that is left of the file.
  std::expected<Step, FileError> Next(std::string_view bytes, MoreToCome more);
  // The consumed bytes may move or go now.
  void Settle();
  // How many bytes the last step took. 0 after kNeedsMore.
  size_t consumed() const { return consumed_; }
  // Where the next piece begins.
  uint64_t offset() const { return offset_; }

  int version() const { return version_; }
  bool is_valkey() const { return version_ >= kValkeyVersionMin; }
  std::string_view name() const { return name_; }
  std::string_view value() const { return text_; }
  uint64_t database() const { return database_; }
  uint64_t keys() const { return keys_; }
  uint64_t volatile_keys() const { return volatile_keys_; }
  const FoundRecord& record() const { return *record_; }

 private:
  Step ReadHeader(ByteReader& reader);
  Step ReadPiece(ByteReader& reader);
  Step ReadOpcode(ByteReader& reader, Opcode opcode);
  Step ReadRecord(ByteReader& reader, uint8_t type);
  Step ReadEnd(ByteReader& reader, std::string_view bytes);
  void RefuseModuleAux(ByteReader& reader);
  void NoteConsumed(std::string_view bytes);
  std::string Describe(const ByteReader& reader) const;

  ChecksumCheck check_;
  bool has_header_ = false;
  int version_ = 0;
  uint64_t checksum_ = 0;
  std::string_view unsummed_;  // consumed, and not yet in checksum_
  uint64_t offset_ = 0;
  size_t consumed_ = 0;
  std::string_view bytes_;  // of the call
  std::string_view name_;
  std::string_view text_;
  std::string what_;  // the piece that is being read, for messages
  uint64_t keys_ = 0;
  uint64_t volatile_keys_ = 0;
  uint64_t database_ = 0;
  FoundRecord own_;
  FoundRecord* record_ = &own_;
};

}  // namespace storage::rdb
