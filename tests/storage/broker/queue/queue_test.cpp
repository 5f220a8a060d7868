#include "storage/broker/queue/queue.h"

#include <doctest/doctest.h>

#include <list>
#include <map>

#include "storage/base/random.h"
#include "tests/support/broker_fixture.h"

using namespace storage::broker;
using storage::Random;
using tests::BrokerFixture;

namespace {

Table Arguments(std::initializer_list<std::pair<const char*, int64_t>> integers) {
  Table table;
  for (const auto& [name, integer] : integers) table.Add(name, Value::Integer(integer));
  return table;
}

// Takes what it is told to take, as a consumer with credit would.
class Taker final : public QueueWatcher {
 public:
  explicit Taker(BrokerFixture& fixture) : fixture_(fixture) {}
  void OnReady(Queue&) override { ++told; }
  void TakeAtOnce(Queue& queue) override {
    if (!may_take) return;
    if (const auto entry = queue.Take(fixture_.now_ms)) {
      taken += std::string(entry->message()->body()) + " ";
      queue.Acknowledge(*entry);
    }
  }
  void OnDeleted(Queue&) override { was_deleted = true; }
  uint32_t consumers() const override { return 1; }

  int told = 0;
  bool may_take = true;
  bool was_deleted = false;
  std::string taken;

 private:
  BrokerFixture& fixture_;
};

}  // namespace

TEST_CASE("Queue: messages leave in the order in which they came") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q");
  for (const char* body : {"1", "2", "3"}) fixture.Send("q", body);
  CHECK(queue.ready() == 3);
  CHECK(fixture.Drain(queue) == "1 2 3");
  CHECK(queue.ready() == 0);
  CHECK(queue.unacknowledged() == 0);
  CHECK(fixture.heap.messages() == 0);
}

TEST_CASE("Queue: what comes back stands where it stood, and says that it was delivered") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q");
  for (const char* body : {"1", "2", "3", "4", "5"}) fixture.Send("q", body);
  std::vector<QueueEntry> out;
  for (int i = 0; i < 3; ++i) out.push_back(*queue.Take(fixture.now_ms));
  CHECK(queue.unacknowledged() == 3);
  queue.Acknowledge(out[2]);
  queue.Return(out[1]);
  queue.Return(out[0]);
  queue.CheckInvariants();
  const QueueEntry first = *queue.Take(fixture.now_ms);
  CHECK(first.was_delivered());
  CHECK(first.message()->body() == "1");
  queue.Return(first);
  CHECK(fixture.Drain(queue) == "1 2 4 5");
}

TEST_CASE("Queue: past its delivery limit a message dies") {
  BrokerFixture fixture;
  Table arguments = Arguments({{"x-delivery-limit", 2}});
  arguments.Add("x-dead-letter-exchange", Value::Text(""));
  arguments.Add("x-dead-letter-routing-key", Value::Text("dead"));
  Queue& queue = fixture.Declare("q", arguments);
  Queue& dead = fixture.Declare("dead");
  fixture.Send("q", "poison");
  for (int delivery = 0; delivery < 3; ++delivery) {
    const auto entry = queue.Take(fixture.now_ms);
    REQUIRE(entry);
    CHECK(entry->deliveries() == delivery);
    queue.Return(*entry);
  }
  CHECK(queue.ready() == 0);
  fixture.vhost.SettleDeaths(fixture.now_ms, 1);
  REQUIRE(dead.ready() == 1);
  const auto letter = dead.Take(fixture.now_ms);
  CHECK(letter->message()->properties() == " death=q:3");
  dead.Acknowledge(*letter);
}

TEST_CASE("Queue: the shorter lifetime of message and queue counts, from the front") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q", Arguments({{"x-message-ttl", 100}}));
  fixture.Publish({.routing_key = "q", .body = "short", .lifetime_ms = 50});
  fixture.Publish({.routing_key = "q", .body = "long", .lifetime_ms = 500});
  CHECK(queue.NextExpiryMs() == 1050);
  CHECK(fixture.vhost.NextTimerMs() == 1050);
  fixture.now_ms = 1060;
  CHECK(fixture.Drain(queue) == "long");
  fixture.Publish({.routing_key = "q", .body = "again", .lifetime_ms = 500});
  fixture.now_ms = 1160;
  fixture.vhost.RunTimers(fixture.now_ms, 1000);
  CHECK(queue.ready() == 0);
  CHECK(fixture.heap.messages() == 0);
}

