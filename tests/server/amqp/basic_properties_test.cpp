#include "server/amqp/basic_properties.h"

#include <doctest/doctest.h>

#include "protocol/amqp/content_header.h"

using namespace protocol::amqp;
using server::BasicProperties;
using storage::broker::DeathNote;
using storage::broker::DeathReason;
using storage::broker::Value;

namespace {

std::string WithHeaders(const std::string& headers, std::string_view expiration = {}) {
  Properties properties;
  properties.flags = Properties::kHeaders | Properties::kContentType;
  properties.content_type = "text/plain";
  properties.headers = headers;
  if (!expiration.empty()) {
    properties.flags |= Properties::kExpiration;
    properties.expiration = expiration;
  }
  std::string bytes;
  properties.Encode(bytes);
  return bytes;
}

Properties Read(const std::string& bytes) {
  Properties properties;
  REQUIRE(properties.Decode(bytes, {}));
  return properties;
}

std::vector<std::string> Deaths(const std::string& bytes) {
  std::vector<std::string> deaths;
  const auto field = FindField(Read(bytes).headers, "x-death");
  REQUIRE(field);
  REQUIRE(field->type == FieldType::kArray);
  ArrayReader reader(field->bytes);
  FieldValue value;
  while (reader.Next(value)) deaths.emplace_back(value.bytes);
  return deaths;
}

DeathNote Note(DeathReason reason, std::string_view queue) {
  return {.reason = reason,
          .queue = queue,
          .exchange = "from",
          .routing_keys = {"key", "copy"},
          .now_seconds = 1700000000};
}

}  // namespace

TEST_CASE("BasicProperties: a first death is on record with all that is known of it") {
  BasicProperties reader;
  const std::string dead =
      reader.WithDeath(WithHeaders("", "60000"), Note(DeathReason::kExpired, "q"));
  const Properties properties = Read(dead);
  CHECK(properties.content_type == "text/plain");
  CHECK_FALSE(properties.has(Properties::kExpiration));
  const auto deaths = Deaths(dead);
  REQUIRE(deaths.size() == 1);
  CHECK(FindField(deaths[0], "count")->integer == 1);
  CHECK(FindField(deaths[0], "count")->type == FieldType::kInt64);
  CHECK(FindField(deaths[0], "reason")->bytes == "expired");
  CHECK(FindField(deaths[0], "queue")->bytes == "q");
  CHECK(FindField(deaths[0], "time")->integer == 1700000000);
  CHECK(FindField(deaths[0], "exchange")->bytes == "from");
  CHECK(FindField(deaths[0], "original-expiration")->bytes == "60000");
  ArrayReader keys(FindField(deaths[0], "routing-keys")->bytes);
  FieldValue key;
  REQUIRE(keys.Next(key));
  CHECK(key.bytes == "key");
  REQUIRE(keys.Next(key));
  CHECK(key.bytes == "copy");
  for (const char* which : {"x-first-death-", "x-last-death-"}) {
    const std::string prefix = which;
    CHECK(FindField(properties.headers, prefix + "reason")->bytes == "expired");
    CHECK(FindField(properties.headers, prefix + "queue")->bytes == "q");
    CHECK(FindField(properties.headers, prefix + "exchange")->bytes == "from");
  }
}

TEST_CASE("BasicProperties: the same queue and reason is counted, another comes in front") {
  BasicProperties reader;
  std::string dead = reader.WithDeath(WithHeaders(""), Note(DeathReason::kRejected, "one"));
  dead = reader.WithDeath(dead, Note(DeathReason::kExpired, "two"));
  dead = reader.WithDeath(dead, Note(DeathReason::kRejected, "one"));
  const auto deaths = Deaths(dead);
  REQUIRE(deaths.size() == 2);
  CHECK(FindField(deaths[0], "queue")->bytes == "one");
  CHECK(FindField(deaths[0], "count")->integer == 2);
  CHECK(FindField(deaths[1], "queue")->bytes == "two");
  CHECK(FindField(deaths[1], "count")->integer == 1);
  const Properties properties = Read(dead);
  CHECK(FindField(properties.headers, "x-first-death-queue")->bytes == "one");
  dead = reader.WithDeath(dead, Note(DeathReason::kMaxLength, "three"));
  const Properties last = Read(dead);
  CHECK(FindField(last.headers, "x-first-death-queue")->bytes == "one");
  CHECK(FindField(last.headers, "x-last-death-queue")->bytes == "three");
  CHECK(FindField(last.headers, "x-last-death-reason")->bytes == "maxlen");
}

TEST_CASE("BasicProperties: a circle is one only when nothing was rejected on the way") {
  BasicProperties reader;
  std::string dead = reader.WithDeath(WithHeaders(""), Note(DeathReason::kExpired, "one"));
  CHECK(reader.HasCycle(dead, "one"));
  CHECK_FALSE(reader.HasCycle(dead, "two"));
  dead = reader.WithDeath(dead, Note(DeathReason::kExpired, "two"));
  CHECK(reader.HasCycle(dead, "one"));
  dead = reader.WithDeath(dead, Note(DeathReason::kRejected, "three"));
  CHECK_FALSE(reader.HasCycle(dead, "one"));
}

TEST_CASE("BasicProperties: other headers stay, and foreign forms of x-death are replaced") {
  std::string headers;
  TableWriter writer(headers);
  writer.Name("mine").Int32(5);
  writer.Name("x-death").Text("not an array");
  BasicProperties reader;
  const std::string dead =
      reader.WithDeath(WithHeaders(headers), Note(DeathReason::kDeliveryLimit, "q"));
  CHECK(FindField(Read(dead).headers, "mine")->integer == 5);
  CHECK(FindField(Deaths(dead).at(0), "reason")->bytes == "delivery_limit");
}

TEST_CASE("BasicProperties: headers become the broker's values, CC its further keys") {
  std::string headers;
  TableWriter writer(headers);
  writer.Name("b").Bool(true);
  writer.Name("i").Int32(-5);
  writer.Name("t").Text("text");
  writer.Name("v").Void();
  writer.Name("CC");
  const auto array = writer.BeginArray();
  writer.Text("one");
  writer.Text("two");
  writer.End(array);
  BasicProperties reader;
  const std::string properties = WithHeaders(headers);
  const storage::broker::Table table = reader.Headers(properties);
  CHECK(table.size() == 5);
  CHECK(*table.Find("b") == Value::Bool(true));
  CHECK(*table.Find("i") == Value::Integer(-5));
  CHECK(table.Find("i")->type_name == "signedint");
  CHECK(*table.Find("t") == Value::Text("text"));
  CHECK(table.Find("v")->kind == Value::Kind::kVoid);
  CHECK(table.Find("CC")->kind == Value::Kind::kOpaque);
  CHECK(reader.CarbonCopies(properties) == std::vector<std::string>{"one", "two"});
  CHECK(reader.Headers("broken").empty());
}
