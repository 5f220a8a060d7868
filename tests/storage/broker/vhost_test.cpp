#include "storage/broker/vhost.h"

#include <doctest/doctest.h>

#include "storage/base/random.h"
#include "tests/support/broker_fixture.h"

using namespace storage::broker;
using storage::Random;
using tests::BrokerFixture;
using Kind = BrokerError::Kind;
using Names = std::vector<std::string>;

namespace {

constexpr auto kQueue = Vhost::EndKind::kQueue;
constexpr auto kExchange = Vhost::EndKind::kExchange;

Table OneText(const char* name, const char* text) {
  Table table;
  table.Add(name, Value::Text(text));
  return table;
}

std::string RandomKeyOf(Random& random) {
  constexpr const char* kKeys[] = {"", "a", "a.b", "#", "a.*"};
  return kKeys[random.Below(5)];
}

}  // namespace

TEST_CASE("Vhost: every queue is reached through the default exchange by its name") {
  BrokerFixture fixture;
  fixture.Declare("one");
  fixture.Declare("two");
  CHECK(fixture.Publish({.routing_key = "one", .body = "x"}) == Names{"one"});
  CHECK(fixture.Publish({.routing_key = "nobody", .body = "x"}).empty());
}

TEST_CASE("Vhost: the default exchange may not be declared, deleted or bound") {
  BrokerFixture fixture;
  fixture.Declare("q");
  CHECK(fixture.vhost.DeclareExchange({.name = ""}).error().kind == Kind::kDefaultExchange);
  CHECK(fixture.vhost.DeleteExchange("", Vhost::IfUnused::kNo).error().kind ==
        Kind::kDefaultExchange);
  CHECK(fixture.vhost.Bind("", {kQueue, "q"}, "k", {}, 1).error().kind == Kind::kDefaultExchange);
  CHECK(fixture.vhost.Bind("amq.direct", {kExchange, ""}, "k", {}, 1).error().kind ==
        Kind::kDefaultExchange);
}

TEST_CASE("Vhost: names of the broker's own may be declared as they are, not made nor deleted") {
  BrokerFixture fixture;
  const ExchangeDeclaration direct{.name = "amq.direct", .is_durable = true};
  CHECK(fixture.vhost.DeclareExchange(direct));
  CHECK(fixture.vhost.DeclareExchange({.name = "amq.mine"}).error().kind == Kind::kReservedName);
  CHECK(fixture.vhost.DeleteExchange("amq.direct", Vhost::IfUnused::kNo).error().kind ==
        Kind::kReservedName);
}

TEST_CASE("Vhost: an exchange declared again must be the same") {
  BrokerFixture fixture;
  fixture.DeclareExchange("e", ExchangeType::kTopic);
  CHECK(fixture.vhost.DeclareExchange({.name = "e", .type = ExchangeType::kTopic}));
  const auto type = fixture.vhost.DeclareExchange({.name = "e", .type = ExchangeType::kFanout});
  REQUIRE(type.error().kind == Kind::kInequivalent);
  CHECK(type.error().argument == "type");
  CHECK(type.error().received == "'fanout'");
  CHECK(type.error().current == "'topic'");
  const auto durable = fixture.vhost.DeclareExchange(
      {.name = "e", .type = ExchangeType::kTopic, .is_durable = true});
  CHECK(durable.error().argument == "durable");
  CHECK(durable.error().received == "'true'");
}

