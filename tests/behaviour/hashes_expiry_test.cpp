// Expiries of fields: HEXPIRE and its family, HTTL and its family, HPERSIST.

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "storage/base/number.h"
#include "tests/support/both_protocols.h"
#include "tests/support/contents.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

constexpr std::string_view kWrong =
    "WRONGTYPE Operation against a key holding the wrong kind of value";
constexpr std::string_view kNoFields =
    "ERR Mandatory argument FIELDS is missing or not at the right position";
constexpr std::string_view kMismatch =
    "ERR The `numfields` parameter must match the number of arguments";

std::string Numbers(std::initializer_list<int64_t> numbers) {
  std::string wire = "*" + std::to_string(numbers.size()) + "\r\n";
  for (const int64_t number : numbers) wire += Integer(number);
  return wire;
}

int64_t NowMs(BothProtocols& both) {
  return both.resp2.clock.wall_ms();
}

}  // namespace

TEST_CASE("HEXPIRE lets fields expire, and tells how it went for each") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2", "c", "3"}, ":3\r\n");
  both.Check({"HEXPIRE", "k", "100", "FIELDS", "3", "a", "x", "b"}, Numbers({1, -2, 1}));
  both.CheckEvents("h hexpire@0 k");
  const std::string at_ms = std::to_string(NowMs(both) + 100'000);
  both.CheckPropagated("0: HPEXPIREAT k " + at_ms + " FIELDS 2 a b");
  both.Check({"HTTL", "k", "FIELDS", "4", "a", "b", "c", "x"}, Numbers({100, 100, -1, -2}));
  both.Check({"HPTTL", "k", "FIELDS", "1", "a"}, Numbers({100'000}));
  both.Check({"HPEXPIRETIME", "k", "FIELDS", "1", "a"}, Numbers({NowMs(both) + 100'000}));
  both.Check({"HPEXPIRE", "k", "1500", "FIELDS", "1", "a"}, Numbers({1}));
  both.Check({"HTTL", "k", "FIELDS", "1", "a"}, Numbers({2}));  // rounded up
  both.Check({"HEXPIRE", "none", "100", "FIELDS", "2", "a", "b"}, Numbers({-2, -2}));
  both.CheckEvents("");
  both.Check({"HTTL", "none", "FIELDS", "1", "a"}, Numbers({-2}));
  both.Check({"OBJECT", "ENCODING", "k"}, Bulk("listpackex"));
}

TEST_CASE("HEXPIREAT and HPEXPIREAT take Unix times") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1"}, ":1\r\n");
  const int64_t at_s = NowMs(both) / 1000 + 50;
  both.Check({"HEXPIREAT", "k", std::to_string(at_s), "FIELDS", "1", "a"}, Numbers({1}));
  both.Check({"HPEXPIRETIME", "k", "FIELDS", "1", "a"}, Numbers({at_s * 1000}));
  both.Check({"HPEXPIREAT", "k", std::to_string(at_s * 1000 + 1), "FIELDS", "1", "a"},
             Numbers({1}));
  both.Check({"HEXPIRETIME", "k", "FIELDS", "1", "a"}, Numbers({at_s + 1}));
  both.Check({"HPEXPIREAT", "k", "70368744177663", "FIELDS", "1", "a"}, Numbers({1}));
}

TEST_CASE("A time that is over deletes the field at once, and the hash with the last one") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HEXPIREAT", "k", "1", "FIELDS", "1", "a"}, Numbers({2}));
  both.CheckEvents("h hdel@0 k");
  both.CheckPropagated("0: HDEL k a");
  both.Check({"HPEXPIRE", "k", "0", "FIELDS", "2", "b", "b"}, Numbers({2, -2}));
  both.CheckEvents("h hdel@0 k, g del@0 k");
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

TEST_CASE("NX, XX, GT and LT look at the expiry that a field has") {
  const struct {
    const char* condition;
    int64_t old_s;  // 0: none
    int64_t new_s;
    int64_t reply;
  } kCases[] = {
      {"NX", 0, 100, 1}, {"NX", 50, 100, 0}, {"XX", 0, 100, 0},  {"XX", 50, 100, 1},
      {"GT", 0, 100, 0}, {"GT", 50, 100, 1}, {"GT", 100, 50, 0}, {"GT", 100, 100, 0},
      {"LT", 0, 100, 1}, {"LT", 50, 100, 0}, {"LT", 100, 50, 1}, {"LT", 100, 100, 0},
      {"nx", 50, 0, 0},  {"lt", 50, 0, 2},
  };
  for (const auto& each : kCases) {
    CAPTURE(each.condition);
    CAPTURE(each.old_s);
    CAPTURE(each.new_s);
    BothProtocols both;
    both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
    if (each.old_s > 0) {
      both.Check({"HEXPIRE", "k", std::to_string(each.old_s), "FIELDS", "1", "a"}, Numbers({1}));
    }
    both.Check({"HEXPIRE", "k", std::to_string(each.new_s), each.condition, "FIELDS", "1", "a"},
               Numbers({each.reply}));
    if (each.reply == 0) both.CheckPropagated("");
    const int64_t ttl = each.reply == 1 ? each.new_s : each.old_s > 0 ? each.old_s : -1;
    both.Check({"HTTL", "k", "FIELDS", "1", "a"}, Numbers({each.reply == 2 ? -2 : ttl}));
  }
}

TEST_CASE("HPERSIST takes expiries away") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HEXPIRE", "k", "100", "FIELDS", "1", "a"}, Numbers({1}));
  both.Check({"HPERSIST", "k", "FIELDS", "3", "a", "b", "x"}, Numbers({1, -1, -2}));
  both.CheckEvents("h hpersist@0 k");
  both.CheckPropagated("0: HPERSIST k FIELDS 3 a b x");
  both.Check({"HPERSIST", "k", "FIELDS", "1", "a"}, Numbers({-1}));
  both.CheckEvents("");
  both.Check({"HPERSIST", "none", "FIELDS", "1", "a"}, Numbers({-2}));
  both.Advance(200'000);
  both.Check({"HLEN", "k"}, ":2\r\n");
}

// "HGETEX FIELDS" without a number crashed Redis (8.0.5); a count that overflows, too (#15021).
TEST_CASE("Expiries of fields: wrong arguments are refused, each as the last one too") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1"}, ":1\r\n");
  both.Check({"SET", "s", "text"}, "+OK\r\n");
  for (const char* command : {"HEXPIRE", "HPEXPIRE", "HEXPIREAT", "HPEXPIREAT"}) {
    both.CheckRefused({command, "s", "x", "FIELDS", "1", "a"}, kWrong);
    both.CheckRefused({command, "k", "x", "FIELDS", "1", "a"},
                      "ERR value is not an integer or out of range");
    both.CheckRefused({command, "k", "-1", "FIELDS", "1", "a"},
                      "ERR invalid expire time, must be >= 0");
    const std::string lower = storage::ToLower(command);
    for (const char* time : {"9223372036854775807", "70368744177664", "70368744177664000"}) {
      both.CheckRefused({command, "k", time, "FIELDS", "1", "a"},
                        "ERR invalid expire time in '" + lower + "' command");
    }
    both.CheckRefused({command, "k", "1", "NOPE", "1", "a"}, kNoFields);
    both.CheckRefused({command, "k", "1", "NX", "XX", "FIELDS", "1", "a"}, kNoFields);
    for (const char* count : {"0", "-1", "x", "9223372036854775808", ""}) {
      both.CheckRefused({command, "k", "1", "FIELDS", count, "a"},
                        "ERR Parameter `numFields` should be greater than 0");
    }
    for (const char* count : {"2", "9223372036854775807", "4611686018427387904"}) {
      both.CheckRefused({command, "k", "1", "FIELDS", count, "a"}, kMismatch);
    }
    both.CheckRefused({command, "k", "1", "NX", "FIELDS", "1"}, kMismatch);
    both.CheckRefused({command, "k", "1", "FIELDS", "1"},
                      "ERR wrong number of arguments for '" + lower + "' command");
  }
  for (const char* command :
       {"HTTL", "HPTTL", "HEXPIRETIME", "HPEXPIRETIME", "HPERSIST", "HGETDEL", "HGETEX"}) {
    both.CheckRefused({command, "s", "FIELDS", "1", "a"}, kWrong);
    both.CheckRefused({command, "k", "NOPE", "1", "a"}, kNoFields);
    for (const char* count : {"0", "-1", "x", "9223372036854775808"}) {
      both.CheckRefused({command, "k", "FIELDS", count, "a"},
                        "ERR Number of fields must be a positive integer");
    }
    for (const char* count : {"2", "9223372036854775807"}) {
      both.CheckRefused({command, "k", "FIELDS", count, "a"}, kMismatch);
    }
    both.CheckRefused({command, "k", "FIELDS", "1", "a", "b"}, kMismatch);
  }
}

TEST_CASE("Setting a field takes its expiry away, counting with it does not") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "n", "5"}, ":2\r\n");
  both.Check({"HEXPIRE", "k", "100", "FIELDS", "2", "a", "n"}, Numbers({1, 1}));
  both.Check({"HSET", "k", "a", "2"}, ":0\r\n");
  both.Check({"HINCRBY", "k", "n", "1"}, ":6\r\n");
  both.Check({"HINCRBYFLOAT", "k", "n", "0.5"}, Bulk("6.5"));
  const std::string at_ms = std::to_string(NowMs(both) + 100'000);
  both.CheckPropagated("0: HSET k n 6.5; 0: HPEXPIREAT k " + at_ms + " FIELDS 1 n");
  both.Check({"HSETNX", "k", "n", "0"}, ":0\r\n");
  both.Check({"HTTL", "k", "FIELDS", "2", "a", "n"}, Numbers({-1, 100}));
  both.Check({"HDEL", "k", "n"}, ":1\r\n");
  both.Check({"HSET", "k", "n", "1"}, ":1\r\n");
  both.Check({"HTTL", "k", "FIELDS", "1", "n"}, Numbers({-1}));
}

TEST_CASE("A field whose time has come is gone, before anything removes it and after") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HPEXPIRE", "k", "100", "FIELDS", "1", "a"}, Numbers({1}));
  // No tick in between: what is seen depends on the time alone.
  both.resp2.clock.AdvanceMs(100);
  both.resp3.clock.AdvanceMs(100);
  both.Check({"HGET", "k", "a"}, kNull, kNull3);
  both.Check({"HGETALL", "k"}, Array({Bulk("b"), Bulk("2")}), "%1\r\n" + Bulk("b") + Bulk("2"));
  both.Check({"HEXISTS", "k", "a"}, ":0\r\n");
  both.Check({"HKEYS", "k"}, Array({Bulk("b")}));
  both.Check({"HSCAN", "k", "0"}, Array({Bulk("0"), Array({Bulk("b"), Bulk("2")})}));
  both.Check({"HRANDFIELD", "k", "5"}, Array({Bulk("b")}));
  both.Check({"HTTL", "k", "FIELDS", "1", "a"}, Numbers({-2}));
  both.Check({"HDEL", "k", "a"}, ":0\r\n");
  both.Check({"HINCRBY", "k", "a", "5"}, ":5\r\n");
  both.Check({"HTTL", "k", "FIELDS", "1", "a"}, Numbers({-1}));
}

TEST_CASE("Expired fields are removed in time, announced and propagated, and the empty hash too") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HPEXPIRE", "k", "1000", "FIELDS", "1", "a"}, Numbers({1}));
  both.Check({"HPEXPIRE", "k", "3000", "FIELDS", "1", "b"}, Numbers({1}));
  both.Advance(1500);
  both.CheckEvents("h hexpired@0 k");
  both.CheckPropagated("0: HDEL k a");
  both.Check({"HLEN", "k"}, ":1\r\n");
  both.Advance(2000);
  both.CheckEvents("h hexpired@0 k, g del@0 k");
  both.CheckPropagated("0: HDEL k b");
  both.Check({"DBSIZE"}, ":0\r\n");
  CheckKeyspace(both.resp2);
}

