#include "storage/rdb/file_reader.h"

#include <algorithm>

#include "storage/base/number.h"
#include "storage/rdb/codec.h"

namespace storage::rdb {
namespace {

using Problem = ByteReader::Problem;

constexpr size_t kMagicBytes = 9;
constexpr size_t kSummedAtOnce = 4096;  // while they are in the cache

// The digits, as a number; -1: something else stands there.
int VersionOf(std::string_view digits) {
  int version = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    version = version * 10 + (digit - '0');
  }
  return version;
}

// A key as messages show it: what could harm a terminal or a log is left out.
std::string Printable(std::string_view key) {
  constexpr size_t kShownMax = 64;
  std::string shown(key.substr(0, kShownMax));
  std::replace_if(shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown + (key.size() > kShownMax ? "..." : "");
}

}  // namespace

std::expected<FileReader::Step, FileError> FileReader::Next(std::string_view bytes,
                                                            MoreToCome more) {
  consumed_ = 0;
  bytes_ = bytes;
  what_.clear();
  record_->value.Clear();
  ByteReader reader(bytes);
  const Step step = has_header_ ? ReadPiece(reader) : ReadHeader(reader);
  if (reader.problem() == Problem::kTruncated && more == MoreToCome::kYes) return Step::kNeedsMore;
  if (!reader.ok()) return std::unexpected(FileError{offset_, Describe(reader)});
  consumed_ = reader.position();
  NoteConsumed(bytes.substr(0, consumed_));
  offset_ += consumed_;
  has_header_ = true;
  return step;
}

void FileReader::NoteConsumed(std::string_view bytes) {
  if (check_ == ChecksumCheck::kSkip) return;
  const bool continues = unsummed_.data() + unsummed_.size() == bytes.data();
  if (!continues || unsummed_.size() >= kSummedAtOnce) {
    Settle();
    unsummed_ = bytes.substr(0, 0);
  }
  unsummed_ = {unsummed_.data(), unsummed_.size() + bytes.size()};
}

void FileReader::Settle() {
  checksum_ = Checksum(checksum_, unsummed_);
  unsummed_ = {};
}

std::string FileReader::Describe(const ByteReader& reader) const {
  std::string message = what_;
  if (!message.empty()) message += ": ";
  return message + reader.reason();
}

FileReader::Step FileReader::ReadHeader(ByteReader& reader) {
  const std::string_view magic = reader.Bytes(kMagicBytes);
  if (!reader.ok()) return Step::kNeedsMore;
  if (magic.starts_with("REDIS")) {
    version_ = VersionOf(magic.substr(5));
    if (version_ > kVersionMax) version_ = -1;
  } else if (magic.starts_with("VALKEY")) {
    version_ = VersionOf(magic.substr(6));
    if (version_ < kValkeyVersionMin) version_ = -1;
  } else {
    reader.Fail("this is not an RDB file");
    return Step::kNeedsMore;
  }
  if (!CanReadVersion(version_)) {
    what_ = std::string("version ") + Printable(magic);
    reader.Fail(Problem::kUnsupported, "such files are not supported");
  }
  return Step::kHeader;
}

// Expiry and times of use stand before their record and are one piece with it.
FileReader::Step FileReader::ReadPiece(ByteReader& reader) {
  record_->expiry_ms.reset();
  record_->idle_seconds.reset();
  record_->frequency.reset();
  while (reader.ok()) {
    const uint8_t byte = reader.Byte();
    if (!reader.ok()) break;
    if (byte < kOpcodeMin) return ReadRecord(reader, byte);
    switch (const Opcode opcode = static_cast<Opcode>(byte)) {
      case Opcode::kExpiryMs:
        record_->expiry_ms = static_cast<int64_t>(reader.U64());
        break;
      case Opcode::kExpirySeconds:
        record_->expiry_ms = static_cast<int64_t>(static_cast<int32_t>(reader.U32())) * 1000;
        break;
      case Opcode::kIdle:
        record_->idle_seconds = reader.Length();
        break;
      case Opcode::kFrequency:
        record_->frequency = reader.Byte();
        break;
      default:
        if (record_->expiry_ms || record_->idle_seconds || record_->frequency) {
          reader.Fail("an expiry or a time of use has no record");
        }
        return ReadOpcode(reader, opcode);
    }
  }
  return Step::kNeedsMore;
}

FileReader::Step FileReader::ReadOpcode(ByteReader& reader, Opcode opcode) {
  constexpr uint64_t kDatabasesMax = INT32_MAX;
  switch (opcode) {
    case Opcode::kAux:
      name_ = reader.String(record_->value.arena);
      text_ = reader.String(record_->value.arena);
      return Step::kAux;
    case Opcode::kFunction:
      what_ = "a library of functions";
      text_ = reader.String(record_->value.arena);
      return Step::kFunction;
    case Opcode::kSelectDatabase: {
      const uint64_t database = reader.Length();
      if (database > kDatabasesMax) reader.Fail("the number of a database is out of range");
      if (reader.ok()) database_ = database;
      return Step::kDatabase;
    }
    case Opcode::kResize:
      keys_ = reader.Length();
      volatile_keys_ = reader.Length();
      return Step::kResize;
    case Opcode::kSlotInfo:  // a slot, its keys, those with an expiry: hints
      reader.Length();
      keys_ = reader.Length();
      volatile_keys_ = reader.Length();
      return Step::kResize;
    case Opcode::kEnd:
      return ReadEnd(reader, bytes_);
    case Opcode::kModuleAux:
      RefuseModuleAux(reader);
      break;
    case Opcode::kFunctionTrial:
      reader.Fail(Problem::kUnsupported,
                  "functions in the form of a candidate of Redis 7.0 are not supported");
      break;
    case Opcode::kKeyMetadata:
      reader.Fail(Problem::kUnsupported,
                  "metadata of keys and unfinished imports of slots are not supported");
      break;
    default:
      reader.Fail("an opcode stands where none may");
  }
  return Step::kNeedsMore;
}

// A module is known by nine characters of six bits, above ten bits of its data's version.
void FileReader::RefuseModuleAux(ByteReader& reader) {
  static constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const uint64_t id = reader.Length();
  if (!reader.ok()) return;
  what_ = "module ";
  for (int shift = 58; shift >= 10; shift -= 6) what_ += kCharacters[id >> shift & 63];
  reader.Fail(Problem::kUnsupported, "data of modules are not supported");
}

FileReader::Step FileReader::ReadRecord(ByteReader& reader, uint8_t type) {
  record_->database = database_;
  record_->key_arena.Clear();
  record_->key = reader.String(record_->key_arena);
  if (!reader.ok()) return Step::kNeedsMore;
  if (!DecodeValue(reader, type, version_, record_->value)) {
    what_ = "key \"" + Printable(record_->key) + "\"";
  }
  return Step::kRecord;
}

FileReader::Step FileReader::ReadEnd(ByteReader& reader, std::string_view bytes) {
  if (version_ < kVersionWithChecksum) return Step::kEnd;
  Settle();
  const uint64_t expected = Checksum(checksum_, bytes.substr(0, reader.position()));
  const uint64_t written = reader.U64();
  const bool was_made = written != 0;
  if (reader.ok() && was_made && check_ == ChecksumCheck::kVerify && written != expected) {
    what_ = "the end";
    reader.Fail("the checksum is wrong: something in the file is damaged");
  }
  return Step::kEnd;
}

}  // namespace storage::rdb