TEST_CASE("Queue: an expired message behind one that lives longer stays, but is never given out") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q");
  fixture.Publish({.routing_key = "q", .body = "lives"});
  fixture.Publish({.routing_key = "q", .body = "dies", .lifetime_ms = 10});
  fixture.now_ms += 20;
  fixture.vhost.RunTimers(fixture.now_ms, 1000);
  CHECK(queue.ready() == 2);
  CHECK(fixture.Drain(queue) == "lives");
}

TEST_CASE("Queue: with a lifetime of 0 a message goes to whoever waits, or nowhere") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q", Arguments({{"x-message-ttl", 0}}));
  fixture.Send("q", "lost");
  CHECK(queue.ready() == 0);
  Taker taker(fixture);
  queue.watcher = &taker;
  fixture.Send("q", "taken");
  CHECK(taker.taken == "taken ");
  taker.may_take = false;
  fixture.Send("q", "lost");
  CHECK(queue.ready() == 0);
  queue.watcher = nullptr;
}

TEST_CASE("Queue: a full queue drops its head, the oldest") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q", Arguments({{"x-max-length", 2}}));
  for (const char* body : {"1", "2", "3", "4"}) fixture.Send("q", body);
  CHECK(fixture.was_taken);
  CHECK(fixture.Drain(queue) == "3 4");
  Queue& bytes = fixture.Declare("b", Arguments({{"x-max-length-bytes", 6}}));
  for (const char* body : {"aaa", "bb", "cc", "dddddddd", "e"}) fixture.Send("b", body);
  CHECK(fixture.Drain(bytes) == "e");
}

TEST_CASE("Queue: a length of 0 serves those that wait, and keeps nothing") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q", Arguments({{"x-max-length", 0}}));
  Taker taker(fixture);
  queue.watcher = &taker;
  fixture.Send("q", "taken");
  CHECK(taker.taken == "taken ");
  taker.may_take = false;
  fixture.Send("q", "lost");
  CHECK(queue.ready() == 0);
  queue.watcher = nullptr;
}

TEST_CASE("Queue: with reject-publish the newest is refused, and with -dlx it is a dead letter") {
  BrokerFixture fixture;
  fixture.Declare("dead");
  for (const char* mode : {"reject-publish", "reject-publish-dlx"}) {
    CAPTURE(mode);
    Table arguments = Arguments({{"x-max-length", 1}});
    arguments.Add("x-overflow", Value::Text(mode));
    arguments.Add("x-dead-letter-exchange", Value::Text(""));
    arguments.Add("x-dead-letter-routing-key", Value::Text("dead"));
    Queue& queue = fixture.Declare(mode, arguments);
    fixture.Send(mode, "1");
    CHECK(fixture.was_taken);
    fixture.Send(mode, "2");
    CHECK_FALSE(fixture.was_taken);
    CHECK(fixture.Drain(queue) == "1");
    const bool has_letter = std::string_view(mode) == "reject-publish-dlx";
    CHECK(fixture.Drain(*fixture.vhost.FindQueue("dead")) == (has_letter ? "2" : ""));
  }
}

TEST_CASE("Queue: priorities go first, those above the most count as the most, none as 0") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q", Arguments({{"x-max-priority", 5}}));
  for (const auto& [body, priority] :
       std::map<std::string, uint8_t>{{"a3", 3}, {"b1", 1}, {"c9", 9}, {"d0", 0}, {"e5", 5}}) {
    fixture.Publish({.routing_key = "q", .body = body, .priority = priority});
  }
  std::string seen;
  queue.ForEachReady([&](const QueueEntry& entry) {
    seen += std::string(entry.message()->body()) + " ";
    return true;
  });
  CHECK(seen == "c9 e5 a3 b1 d0 ");
  CHECK(fixture.Drain(queue) == "c9 e5 a3 b1 d0");
}

TEST_CASE("Queue: purging drops what is ready and leaves what is out") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("q");
  for (const char* body : {"1", "2", "3"}) fixture.Send("q", body);
  const auto out = queue.Take(fixture.now_ms);
  CHECK(queue.Purge() == 2);
  CHECK(queue.unacknowledged() == 1);
  queue.Return(*out);
  CHECK(fixture.Drain(queue) == "1");
}

