// BZPOPMIN, BZPOPMAX and BZMPOP: who is served with what, in which order, and how else a wait ends.

#include <doctest/doctest.h>

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/in_process_server.h"
#include "tests/support/recorder.h"
#include "tests/support/replies.h"
#include "tests/support/waiting_trial.h"

using namespace tests;

namespace {

std::string Popped(std::string_view key, std::string_view member, std::string_view score) {
  return Array({Bulk(key), Bulk(member), Bulk(score)});
}

}  // namespace

TEST_CASE("Blocking sorted sets: every command that makes one wakes those who wait for it") {
  BlockingServer server({"databases 2"});
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  const auto check = [&](const std::vector<std::vector<std::string>>& requests,
                         std::string_view score = "1") {
    CAPTURE(requests.back()[0]);
    writer.Run({"FLUSHALL"});
    writer.Run({"ZADD", "source", "1", "x"});
    writer.Run({"GEOADD", "places", "13.361389", "38.115556", "x"});
    CHECK(waiter.Run({"BZPOPMIN", "other", "z", "0"}).empty());
    for (const auto& request : requests) writer.Run(request);
    CHECK(waiter.TakeOutput() == Popped("z", "x", score));
    server.Check();
  };
  constexpr std::string_view kGeohash = "3479099956230698";
  check({{"ZADD", "z", "1", "x"}});
  check({{"ZADD", "z", "XX", "1", "x"},
         {"ZADD", "z", "NX", "GT", "1", "x"},
         {"ZADD", "z", "1", "x"}});
  check({{"ZADD", "z", "INCR", "1", "x"}});
  check({{"ZINCRBY", "z", "1", "x"}});
  check({{"ZRANGESTORE", "z", "source", "0", "-1"}});
  check({{"ZUNIONSTORE", "z", "1", "source"}});
  check({{"ZINTERSTORE", "z", "1", "source"}});
  check({{"ZDIFFSTORE", "z", "1", "source"}});
  check({{"GEOADD", "z", "13.361389", "38.115556", "x"}}, kGeohash);
  check({{"GEOSEARCHSTORE", "z", "places", "FROMMEMBER", "x", "BYRADIUS", "1", "m"}}, kGeohash);
  check({{"GEORADIUS", "places", "13.361389", "38.115556", "1", "km", "STORE", "z"}}, kGeohash);
  check({{"GEORADIUSBYMEMBER", "places", "x", "1", "km", "STOREDIST", "z"}}, "0");
  check({{"RENAME", "source", "z"}});
  check({{"RENAMENX", "source", "z"}});
  check({{"COPY", "source", "z"}});
  check({{"SET", "z", "text"}, {"COPY", "source", "z", "REPLACE"}});
  check({{"SELECT", "1"}, {"ZADD", "z", "1", "x"}, {"MOVE", "z", "0"}, {"SELECT", "0"}});
  check({{"SELECT", "1"},
         {"ZADD", "source", "1", "x"},
         {"COPY", "source", "z", "DB", "0"},
         {"SELECT", "0"}});
  check({{"SELECT", "1"}, {"ZADD", "z", "1", "x"}, {"SELECT", "0"}, {"SWAPDB", "0", "1"}});
}

TEST_CASE("Blocking sorted sets: a key of another type wakes nobody, until it is a sorted set") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BZMPOP", "0", "2", "y", "z", "MAX"}).empty());
  writer.Run({"SET", "z", "v"});
  writer.Run({"DEL", "z"});
  writer.Run({"RPUSH", "z", "v"});
  CHECK(waiter.TakeOutput().empty());
  CHECK(waiter.is_open());
  writer.Run({"DEL", "z"});
  writer.Run({"ZADD", "z", "1", "a", "2", "b"});
  CHECK(waiter.TakeOutput() == Array({Bulk("z"), Array({Array({Bulk("b"), Bulk("2")})})}));
  // A list's waiter and a sorted set's wait for one key; each gets its own type.
  auto& other = server.Connect();
  CHECK(other.Run({"BLPOP", "k", "0"}).empty());
  CHECK(waiter.Run({"BZPOPMAX", "k", "0"}).empty());
  writer.Run({"ZADD", "k", "7", "m"});
  CHECK(waiter.TakeOutput() == Popped("k", "m", "7"));
  CHECK(other.TakeOutput().empty());
  writer.Run({"RPUSH", "k", "e"});
  CHECK(other.TakeOutput() == Array({Bulk("k"), Bulk("e")}));
}

