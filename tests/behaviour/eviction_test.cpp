// maxmemory: what goes when the data reaches it, what is refused, what waits, and what never costs
// a key.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/feed_recorder.h"
#include "tests/support/in_process_server.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

constexpr std::string_view kOom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
constexpr size_t kMiB = size_t{1} << 20;

size_t DataOf(const InProcessServer& server) {
  return server.engine->state().keyspace.memory();
}

std::string InfoField(TestConnection& client, const std::string& section, const std::string& name) {
  const std::string info = client.Run({"INFO", section});
  const size_t at = info.find("\r\n" + name + ":");
  REQUIRE(at != std::string::npos);
  const size_t begin = at + name.size() + 3;
  return info.substr(begin, info.find('\r', begin) - begin);
}

std::string EvictedKeys(TestConnection& client) {
  return InfoField(client, "stats", "evicted_keys");
}

// Sets `count` keys with values of so many bytes.
void Fill(TestConnection& client, const std::string& prefix, int count, size_t bytes) {
  const std::string value(bytes, 'v');
  for (int i = 0; i < count; ++i) {
    REQUIRE(client.Run({"SET", prefix + std::to_string(i), value, "EX", "1000"}) == kOk);
  }
}

const std::vector<std::string> kPolicies = {"volatile-lru",   "volatile-lfu", "volatile-random",
                                            "volatile-ttl",   "allkeys-lru",  "allkeys-lfu",
                                            "allkeys-random", "noeviction"};

}  // namespace

// Row 21 of what a server has to withstand: whatever the policy is and whatever is written.
TEST_CASE("Eviction: under each policy the data stays within maxmemory after every command") {
  constexpr size_t kLimit = 3 * kMiB;
  for (const std::string& policy : kPolicies) {
    CAPTURE(policy);
    InProcessServer server({"maxmemory 3mb", "maxmemory-policy " + policy});
    auto& client = server.Connect();
    const bool evicts = policy != "noeviction";
    const bool evicts_all = policy.starts_with("allkeys");
    storage::Random random(5);
    int refused = 0;
    for (int i = 0; i < 4000; ++i) {
      const size_t bytes = i % 97 == 0 ? random.Below(2 * kMiB) : random.Below(4000);
      const std::string key = "k" + std::to_string(random.Below(3000));
      std::string reply;
      // What grows by more than is sent is cut back behind it, if any key may go.
      if (i % 50 == 7 && evicts_all) {
        reply = client.Run({"SETRANGE", key, std::to_string(bytes), "x"});
      } else {
        reply = client.Run({"SET", key, std::string(bytes, 'v'), "EX", "1000"});
      }
      refused += reply == kOom ? 1 : 0;
      REQUIRE(DataOf(server) <= kLimit + kMiB);
    }
    CHECK((refused > 0) == !evicts);
    CHECK((EvictedKeys(client) != "0") == evicts);
    server.engine->state().keyspace.CheckInvariants();
    server.engine->state().evictor.CheckInvariants();
  }
}

