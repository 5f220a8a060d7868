// BLPOP, BRPOP, BLMPOP, BLMOVE and BRPOPLPUSH: who is served with what, in which order, and how
// else a wait ends.

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/recorder.h"
#include "tests/support/replies.h"
#include "tests/support/waiting_trial.h"

using namespace tests;

namespace {

std::string Popped(std::string_view key, std::string_view element) {
  return Array({Bulk(key), Bulk(element)});
}

}  // namespace

TEST_CASE("Blocking lists: with elements there, they do not wait") {
  BlockingServer server;
  auto& client = server.Connect();
  client.Run({"RPUSH", "l", "1", "2", "3", "4", "5", "6"});
  CHECK(client.Run({"BLPOP", "missing", "l", "0"}) == Popped("l", "1"));
  CHECK(client.Run({"BRPOP", "l", "missing", "0.5"}) == Popped("l", "6"));
  CHECK(client.Run({"BLMPOP", "0", "2", "missing", "l", "LEFT", "COUNT", "2"}) ==
        Array({Bulk("l"), Array({Bulk("2"), Bulk("3")})}));
  CHECK(client.Run({"BLMOVE", "l", "m", "LEFT", "RIGHT", "0"}) == Bulk("4"));
  CHECK(client.Run({"BRPOPLPUSH", "l", "m", "0"}) == Bulk("5"));
  CHECK(client.Run({"LRANGE", "m", "0", "-1"}) == Array({Bulk("5"), Bulk("4")}));
  CHECK(client.Run({"EXISTS", "l"}) == ":0\r\n");
  CHECK(server.blocked() == 0);
}

TEST_CASE("Blocking lists: an element goes to whoever waits longest, the next to the next") {
  BlockingServer server;
  auto& first = server.Connect();
  auto& second = server.Connect();
  auto& third = server.Connect();
  auto& writer = server.Connect();
  CHECK(first.Run({"BLPOP", "l", "0"}).empty());
  CHECK(second.Run({"BRPOP", "l", "0"}).empty());
  CHECK(third.Run({"BLPOP", "l", "0"}).empty());
  CHECK(writer.Run({"RPUSH", "l", "a", "b"}) == ":2\r\n");
  CHECK(first.TakeOutput() == Popped("l", "a"));
  CHECK(second.TakeOutput() == Popped("l", "b"));
  CHECK(third.TakeOutput().empty());
  CHECK(writer.Run({"EXISTS", "l"}) == ":0\r\n");
  CHECK(writer.Run({"RPUSH", "l", "c", "d"}) == ":2\r\n");
  CHECK(third.TakeOutput() == Popped("l", "c"));
  CHECK(writer.Run({"LRANGE", "l", "0", "-1"}) == Array({Bulk("d")}));
}

TEST_CASE("Blocking lists: who waits is served before the next request of the same pipeline") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BLPOP", "l", "0"}).empty());
  CHECK(writer.SendRaw(Encode({"RPUSH", "l", "a"}) + Encode({"LLEN", "l"}) +
                       Encode({"RPUSH", "l", "b"}) + Encode({"LLEN", "l"})) ==
        ":1\r\n:0\r\n:1\r\n:1\r\n");
  CHECK(waiter.TakeOutput() == Popped("l", "a"));
}

TEST_CASE("Blocking lists: of several keys the first in the request counts") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BLPOP", "a", "b", "c", "b", "0"}).empty());
  CHECK(server.engine->state().key_waiters.keys() == 3);
  CHECK(writer.Run({"INFO", "clients"}).find("total_blocking_keys:3") != std::string::npos);
  CHECK(writer.Run({"RPUSH", "b", "1"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == Popped("b", "1"));
  CHECK(server.engine->state().key_waiters.keys() == 0);
  CHECK(writer.Run({"RPUSH", "c", "1"}) == ":1\r\n");
  CHECK(waiter.TakeOutput().empty());
}

TEST_CASE("Blocking lists: BLMPOP takes as many elements as it asked for") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BLMPOP", "0", "2", "a", "b", "RIGHT", "COUNT", "2"}).empty());
  CHECK(writer.Run({"RPUSH", "b", "1", "2", "3"}) == ":3\r\n");
  CHECK(waiter.TakeOutput() == Array({Bulk("b"), Array({Bulk("3"), Bulk("2")})}));
  CHECK(writer.Run({"LLEN", "b"}) == ":1\r\n");
}

