// MULTI, EXEC, DISCARD, WATCH: what is queued, what aborts, what counts as a change.

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/in_process_server.h"
#include "tests/support/replies.h"

using tests::Array;
using tests::Bulk;
using tests::Error;
using tests::InProcessServer;
using tests::Integer;
using tests::kOk;
using tests::TestConnection;

namespace {

constexpr std::string_view kQueued = "+QUEUED\r\n";
constexpr std::string_view kNullArray = "*-1\r\n";
constexpr std::string_view kAborted =
    "-EXECABORT Transaction discarded because of previous errors.\r\n";

// The reply of a transaction that asks only whether it ran.
std::string ExecPing(TestConnection& client) {
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"PING"}) == kQueued);
  return client.Run({"EXEC"});
}
constexpr std::string_view kRan = "*1\r\n+PONG\r\n";

}  // namespace

TEST_CASE("Transactions: requests are queued and run by EXEC, each with its own reply") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"SET", "k", "1"}) == kQueued);
  CHECK(client.Run({"INCR", "k"}) == kQueued);
  CHECK(client.Run({"LPUSH", "k", "x"}) == kQueued);
  CHECK(client.Run({"CONFIG", "GET", "maxclients"}) == kQueued);
  CHECK(client.Run({"ECHO", ""}) == kQueued);
  CHECK(other.Run({"GET", "k"}) == tests::kNull);
  CHECK(client.Run({"EXEC"}) == Array({kOk, Integer(2), tests::kWrongType,
                                       Array({Bulk("maxclients"), Bulk("10000")}), Bulk("")}));
  CHECK(other.Run({"GET", "k"}) == Bulk("2"));
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"EXEC"}) == "*0\r\n");
}

TEST_CASE("Transactions: EXEC, DISCARD and MULTI in the wrong place are refused") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string wrong_count = Error(
      "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command");
  CHECK(client.Run({"EXEC"}) == Error("ERR EXEC without MULTI"));
  CHECK(client.Run({"DISCARD"}) == Error("ERR DISCARD without MULTI"));
  CHECK(client.Run({"EXEC", "x"}) == wrong_count);
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"MULTI"}) == Error("ERR MULTI calls can not be nested"));
  CHECK(client.Run({"WATCH", "k"}) == Error("ERR WATCH inside MULTI is not allowed"));
  CHECK(client.Run({"PING"}) == kQueued);
  CHECK(client.Run({"EXEC"}) == kRan);  // those errors do not abort
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"EXEC", "x"}) == wrong_count);
  CHECK(client.Run({"EXEC"}) == Error("ERR EXEC without MULTI"));
}

TEST_CASE("Transactions: a request that is refused while queueing aborts EXEC") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::vector<std::vector<std::string>> refused = {
      {"NOSUCH"}, {"SET", "k"}, {"CONFIG", "NOSUCH"}, {"SHUTDOWN", "NOSAVE"}};
  for (const auto& request : refused) {
    CAPTURE(request[0]);
    CHECK(client.Run({"MULTI"}) == kOk);
    CHECK(client.Run(request).starts_with("-ERR"));
    CHECK(client.Run({"SET", "k", "1"}) == kQueued);
    CHECK(client.Run({"EXEC"}) == kAborted);
    CHECK(client.Run({"GET", "k"}) == tests::kNull);
    CHECK(client.Run({"MULTI"}) == kOk);
    CHECK(client.Run(request).starts_with("-ERR"));
    CHECK(client.Run({"DISCARD"}) == kOk);
    CHECK(ExecPing(client) == kRan);
  }
  CHECK_FALSE(server.shell.shutdown_requested);
}

TEST_CASE("Transactions: commands that wait answer at once, as if in vain") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"BLPOP", "none", "0"}, std::string(kNullArray)},
      {{"BRPOP", "none", "0"}, std::string(kNullArray)},
      {{"BLMOVE", "none", "b", "LEFT", "RIGHT", "0"}, std::string(tests::kNull)},
      {{"BRPOPLPUSH", "none", "b", "0"}, std::string(tests::kNull)},
      {{"BLMPOP", "0", "1", "none", "LEFT"}, std::string(kNullArray)},
      {{"BZPOPMIN", "none", "0"}, std::string(kNullArray)},
      {{"BZPOPMAX", "none", "0"}, std::string(kNullArray)},
      {{"BZMPOP", "0", "1", "none", "MIN"}, std::string(kNullArray)},
      {{"WAIT", "1", "0"}, Integer(0)},
      {{"MONITOR"}, Error("ERR MONITOR isn't allowed for DENY BLOCKING client")}};
  for (const auto& [request, reply] : cases) {
    CAPTURE(request[0]);
    CHECK(client.Run({"MULTI"}) == kOk);
    CHECK(client.Run(request) == kQueued);
    CHECK(client.Run({"EXEC"}) == Array({reply}));
    CHECK(server.engine->state().blocked.size() == 0);
  }
}