TEST_CASE("Vhost: a queue declared again must be the same in all that is known") {
  BrokerFixture fixture;
  Table arguments;
  arguments.Add("x-message-ttl", Value::Integer(1000));
  arguments.Add("x-mine", Value::Text("a"));
  fixture.Declare("q", arguments);
  Table narrow;
  narrow.Add("x-message-ttl",
             {.kind = Value::Kind::kInteger, .integer = 1000, .type_name = "signedint"});
  narrow.Add("x-queue-type", Value::Text("classic"));
  CHECK(fixture.vhost.DeclareQueue({.name = "q", .arguments = narrow}, 1, 0));
  const auto other = fixture.vhost.DeclareQueue({.name = "q"}, 1, 0);
  REQUIRE(other.error().kind == Kind::kInequivalent);
  CHECK(other.error().argument == "x-message-ttl");
  CHECK(other.error().received == "none");
  CHECK(other.error().current == "the value '1000' of type 'long'");
  const auto durable =
      fixture.vhost.DeclareQueue({.name = "q", .is_durable = true, .arguments = arguments}, 1, 0);
  CHECK(durable.error().argument == "durable");
}

TEST_CASE("Vhost: an exclusive queue is its owner's, but anybody may publish to it") {
  BrokerFixture fixture;
  const QueueDeclaration mine{.name = "mine", .is_exclusive = true};
  REQUIRE(fixture.vhost.DeclareQueue(mine, 7, 0));
  CHECK(fixture.vhost.GetQueue("mine", 7));
  CHECK(fixture.vhost.GetQueue("mine", 8).error().kind == Kind::kLocked);
  CHECK(fixture.vhost.DeclareQueue(mine, 8, 0).error().kind == Kind::kLocked);
  CHECK(fixture.vhost.Bind("amq.direct", {kQueue, "mine"}, "k", {}, 8).error().kind ==
        Kind::kLocked);
  CHECK(fixture.vhost.DeleteQueue("mine", 8, Vhost::IfUnused::kNo, Vhost::IfEmpty::kNo)
            .error()
            .kind == Kind::kLocked);
  CHECK(fixture.Publish({.routing_key = "mine", .body = "x"}) == Names{"mine"});
  CHECK(fixture.vhost.DeclareQueue({.name = "mine"}, 7, 0).error().kind == Kind::kLocked);
  fixture.vhost.DeleteQueuesOf(8);
  CHECK(fixture.vhost.FindQueue("mine") != nullptr);
  fixture.vhost.DeleteQueuesOf(7);
  CHECK(fixture.vhost.FindQueue("mine") == nullptr);
}

TEST_CASE("Vhost: deleting has its conditions, and what is not there is deleted already") {
  BrokerFixture fixture;
  fixture.Declare("q");
  fixture.Send("q", "1");
  CHECK(
      fixture.vhost.DeleteQueue("q", 1, Vhost::IfUnused::kNo, Vhost::IfEmpty::kYes).error().kind ==
      Kind::kNotEmpty);
  CHECK(*fixture.vhost.DeleteQueue("q", 1, Vhost::IfUnused::kYes, Vhost::IfEmpty::kNo) == 1);
  CHECK(*fixture.vhost.DeleteQueue("q", 1, Vhost::IfUnused::kNo, Vhost::IfEmpty::kNo) == 0);
  CHECK(fixture.heap.messages() == 0);
  fixture.Declare("p");
  fixture.DeclareExchange("e", ExchangeType::kFanout);
  fixture.Bind("e", "p", "");
  CHECK(fixture.vhost.DeleteExchange("e", Vhost::IfUnused::kYes).error().kind == Kind::kInUse);
  CHECK(fixture.vhost.DeleteExchange("e", Vhost::IfUnused::kNo));
  CHECK(fixture.vhost.DeleteExchange("e", Vhost::IfUnused::kNo));
  CHECK(fixture.vhost.FindQueue("p")->incoming.empty());
}

TEST_CASE("Vhost: a queue gets one copy, however many ways lead to it") {
  BrokerFixture fixture;
  fixture.Declare("q");
  for (const char* name : {"top", "left", "right"}) {
    fixture.DeclareExchange(name, ExchangeType::kFanout);
  }
  (void)fixture.vhost.Bind("top", {kExchange, "left"}, "", {}, 1);
  (void)fixture.vhost.Bind("top", {kExchange, "right"}, "", {}, 1);
  (void)fixture.vhost.Bind("right", {kExchange, "top"}, "", {}, 1);  // a circle
  fixture.Bind("left", "q", "a");
  fixture.Bind("right", "q", "b");
  CHECK(fixture.Publish({.exchange = "top", .body = "x"}) == Names{"q"});
  CHECK(fixture.vhost.FindQueue("q")->ready() == 1);
  const std::string_view keys[] = {"q", "q", "other"};
  CHECK(fixture.vhost.Route(*fixture.vhost.FindExchange(""), keys, "").size() == 1);
}

