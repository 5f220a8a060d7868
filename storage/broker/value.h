// Value and Table: what arguments of queues, exchanges and bindings and headers of messages hold,
// free of any wire's form. server/amqp makes them from field tables.
//
// Integers are one kind, whatever their width was: the broker compares them by value. `type_name`
// is the wire's word for the type; only texts for people use it. What the broker never looks into
// (nested tables, arrays, decimals) is kept as opaque bytes, which compare as bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storage::broker {

struct Value {
  enum class Kind : uint8_t { kVoid, kBool, kInteger, kReal, kText, kTime, kOpaque };

  Kind kind = Kind::kVoid;
  int64_t integer = 0;  // kBool, kInteger, kTime
  double real = 0;
  std::string text = {};                // kText, kOpaque
  std::string_view type_name = "void";  // a constant of the program

  bool operator==(const Value& other) const {
    return kind == other.kind && integer == other.integer && real == other.real &&
           text == other.text;
  }

  static Value Integer(int64_t integer) {
    return {.kind = Kind::kInteger, .integer = integer, .type_name = "long"};
  }
  static Value Bool(bool is_true) {
    return {.kind = Kind::kBool, .integer = is_true, .type_name = "bool"};
  }
  static Value Text(std::string_view text) {
    return {.kind = Kind::kText, .text = std::string(text), .type_name = "longstr"};
  }
};

// Named values, sorted by name; a name occurs once (the first one given counts).
class Table {
 public:
  struct Field {
    std::string name;
    Value value;
    bool operator==(const Field&) const = default;
  };

  // Returns whether the name was new.
  bool Add(std::string_view name, Value value);
  const Value* Find(std::string_view name) const;

  bool empty() const { return fields_.empty(); }
  size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  bool operator==(const Table&) const = default;

 private:
  std::vector<Field> fields_;
};

}  // namespace storage::broker