TEST_CASE("Expiries of fields go along when a hash is copied, renamed, moved or swapped") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HPEXPIRE", "k", "5000", "FIELDS", "1", "a"}, Numbers({1}));
  both.Check({"COPY", "k", "copy"}, ":1\r\n");
  both.Check({"RENAME", "k", "renamed"}, "+OK\r\n");
  both.Check({"COPY", "copy", "moved"}, ":1\r\n");
  both.Check({"MOVE", "moved", "1"}, ":1\r\n");
  both.Check({"COPY", "copy", "swapped", "DB", "2"}, ":1\r\n");
  both.Check({"SWAPDB", "2", "3"}, "+OK\r\n");
  both.Check({"HPTTL", "copy", "FIELDS", "2", "a", "b"}, Numbers({5000, -1}));
  CheckKeyspace(both.resp2);
  both.Advance(6000);
  both.Check({"HLEN", "copy"}, ":1\r\n");
  both.Check({"HLEN", "renamed"}, ":1\r\n");
  both.Check({"SELECT", "1"}, "+OK\r\n");
  both.Check({"HLEN", "moved"}, ":1\r\n");
  both.Check({"SELECT", "3"}, "+OK\r\n");
  both.Check({"HLEN", "swapped"}, ":1\r\n");
  CheckKeyspace(both.resp2);
}

