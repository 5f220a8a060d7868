#include "storage/rdb/dump_payload.h"

#include <cstring>

#include "storage/rdb/codec.h"

namespace storage::rdb {

std::string MakePayload(const Keyspace& keyspace, const Record& record,
                        const ValueWriter::Options& options) {
  ValueWriter writer(options);
  std::string payload;
  payload += static_cast<char>(writer.TypeOf(record));
  writer.AppendValue(keyspace, record, payload);
  AppendLittle(static_cast<uint64_t>(options.version), sizeof(uint16_t), payload);
  const uint64_t checksum = Checksum(0, payload);
  AppendLittle(checksum, sizeof checksum, payload);
  return payload;
}

std::optional<int> CheckFooter(std::string_view payload, ChecksumCheck check) {
  if (payload.size() < kDumpFooterBytes) return std::nullopt;
  const std::string_view footer = payload.substr(payload.size() - kDumpFooterBytes);
  uint16_t version;
  uint64_t checksum;
  std::memcpy(&version, footer.data(), sizeof version);
  std::memcpy(&checksum, footer.data() + sizeof version, sizeof checksum);
  if (!CanReadVersion(version)) return std::nullopt;
  const std::string_view covered = payload.substr(0, payload.size() - sizeof checksum);
  if (check == ChecksumCheck::kVerify && Checksum(0, covered) != checksum) return std::nullopt;
  return version;
}

bool DecodePayload(std::string_view payload, int version, DecodedValue& value) {
  ByteReader reader(payload.substr(0, payload.size() - kDumpFooterBytes));
  const uint8_t type = reader.Byte();
  return reader.ok() && DecodeValue(reader, type, version, value) && reader.AtEnd();
}

}  // namespace storage::rdb
