#include "server/amqp/basic_properties.h"

#include <algorithm>
#include <optional>

#include "protocol/amqp/content_header.h"

namespace server {
namespace {

using protocol::amqp::ArrayReader;
using protocol::amqp::FieldType;
using protocol::amqp::FieldValue;
using protocol::amqp::FindField;
using protocol::amqp::Properties;
using protocol::amqp::TableLimits;
using protocol::amqp::TableReader;
using protocol::amqp::TableWriter;
using storage::broker::DeathNote;
using storage::broker::DeathReason;
using storage::broker::Table;
using storage::broker::Value;

// They were checked against the connection's limits when they came in; a death adds to them.
constexpr TableLimits kNoLimits{.bytes_max = SIZE_MAX, .depth_max = 64};

Properties Decoded(std::string_view bytes) {
  Properties properties;
  if (!properties.Decode(bytes, kNoLimits)) return {};
  return properties;
}

std::string_view ReasonText(DeathReason reason) {
  switch (reason) {
    case DeathReason::kRejected:
      return "rejected";
    case DeathReason::kExpired:
      return "expired";
    case DeathReason::kMaxLength:
      return "maxlen";
    case DeathReason::kDeliveryLimit:
      return "delivery_limit";
  }
  return {};
}

std::string_view TextOf(std::string_view table, std::string_view name) {
  const auto field = FindField(table, name);
  return field && field->is_text() ? field->bytes : std::string_view();
}

// The tables of x-death, newest first.
std::vector<std::string_view> Deaths(std::string_view headers) {
  std::vector<std::string_view> deaths;
  const auto field = FindField(headers, "x-death");
  if (!field || field->type != FieldType::kArray) return deaths;
  ArrayReader reader(field->bytes);
  FieldValue value;
  while (reader.Next(value)) {
    if (value.type == FieldType::kTable) deaths.push_back(value.bytes);
  }
  return deaths;
}

bool IsDeathOf(std::string_view death, const DeathNote& note) {
  return TextOf(death, "queue") == note.queue && TextOf(death, "reason") == ReasonText(note.reason);
}

// The entry of this death; `before`: the one of the same queue and reason, or empty.
std::string DeathEntry(const DeathNote& note, std::string_view before,
                       const Properties& properties) {
  std::string entry;
  TableWriter writer(entry);
  if (!before.empty()) {
    TableReader reader(before);
    std::string_view name;
    FieldValue value;
    while (reader.Next(name, value)) {
      if (name == "count" && value.is_integer() && value.integer < INT64_MAX) ++value.integer;
      writer.Name(name).Value(value);
    }
    return entry;
  }
  writer.Name("count").Int64(1);
  writer.Name("reason").Text(ReasonText(note.reason));
  writer.Name("queue").Text(note.queue);
  writer.Name("time").Timestamp(static_cast<uint64_t>(note.now_seconds));
  writer.Name("exchange").Text(note.exchange);
  writer.Name("routing-keys");
  const auto keys = writer.BeginArray();
  for (const std::string_view key : note.routing_keys) writer.Text(key);
  writer.End(keys);
  if (properties.has(Properties::kExpiration)) {
    writer.Name("original-expiration").Text(properties.expiration);
  }
  return entry;
}

void WriteDeaths(TableWriter& writer, const DeathNote& note, const Properties& properties) {
  const std::vector<std::string_view> deaths = Deaths(properties.headers);
  const auto same = std::find_if(deaths.begin(), deaths.end(),
                                 [&](std::string_view death) { return IsDeathOf(death, note); });
  writer.Name("x-death");
  const auto array = writer.BeginArray();
  const std::string_view before = same == deaths.end() ? std::string_view() : *same;
  writer.Table(DeathEntry(note, before, properties));
  for (auto death = deaths.begin(); death != deaths.end(); ++death) {
    if (death != same) writer.Table(*death);
  }
  writer.End(array);
}

bool IsOfLastDeath(std::string_view name) {
  return name == "x-death" || name == "x-last-death-reason" || name == "x-last-death-queue" ||
         name == "x-last-death-exchange";
}

}  // namespace

std::string_view FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kBool:
      return "bool";
    case FieldType::kInt8:
      return "byte";
    case FieldType::kUint8:
      return "unsignedbyte";
    case FieldType::kInt16:
      return "short";
    case FieldType::kUint16:
      return "unsignedshort";
    case FieldType::kInt32:
      return "signedint";
    case FieldType::kUint32:
      return "unsignedint";
    case FieldType::kInt64:
    case FieldType::kInt64Other:
      return "long";
    case FieldType::kFloat:
      return "float";
    case FieldType::kDouble:
      return "double";
    case FieldType::kDecimal:
      return "decimal";
    case FieldType::kText:
      return "longstr";
    case FieldType::kBytes:
      return "binary";
    case FieldType::kArray:
      return "array";
    case FieldType::kTimestamp:
      return "timestamp";
    case FieldType::kTable:
      return "table";
    case FieldType::kVoid:
      return "void";
  }
  return {};
}

