#include "storage/rdb/file_writer.h"

#include <cstdio>

#include "storage/rdb/checksum.h"

namespace storage::rdb {

int FileWriter::VersionFor(const Keyspace& keyspace) {
  for (int i = 0; i < keyspace.database_count(); ++i) {
    if (keyspace.database(i).volatile_collections() > 0) return kVersionWithFieldExpiry;
  }
  return kVersionWritten;
}

void FileWriter::Note(const std::string& out, size_t begin) {
  if (!options_.has_checksum) return;
  checksum_ = Checksum(checksum_, std::string_view(out).substr(begin));
}

void FileWriter::Begin(std::string& out) {
  const size_t begin = out.size();
  char magic[16];
  const int size = std::snprintf(magic, sizeof magic, "REDIS%04d", options_.version);
  out.append(magic, static_cast<size_t>(size));
  Note(out, begin);
}

void FileWriter::Aux(std::string_view name, std::string_view value, std::string& out) {
  const size_t begin = out.size();
  AppendOpcode(Opcode::kAux, out);
  values_.AppendString(name, out);
  values_.AppendString(value, out);
  Note(out, begin);
}

void FileWriter::Function(std::string_view source, std::string& out) {
  const size_t begin = out.size();
  AppendOpcode(Opcode::kFunction, out);
  values_.AppendString(source, out);
  Note(out, begin);
}

void FileWriter::SelectDatabase(int index, uint64_t keys, uint64_t volatile_keys,
                                std::string& out) {
  const size_t begin = out.size();
  AppendOpcode(Opcode::kSelectDatabase, out);
  ValueWriter::AppendLength(static_cast<uint64_t>(index), out);
  AppendOpcode(Opcode::kResize, out);
  ValueWriter::AppendLength(keys, out);
  ValueWriter::AppendLength(volatile_keys, out);
  Note(out, begin);
}

void FileWriter::AppendRecord(const Keyspace& keyspace, const Record& record, std::string& out) {
  const size_t begin = out.size();
  if (record.has_expiry()) {
    AppendOpcode(Opcode::kExpiryMs, out);
    AppendLittle(static_cast<uint64_t>(record.expiry_ms()), sizeof(int64_t), out);
  }
  if (options_.has_access_data && keyspace.access_policy().is_lfu) {
    AppendOpcode(Opcode::kFrequency, out);
    out += static_cast<char>(keyspace.Frequency(record));
  } else if (options_.has_access_data) {
    AppendOpcode(Opcode::kIdle, out);
    ValueWriter::AppendLength(static_cast<uint64_t>(keyspace.IdleSeconds(record)), out);
  }
  out += static_cast<char>(values_.TypeOf(record));
  values_.AppendString(record.key(), out);
  values_.AppendValue(keyspace, record, out);
  Note(out, begin);
}

void FileWriter::End(std::string& out) {
  const size_t begin = out.size();
  AppendOpcode(Opcode::kEnd, out);
  Note(out, begin);
  AppendLittle(checksum_, sizeof checksum_, out);
}

}  // namespace storage::rdb