TEST_CASE("Blocking sorted sets: in RESP3 scores are doubles") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  waiter.Run({"HELLO", "3"});
  CHECK(waiter.Run({"BZPOPMIN", "z", "0"}).empty());
  writer.Run({"ZADD", "z", "1.5", "a"});
  CHECK(waiter.TakeOutput() == Array({Bulk("z"), Bulk("a"), ",1.5\r\n"}));
  CHECK(waiter.Run({"BZMPOP", "0.01", "1", "z", "MIN"}).empty());
  server.Advance(10);
  CHECK(waiter.TakeOutput() == kNull3);
}

TEST_CASE("Blocking sorted sets: errors come in Redis's order, the timeout's at last") {
  BlockingServer server;
  auto& client = server.Connect();
  const std::string timeout = Error("ERR timeout is not a float or out of range");
  const std::string number = Error("ERR numkeys should be greater than 0");
  const std::string count = Error("ERR count should be greater than 0");
  CHECK(client.Run({"BZPOPMIN", "z", "x"}) == timeout);
  CHECK(client.Run({"BZPOPMAX", "z", "-0.1"}) == Error("ERR timeout is negative"));
  struct Case {
    std::vector<std::string> words;
    std::string reply;  // empty: right but for the timeout
  };
  const std::vector<Case> cases = {
      {{"1", "z", "MIN"}, ""},
      {{"1", "z", "MAX", "COUNT", "3"}, ""},
      {{"0", "z", "MIN"}, number},
      {{"x", "z", "UP"}, number},
      {{"-1", "z", "UP", "COUNT", "0"}, number},
      {{"99999999999999999999", "z", "MIN"}, number},
      {{"9223372036854775807", "z", "MIN"}, std::string(kSyntaxError)},
      {{"2", "z", "MIN"}, std::string(kSyntaxError)},
      {{"1", "z", "UP", "COUNT", "0"}, std::string(kSyntaxError)},
      {{"1", "z", "MIN", "COUNT"}, std::string(kSyntaxError)},
      {{"1", "z", "MIN", "COUNTS", "0"}, std::string(kSyntaxError)},
      {{"1", "z", "MIN", "COUNT", "0"}, count},
      {{"1", "z", "MIN", "COUNT", "0", "x"}, count},
      {{"1", "z", "MIN", "COUNT", "x", "COUNT", "1"}, count},
      {{"1", "z", "MIN", "COUNT", "1", "x"}, std::string(kSyntaxError)},
      {{"1", "z", "MIN", "COUNT", "1", "COUNT", "0"}, std::string(kSyntaxError)},
  };
  for (const Case& one : cases) {
    for (const bool is_list : {false, true}) {
      std::vector<std::string> words = one.words;
      if (is_list && words[2] != "UP") words[2] = words[2] == "MIN" ? "LEFT" : "RIGHT";
      std::vector<std::string> blocking = {is_list ? "BLMPOP" : "BZMPOP", "x"};
      std::vector<std::string> at_once = {is_list ? "LMPOP" : "ZMPOP"};
      blocking.insert(blocking.end(), words.begin(), words.end());
      at_once.insert(at_once.end(), words.begin(), words.end());
      CAPTURE(Encode(blocking));
      CHECK(client.Run(blocking) == (one.reply.empty() ? timeout : one.reply));
      CHECK(client.Run(at_once) == (one.reply.empty() ? kInVain : one.reply));
    }
  }
}

