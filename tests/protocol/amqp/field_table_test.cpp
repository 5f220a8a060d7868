#include "protocol/amqp/field_table.h"

#include <doctest/doctest.h>

#include <string>

using namespace protocol::amqp;

namespace {

// One of every type.
std::string EveryType() {
  std::string table;
  TableWriter writer(table);
  writer.Name("bool").Bool(true);
  writer.Name("int32").Int32(-7);
  writer.Name("int64").Int64(INT64_MIN);
  writer.Name("text").Text("hello");
  writer.Name("time").Timestamp(1700000000);
  writer.Name("void").Void();
  for (const FieldType type : {FieldType::kInt8, FieldType::kUint8, FieldType::kInt16,
                               FieldType::kUint16, FieldType::kUint32, FieldType::kInt64Other}) {
    writer.Name({reinterpret_cast<const char*>(&type), 1}).Value({.type = type, .integer = 100});
  }
  writer.Name("float").Value({.type = FieldType::kFloat, .real = 0.5});
  writer.Name("double").Value({.type = FieldType::kDouble, .real = -2.25});
  writer.Name("decimal").Value({.type = FieldType::kDecimal, .scale = 2, .integer = 314});
  writer.Name("bytes").Value({.type = FieldType::kBytes, .bytes = {"\0\xFF", 2}});
  writer.Name("table");
  const auto nested = writer.BeginTable();
  writer.Name("inner").Bool(false);
  writer.End(nested);
  writer.Name("array");
  const auto array = writer.BeginArray();
  writer.Int32(1);
  writer.Text("two");
  writer.End(array);
  return table;
}

std::string Deep(size_t depth) {
  std::string table;
  for (size_t level = 1; level < depth; ++level) {
    std::string outer;
    TableWriter(outer).Name("t").Table(table);
    table = outer;
  }
  return table;
}

}  // namespace

TEST_CASE("FieldTable: every type is written as RabbitMQ's clients write it") {
  std::string table;
  TableWriter(table).Name("a").Int32(258);
  CHECK(table == std::string("\1aI\0\0\1\2", 7));
  table.clear();
  TableWriter(table).Name("a").Text("xy");
  CHECK(table == std::string("\1aS\0\0\0\2xy", 9));
  table.clear();
  TableWriter(table).Name("a").Bool(true);
  CHECK(table == std::string("\1at\1", 4));
}

TEST_CASE("FieldTable: every type is read back, and written back the same") {
  const std::string table = EveryType();
  CHECK(IsValidTable(table, {}));
  std::string again;
  TableWriter writer(again);
  TableReader reader(table);
  std::string_view name;
  FieldValue value;
  size_t fields = 0;
  while (reader.Next(name, value)) {
    writer.Name(name).Value(value);
    ++fields;
  }
  CHECK_FALSE(reader.has_failed());
  CHECK(fields == 18);
  CHECK(again == table);
  CHECK(FindField(table, "int32")->integer == -7);
  CHECK(FindField(table, "int64")->integer == INT64_MIN);
  CHECK(FindField(table, "s")->is_integer());
  CHECK(FindField(table, "double")->real == -2.25);
  CHECK(FindField(table, "decimal")->scale == 2);
  CHECK(FindField(table, "text")->is_text());
  CHECK_FALSE(FindField(table, "time")->is_integer());
  CHECK_FALSE(FindField(table, "nothing"));
  ArrayReader array(FindField(table, "array")->bytes);
  REQUIRE(array.Next(value));
  CHECK(value.integer == 1);
  REQUIRE(array.Next(value));
  CHECK(value.bytes == "two");
  CHECK_FALSE(array.Next(value));
  CHECK_FALSE(array.has_failed());
}

TEST_CASE("FieldTable: small integers keep their signs") {
  std::string table("\1ab\xFF\1bB\xFF\1cs\xFF\xFE\1du\xFF\xFE\1ei\xFF\xFF\xFF\xFF", 25);
  REQUIRE(IsValidTable(table, {}));
  CHECK(FindField(table, "a")->integer == -1);
  CHECK(FindField(table, "b")->integer == 255);
  CHECK(FindField(table, "c")->integer == -2);
  CHECK(FindField(table, "d")->integer == 65534);
  CHECK(FindField(table, "e")->integer == 4294967295);
}

TEST_CASE("FieldTable: a table cut inside a field is refused") {
  std::string table;
  TableWriter(table).Name("key").Text("value");
  for (size_t cut = 1; cut < table.size(); ++cut) {
    CAPTURE(cut);
    CHECK_FALSE(IsValidTable(std::string_view(table).substr(0, cut), {}));
  }
  CHECK(IsValidTable("", {}));
}

TEST_CASE("FieldTable: an unknown type, and lengths that lie, are refused") {
  CHECK_FALSE(IsValidTable({"\1aq\0", 4}, {}));
  CHECK_FALSE(IsValidTable({"\1aS\xFF\xFF\xFF\xFFx", 8}, {}));
  CHECK_FALSE(IsValidTable({"\1aF\0\0\0\2\1b", 9}, {}));
  CHECK_FALSE(IsValidTable({"\1aA\0\0\0\1z", 8}, {}));
  CHECK_FALSE(IsValidTable("\xFFtoo short", {}));
}

TEST_CASE("FieldTable: depth and size have their limits") {
  const TableLimits limits{.bytes_max = 100, .depth_max = 4};
  CHECK(IsValidTable(Deep(4), limits));
  CHECK_FALSE(IsValidTable(Deep(5), limits));
  CHECK_FALSE(IsValidTable(Deep(10000), {.bytes_max = 1000000}));
  std::string table;
  TableWriter(table).Name("k").Text(std::string(94, 'x'));
  CHECK_FALSE(IsValidTable(table, limits));
  table.clear();
  TableWriter(table).Name("k").Text(std::string(93, 'x'));
  CHECK(IsValidTable(table, limits));
}
