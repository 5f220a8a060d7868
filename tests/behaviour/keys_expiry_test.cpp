// EXPIRE and its kin, TTL and its kin, PERSIST, and when keys go.

#include <doctest/doctest.h>

#include <string>

#include "server/engine_state.h"
#include "tests/support/both_protocols.h"

using tests::BothProtocols;
using tests::FeedRecorder;
using tests::InProcessServer;

namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kDayMs = 24 * kHourMs;
constexpr int64_t kYear2038Ms = (int64_t{1} << 31) * 1000;

std::string Text(int64_t number) {
  return std::to_string(number);
}

}  // namespace

TEST_CASE("EXPIRE lets a key live so many seconds, and no millisecond longer") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Check({"EXPIRE", "k", "10"}, ":1\r\n");
  both.CheckEvents("g expire@0 k");
  both.Check({"TTL", "k"}, ":10\r\n");
  both.Check({"PTTL", "k"}, ":10000\r\n");
  both.Advance(9'999);
  both.Check({"GET", "k"}, "$1\r\nv\r\n");
  both.Check({"PTTL", "k"}, ":1\r\n");
  both.Check({"TTL", "k"}, ":0\r\n");
  both.Advance(1);
  both.CheckEvents("x expired@0 k");
  both.CheckPropagated("0: DEL k");
  both.Check({"GET", "k"}, "$-1\r\n", "_\r\n");
  both.Check({"TTL", "k"}, ":-2\r\n");
}

TEST_CASE("The four commands that set an expiry agree, and are propagated as one") {
  BothProtocols both;
  const int64_t now_ms = both.resp2.clock.wall_ms();
  const std::string at_ms = Text(now_ms - now_ms % 1000 + 100'000);
  const std::string at_s = Text((now_ms - now_ms % 1000 + 100'000) / 1000);
  const std::string in_ms = Text(100'000 - now_ms % 1000);
  REQUIRE(now_ms % 1000 == 0);
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Check({"EXPIRE", "k", "100"}, ":1\r\n");
  both.CheckPropagated("0: PEXPIREAT k " + at_ms);
  both.Check({"PEXPIRE", "k", in_ms}, ":1\r\n");
  both.CheckPropagated("0: PEXPIREAT k " + at_ms);
  both.Check({"EXPIREAT", "k", at_s}, ":1\r\n");
  both.CheckPropagated("0: PEXPIREAT k " + at_ms);
  both.Check({"PEXPIREAT", "k", at_ms, "XX"}, ":1\r\n");
  both.CheckPropagated("0: PEXPIREAT k " + at_ms);
  both.Check({"EXPIRETIME", "k"}, ":" + at_s + "\r\n");
  both.Check({"PEXPIRETIME", "k"}, ":" + at_ms + "\r\n");
}

TEST_CASE("TTL and its kin answer -2 without a key and -1 without an expiry") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  for (const char* command : {"TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"}) {
    both.Check({command, "k"}, ":-1\r\n");
    both.Check({command, "missing"}, ":-2\r\n");
  }
}

TEST_CASE("TTL and EXPIRETIME round to the nearest second, half up") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  const int64_t now_ms = both.resp2.clock.wall_ms();
  REQUIRE(now_ms % 1000 == 0);
  both.Check({"PEXPIRE", "k", "1499"}, ":1\r\n");
  both.Check({"TTL", "k"}, ":1\r\n");
  both.Check({"EXPIRETIME", "k"}, ":" + Text(now_ms / 1000 + 1) + "\r\n");
  both.Check({"PEXPIRE", "k", "1500"}, ":1\r\n");
  both.Check({"TTL", "k"}, ":2\r\n");
  both.Check({"EXPIRETIME", "k"}, ":" + Text(now_ms / 1000 + 2) + "\r\n");
}

TEST_CASE("NX sets an expiry where there is none, XX where there is one") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Check({"EXPIRE", "k", "100", "XX"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"TTL", "k"}, ":-1\r\n");
  both.Check({"EXPIRE", "k", "100", "nx"}, ":1\r\n");
  both.Check({"EXPIRE", "k", "200", "NX"}, ":0\r\n");
  both.Check({"TTL", "k"}, ":100\r\n");
  both.Check({"EXPIRE", "k", "200", "XX", "XX"}, ":1\r\n");
  both.Check({"TTL", "k"}, ":200\r\n");
}

TEST_CASE("GT and LT compare with the expiry there is, and none counts as never") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Check({"EXPIRE", "k", "100", "GT"}, ":0\r\n");
  both.Check({"TTL", "k"}, ":-1\r\n");
  both.Check({"EXPIRE", "k", "100", "LT"}, ":1\r\n");
  both.Check({"EXPIRE", "k", "100", "LT"}, ":0\r\n");
  both.Check({"EXPIRE", "k", "100", "GT"}, ":0\r\n");
  both.Check({"EXPIRE", "k", "101", "LT"}, ":0\r\n");
  both.Check({"EXPIRE", "k", "99", "GT"}, ":0\r\n");
  both.Check({"TTL", "k"}, ":100\r\n");
  both.Check({"EXPIRE", "k", "101", "GT", "XX"}, ":1\r\n");
  both.Check({"EXPIRE", "k", "50", "LT", "XX"}, ":1\r\n");
  both.Check({"TTL", "k"}, ":50\r\n");
  both.Check({"PERSIST", "k"}, ":1\r\n");
  both.Check({"EXPIRE", "k", "50", "LT", "XX"}, ":0\r\n");
  both.Check({"TTL", "k"}, ":-1\r\n");
}

