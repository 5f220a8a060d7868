// What all types share: which codec a type byte belongs to, and the other way round.

#include "storage/rdb/codec.h"

#include "storage/base/check.h"
#include "storage/types/hash.h"

namespace storage::rdb {
namespace {

using Problem = ByteReader::Problem;

void Decode(ByteReader& reader, ValueType type, int version, DecodedValue& value) {
  switch (type) {
    case ValueType::kString:
      return DecodeString(reader, value);
    case ValueType::kList:
    case ValueType::kListZiplist:
    case ValueType::kListQuicklist:
    case ValueType::kListQuicklist2:
      return DecodeList(reader, type, value);
    case ValueType::kSet:
    case ValueType::kSetIntset:
    case ValueType::kSetListpack:
      return DecodeSet(reader, type, value);
    case ValueType::kSortedSetText:
    case ValueType::kSortedSet:
    case ValueType::kSortedSetZiplist:
    case ValueType::kSortedSetListpack:
      return DecodeSortedSet(reader, type, value);
    case ValueType::kHash:
    case ValueType::kHashZipmap:
    case ValueType::kHashZiplist:
    case ValueType::kHashListpack:
    case ValueType::kHashFieldExpiryTrial:
    case ValueType::kHashListpackExTrial:
    case ValueType::kHashFieldExpiry:
    case ValueType::kHashListpackEx:
      return DecodeHash(reader, type, version, value);
    case ValueType::kStream1:
    case ValueType::kStream2:
    case ValueType::kStream3:
    case ValueType::kStream4:
      return reader.Fail(Problem::kUnsupported, "streams are not supported");
    case ValueType::kModuleBefore4:
    case ValueType::kModule:
      return reader.Fail(Problem::kUnsupported, "values of modules are not supported");
  }
  reader.Fail(Problem::kUnsupported, "the type of the value is not known");
}

}  // namespace

bool DecodeValue(ByteReader& reader, uint8_t type, int version, DecodedValue& value) {
  value.Clear();
  Decode(reader, static_cast<ValueType>(type), version, value);
  return reader.ok();
}

void DecodeTexts(ByteReader& reader, uint64_t count, DecodedValue& value) {
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    value.texts.push_back(reader.String(value.arena));
  }
}

int VersionFor(const Record& record) {
  const bool has_expiries =
      record.type() == Type::kHash && HashView::Of(record, 0).has_volatile_fields();
  return has_expiries ? kVersionWithFieldExpiry : kVersionWritten;
}

ValueType ValueWriter::TypeOf(const Record& record) const {
  switch (record.type()) {
    case Type::kString:
      return ValueType::kString;
    case Type::kList:
      return IsLong(record) ? ValueType::kList : ValueType::kListQuicklist2;
    case Type::kSet:
      return TypeOfSet(record);
    case Type::kSortedSet:
      return record.encoding() == Encoding::kPack ? ValueType::kSortedSetListpack
                                                  : ValueType::kSortedSet;
    case Type::kHash:
      return TypeOfHash(record);
    case Type::kStream:
      break;
  }
  CHECK_INVARIANT(false);  // no record has such a type
  return ValueType::kString;
}

bool ValueWriter::IsLong(const Record& record) {
  constexpr size_t kElements = 1024;
  return record.encoding() == Encoding::kStructure && record.structure()->size() > kElements;
}

bool ValueWriter::AppendSome(const Keyspace& keyspace, const Record& record, Progress& progress,
                             size_t elements, std::string& out) {
  switch (record.type()) {
    case Type::kList:
      AppendSomeOfList(keyspace, record, progress, elements, out);
      break;
    case Type::kSet:
      AppendSomeOfSet(record, progress, elements, out);
      break;
    case Type::kSortedSet:
      AppendSomeOfSortedSet(record, progress, elements, out);
      break;
    case Type::kHash:
      AppendSomeOfHash(record, progress, elements, out);
      break;
    case Type::kString:
    case Type::kStream:
      CHECK_INVARIANT(false);
  }
  progress.has_begun = true;
  return progress.at == 0;
}

void ValueWriter::AppendValue(const Keyspace& keyspace, const Record& record, std::string& out) {
  switch (record.type()) {
    case Type::kString:
      return AppendText(record, out);
    case Type::kList:
      return AppendList(keyspace, record, out);
    case Type::kSet:
      return AppendSet(record, out);
    case Type::kSortedSet:
      return AppendSortedSet(record, out);
    case Type::kHash:
      return AppendHash(record, out);
    case Type::kStream:
      break;
  }
  CHECK_INVARIANT(false);
}

}  // namespace storage::rdb