// The same with collections of all kinds and sizes, which grow and shrink in place.
TEST_CASE("Eviction: under each policy collections stay within maxmemory after every command") {
  constexpr size_t kLimit = 3 * kMiB;
  for (const std::string& policy : kPolicies) {
    CAPTURE(policy);
    InProcessServer server({"maxmemory 3mb", "maxmemory-policy " + policy});
    auto& client = server.Connect();
    storage::Random random(7);
    int refused = 0;
    for (int i = 0; i < 6000; ++i) {
      const std::string number = std::to_string(random.Below(i % 3 == 0 ? 4 : 2000));
      const std::string element(random.Below(i % 50 == 0 ? 100'000 : 2000), 'v');
      const std::string name = std::to_string(random.Below(300)) + element;
      std::vector<std::string> request;
      switch (random.Below(6)) {
        case 0:
          request = {"RPUSH", "l" + number, element, element};
          break;
        case 1:
          request = {"HSET", "h" + number, name, element};
          break;
        case 2:
          request = {"SADD", "s" + number, name};
          break;
        case 3:
          request = {"ZADD", "z" + number, number, name};
          break;
        case 4:
          request = {"LINSERT", "l" + number, "BEFORE", "x", element};
          break;
        default:
          request = {"ZUNIONSTORE", "z" + number, "2", "z1", "s" + number};
      }
      refused += client.Run(request) == kOom ? 1 : 0;
      REQUIRE(DataOf(server) <= kLimit + kMiB);
      client.Run({"EXPIRE", request[1], "1000"});
    }
    CHECK((refused > 0) == (policy == "noeviction"));
    CHECK((EvictedKeys(client) != "0") == (policy != "noeviction"));
    server.engine->state().keyspace.CheckInvariants();
    server.engine->state().evictor.CheckInvariants();
  }
}

TEST_CASE("Eviction: a volatile policy refuses when no key has an expiry, and evicts none") {
  InProcessServer server({"maxmemory 1mb", "maxmemory-policy volatile-lru"});
  auto& client = server.Connect();
  int stored = 0;
  while (client.Run({"SET", "k" + std::to_string(stored), std::string(1000, 'v')}) == kOk) ++stored;
  CHECK(stored > 900);
  CHECK(client.Run({"APPEND", "k1", "x"}) == kOom);
  CHECK(client.Run({"GET", "k1"}) == Bulk(std::string(1000, 'v')));
  CHECK(client.Run({"DBSIZE"}) == Integer(stored));
  CHECK(EvictedKeys(client) == "0");
  // What frees memory is never refused, and lets others go on.
  CHECK(client.Run({"DEL", "k1", "k2"}) == Integer(2));
  CHECK(client.Run({"SET", "new", "v"}) == kOk);
}

TEST_CASE("Eviction: announces, propagates and counts each key before the write that needs room") {
  InProcessServer server({"maxmemory 1mb", "maxmemory-policy allkeys-lru"});
  auto& client = server.Connect();
  FeedRecorder recorder(server.engine->state().feed);
  Fill(client, "k", 800, 1000);
  CHECK(EvictedKeys(client) == "0");
  server.Advance(1000);
  std::string evicted;
  for (int i = 0; evicted.empty(); ++i) {
    recorder.Clear();
    REQUIRE(client.Run({"SET", "n", std::string(static_cast<size_t>(i) * 4096, 'v')}) == kOk);
    if (recorder.events().starts_with("e evicted@0 ")) evicted = recorder.events().substr(12);
  }
  evicted.resize(evicted.find(','));
  CHECK(recorder.requests().starts_with("0: DEL " + evicted + "; 0: "));
  CHECK(recorder.watched().starts_with(evicted + "@0, "));
  CHECK(EvictedKeys(client) != "0");
  CHECK(client.Run({"EXISTS", evicted}) == Integer(0));

  client.Run({"CONFIG", "SET", "lazyfree-lazy-eviction", "yes", "lazyfree-lazy-expire", "yes"});
  recorder.Clear();
  client.Run({"SET", "n2", std::string(700'000, 'v')});
  CAPTURE(recorder.requests().substr(0, 200));
  CHECK(recorder.requests().starts_with("0: UNLINK k"));
  client.Run({"SET", "short", "v", "PX", "1"});
  recorder.Clear();
  server.Advance(100);
  CHECK(recorder.requests() == "0: UNLINK short");
}

TEST_CASE("Eviction: a value that can never fit is refused and empties nothing") {
  InProcessServer server({"maxmemory 2mb", "maxmemory-policy allkeys-lru"});
  auto& client = server.Connect();
  Fill(client, "k", 1000, 1000);
  CHECK(client.Run({"SET", "huge", std::string(4 * kMiB, 'v')}) == kOom);
  CHECK(client.Run({"DBSIZE"}) == Integer(1000));
  CHECK(EvictedKeys(client) == "0");
}

TEST_CASE("Eviction: what is sent, announced or unread evicts nothing") {
  InProcessServer server({"maxmemory 2mb", "maxmemory-policy allkeys-lru"});
  auto& client = server.Connect();
  Fill(client, "k", 1000, 1000);
  auto& announcing = server.Connect();
  announcing.SendRaw("*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$500000000\r\n" + std::string(3 * kMiB, 'x'));
  auto& slow = server.Connect();
  slow.reads = false;
  for (int i = 0; i < 1000; ++i) slow.SendRaw(Encode({"MGET", "k1", "k2", "k3", "k4", "k5"}));
  CHECK(client.Run({"SET", "k1", std::string(1000, 'w'), "EX", "1000"}) == kOk);
  server.Advance(1000);
  CHECK(client.Run({"DBSIZE"}) == Integer(1000));
  CHECK(EvictedKeys(client) == "0");
}

TEST_CASE("Eviction: what waits to be freed is freed before keys are evicted") {
  InProcessServer server({"maxmemory 2mb", "maxmemory-policy allkeys-lru"});
  auto& client = server.Connect();
  Fill(client, "k", 1500, 1000);
  // Both in one turn, so that nothing is freed between them.
  std::string requests = Encode({"FLUSHALL"});
  for (int i = 0; i < 1500; ++i) {
    requests += Encode({"SET", "n" + std::to_string(i), std::string(1000, 'v')});
  }
  client.SendRaw(requests);
  CHECK(client.Run({"DBSIZE"}) == Integer(1500));
  CHECK(EvictedKeys(client) == "0");
}

TEST_CASE("Eviction: a lower limit evicts in slices, while clients are served") {
  InProcessServer server({"maxmemory-policy allkeys-lru"});
  auto& client = server.Connect();
  Fill(client, "k", 10'000, 1000);
  server.clock.set_step_us(20);  // time passes
  CHECK(client.Run({"CONFIG", "SET", "maxmemory", "1mb"}) == kOk);
  server.clock.set_step_us(0);
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
  server.Advance(1000);
  CHECK(DataOf(server) <= kMiB);
  CHECK(InfoField(client, "stats", "current_eviction_exceeded_time") == "0");
}

TEST_CASE("Eviction: who needs more room than a slice makes waits, and others go on") {
  InProcessServer server(
      {"maxmemory 8mb", "maxmemory-policy allkeys-lru", "maxmemory-eviction-tenacity 0"});
  auto& client = server.Connect();
  auto& other = server.Connect();
  Fill(client, "k", 70'000, 60);
  REQUIRE(DataOf(server) > 7 * kMiB);
  server.clock.set_step_us(20);
  const std::string request = Encode({"SET", "large", std::string(6 * kMiB, 'v')});
  std::string_view rest = request;
  while (!rest.empty()) {
    const size_t taken = client.Push(rest);
    rest.remove_prefix(taken);
    if (!rest.empty()) server.engine->RunTurn();
  }
  const std::string get = Encode({"GET", "missing"});
  REQUIRE(other.Push(get) == get.size());
  server.engine->RunTurn();
  CHECK(server.engine->HasReadyWork());
  CHECK(DataOf(server) <= 8 * kMiB);
  server.RunTurns();
  CHECK(other.TakeOutput() == kNull);
  CHECK(client.TakeOutput() == kOk);
  CHECK(DataOf(server) <= 9 * kMiB);
  CHECK(other.Run({"STRLEN", "large"}) == Integer(6 * kMiB));
}

TEST_CASE("Eviction: the time over the limit is counted while nothing may go") {
  InProcessServer server({"maxmemory-policy volatile-ttl"});
  auto& client = server.Connect();
  for (int i = 0; i < 1000; ++i)
    client.Run({"SET", "k" + std::to_string(i), std::string(1000, 'v')});
  client.Run({"CONFIG", "SET", "maxmemory", "500kb"});
  CHECK(client.Run({"SET", "x", "v"}) == kOom);
  server.Advance(3000);
  CHECK(InfoField(client, "stats", "current_eviction_exceeded_time") == "3000");
  CHECK(InfoField(client, "stats", "total_eviction_exceeded_time") == "3000");
  client.Run({"CONFIG", "SET", "maxmemory", "0"});
  server.Advance(1000);
  CHECK(InfoField(client, "stats", "current_eviction_exceeded_time") == "0");
  CHECK(InfoField(client, "stats", "total_eviction_exceeded_time") == "3000");
  client.Run({"CONFIG", "RESETSTAT"});
  CHECK(InfoField(client, "stats", "total_eviction_exceeded_time") == "0");
}

TEST_CASE("Eviction: data stands still during CLIENT PAUSE") {
  InProcessServer server({"maxmemory-policy allkeys-lru"});
  auto& client = server.Connect();
  Fill(client, "k", 1000, 1000);
  client.Run({"CLIENT", "PAUSE", "10000", "WRITE"});
  client.Run({"CONFIG", "SET", "maxmemory", "500kb"});
  server.Advance(1000);
  CHECK(client.Run({"DBSIZE"}) == Integer(1000));
  client.Run({"CLIENT", "UNPAUSE"});
  server.Advance(1000);
  CHECK(DataOf(server) <= 500 * 1024);
}

TEST_CASE("Eviction: latency events tell of slow cycles") {
  InProcessServer server({"maxmemory-policy allkeys-lru", "latency-monitor-threshold 1"});
  auto& client = server.Connect();
  Fill(client, "k", 2000, 1000);
  server.clock.set_step_us(2000);
  client.Run({"CONFIG", "SET", "maxmemory", "1mb"});
  server.clock.set_step_us(0);
  server.Advance(1000);
  const std::string latest = client.Run({"LATENCY", "LATEST"});
  CHECK(latest.find("eviction-cycle") != std::string::npos);
  CHECK(latest.find("eviction-del") != std::string::npos);
}

TEST_CASE("Eviction: maxmemory auto is four fifths of what the process may use") {
  InProcessServer server({"maxmemory-policy allkeys-lru"});
  server.shell.memory_limit_bytes = 2'000'000;
  auto& client = server.Connect();
  CHECK(client.Run({"CONFIG", "SET", "maxmemory", "AUTO"}) == kOk);
  CHECK(InfoField(client, "memory", "maxmemory") == "1600000");
  CHECK(client.Run({"CONFIG", "GET", "maxmemory"}) == Array({Bulk("maxmemory"), Bulk("auto")}));
  Fill(client, "k", 3000, 1000);
  CHECK(DataOf(server) <= 1'600'000 + 16'384);
  CHECK(DataOf(server) > 1'500'000);
  // What cannot be known limits nothing.
  server.shell.memory_limit_bytes = 0;
  CHECK(client.Run({"CONFIG", "SET", "maxmemory", "1mb"}) == kOk);
  CHECK(client.Run({"CONFIG", "SET", "maxmemory", "auto"}) == kOk);
  CHECK(InfoField(client, "memory", "maxmemory") == "0");
}