TEST_CASE("A time that has come removes the key at once, as a deletion") {
  BothProtocols both;
  const std::string now_s = Text(both.resp2.clock.wall_ms() / 1000);
  for (const auto& [command, time] : {std::pair<std::string, std::string>{"EXPIRE", "0"},
                                      {"EXPIRE", "-1"},
                                      {"PEXPIRE", "-9223372036854775808"},
                                      {"EXPIREAT", now_s},
                                      {"EXPIREAT", "-5"},
                                      {"PEXPIREAT", "0"}}) {
    both.Check({"SET", "k", "v"}, "+OK\r\n");
    both.Check({command, "k", time}, ":1\r\n");
    both.CheckEvents("g del@0 k");
    both.CheckPropagated("0: DEL k");
    both.Check({"EXISTS", "k"}, ":0\r\n");
  }
  CHECK(both.resp2.engine->state().keyspace.statistics().expired_keys == 0);
}

TEST_CASE("A condition holds back a removal too") {
  BothProtocols both;
  both.Check({"SET", "k", "v", "EX", "100"}, "+OK\r\n");
  both.Check({"EXPIRE", "k", "-1", "NX"}, ":0\r\n");
  both.Check({"EXPIRE", "k", "-1", "GT"}, ":0\r\n");
  both.Check({"TTL", "k"}, ":100\r\n");
  both.Check({"EXPIRE", "k", "-1", "LT"}, ":1\r\n");
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

TEST_CASE("A missing key gets no expiry") {
  BothProtocols both;
  both.Check({"EXPIRE", "k", "10"}, ":0\r\n");
  both.Check({"EXPIRE", "k", "-1"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"PERSIST", "k"}, ":0\r\n");
}

TEST_CASE("EXPIRE refuses wrong options before wrong numbers, in Redis's words") {
  BothProtocols both;
  both.Check({"SET", "k", "v", "EX", "100"}, "+OK\r\n");
  const std::string_view nx_others =
      "ERR NX and XX, GT or LT options at the same time are not compatible";
  both.CheckRefused({"EXPIRE", "k", "10", "NX", "XX"}, nx_others);
  both.CheckRefused({"EXPIRE", "k", "10", "GT", "NX"}, nx_others);
  both.CheckRefused({"EXPIRE", "k", "10", "LT", "NX"}, nx_others);
  both.CheckRefused({"EXPIRE", "k", "10", "NX", "GT", "LT"}, nx_others);
  both.CheckRefused({"EXPIRE", "k", "10", "GT", "LT"},
                    "ERR GT and LT options at the same time are not compatible");
  both.CheckRefused({"EXPIRE", "k", "10", "Foo"}, "ERR Unsupported option Foo");
  both.CheckRefused({"EXPIRE", "k", "10", "NX", "XX", "Foo"}, "ERR Unsupported option Foo");
  both.CheckRefused({"EXPIRE", "k", "x", "Foo"}, "ERR Unsupported option Foo");
  both.CheckRefused({"EXPIRE", "k", "x", "NX", "XX"}, nx_others);
  for (const char* number : {"", "x", "1.5", "1 ", "+1", "9223372036854775808"}) {
    both.CheckRefused({"EXPIRE", "k", number}, "ERR value is not an integer or out of range");
  }
  both.CheckRefused({"EXPIRE", "missing", "x"}, "ERR value is not an integer or out of range");
}

TEST_CASE("EXPIRE refuses times that no number of milliseconds can hold") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  for (const char* seconds :
       {"9223372036854775807", "9223372036854776", "-9223372036854776", "-9223372036854775808"}) {
    both.CheckRefused({"EXPIRE", "k", seconds}, "ERR invalid expire time in 'expire' command");
    both.CheckRefused({"EXPIREAT", "k", seconds}, "ERR invalid expire time in 'expireat' command");
  }
  both.CheckRefused({"EXPIRE", "k", "9223372036854775"},
                    "ERR invalid expire time in 'expire' command");
  both.CheckRefused({"PEXPIRE", "k", "9223372036854775807"},
                    "ERR invalid expire time in 'pexpire' command");
  both.CheckRefused({"PEXPIRE", "missing", "9223372036854775807"},
                    "ERR invalid expire time in 'pexpire' command");
}