TEST_CASE("Vhost: bindings are told apart by key and arguments, and undone one by one") {
  BrokerFixture fixture;
  fixture.Declare("q");
  fixture.Bind("amq.direct", "q", "k");
  fixture.Bind("amq.direct", "q", "k");
  fixture.Bind("amq.direct", "q", "k", OneText("a", "1"));
  fixture.Bind("amq.direct", "q", "l");
  CHECK(fixture.vhost.FindQueue("q")->incoming.size() == 3);
  const auto unbind = [&](std::string_view key, const Table& arguments) {
    CHECK(fixture.vhost.Unbind("amq.direct", {kQueue, "q"}, key, arguments, 1));
    fixture.vhost.CheckInvariants();
  };
  unbind("k", {});
  CHECK(fixture.Publish({.exchange = "amq.direct", .routing_key = "k"}) == Names{"q"});
  unbind("k", OneText("a", "1"));
  CHECK(fixture.Publish({.exchange = "amq.direct", .routing_key = "k"}).empty());
  unbind("k", {});
  CHECK(fixture.vhost.Unbind("nowhere", {kQueue, "q"}, "k", {}, 1));
  CHECK(fixture.vhost.Bind("nowhere", {kQueue, "q"}, "k", {}, 1).error().kind == Kind::kNoExchange);
  CHECK(fixture.vhost.Bind("amq.direct", {kQueue, "nobody"}, "k", {}, 1).error().kind ==
        Kind::kNoQueue);
}

TEST_CASE("Vhost: an exchange that deletes itself goes with its last binding, and so upstream") {
  BrokerFixture fixture;
  fixture.Declare("q");
  for (const char* name : {"up", "down"}) {
    REQUIRE(fixture.vhost.DeclareExchange(
        {.name = name, .type = ExchangeType::kFanout, .deletes_itself = true}));
  }
  (void)fixture.vhost.Bind("up", {kExchange, "down"}, "", {}, 1);
  fixture.Bind("down", "q", "");
  (void)fixture.vhost.DeleteQueue("q", 1, Vhost::IfUnused::kNo, Vhost::IfEmpty::kNo);
  CHECK(fixture.vhost.FindExchange("down") == nullptr);
  CHECK(fixture.vhost.FindExchange("up") == nullptr);
}

TEST_CASE("Vhost: what matches nothing goes to the alternate exchange") {
  BrokerFixture fixture;
  fixture.Declare("found");
  fixture.Declare("lost");
  fixture.DeclareExchange("lost-and-found", ExchangeType::kFanout);
  REQUIRE(fixture.vhost.DeclareExchange(
      {.name = "e", .arguments = OneText("alternate-exchange", "lost-and-found")}));
  fixture.Bind("lost-and-found", "lost", "");
  fixture.Bind("e", "found", "k");
  CHECK(fixture.Publish({.exchange = "e", .routing_key = "k"}) == Names{"found"});
  CHECK(fixture.Publish({.exchange = "e", .routing_key = "other"}) == Names{"lost"});
}