TEST_CASE("Expiries of fields: a large hash empties itself, whatever happens to it meanwhile") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(5);
  std::map<std::string, int64_t> model;  // expiries; -1: none
  for (int step = 0; step < 6000; ++step) {
    const std::string field = "f" + std::to_string(random() % 2000);
    const int64_t now_ms = server.clock.wall_ms();
    switch (random() % 4) {
      case 0:
        client.Run({"HSET", "k", field, "v"});
        model[field] = -1;
        break;
      case 1:
      case 2: {
        const int64_t ttl_ms = 1 + static_cast<int64_t>(random() % 3000);
        const bool is_there = model.contains(field);
        REQUIRE(client.Run({"HPEXPIRE", "k", std::to_string(ttl_ms), "FIELDS", "1", field}) ==
                Numbers({is_there ? 1 : -2}));
        if (is_there) model[field] = now_ms + ttl_ms;
        break;
      }
      default:
        REQUIRE(client.Run({"HDEL", "k", field}) == Integer(model.erase(field) > 0 ? 1 : 0));
    }
    if (step % 20 != 0) continue;
    server.Advance(10);
    std::erase_if(model, [&](const auto& each) {
      return each.second >= 0 && each.second <= server.clock.wall_ms();
    });
    if (step % 500 != 0) continue;
    server.Advance(200);
    std::erase_if(model, [&](const auto& each) {
      return each.second >= 0 && each.second <= server.clock.wall_ms();
    });
    REQUIRE(client.Run({"HLEN", "k"}) == Integer(static_cast<int64_t>(model.size())));
    CheckKeyspace(server);
  }
  std::vector<std::string> all = {"HPEXPIRE", "k", "100", "FIELDS", std::to_string(model.size())};
  for (const auto& [field, expiry_ms] : model) all.push_back(field);
  client.Run(all);
  server.Advance(1000);
  CHECK(client.Run({"EXISTS", "k"}) == Integer(0));
  CheckKeyspace(server);
}

TEST_CASE("INFO counts expired fields and the hashes with expiries of fields") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HPEXPIRE", "k", "100", "FIELDS", "1", "a"}, Numbers({1}));
  CHECK(both.client2.Run({"INFO", "keyspace"}).find("keys=1,expires=0,avg_ttl=0,subexpiry=1") !=
        std::string::npos);
  both.Advance(1000);
  CHECK(both.client2.Run({"INFO", "keyspace"}).find("subexpiry=0") != std::string::npos);
  CHECK(both.client2.Run({"INFO", "stats"}).find("expired_subkeys:1\r\n") != std::string::npos);
}