Value ToValue(const FieldValue& field) {
  Value value;
  value.type_name = FieldTypeName(field.type);
  switch (field.type) {
    case FieldType::kVoid:
      return value;
    case FieldType::kBool:
      value.kind = Value::Kind::kBool;
      value.integer = field.integer;
      return value;
    case FieldType::kTimestamp:
      value.kind = Value::Kind::kTime;
      value.integer = field.integer;
      return value;
    case FieldType::kFloat:
    case FieldType::kDouble:
      value.kind = Value::Kind::kReal;
      value.real = field.real;
      return value;
    case FieldType::kText:
      value.kind = Value::Kind::kText;
      value.text = field.bytes;
      return value;
    case FieldType::kInt8:
    case FieldType::kUint8:
    case FieldType::kInt16:
    case FieldType::kUint16:
    case FieldType::kInt32:
    case FieldType::kUint32:
    case FieldType::kInt64:
    case FieldType::kInt64Other:
      value.kind = Value::Kind::kInteger;
      value.integer = field.integer;
      return value;
    case FieldType::kDecimal:
    case FieldType::kBytes:
    case FieldType::kArray:
    case FieldType::kTable:  // the broker does not look into these
      value.kind = Value::Kind::kOpaque;
      TableWriter(value.text).Value(field);
      return value;
  }
  return value;
}

Table ToTable(std::string_view field_table) {
  Table table;
  TableReader reader(field_table);
  std::string_view name;
  FieldValue value;
  while (reader.Next(name, value)) table.Add(name, ToValue(value));
  return table;
}

Table BasicProperties::Headers(std::string_view properties) {
  return ToTable(Decoded(properties).headers);
}

std::vector<std::string> BasicProperties::CarbonCopies(std::string_view properties) {
  std::vector<std::string> copies;
  const auto field = FindField(Decoded(properties).headers, "CC");
  if (!field || field->type != FieldType::kArray) return copies;
  ArrayReader reader(field->bytes);
  FieldValue value;
  while (reader.Next(value)) {
    const bool is_key = value.is_text() && value.bytes.size() <= UINT8_MAX;
    if (is_key) copies.emplace_back(value.bytes);
  }
  return copies;
}

bool BasicProperties::HasCycle(std::string_view properties, std::string_view queue) {
  for (const std::string_view death : Deaths(Decoded(properties).headers)) {
    if (TextOf(death, "reason") == "rejected") return false;
    if (TextOf(death, "queue") == queue) return true;
  }
  return false;
}

std::string BasicProperties::WithDeath(std::string_view properties, const DeathNote& note) {
  Properties dead = Decoded(properties);
  std::string headers;
  TableWriter writer(headers);
  bool has_first = false;
  TableReader reader(dead.headers);
  std::string_view name;
  FieldValue value;
  while (reader.Next(name, value)) {
    if (name == "x-first-death-reason") has_first = true;
    if (!IsOfLastDeath(name)) writer.Name(name).Value(value);
  }
  WriteDeaths(writer, note, dead);
  const auto write_summary = [&](const std::string& prefix) {
    writer.Name(prefix + "reason").Text(ReasonText(note.reason));
    writer.Name(prefix + "queue").Text(note.queue);
    writer.Name(prefix + "exchange").Text(note.exchange);
  };
  if (!has_first) write_summary("x-first-death-");
  write_summary("x-last-death-");
  dead.headers = headers;
  dead.flags =
      static_cast<uint16_t>((dead.flags | Properties::kHeaders) & ~Properties::kExpiration);
  std::string encoded;
  dead.Encode(encoded);
  return encoded;
}

}  // namespace server
