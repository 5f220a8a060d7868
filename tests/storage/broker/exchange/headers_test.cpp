// Headers exchanges: all, any, with and without "x-" names.

#include <doctest/doctest.h>

#include "tests/support/broker_fixture.h"

using namespace storage::broker;
using tests::BrokerFixture;

namespace {

Table Texts(std::initializer_list<std::pair<const char*, const char*>> texts) {
  Table table;
  for (const auto& [name, text] : texts) table.Add(name, Value::Text(text));
  return table;
}

bool Matches(const Table& arguments, std::string_view headers) {
  BrokerFixture fixture;
  fixture.Declare("q");
  fixture.Bind("amq.headers", "q", "", arguments);
  return !fixture.Publish({.exchange = "amq.headers", .properties = headers}).empty();
}

}  // namespace

TEST_CASE("HeadersExchange: all wants every one of them, which is also the default") {
  for (const Table& arguments :
       {Texts({{"x-match", "all"}, {"a", "1"}, {"b", "2"}}), Texts({{"a", "1"}, {"b", "2"}})}) {
    CHECK(Matches(arguments, "a=1 b=2 c=3"));
    CHECK_FALSE(Matches(arguments, "a=1"));
    CHECK_FALSE(Matches(arguments, "a=1 b=3"));
  }
}

TEST_CASE("HeadersExchange: any wants one of them") {
  const Table arguments = Texts({{"x-match", "any"}, {"a", "1"}, {"b", "2"}});
  CHECK(Matches(arguments, "a=1"));
  CHECK(Matches(arguments, "a=0 b=2"));
  CHECK_FALSE(Matches(arguments, "a=2 b=1"));
  CHECK_FALSE(Matches(arguments, ""));
}

TEST_CASE("HeadersExchange: names with x- count only where the mode says so") {
  CHECK(Matches(Texts({{"x-a", "1"}}), ""));
  CHECK_FALSE(Matches(Texts({{"x-match", "all-with-x"}, {"x-a", "1"}}), ""));
  CHECK(Matches(Texts({{"x-match", "all-with-x"}, {"x-a", "1"}}), "x-a=1"));
  CHECK_FALSE(Matches(Texts({{"x-match", "any"}, {"x-a", "1"}}), "x-a=1"));
  CHECK(Matches(Texts({{"x-match", "any-with-x"}, {"x-a", "1"}}), "x-a=1"));
}

TEST_CASE("HeadersExchange: nothing to look for matches all of it, or none of any") {
  CHECK(Matches({}, "a=1"));
  CHECK(Matches(Texts({{"x-match", "all"}}), ""));
  CHECK_FALSE(Matches(Texts({{"x-match", "any"}}), "a=1"));
}

TEST_CASE("HeadersExchange: a void value asks for the header, whatever it holds") {
  Table arguments;
  arguments.Add("a", Value{});
  CHECK(Matches(arguments, "a=1"));
  CHECK_FALSE(Matches(arguments, "b=1"));
}

TEST_CASE("HeadersExchange: values are equal by type and value, integers of any width") {
  const Value wide = {.kind = Value::Kind::kInteger, .integer = 5, .type_name = "long"};
  const Value narrow = {.kind = Value::Kind::kInteger, .integer = 5, .type_name = "signedint"};
  CHECK(wide == narrow);
  CHECK_FALSE(wide == Value::Text("5"));
  CHECK_FALSE(Value::Bool(true) == Value::Integer(1));
}

TEST_CASE("HeadersExchange: an unknown mode is refused when it is bound") {
  BrokerFixture fixture;
  fixture.Declare("q");
  const auto bound = fixture.vhost.Bind("amq.headers", {Vhost::EndKind::kQueue, "q"}, "",
                                        Texts({{"x-match", "some"}}), 1);
  REQUIRE_FALSE(bound);
  CHECK(bound.error().received ==
        "Invalid x-match field value \"some\"; expected all, any, all-with-x, or any-with-x");
  CHECK(fixture.vhost.FindQueue("q")->incoming.empty());
}
