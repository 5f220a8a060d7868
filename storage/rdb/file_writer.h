// FileWriter: what an RDB file is made of, piece by piece, appended to what the caller likes: a
// buffer on its way to a file, to a replica. It keeps no account of what it wrote: the checksum
// behind End is that of all bytes before it (checksum.h).
//
//   FileWriter writer({.version = FileWriter::VersionFor(keyspace)});
//   writer.Begin(out);  writer.Aux("ctime", "1790000000", out);
//   FileWriter::SelectDatabase(0, out);  FileWriter::Resize(keys, volatile_keys, out);
//   writer.AppendRecord(keyspace, record, out);       // for each record of the database
//   FileWriter::End(out);
//   FileWriter::AppendChecksum(Checksum(0, out), out);   // or 0: the file has none
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/keyspace/keyspace.h"
#include "storage/rdb/codec.h"

namespace storage::rdb {

class FileWriter {
 public:
  struct Options {
    int version = kVersionWritten;
    bool compresses = true;        // rdbcompression
    bool has_access_data = false;  // when records were last used, or how often: for eviction
  };

  explicit FileWriter(Options options)
      : options_(options),
        values_({.version = options.version, .compresses = options.compresses}) {}

  // The oldest version that holds all of the data as it is now.
  static int VersionFor(const Keyspace& keyspace);

  void Begin(std::string& out);
  void Aux(std::string_view name, std::string_view value, std::string& out);
  // A library of functions, by its source.
  void Function(std::string_view source, std::string& out);
  // The records that follow are of this database.
  static void SelectDatabase(int index, std::string& out);
  // Of which there are so many, and of these so many with an expiry: a hint for whoever reads.
  static void Resize(uint64_t keys, uint64_t volatile_keys, std::string& out);
  // A key, its value and expiry, and by the keyspace's policy its idle time or frequency.
  void AppendRecord(const Keyspace& keyspace, const Record& record, std::string& out);
  // The same in two steps: all that stands before the value. The value is values()'s to write.
  void AppendHead(const Keyspace& keyspace, const Record& record, std::string& out);
  ValueWriter& values() { return values_; }
  static void End(std::string& out);
  static void AppendChecksum(uint64_t checksum, std::string& out);

 private:
  static void AppendOpcode(Opcode opcode, std::string& out) { out += static_cast<char>(opcode); }

  Options options_;
  ValueWriter values_;
};

}  // namespace storage::rdb