TEST_CASE("Vhost: dead letters keep their key unless the queue has one, and carry the death") {
  BrokerFixture fixture;
  Queue& work = fixture.Declare("work", OneText("x-dead-letter-exchange", "amq.direct"));
  Queue& dead = fixture.Declare("dead");
  fixture.Bind("amq.direct", "dead", "work");
  fixture.Publish({.routing_key = "work", .properties = "p=1", .body = "b", .lifetime_ms = 10});
  const auto entry = work.Take(fixture.now_ms);
  work.Reject(*entry);
  fixture.vhost.SettleDeaths(fixture.now_ms, 1);
  const auto letter = dead.Take(fixture.now_ms);
  REQUIRE(letter);
  CHECK(letter->message()->exchange() == "amq.direct");
  CHECK(letter->message()->routing_key() == "work");
  CHECK(letter->message()->properties() == "p=1 death=work:0");
  CHECK(letter->message()->body() == "b");
  CHECK(letter->message()->lifetime_ms() == Message::kNoLifetime);
  dead.Acknowledge(*letter);
  CHECK(fixture.heap.messages() == 0);
}

TEST_CASE("Vhost: a message that expiry alone would bring back to a queue is dropped") {
  BrokerFixture fixture;
  Table arguments = OneText("x-dead-letter-exchange", "");
  arguments.Add("x-message-ttl", Value::Integer(10));
  Queue& queue = fixture.Declare("q", arguments);
  fixture.Send("q", "round");
  fixture.now_ms += 20;
  fixture.vhost.RunTimers(fixture.now_ms, 100);
  fixture.vhost.SettleDeaths(fixture.now_ms, 1);
  CHECK(queue.ready() == 0);
  CHECK(fixture.heap.messages() == 0);
}

TEST_CASE("Vhost: without its dead letter exchange a dead message is dropped") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q", OneText("x-dead-letter-exchange", "missing"));
  fixture.Send("q", "x");
  queue.Reject(*queue.Take(fixture.now_ms));
  fixture.vhost.SettleDeaths(fixture.now_ms, 1);
  CHECK(fixture.heap.messages() == 0);
}

TEST_CASE("Vhost: a queue with x-expires goes when nobody used it for so long") {
  BrokerFixture fixture;
  Table arguments;
  arguments.Add("x-expires", Value::Integer(100));
  fixture.Declare("q", arguments);
  fixture.now_ms += 90;
  fixture.Declare("q", arguments);
  fixture.now_ms += 90;
  fixture.vhost.RunTimers(fixture.now_ms, 100);
  CHECK(fixture.vhost.FindQueue("q") != nullptr);
  fixture.now_ms += 20;
  fixture.vhost.RunTimers(fixture.now_ms, 100);
  CHECK(fixture.vhost.FindQueue("q") == nullptr);
}

TEST_CASE("Vhost: names, queues and bindings stay whole under any sequence of operations") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    BrokerFixture fixture;
    const auto name = [&](const char* kind) { return kind + std::to_string(random.Below(6)); };
    for (int step = 0; step < 400; ++step) {
      const std::string queue = name("q");
      const std::string exchange = name("e");
      const std::string key = RandomKeyOf(random);
      switch (random.Below(8)) {
        case 0:
          fixture.Declare(queue);
          break;
        case 1:
          (void)fixture.vhost.DeclareExchange({.name = exchange,
                                               .type = static_cast<ExchangeType>(random.Below(4)),
                                               .deletes_itself = random.Below(2) == 0});
          break;
        case 2:
          fixture.Bind(exchange, queue, key);
          break;
        case 3:
          (void)fixture.vhost.Bind(exchange, {kExchange, name("e")}, key, {}, 1);
          break;
        case 4:
          (void)fixture.vhost.Unbind(exchange, {kQueue, queue}, key, {}, 1);
          break;
        case 5:
          (void)fixture.vhost.DeleteQueue(queue, 1, Vhost::IfUnused::kNo, Vhost::IfEmpty::kNo);
          break;
        case 6:
          (void)fixture.vhost.DeleteExchange(exchange, Vhost::IfUnused::kNo);
          break;
        default:
          if (fixture.vhost.FindExchange(exchange) != nullptr) {
            fixture.Publish({.exchange = exchange, .routing_key = key, .body = "x"});
          }
      }
      fixture.vhost.CheckInvariants();
    }
  }
}