TEST_CASE("Blocking sorted sets: they are propagated as what they did, when they did it") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  Recorder recorder(server);
  const auto check = [&](const std::vector<std::string>& wait, std::string_view requests,
                         std::string_view events) {
    CAPTURE(wait[0]);
    CHECK(waiter.Run(wait).empty());
    CHECK(recorder.TakeRequests().empty());
    writer.Run({"ZADD", "z", "1", "x"});
    CHECK_FALSE(waiter.TakeOutput().empty());
    CHECK(recorder.TakeRequests() == requests);
    CHECK(recorder.TakeEvents() == events);
  };
  check({"BZPOPMIN", "z", "0"}, "ZADD z 1 x; ZPOPMIN z 1", "new z, zadd z, zpopmin z, del z");
  check({"BZPOPMAX", "y", "z", "5"}, "ZADD z 1 x; ZPOPMAX z 1", "new z, zadd z, zpopmax z, del z");
  check({"BZMPOP", "0", "1", "z", "MAX", "COUNT", "9"}, "ZADD z 1 x; ZPOPMAX z 1",
        "new z, zadd z, zpopmax z, del z");
}

TEST_CASE("Blocking sorted sets: CLIENT UNBLOCK ends a wait as its timeout would, or in error") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& second = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BZPOPMIN", "z", "0"}).empty());
  CHECK(second.Run({"BZMPOP", "0", "1", "z", "MIN"}).empty());
  CHECK(writer.Run({"CLIENT", "UNBLOCK", "1", "TIMEOUT"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == kInVain);
  CHECK(writer.Run({"CLIENT", "UNBLOCK", "1"}) == ":0\r\n");
  CHECK(writer.Run({"CLIENT", "UNBLOCK", "2", "ERROR"}) == ":1\r\n");
  CHECK(second.TakeOutput() == Error("UNBLOCKED client unblocked via CLIENT UNBLOCK"));
  CHECK(writer.Run({"ZADD", "z", "1", "x"}) == ":1\r\n");
  CHECK(writer.Run({"ZCARD", "z"}) == ":1\r\n");
}

TEST_CASE("Blocking sorted sets: served and killed in one turn, the member went with the client") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& second = server.Connect();
  auto& writer = server.Connect();
  CHECK(waiter.Run({"BZPOPMIN", "z", "0"}).empty());
  CHECK(second.Run({"BZPOPMIN", "z", "0"}).empty());
  CHECK(writer.SendRaw(Encode({"ZADD", "z", "1", "x"}) + Encode({"CLIENT", "KILL", "ID", "1"}) +
                       Encode({"CLIENT", "KILL", "ID", "2"}) + Encode({"ZADD", "z", "1", "y"}) +
                       Encode({"ZCARD", "z"})) == ":1\r\n:1\r\n:1\r\n:1\r\n:1\r\n");
  CHECK_FALSE(waiter.is_open());
  CHECK_FALSE(second.is_open());
}

namespace {

using Scored = std::set<std::pair<int, std::string>>;  // in Redis's order

// A server and its model, which do the same.
struct Interleaving : WaitingTrial {
  explicit Interleaving(uint64_t seed) : WaitingTrial(seed) {
    model.has_any = [this](const std::string& key) { return sets.contains(key); };
  }

  std::string AnyMember() { return std::string(1, static_cast<char>('p' + random() % 6)); }