TEST_CASE("Blocking lists: every command that makes a list wakes those who wait for it") {
  BlockingServer server({"databases 2"});
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  const auto check = [&](const std::vector<std::vector<std::string>>& requests) {
    CAPTURE(requests.back()[0]);
    writer.Run({"FLUSHALL"});
    writer.Run({"RPUSH", "source", "x"});
    CHECK(waiter.Run({"BLPOP", "l", "0"}).empty());
    for (const auto& request : requests) writer.Run(request);
    CHECK(waiter.TakeOutput() == Popped("l", "x"));
    server.Check();
  };
  check({{"LPUSH", "l", "x"}});
  check({{"RPUSH", "l", "x"}});
  check({{"LMOVE", "source", "l", "LEFT", "LEFT"}});
  check({{"RPOPLPUSH", "source", "l"}});
  check({{"BLMOVE", "source", "l", "LEFT", "LEFT", "0"}});
  check({{"SORT", "source", "ALPHA", "STORE", "l"}});
  check({{"LMPOP", "1", "source", "LEFT"}, {"RPUSH", "l", "x"}});
  check({{"LPUSHX", "l", "y"}, {"RPUSHX", "l", "y"}, {"RPUSH", "l", "x"}});
  check({{"RENAME", "source", "l"}});
  check({{"RENAMENX", "source", "l"}});
  check({{"COPY", "source", "l"}});
  check({{"SELECT", "1"}, {"RPUSH", "l", "x"}, {"MOVE", "l", "0"}, {"SELECT", "0"}});
  check({{"SELECT", "1"}, {"RPUSH", "l", "x"}, {"SELECT", "0"}, {"SWAPDB", "0", "1"}});
}

