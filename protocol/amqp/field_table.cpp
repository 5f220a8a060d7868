#include "protocol/amqp/field_table.h"

#include <bit>

#include "protocol/amqp/field_writer.h"

namespace protocol::amqp {
namespace {

// False for an unknown type; what is missing is told by the reader.
bool ReadValue(FieldReader& reader, FieldValue& value) {
  value = {};
  value.type = static_cast<FieldType>(reader.U8());
  switch (value.type) {
    case FieldType::kBool:
      value.integer = reader.U8() != 0;
      return true;
    case FieldType::kInt8:
      value.integer = static_cast<int8_t>(reader.U8());
      return true;
    case FieldType::kUint8:
      value.integer = reader.U8();
      return true;
    case FieldType::kInt16:
      value.integer = static_cast<int16_t>(reader.U16());
      return true;
    case FieldType::kUint16:
      value.integer = reader.U16();
      return true;
    case FieldType::kInt32:
      value.integer = static_cast<int32_t>(reader.U32());
      return true;
    case FieldType::kUint32:
      value.integer = reader.U32();
      return true;
    case FieldType::kInt64:
    case FieldType::kInt64Other:
    case FieldType::kTimestamp:
      value.integer = static_cast<int64_t>(reader.U64());
      return true;
    case FieldType::kFloat:
      value.real = std::bit_cast<float>(reader.U32());
      return true;
    case FieldType::kDouble:
      value.real = std::bit_cast<double>(reader.U64());
      return true;
    case FieldType::kDecimal:
      value.scale = reader.U8();
      value.integer = static_cast<int32_t>(reader.U32());
      return true;
    case FieldType::kText:
    case FieldType::kBytes:
    case FieldType::kArray:
    case FieldType::kTable:
      value.bytes = reader.LongString();
      return true;
    case FieldType::kVoid:
      return true;
  }
  return false;
}

bool IsValidArray(std::string_view array, size_t depth_left);

bool IsValidValue(const FieldValue& value, size_t depth_left);

bool IsValidContent(std::string_view table, size_t depth_left) {
  if (depth_left == 0) return false;
  TableReader reader(table);
  std::string_view name;
  FieldValue value;
  while (reader.Next(name, value)) {
    if (!IsValidValue(value, depth_left)) return false;
  }
  return !reader.has_failed();
}

bool IsValidArray(std::string_view array, size_t depth_left) {
  if (depth_left == 0) return false;
  ArrayReader reader(array);
  FieldValue value;
  while (reader.Next(value)) {
    if (!IsValidValue(value, depth_left)) return false;
  }
  return !reader.has_failed();
}

bool IsValidValue(const FieldValue& value, size_t depth_left) {
  if (value.type == FieldType::kTable) return IsValidContent(value.bytes, depth_left - 1);
  if (value.type == FieldType::kArray) return IsValidArray(value.bytes, depth_left - 1);
  return true;
}

}  // namespace

bool FieldValue::is_integer() const {
  switch (type) {
    case FieldType::kInt8:
    case FieldType::kUint8:
    case FieldType::kInt16:
    case FieldType::kUint16:
    case FieldType::kInt32:
    case FieldType::kUint32:
    case FieldType::kInt64:
    case FieldType::kInt64Other:
      return true;
    case FieldType::kBool:
    case FieldType::kFloat:
    case FieldType::kDouble:
    case FieldType::kDecimal:
    case FieldType::kText:
    case FieldType::kBytes:
    case FieldType::kArray:
    case FieldType::kTimestamp:
    case FieldType::kTable:
    case FieldType::kVoid:
      return false;
  }
  return false;
}

bool TableReader::Next(std::string_view& name, FieldValue& value) {
  if (has_failed() || reader_.left() == 0) return false;
  name = reader_.ShortString();
  if (!ReadValue(reader_, value)) has_failed_ = true;
  return !has_failed();
}

bool ArrayReader::Next(FieldValue& value) {
  if (has_failed() || reader_.left() == 0) return false;
  if (!ReadValue(reader_, value)) has_failed_ = true;
  return !has_failed();
}

bool IsValidTable(std::string_view table, const TableLimits& limits) {
  return table.size() <= limits.bytes_max && IsValidContent(table, limits.depth_max);
}

std::optional<FieldValue> FindField(std::string_view table, std::string_view name) {
  TableReader reader(table);
  std::string_view found;
  FieldValue value;
  while (reader.Next(found, value)) {
    if (found == name) return value;
  }
  return std::nullopt;
}

// --- writing ---

TableWriter& TableWriter::Name(std::string_view name) {
  const size_t size = ShortStringBytes(name);
  to_ += static_cast<char>(size);
  to_ += name.substr(0, size);
  return *this;
}

template <class Number>
void TableWriter::Fixed(FieldType type, Number number) {
  char bytes[sizeof(number)];
  WriteBigEndian(bytes, number);
  Type(type);
  to_.append(bytes, sizeof(number));
}

void TableWriter::Long(FieldType type, std::string_view bytes) {
  Fixed(type, static_cast<uint32_t>(bytes.size()));
  to_ += bytes;
}

void TableWriter::Bool(bool value) {
  Fixed(FieldType::kBool, static_cast<uint8_t>(value));
}

void TableWriter::Int32(int32_t value) {
  Fixed(FieldType::kInt32, value);
}

void TableWriter::Int64(int64_t value) {
  Fixed(FieldType::kInt64, value);
}

void TableWriter::Timestamp(uint64_t seconds) {
  Fixed(FieldType::kTimestamp, seconds);
}

void TableWriter::Value(const FieldValue& value) {
  switch (value.type) {
    case FieldType::kBool:
    case FieldType::kInt8:
    case FieldType::kUint8:
      return Fixed(value.type, static_cast<uint8_t>(value.integer));
    case FieldType::kInt16:
    case FieldType::kUint16:
      return Fixed(value.type, static_cast<uint16_t>(value.integer));
    case FieldType::kInt32:
    case FieldType::kUint32:
      return Fixed(value.type, static_cast<uint32_t>(value.integer));
    case FieldType::kInt64:
    case FieldType::kInt64Other:
    case FieldType::kTimestamp:
      return Fixed(value.type, static_cast<uint64_t>(value.integer));
    case FieldType::kFloat:
      return Fixed(value.type, std::bit_cast<uint32_t>(static_cast<float>(value.real)));
    case FieldType::kDouble:
      return Fixed(value.type, std::bit_cast<uint64_t>(value.real));
    case FieldType::kDecimal:
      Fixed(value.type, value.scale);
      to_.resize(to_.size() + 4);
      WriteU32(to_.data() + to_.size() - 4, static_cast<uint32_t>(value.integer));
      return;
    case FieldType::kText:
    case FieldType::kBytes:
    case FieldType::kArray:
    case FieldType::kTable:
      return Long(value.type, value.bytes);
    case FieldType::kVoid:
      return Void();
  }
}

TableWriter::Nested TableWriter::Begin(FieldType type) {
  Fixed(type, uint32_t{0});
  return to_.size();
}

void TableWriter::End(Nested nested) {
  WriteU32(to_.data() + nested - 4, static_cast<uint32_t>(to_.size() - nested));
}

}  // namespace protocol::amqp