TEST_CASE("Queue: bad arguments are refused by name") {
  BrokerFixture fixture;
  const auto refusal = [&](const char* name, Value value) {
    Table arguments;
    arguments.Add(name, std::move(value));
    const auto queue = fixture.vhost.DeclareQueue({.name = "q", .arguments = arguments}, 1, 0);
    if (queue) {
      (void)fixture.vhost.DeleteQueue("q", 1, Vhost::IfUnused::kNo, Vhost::IfEmpty::kNo);
      return std::string();
    }
    CHECK(queue.error().kind == BrokerError::Kind::kInvalidArgument);
    CHECK(queue.error().argument == name);
    return queue.error().received;
  };
  CHECK(refusal("x-message-ttl", Value::Integer(-1)) == "{value_negative,-1}");
  CHECK(refusal("x-message-ttl", Value::Integer(0)).empty());
  CHECK(refusal("x-message-ttl", Value::Text("5")) == "{unacceptable_type,longstr}");
  CHECK(refusal("x-expires", Value::Integer(0)) == "{value_zero,0}");
  CHECK(refusal("x-max-priority", Value::Integer(256)) == "{value_too_large,256}");
  CHECK_FALSE(refusal("x-overflow", Value::Text("explode")).empty());
  CHECK_FALSE(refusal("x-queue-type", Value::Text("stream")).empty());
  CHECK(refusal("x-queue-type", Value::Text("quorum")).empty());
  CHECK_FALSE(refusal("x-dead-letter-routing-key", Value::Text("k")).empty());
  CHECK(refusal("x-unknown", Value::Text("k")).empty());
}

// Pushes, takes, acknowledges, returns and rejects at random, beside sorted lists.
TEST_CASE("Queue: behaves like a sorted list under any sequence of operations") {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    BrokerFixture fixture;
    const int64_t priorities = random.Below(2) == 0 ? 3 : 0;
    Queue& queue = fixture.Declare("q", Arguments({{"x-max-priority", priorities}}));
    using Place = std::pair<int64_t, int>;  // (-priority, number)
    std::map<Place, std::string> model;
    std::vector<std::pair<Place, QueueEntry>> out;
    int number = 0;
    for (int step = 0; step < 600; ++step) {
      const uint64_t choice = random.Below(10);
      if (choice < 4) {
        const auto priority = static_cast<uint8_t>(random.Below(6));
        const std::string body = std::to_string(number);
        fixture.Publish({.routing_key = "q", .body = body, .priority = priority});
        model[{-std::min<int64_t>(priority, priorities), number++}] = body;
      } else if (choice < 7) {
        const auto entry = queue.Take(fixture.now_ms);
        REQUIRE(entry.has_value() == !model.empty());
        if (!entry) continue;
        REQUIRE(entry->message()->body() == model.begin()->second);
        out.emplace_back(model.begin()->first, *entry);
        model.erase(model.begin());
      } else if (!out.empty()) {
        const size_t at = random.Below(out.size());
        const auto [place, entry] = out[at];
        out.erase(out.begin() + static_cast<ptrdiff_t>(at));
        if (choice == 7) {
          queue.Acknowledge(entry);
        } else if (choice == 8) {
          queue.Reject(entry);
        } else {
          model[place] = entry.message()->body();
          queue.Return(entry);
        }
      }
      queue.CheckInvariants();
      REQUIRE(queue.ready() == model.size());
      REQUIRE(queue.unacknowledged() == out.size());
      REQUIRE(fixture.heap.messages() == model.size() + out.size());
    }
    for (const auto& [place, entry] : out) queue.Acknowledge(entry);
  }
}

TEST_CASE("Queue: a million messages of 100 bytes take at most 180 MB") {
  BrokerFixture fixture;
  Queue& queue = fixture.Declare("work");
  const std::string body(100, 'b');
  const size_t before = fixture.slab.used_bytes();
  constexpr size_t kMessages = 1'000'000;
  for (size_t i = 0; i < kMessages; ++i) fixture.Send("work", body);
  const size_t bytes = fixture.slab.used_bytes() - before + kMessages * sizeof(QueueEntry);
  CHECK(bytes < 180'000'000);
  CHECK(queue.Purge() == kMessages);
}
