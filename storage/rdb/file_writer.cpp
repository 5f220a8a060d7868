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

void FileWriter::Begin(std::string& out) {
  char magic[16];
  const int size = std::snprintf(magic, sizeof magic, "REDIS%04d", options_.version);
  out.append(magic, static_cast<size_t>(size));
}

void FileWriter::Aux(std::string_view name, std::string_view value, std::string& out) {
  AppendOpcode(Opcode::kAux, out);
  values_.AppendString(name, out);
  values_.AppendString(value, out);
}

void FileWriter::Function(std::string_view source, std::string& out) {
  AppendOpcode(Opcode::kFunction, out);
  values_.AppendString(source, out);
}

void FileWriter::SelectDatabase(int index, std::string& out) {
  AppendOpcode(Opcode::kSelectDatabase, out);
  ValueWriter::AppendLength(static_cast<uint64_t>(index), out);
}

void FileWriter::Resize(uint64_t keys, uint64_t volatile_keys, std::string& out) {
  AppendOpcode(Opcode::kResize, out);
  ValueWriter::AppendLength(keys, out);
  ValueWriter::AppendLength(volatile_keys, out);
}

void FileWriter::AppendHead(const Keyspace& keyspace, const Record& record, std::string& out) {
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
}

void FileWriter::AppendRecord(const Keyspace& keyspace, const Record& record, std::string& out) {
  AppendHead(keyspace, record, out);
  values_.AppendValue(keyspace, record, out);
}

void FileWriter::End(std::string& out) {
  AppendOpcode(Opcode::kEnd, out);
}

void FileWriter::AppendChecksum(uint64_t checksum, std::string& out) {
  AppendLittle(checksum, sizeof checksum, out);
}

}  // namespace storage::rdb