TEST_CASE("Blocking lists: a key of another type wakes nobody, until it is a list") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BLPOP", "l", "0"}).empty());
  CHECK(writer.Run({"SET", "l", "v"}) == kOk);
  CHECK(waiter.TakeOutput().empty());
  CHECK(writer.Run({"DEL", "l"}) == ":1\r\n");
  CHECK(waiter.TakeOutput().empty());
  CHECK(writer.Run({"RPUSH", "l", "x"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == Popped("l", "x"));
}

TEST_CASE("Blocking lists: BLMOVE serves on, through a chain of lists and round a circle") {
  BlockingServer server;
  auto& first = server.Connect();
  auto& second = server.Connect();
  auto& third = server.Connect();
  auto& writer = server.Connect();
  CHECK(third.Run({"BLPOP", "c", "0"}).empty());
  CHECK(second.Run({"BLMOVE", "b", "c", "LEFT", "LEFT", "0"}).empty());
  CHECK(first.Run({"BRPOPLPUSH", "a", "b", "0"}).empty());
  CHECK(writer.Run({"RPUSH", "a", "x"}) == ":1\r\n");
  CHECK(first.TakeOutput() == Bulk("x"));
  CHECK(second.TakeOutput() == Bulk("x"));
  CHECK(third.TakeOutput() == Popped("c", "x"));
  CHECK(ContentsOf(server).empty());

  CHECK(first.Run({"BLMOVE", "a", "b", "LEFT", "LEFT", "0"}).empty());
  CHECK(second.Run({"BLMOVE", "b", "a", "LEFT", "LEFT", "0"}).empty());
  CHECK(third.Run({"BRPOPLPUSH", "a", "a", "0"}).empty());
  CHECK(writer.Run({"RPUSH", "a", "x"}) == ":1\r\n");
  CHECK(first.TakeOutput() == Bulk("x"));
  CHECK(second.TakeOutput() == Bulk("x"));
  CHECK(third.TakeOutput() == Bulk("x"));
  CHECK(writer.Run({"LRANGE", "a", "0", "-1"}) == Array({Bulk("x")}));
}

TEST_CASE("Blocking lists: BLMOVE to a key of another type gets the error and takes nothing") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& other = server.Connect();
  auto& writer = server.Connect();
  writer.Run({"SET", "s", "v"});
  CHECK(waiter.Run({"BLMOVE", "l", "s", "LEFT", "LEFT", "0"}).empty());
  CHECK(other.Run({"BLPOP", "l", "0"}).empty());
  CHECK(writer.Run({"RPUSH", "l", "x"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == kWrongType);
  CHECK(other.TakeOutput() == Popped("l", "x"));
}

TEST_CASE("Blocking lists: timeouts are kept to the millisecond, fractions rounded up") {
  BlockingServer server;
  auto& waiter = server.Connect();
  for (const auto& [timeout, ms] : std::map<std::string, int64_t>{{"0.001", 1},
                                                                  {"0.0001", 1},
                                                                  {"0.5", 500},
                                                                  {"1", 1000},
                                                                  {"1.2345", 1235},
                                                                  {"1e-1", 100}}) {
    CAPTURE(timeout);
    CHECK(waiter.Run({"BLPOP", "l", timeout}).empty());
    server.Advance(ms - 1);
    CHECK(waiter.TakeOutput().empty());
    server.Advance(1);
    CHECK(waiter.TakeOutput() == kInVain);
  }
  CHECK(waiter.Run({"BLMOVE", "a", "b", "LEFT", "LEFT", "0.01"}).empty());
  server.Advance(10);
  CHECK(waiter.TakeOutput() == kInVain);
  waiter.Run({"HELLO", "3"});
  CHECK(waiter.Run({"BRPOPLPUSH", "a", "b", "0.01"}).empty());
  server.Advance(10);
  CHECK(waiter.TakeOutput() == kNull3);
}

TEST_CASE("Blocking lists: refuse what is no timeout") {
  BlockingServer server;
  auto& client = server.Connect();
  for (const std::string_view timeout : {"x", "", "nan", " 1", "1 "}) {
    CHECK(client.Run({"BLPOP", "l", timeout}) ==
          Error("ERR timeout is not a float or out of range"));
  }
  // BLMPOP looks at its timeout after all else.
  CHECK(client.Run({"BLMPOP", "x", "0", "l", "LEFT"}) ==
        Error("ERR numkeys should be greater than 0"));
  CHECK(client.Run({"BLPOP", "l", "-1"}) == Error("ERR timeout is negative"));
  CHECK(client.Run({"BLPOP", "l", "-inf"}) == Error("ERR timeout is negative"));
  for (const std::string_view timeout : {"inf", "1e300", "9223372036854775807"}) {
    CHECK(client.Run({"BLMPOP", timeout, "1", "l", "LEFT"}) ==
          Error("ERR timeout is out of range"));
  }
  CHECK(client.Run({"BLPOP", "l", "9000000000000"}).empty());
  server.Advance(10'000'000);
  CHECK(server.blocked() == 1);
}

TEST_CASE("Blocking lists: they are propagated as what they did, when they did it") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  Recorder recorder(server);
  const auto check = [&](const std::vector<std::string>& wait, std::string_view requests,
                         std::string_view events) {
    CAPTURE(wait[0]);
    CHECK(waiter.Run(wait).empty());
    CHECK(recorder.TakeRequests().empty());
    writer.Run({"RPUSH", "l", "x"});
    CHECK_FALSE(waiter.TakeOutput().empty());
    CHECK(recorder.TakeRequests() == requests);
    CHECK(recorder.TakeEvents() == events);
    writer.Run({"FLUSHALL"});
    recorder.TakeRequests();
  };
  check({"BLPOP", "l", "0"}, "RPUSH l x; LPOP l", "new l, rpush l, lpop l, del l");
  check({"BRPOP", "k", "l", "5"}, "RPUSH l x; RPOP l", "new l, rpush l, rpop l, del l");
  check({"BLMPOP", "0", "1", "l", "LEFT", "COUNT", "9"}, "RPUSH l x; LPOP l 1",
        "new l, rpush l, lpop l, del l");
  check({"BLMOVE", "l", "m", "left", "right", "0"}, "RPUSH l x; LMOVE l m LEFT RIGHT",
        "new l, rpush l, new m, rpush m, lpop l, del l");
  check({"BRPOPLPUSH", "l", "m", "0"}, "RPUSH l x; RPOPLPUSH l m",
        "new l, rpush l, new m, lpush m, rpop l, del l");
}

TEST_CASE("Blocking lists: the rest of a pipeline goes on when its turn comes") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.SendRaw(Encode({"BLPOP", "l", "0"}) + Encode({"BLPOP", "l", "0"}) + Encode({"PING"}))
            .empty());
  CHECK(writer.Run({"RPUSH", "l", "a"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == Popped("l", "a"));
  CHECK(writer.Run({"RPUSH", "l", "b"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == Popped("l", "b") + "+PONG\r\n");
}

TEST_CASE("Blocking lists: CLIENT UNBLOCK ends the wait, and another is served instead") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& second = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BLPOP", "l", "0"}).empty());
  CHECK(second.Run({"BLPOP", "l", "0"}).empty());
  CHECK(writer.Run({"CLIENT", "UNBLOCK", "1"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == kInVain);
  CHECK(writer.Run({"RPUSH", "l", "x"}) == ":1\r\n");
  CHECK(waiter.TakeOutput().empty());
  CHECK(second.TakeOutput() == Popped("l", "x"));
  CHECK(second.Run({"BLMOVE", "a", "b", "LEFT", "LEFT", "0"}).empty());
  CHECK(writer.Run({"CLIENT", "UNBLOCK", "2", "ERROR"}) == ":1\r\n");
  CHECK(second.TakeOutput() == Error("UNBLOCKED client unblocked via CLIENT UNBLOCK"));
}

TEST_CASE("Blocking lists: who is gone or killed gets nothing, and nothing is lost") {
  BlockingServer server;
  auto& gone = server.Connect();
  auto& killed = server.Connect();
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(gone.Run({"BLPOP", "l", "0"}).empty());
  CHECK(killed.Run({"BLPOP", "l", "0"}).empty());
  CHECK(waiter.Run({"BLPOP", "l", "0"}).empty());
  gone.Close();
  server.Check();
  CHECK(writer.SendRaw(Encode({"CLIENT", "KILL", "ID", "2"}) + Encode({"RPUSH", "l", "x"})) ==
        ":1\r\n:1\r\n");
  CHECK(killed.TakeOutput().empty());
  CHECK_FALSE(killed.is_open());
  CHECK(waiter.TakeOutput() == Popped("l", "x"));
}

TEST_CASE("Blocking lists: served and killed in one turn, the element went with the client") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.SendRaw(Encode({"BLPOP", "l", "0"}) + Encode({"SET", "k", "v"})).empty());
  CHECK(writer.SendRaw(Encode({"RPUSH", "l", "x"}) + Encode({"CLIENT", "KILL", "ID", "1"}) +
                       Encode({"EXISTS", "l", "k"})) == ":1\r\n:1\r\n:0\r\n");
  CHECK_FALSE(waiter.is_open());
  CHECK(writer.Run({"EXISTS", "k"}) == ":0\r\n");
}

TEST_CASE("Blocking lists: without memory BLMOVE is refused when its turn comes") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BLMOVE", "l", "m", "LEFT", "LEFT", "0"}).empty());
  writer.Run({"RPUSH", "source", "x"});
  CHECK(writer.Run({"CONFIG", "SET", "maxmemory", "1"}) == kOk);
  CHECK(writer.Run({"RENAME", "source", "l"}) == kOk);
  CHECK(waiter.TakeOutput() == Error("OOM command not allowed when used memory > 'maxmemory'."));
  CHECK(writer.Run({"LLEN", "l"}) == ":1\r\n");
}

TEST_CASE("Blocking lists: thousands wait, and each gets one element in the order they came") {
  BlockingServer server({"maxclients 5000"});
  std::vector<TestConnection*> waiters;
  auto& writer = server.Connect();
  for (int i = 0; i < 2000; ++i) {
    waiters.push_back(&server.Connect());
    CHECK(waiters.back()->Run({"BLPOP", "l", "m", "0"}).empty());
  }
  std::vector<std::string> push = {"RPUSH", "l"};
  for (int i = 0; i < 1999; ++i) push.push_back(std::to_string(i));
  CHECK(writer.Run(push) == ":1999\r\n");
  for (int i = 0; i < 1999; ++i) {
    REQUIRE(waiters[static_cast<size_t>(i)]->TakeOutput() == Popped("l", std::to_string(i)));
  }
  CHECK(server.blocked() == 1);
}

namespace {

// A server and its model, which do the same.
struct Interleaving : WaitingTrial {
  explicit Interleaving(uint64_t seed) : WaitingTrial(seed) {
    model.has_any = [this](const std::string& key) { return lists.contains(key); };
  }

  std::string Pop(const std::string& key) {
    std::deque<std::string>& list = lists[key];
    const std::string reply = Popped(key, list.front());
    list.pop_front();
    if (list.empty()) lists.erase(key);
    return reply;
  }
  void WaitForAny(size_t client) {
    if (!IsFree(client)) return;
    const std::vector<std::string> keys = AnyKeys();
    const int64_t ms = AnyWaitMs();
    std::vector<std::string> request = {"BLPOP"};
    request.insert(request.end(), keys.begin(), keys.end());
    request.push_back(TimeoutOf(ms));
    Wait(client, request, keys, ms, [this](const std::string& key) { return Pop(key); });
  }
  void Push() {
    const std::string key = AnyKey();
    std::vector<std::string> request = {"RPUSH", key};
    const size_t elements = 1 + random() % 3;
    for (size_t i = 0; i < elements; ++i) {
      request.push_back(std::to_string(random() % 1000));
      lists[key].push_back(request.back());
    }
    admin->Run(request);
    model.Serve(key);
  }
  void Rename() {
    const std::string from = AnyKey();
    const std::string to = AnyKey();
    if (from == to || !lists.contains(from)) return;
    admin->Run({"RENAME", from, to});
    lists[to] = lists[from];
    lists.erase(from);
    model.Serve(to);
  }
  void End(size_t client) {
    if (!model.IsWaiting(client)) return;
    const std::string id = std::to_string(client + 1);
    model.Forget(client);
    if (random() % 8 != 0) {
      CHECK(admin->Run({"CLIENT", "UNBLOCK", id}) == ":1\r\n");
      model.replies[client] = kInVain;
    } else if (random() % 2 == 0) {
      clients[client]->Close();
    } else {
      CHECK(admin->Run({"CLIENT", "KILL", "ID", id}) == ":1\r\n");
    }
  }
  void Step() {
    const size_t client = random() % clients.size();
    const uint64_t kind = random() % 8;
    if (kind < 3) {
      WaitForAny(client);
    } else if (kind < 5) {
      Push();
    } else if (kind == 5) {
      PassTime();
    } else if (kind == 6) {
      Rename();
    } else {
      End(client);
    }
  }

  std::map<std::string, std::deque<std::string>> lists;
};

}  // namespace

TEST_CASE("Blocking lists: any interleaving of waits, pushes, ends and time is served by order") {
  RunTrials<Interleaving>();
}
