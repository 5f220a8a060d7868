// Field tables: named, typed values inside methods and headers, in RabbitMQ's dialect, which is not
// the specification's (4.2.5): 's' is a 16-bit integer, 'l' and 'L' are both signed 64-bit.
//
//   table    [ name: short string | value ] [ name | value ] ...
//   array    [ value ] [ value ] ...
//   value    +-----+----------------------------------------------------------+
//            | 't' | bool u8                | 'D' | scale u8, decimal i32     |
//            | 'b' | i8          'B' | u8   | 'S' | text: size u32, bytes     |
//            | 's' | i16         'u' | u16  | 'x' | bytes: size u32, bytes    |
//            | 'I' | i32         'i' | u32  | 'T' | time: seconds u64         |
//            | 'l' | i64         'L' | i64  | 'A' | array: size u32, content  |
//            | 'f' | float       'd' | f64  | 'F' | table: size u32, content  |
//            | 'V' | nothing                |     |                           |
//            +-----+----------------------------------------------------------+
//
// Reading copies nothing: a table is a view, a reader walks it, a nested one is a reader of its own
// on the value's bytes. A table is checked once, as a whole, where it comes in (IsValidTable, with
// limits); readers of checked tables then never fail, and those of others stop at the mistake.
//
// Cost: a walk is linear; Find walks. Lifetime: views are good as long as the table's bytes are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/amqp/field_reader.h"

namespace protocol::amqp {

enum class FieldType : char {
  kBool = 't',
  kInt8 = 'b',
  kUint8 = 'B',
  kInt16 = 's',
  kUint16 = 'u',
  kInt32 = 'I',
  kUint32 = 'i',
  kInt64 = 'l',
  kInt64Other = 'L',
  kFloat = 'f',
  kDouble = 'd',
  kDecimal = 'D',
  kText = 'S',
  kBytes = 'x',
  kArray = 'A',
  kTimestamp = 'T',
  kTable = 'F',
  kVoid = 'V',
};

struct FieldValue {
  FieldType type = FieldType::kVoid;
  uint8_t scale = 0;            // of a decimal: integer / 10^scale
  int64_t integer = 0;          // integers, bool (0 or 1), decimals, seconds
  double real = 0;              // float, double
  std::string_view bytes = {};  // text, bytes; content of an array or table

  bool is_integer() const;
  bool is_text() const { return type == FieldType::kText; }
};

struct TableLimits {
  size_t bytes_max = 128 * 1024;  // of the outermost
  size_t depth_max = 32;          // the outermost is 1
};

// Walks a table: Next until it is false. has_failed(): it ended at a mistake.
class TableReader {
 public:
  explicit TableReader(std::string_view table) : reader_(table) {}
  bool Next(std::string_view& name, FieldValue& value);
  bool has_failed() const { return has_failed_ || reader_.has_failed(); }

 private:
  FieldReader reader_;
  bool has_failed_ = false;
};

class ArrayReader {
 public:
  explicit ArrayReader(std::string_view array) : reader_(array) {}
  bool Next(FieldValue& value);
  bool has_failed() const { return has_failed_ || reader_.has_failed(); }

 private:
  FieldReader reader_;
  bool has_failed_ = false;
};

bool IsValidTable(std::string_view table, const TableLimits& limits);

// The first value of that name.
std::optional<FieldValue> FindField(std::string_view table, std::string_view name);

// Appends the content of a table, or of an array, to a text. In a table a Name goes before each
// value, in an array none.
class TableWriter {
 public:
  // Where a nested table or array began; given back to End.
  using Nested = size_t;

  explicit TableWriter(std::string& to) : to_(to) {}

  TableWriter& Name(std::string_view name);
  void Bool(bool value);
  void Int32(int32_t value);
  void Int64(int64_t value);
  void Text(std::string_view text) { Long(FieldType::kText, text); }
  void Timestamp(uint64_t seconds);
  void Void() { Type(FieldType::kVoid); }
  void Table(std::string_view content) { Long(FieldType::kTable, content); }
  void Array(std::string_view content) { Long(FieldType::kArray, content); }
  // Any value as it was read; integers and floats keep their width.
  void Value(const FieldValue& value);
  Nested BeginTable() { return Begin(FieldType::kTable); }
  Nested BeginArray() { return Begin(FieldType::kArray); }
  void End(Nested nested);

 private:
  void Type(FieldType type) { to_ += static_cast<char>(type); }
  template <class Number>
  void Fixed(FieldType type, Number number);
  void Long(FieldType type, std::string_view bytes);
  Nested Begin(FieldType type);

  std::string& to_;
};

}  // namespace protocol::amqp