TEST_CASE("The last millisecond that there is can be an expiry") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  both.Check({"PEXPIREAT", "k", "9223372036854775807"}, ":1\r\n");
  both.Check({"PEXPIRETIME", "k"}, ":9223372036854775807\r\n");
  both.Check({"EXPIRETIME", "k"}, ":9223372036854776\r\n");
  both.Check({"EXPIREAT", "k", "9223372036854775"}, ":1\r\n");
  both.Check({"PEXPIRETIME", "k"}, ":9223372036854775000\r\n");
  both.Advance(10'000);
  both.Check({"GET", "k"}, "$1\r\nv\r\n");
  both.Check({"PERSIST", "k"}, ":1\r\n");
}

TEST_CASE("PERSIST takes an expiry away, and tells only if there was one") {
  BothProtocols both;
  both.Check({"SET", "k", "v", "EX", "100"}, "+OK\r\n");
  both.Check({"PERSIST", "k"}, ":1\r\n");
  both.CheckEvents("g persist@0 k");
  both.CheckPropagated("0: PERSIST k");
  both.Check({"PERSIST", "k"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Advance(101'000);
  both.Check({"GET", "k"}, "$1\r\nv\r\n");
}

TEST_CASE("Expired keys give their memory back within a tick, without being touched") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  storage::Keyspace& keyspace = server.engine->state().keyspace;
  for (int i = 0; i < 20'000; ++i) {
    client.Run({"SET", "key:" + Text(i), "some value of a key", "PX", Text(1000 + i % 100)});
  }
  client.Run({"SET", "large", std::string(1 << 20, 'x'), "PX", "1000"});
  FeedRecorder recorder(server.engine->state().feed);
  CHECK(keyspace.memory() > 20'000 * 60);
  server.Advance(999);
  CHECK(client.Run({"DBSIZE"}) == ":20001\r\n");
  server.Advance(1);
  CHECK(client.Run({"DBSIZE"}) == ":19800\r\n");
  CHECK(keyspace.memory() < (1 << 20) + 20'000 * 60);
  server.Advance(99);
  CHECK(client.Run({"DBSIZE"}) == ":0\r\n");
  CHECK(keyspace.database(0).data_bytes() == 0);
  CHECK(keyspace.statistics().expired_keys == 20'001);
  CHECK(recorder.events().find("x expired@0 large") != std::string::npos);
}

TEST_CASE("Many keys that expire together do not stop the server: slices go between turns") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  constexpr int kKeys = 50'000;
  for (int i = 0; i < kKeys; ++i) client.Run({"SET", "key:" + Text(i), "v", "PX", "1000"});
  server.clock.AdvanceMs(1000);
  // Each step of the work seems to take 60 microseconds, of a slice's 200.
  server.clock.set_step_us(60);
  server.engine->RunTick();
  size_t left = server.engine->state().keyspace.keys();
  CHECK(left > kKeys - 1000);
  // Meanwhile none of them is seen.
  client.Push(tests::Encode({"GET", "key:49999"}));
  int turns = 0;
  while (server.engine->HasReadyWork()) {
    REQUIRE(++turns < 10'000);
    server.engine->RunTurn();
    CHECK(left - server.engine->state().keyspace.keys() < 1000);
    left = server.engine->state().keyspace.keys();
  }
  CHECK(turns > 50);
  CHECK(left == 0);
  CHECK(client.SendRaw("") == "$-1\r\n");
}

TEST_CASE("DEBUG SET-ACTIVE-EXPIRE 0 leaves expired keys to whoever accesses them") {
  BothProtocols both({"enable-debug-command yes"});
  both.Check({"DEBUG", "SET-ACTIVE-EXPIRE", "0"}, "+OK\r\n");
  both.Check({"SET", "a", "v", "PX", "10"}, "+OK\r\n");
  both.Check({"SET", "b", "v", "PX", "10"}, "+OK\r\n");
  both.Advance(10'000);
  both.CheckEvents("");
  both.Check({"DBSIZE"}, ":2\r\n");
  both.Check({"GET", "a"}, "$-1\r\n", "_\r\n");
  both.CheckEvents("x expired@0 a, m keymiss@0 a");
  both.CheckPropagated("0: DEL a");
  both.Check({"DBSIZE"}, ":1\r\n");
  both.Check({"DEBUG", "SET-ACTIVE-EXPIRE", "1"}, "+OK\r\n");
  both.Advance(1000);
  both.Check({"DBSIZE"}, ":0\r\n");
}

TEST_CASE("A write to an expired key makes a new one, without the old expiry") {
  BothProtocols both;
  both.Check({"SET", "k", "10", "PX", "10"}, "+OK\r\n");
  both.resp2.clock.AdvanceMs(10);
  both.resp3.clock.AdvanceMs(10);
  both.Check({"INCR", "k"}, ":1\r\n");
  both.Check({"TTL", "k"}, ":-1\r\n");
}

// anchors/reliability.md, row 24.
TEST_CASE("Wall clock jumps: keys follow the wall clock, and the server goes on") {
  for (const int64_t start_ms : {int64_t{0}, kYear2038Ms - 1'790'000'000'000 - kHourMs}) {
    for (const int64_t jump_ms : {kHourMs, -kHourMs, kDayMs, -kDayMs}) {
      CAPTURE(start_ms);
      CAPTURE(jump_ms);
      InProcessServer server;
      auto& client = server.Connect();
      server.clock.AdvanceMs(start_ms);
      client.Run({"SET", "soon", "v", "EX", "1800"});
      client.Run({"SET", "late", "v", "EX", "172800"});
      client.Run({"SET", "never", "v"});
      server.Advance(1000);
      server.clock.JumpWallMs(jump_ms);
      server.Advance(1000);
      const bool is_ahead = jump_ms > 0;
      CHECK(client.Run({"EXISTS", "soon"}) == (is_ahead ? ":0\r\n" : ":1\r\n"));
      CHECK(client.Run({"TTL", "late"}) == ":" + Text(172'800 - 2 - jump_ms / 1000) + "\r\n");
      // New expiries count from the time that it is now.
      client.Run({"SET", "new", "v", "PX", "50"});
      server.Advance(49);
      CHECK(client.Run({"EXISTS", "new"}) == ":1\r\n");
      server.Advance(1);
      CHECK(server.engine->state().keyspace.keys() == (is_ahead ? 2 : 3));
      server.clock.AdvanceMs(4 * kDayMs);
      server.Advance(1000);
      CHECK(client.Run({"KEYS", "*"}) == "*1\r\n$5\r\nnever\r\n");
      CHECK(server.engine->state().keyspace.database(0).volatile_keys() == 0);
    }
  }
}