  // Takes `count` members (0: one, replied flat) from the lower or upper end.
  std::string Take(const std::string& key, bool is_min, size_t count) {
    Scored& set = sets[key];
    std::string reply;
    size_t taken = 0;
    for (; taken < std::max<size_t>(count, 1) && !set.empty(); ++taken) {
      const auto at = is_min ? set.begin() : std::prev(set.end());
      const std::string score = Bulk(std::to_string(at->first));
      reply += count == 0 ? Bulk(at->second) + score : Array({Bulk(at->second), score});
      set.erase(at);
    }
    if (set.empty()) sets.erase(key);
    if (count == 0) return "*3\r\n" + Bulk(key) + reply;
    return "*2\r\n" + Bulk(key) + "*" + std::to_string(taken) + "\r\n" + reply;
  }
  void WaitForAny(size_t client) {
    if (!IsFree(client)) return;
    const std::vector<std::string> keys = AnyKeys();
    const int64_t ms = AnyWaitMs();
    const std::string timeout = TimeoutOf(ms);
    const bool is_min = random() % 2 == 0;
    const size_t count = random() % 2 == 0 ? 0 : 1 + random() % 3;
    std::vector<std::string> request = {is_min ? "BZPOPMIN" : "BZPOPMAX"};
    if (count > 0) request = {"BZMPOP", timeout, std::to_string(keys.size())};
    request.insert(request.end(), keys.begin(), keys.end());
    if (count > 0) {
      for (const std::string& word :
           {std::string(is_min ? "MIN" : "MAX"), std::string("COUNT"), std::to_string(count)}) {
        request.push_back(word);
      }
    } else {
      request.push_back(timeout);
    }
    Wait(client, request, keys, ms,
         [=, this](const std::string& key) { return Take(key, is_min, count); });
  }
  void Put(const std::string& key, const std::string& member, int score) {
    std::erase_if(sets[key], [&](const auto& entry) { return entry.second == member; });
    sets[key].emplace(score, member);
  }
  void Add() {
    const std::string key = AnyKey();
    std::vector<std::string> request = {"ZADD", key};
    for (size_t i = 1 + random() % 4; i > 0; --i) {
      const std::string member = AnyMember();
      const int score = static_cast<int>(random() % 5);
      request.insert(request.end(), {std::to_string(score), member});
      Put(key, member, score);
    }
    admin->Run(request);
    model.Serve(key);
  }
  // One key becomes what another is, in one of several ways.
  void Transfer() {
    const std::string from = AnyKey();
    const std::string to = AnyKey();
    if (from == to || !sets.contains(from)) return;
    const uint64_t way = random() % 4;
    if (way == 0) admin->Run({"RENAME", from, to});
    if (way == 1) admin->Run({"COPY", from, to, "REPLACE"});
    if (way == 2) admin->Run({"ZUNIONSTORE", to, "1", from});
    if (way == 3) admin->Run({"ZRANGESTORE", to, from, "0", "-1"});
    sets[to] = sets[from];
    if (way == 0) sets.erase(from);
    model.Serve(to);
  }
  void Overwrite() {
    const std::string key = AnyKey();
    admin->Run({"SET", key, "text"});
    admin->Run({"DEL", key});
    sets.erase(key);
  }
  void End(size_t client) {
    if (!model.IsWaiting(client)) return;
    const std::string id = std::to_string(client + 1);
    model.Forget(client);
    const uint64_t way = random() % 16;
    if (way == 0) {
      clients[client]->Close();
    } else if (way == 1) {
      CHECK(admin->Run({"CLIENT", "KILL", "ID", id}) == ":1\r\n");
    } else {
      const bool is_error = way % 2 == 0;
      CHECK(admin->Run({"CLIENT", "UNBLOCK", id, is_error ? "ERROR" : "TIMEOUT"}) == ":1\r\n");
      model.replies[client] =
          is_error ? Error("UNBLOCKED client unblocked via CLIENT UNBLOCK") : std::string(kInVain);
    }
  }
  void Step() {
    const size_t client = random() % clients.size();
    const uint64_t kind = random() % 10;
    if (kind < 4) return WaitForAny(client);
    if (kind < 6) return Add();
    if (kind == 6) return Transfer();
    if (kind == 7) return PassTime();
    kind == 8 ? Overwrite() : End(client);
  }

  std::map<std::string, Scored> sets;
};

}  // namespace

TEST_CASE("Blocking sorted sets: any interleaving of waits, changes and time is served by order") {
  RunTrials<Interleaving>();
}
