// FileWriter: an RDB file, piece by piece, into a growing buffer that the caller takes away when it
// likes: to a file, to a replica. It knows nothing of either, and keeps only the checksum.
//
//   FileWriter writer({.version = FileWriter::VersionFor(keyspace)});
//   writer.Begin(out);  writer.Aux("ctime", "1790000000", out);
//   writer.SelectDatabase(0, keys, volatile_keys, out);
//   writer.AppendRecord(keyspace, record, out);       // for each record of the database
//   writer.End(out);
//
// What a call appends must not be changed before it is written.
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
    bool has_checksum = true;      // rdbchecksum
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
  // The records that follow are of this database, which has so many, and of these so many with an
  // expiry.
  void SelectDatabase(int index, uint64_t keys, uint64_t volatile_keys, std::string& out);
  // A key, its value and expiry, and by the keyspace's policy its idle time or frequency.
  void AppendRecord(const Keyspace& keyspace, const Record& record, std::string& out);
  void End(std::string& out);

 private:
  // Takes what was appended since `begin` into the checksum.
  void Note(const std::string& out, size_t begin);
  static void AppendOpcode(Opcode opcode, std::string& out) { out += static_cast<char>(opcode); }

  Options options_;
  ValueWriter values_;
  uint64_t checksum_ = 0;
};

}  // namespace storage::rdb