TEST_CASE("Transactions: whoever waits for a key is served after EXEC as a whole") {
  InProcessServer server;
  auto& waiter = server.Connect();
  auto& client = server.Connect();
  CHECK(waiter.Run({"BLPOP", "l", "0"}).empty());
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"RPUSH", "l", "a", "b"}) == kQueued);
  CHECK(client.Run({"LPOP", "l"}) == kQueued);
  CHECK(client.Run({"EXEC"}) == Array({Integer(2), Bulk("a")}));
  CHECK(waiter.TakeOutput() == Array({Bulk("l"), Bulk("b")}));
}

TEST_CASE("Transactions: a watched key that changed makes EXEC answer null") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  const auto watched = [&](const std::vector<std::vector<std::string>>& changes) {
    other.Run({"FLUSHALL"});
    other.Run({"SET", "k", "1"});
    CHECK(client.Run({"WATCH", "k", "missing", "k"}) == kOk);
    for (const auto& change : changes) other.Run(change);
    server.engine->state().watched_keys.CheckInvariants();
    const std::string reply = ExecPing(client);
    server.engine->state().watched_keys.CheckInvariants();
    CHECK(server.engine->state().watched_keys.keys() == 0);
    return reply;
  };
  CHECK(watched({}) == kRan);
  CHECK(watched({{"GET", "k"}, {"SET", "j", "1"}, {"DEL", "missing"}}) == kRan);
  CHECK(watched({{"SET", "k", "1"}}) == kNullArray);
  CHECK(watched({{"APPEND", "k", "x"}}) == kNullArray);
  CHECK(watched({{"DEL", "k"}}) == kNullArray);
  CHECK(watched({{"EXPIRE", "k", "100"}}) == kNullArray);
  CHECK(watched({{"RENAME", "k", "j"}}) == kNullArray);
  CHECK(watched({{"RENAME", "k", "missing"}}) == kNullArray);
  CHECK(watched({{"SET", "missing", "1"}, {"DEL", "missing"}}) == kNullArray);
  CHECK(watched({{"FLUSHALL"}}) == kNullArray);
  CHECK(watched({{"FLUSHDB"}}) == kNullArray);
  CHECK(watched({{"SWAPDB", "0", "1"}}) == kNullArray);
  CHECK(watched({{"SWAPDB", "2", "1"}}) == kRan);
}

TEST_CASE("Transactions: a flush or swap changes a missing key only by giving it a value") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  other.Run({"FLUSHALL"});
  other.Run({"SWAPDB", "0", "1"});
  CHECK(ExecPing(client) == kRan);
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  other.Run({"SELECT", "1"});
  other.Run({"SET", "k", "1"});
  other.Run({"SWAPDB", "0", "1"});
  CHECK(ExecPing(client) == kNullArray);
}

TEST_CASE("Transactions: a key that expires after WATCH has changed, removed or not") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SET", "k", "1", "PX", "10"}) == kOk);
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  server.clock.AdvanceMs(20);  // no tick has removed it
  CHECK(ExecPing(client) == kNullArray);
  CHECK(client.Run({"SET", "k", "1", "PX", "10"}) == kOk);
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  server.Advance(1000);
  CHECK(ExecPing(client) == kNullArray);
  CHECK(client.Run({"SET", "k", "1", "PX", "10"}) == kOk);
  server.clock.AdvanceMs(20);
  CHECK(client.Run({"WATCH", "k"}) == kOk);  // expired already: missing
  server.Advance(1000);
  CHECK(ExecPing(client) == kRan);
}

TEST_CASE("Transactions: UNWATCH, DISCARD, EXEC, RESET and the end of a client forget its keys") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  server::EngineState& state = server.engine->state();
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  CHECK(client.Run({"SET", "k", "own"}) == kOk);
  CHECK(client.Run({"WATCH", "j"}) == kOk);
  CHECK(client.Run({"UNWATCH"}) == kOk);
  CHECK(ExecPing(client) == kRan);
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  CHECK(client.Run({"SET", "k", "own"}) == kOk);  // one's own change is a change
  CHECK(ExecPing(client) == kNullArray);
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"DISCARD"}) == kOk);
  other.Run({"SET", "k", "2"});
  CHECK(ExecPing(client) == kRan);
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"RESET"}) == "+RESET\r\n");
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
  CHECK(state.watched_keys.keys() == 0);
  CHECK(client.Run({"WATCH", "k"}) == kOk);
  CHECK(state.watched_keys.clients() == 1);
  client.Close();
  CHECK(state.watched_keys.clients() == 0);
  other.Run({"SET", "k", "3"});
}

