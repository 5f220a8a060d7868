// Reader: the blocks of an append-only file, in order, each checked.
//
//   Reader reader(file, scanner);
//   while (reader.Next() == Reader::Step::kBlock) Use(reader.records(), reader.offset());
//
// A block is a record, or records that count together (MULTI ... EXEC), with its annotations
// (annotation.h). Three kinds of files are read:
//
//   ours           every block ends with its checksum
//   Redis's        no block has one
//   ours, with what Redis appended to it: from one block on none has one. That block is a record
//                  which only selects a database: a server begins so, and our own torn tail does
//                  not, since ours carry a checksum of their own.
//
// Whatever else is wrong is damage: the block that it is in, and everything behind, cannot be
// trusted. DamageIsTail says whether that is what a crash or a power cut leaves at the end of a
// file (never synced, or nothing but rubbish behind it), or damage of what had been safe.
//
// Memory: a window of 1 MiB, or twice the largest block. Lifetime: records() until the next call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/aof/record_scanner.h"
#include "storage/files/file_system.h"

namespace storage::aof {

struct Damage {
  uint64_t offset = 0;    // where the block begins: what is before it is good
  uint64_t found_at = 0;  // where it cannot be read any further
  uint64_t record = 0;    // the number in the file of the record that is wrong, from 1
  std::string command;    // its name, as far as it can be told
  std::string reason;
  bool is_never_a_tail = false;

  // "offset 4711, record 17 (SET): its checksum is wrong"
  std::string Text() const;
};

class Reader {
 public:
  enum class Step : uint8_t { kBlock, kEnd, kDamage, kFileError };

  // Begins at `offset`, where a block begins. Both outlive the reader.
  Reader(File& file, RecordScanner& scanner, uint64_t offset = 0)
      : file_(file), scanner_(scanner), window_offset_(offset) {}

  Step Next();

  // Of the block: its records, which may be none when it has annotations alone.
  std::span<const std::string_view> records() const { return records_; }
  uint64_t offset() const { return window_offset_ + block_begin_; }
  uint64_t end_offset() const { return window_offset_ + position_; }
  // The number of its first record in the file, from 1.
  uint64_t first_record() const { return records_before_ + 1; }
  bool is_group() const { return is_group_; }
  bool is_checked() const { return mode_ == Mode::kChecked; }
  bool is_unchecked() const { return mode_ == Mode::kUnchecked; }
  // The last that were met.
  std::optional<uint64_t> timestamp() const { return timestamp_; }
  std::optional<uint64_t> synced() const { return synced_; }

  const Damage& damage() const { return damage_; }
  const FileError& file_error() const { return file_error_; }

 private:
  enum class Mode : uint8_t { kUnknown, kChecked, kUnchecked };
  enum class More : uint8_t { kYes, kEnd, kFailed };

  std::string_view rest() const { return std::string_view(window_).substr(position_); }
  // Makes the window longer; what the caller had seen of it is to be looked at again.
  More ReadMore();
  void BeginBlock();
  Step ReadBlock();
  Step EndAtEndOfFile();
  // One line, or one record. nullopt: go on.
  std::optional<Step> TakeLine();
  std::optional<Step> TakeRecord();
  std::optional<Step> EndWithoutChecksum();
  Step EndWithChecksum(std::string_view line, size_t line_begin);
  Step Fail(std::string reason);
  // When the bytes end too early: more of them, or the end of what can be read.
  std::optional<Step> NeedMore(const char* reason);

  File& file_;
  RecordScanner& scanner_;
  std::string window_;
  uint64_t window_offset_;  // of the window in the file
  size_t block_begin_ = 0;  // in the window, as are these
  size_t position_ = 0;
  bool is_at_end_ = false;  // the window reaches the end of the file
  Mode mode_ = Mode::kUnknown;
  std::vector<std::string_view> records_;
  std::vector<size_t> record_ends_;  // in the window; views would not survive its growth
  std::vector<size_t> record_begins_;
  uint64_t records_before_ = 0;
  bool is_open_ = false;   // between the record that opens a group and its end
  bool is_whole_ = false;  // the block has all its records
  bool is_group_ = false;
  bool only_selects_ = false;
  bool has_annotations_ = false;
  std::string name_;  // of the last record
  std::optional<uint64_t> timestamp_;
  std::optional<uint64_t> synced_;
  Damage damage_;
  FileError file_error_;
};

// Whether the damage is a tail that may be cut: nothing behind it says that these bytes had been on
// the disk (files with checksums), or nothing behind it is a record (files without).
FileResult<bool> DamageIsTail(File& file, RecordScanner& scanner, const Reader& reader);
// Whether a block of the file says that all files before it had been on the disk.
FileResult<bool> SaysOthersAreSynced(File& file, RecordScanner& scanner);

}  // namespace storage::aof