TEST_CASE("Transactions: CLIENT LIST and INFO tell of queues and watched keys") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  client.Run({"WATCH", "a", "b"});
  CHECK(other.Run({"CLIENT", "LIST"}).find("multi=-1 watch=2") != std::string::npos);
  CHECK(other.Run({"INFO", "clients"}).find("watching_clients:1\r\n") != std::string::npos);
  CHECK(other.Run({"INFO", "clients"}).find("total_watched_keys:2\r\n") != std::string::npos);
  client.Run({"MULTI"});
  client.Run({"PING"});
  const std::string line = other.Run({"CLIENT", "LIST", "ID", "1"});
  CHECK(line.find("flags=x ") != std::string::npos);
  CHECK(line.find("multi=1 watch=2") != std::string::npos);
  CHECK(line.find("multi-mem=0 ") == std::string::npos);
  other.Run({"SET", "a", "1"});
  CHECK(other.Run({"CLIENT", "LIST", "ID", "1"}).find("flags=xd ") != std::string::npos);
}

TEST_CASE("Transactions: a queue beyond the limit of queries closes its client") {
  InProcessServer server{{"client-query-buffer-limit 1mb"}};
  auto& client = server.Connect();
  client.Run({"MULTI"});
  const std::string value(100'000, 'x');
  for (int i = 0; i < 20 && client.is_open(); ++i) client.Run({"SET", "k", value});
  CHECK_FALSE(client.is_open());
}

TEST_CASE("Transactions: a full server queues nothing, and EXEC says why it does not run") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  const std::string oom = "OOM command not allowed when used memory > 'maxmemory'.";
  other.Run({"SET", "big", std::string(100'000, 'x')});
  client.Run({"MULTI"});
  CHECK(client.Run({"SET", "k", "1"}) == kQueued);
  CHECK(other.Run({"CONFIG", "SET", "maxmemory", "1000"}) == kOk);
  CHECK(client.Run({"SET", "k", "1"}) == Error(oom));
  CHECK(client.Run({"EXEC"}) == Error("EXECABORT Transaction discarded because of: " + oom));
  CHECK(client.Run({"EXEC"}) == Error("ERR EXEC without MULTI"));
}

TEST_CASE("Transactions: replies that are off stay off, and SKIP skips EXEC as a whole") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"MULTI"}) == kOk);
  CHECK(client.Run({"SET", "k", "1"}) == kQueued);
  CHECK(client.Run({"GET", "k"}) == kQueued);
  client.Run({"CLIENT", "REPLY", "ON"});
  CHECK(client.Run({"EXEC"}) == Array({kOk, Bulk("1"), kOk}));
  client.Run({"CLIENT", "REPLY", "OFF"});
  CHECK(client.Run({"MULTI"}).empty());
  CHECK(client.Run({"GET", "k"}).empty());
  CHECK(client.Run({"EXEC"}).empty());
  CHECK(client.Run({"CLIENT", "REPLY", "ON"}) == kOk);
}

// Several clients, random requests, against a model in which a watched key is a number that grows
// with each change.
TEST_CASE("Transactions: WATCH and EXEC agree with a model under any interleaving") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    InProcessServer server;
    struct Modelled {
      TestConnection* connection;
      bool in_multi = false;
      bool is_broken = false;
      std::vector<std::string> watched = {};
      std::vector<std::string> queued = {};
    };
    std::vector<Modelled> clients;
    for (int i = 0; i < 4; ++i) clients.push_back({&server.Connect()});
    std::map<std::string, int> values;
    const auto change = [&](const std::string& key) {
      ++values[key];
      for (Modelled& other : clients) {
        for (const std::string& watched : other.watched) {
          if (watched == key) other.is_broken = true;
        }
      }
    };
    for (int step = 0; step < 300; ++step) {
      Modelled& client = clients[random() % clients.size()];
      const std::string key(1, static_cast<char>('a' + random() % 5));
      switch (random() % 5) {
        case 0:
          if (client.in_multi) break;
          CHECK(client.connection->Run({"WATCH", key}) == kOk);
          if (!client.is_broken) client.watched.push_back(key);
          break;
        case 1:
          if (client.in_multi) break;
          CHECK(client.connection->Run({"MULTI"}) == kOk);
          client.in_multi = true;
          break;
        case 2:
        case 3:
          if (client.in_multi) {
            CHECK(client.connection->Run({"INCR", key}) == kQueued);
            client.queued.push_back(key);
          } else {
            change(key);
            CHECK(client.connection->Run({"INCR", key}) == Integer(values[key]));
          }
          break;
        default: {
          if (!client.in_multi) break;
          std::string expected(kNullArray);
          const bool runs = !client.is_broken;
          client.watched.clear();
          if (runs) {
            expected = "*" + std::to_string(client.queued.size()) + "\r\n";
            for (const std::string& queued : client.queued) {
              change(queued);
              expected += Integer(values[queued]);
            }
          }
          CHECK(client.connection->Run({"EXEC"}) == expected);
          client.in_multi = client.is_broken = false;
          client.queued.clear();
        }
      }
      server.engine->state().watched_keys.CheckInvariants();
    }
  }
}
