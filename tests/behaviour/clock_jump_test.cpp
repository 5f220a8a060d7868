// The system clock is set while the server runs. Keys expire by the wall clock, everything else
// waits by the monotonic one; nothing comes early and nothing hangs.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;
using tests::TestConnection;

namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kDayMs = 24 * kHourMs;

std::string Field(TestConnection& client, const std::string& name) {
  const std::string info = client.Run({"INFO", "stats"});
  const size_t at = info.find("\r\n" + name + ":");
  REQUIRE(at != std::string::npos);
  const size_t begin = at + name.size() + 3;
  return info.substr(begin, info.find('\r', begin) - begin);
}

int64_t TtlMs(TestConnection& client, std::string_view key) {
  return std::stoll(client.Run({"PTTL", key}).substr(1));
}

bool Exists(TestConnection& client, std::string_view key) {
  return client.Run({"EXISTS", key}) == ":1\r\n";
}

// How many keys there are, without looking at any.
int64_t Keys(TestConnection& client) {
  return std::stoll(client.Run({"DBSIZE"}).substr(1));
}

}  // namespace

TEST_CASE("Clock: set forward, keys whose time has come by it expire, and no others") {
  for (const int64_t jump_ms : {kHourMs, kDayMs}) {
    InProcessServer server;
    auto& client = server.Connect();
    client.Run({"SET", "due", "v", "PX", std::to_string(jump_ms)});
    client.Run({"SET", "later", "v", "PX", std::to_string(jump_ms + 10'000)});
    server.clock.JumpWallMs(jump_ms - 1);
    CHECK(TtlMs(client, "due") == 1);
    CHECK(TtlMs(client, "later") == 10'001);
    server.Advance(1000);
    CHECK(Keys(client) == 1);  // found without anybody asking for it
    CHECK(TtlMs(client, "later") == 9001);
    server.Advance(9001);
    CHECK(Keys(client) == 0);
  }
}

TEST_CASE("Clock: set back, keys live until the wall clock comes to their time, not longer") {
  for (const int64_t jump_ms : {kHourMs, kDayMs}) {
    InProcessServer server;
    auto& client = server.Connect();
    client.Run({"SET", "k", "v", "PX", "10000"});
    server.clock.JumpWallMs(-jump_ms);
    server.Advance(10'000);
    CHECK(Exists(client, "k"));
    CHECK(TtlMs(client, "k") == jump_ms);
    // A key that comes now has its own time.
    client.Run({"SET", "young", "v", "PX", "5000"});
    server.Advance(5000);
    CHECK_FALSE(Exists(client, "young"));
    CHECK(Keys(client) == 1);
    server.Advance(jump_ms - 5000);
    CHECK(Keys(client) == 0);
  }
}

TEST_CASE("Clock: set to and fro, all keys with a time are gone in the end") {
  InProcessServer server;
  auto& client = server.Connect();
  for (int i = 0; i < 100; ++i) {
    client.Run({"SET", "k" + std::to_string(i), "v", "PX", std::to_string(100 + i * 7919)});
    const int64_t jump_ms = (i % 2 == 0 ? 1 : -1) * (i % 7) * kHourMs;
    server.clock.JumpWallMs(jump_ms);
    server.Advance(500);
  }
  server.clock.JumpWallMs(kDayMs);
  server.Advance(200);
  CHECK(Keys(client) == 0);
}

TEST_CASE("Clock: the year 2038 is like any other") {
  InProcessServer server;
  auto& client = server.Connect();
  constexpr int64_t k2038Ms = (int64_t{1} << 31) * 1000;
  client.Run({"SET", "before", "v", "PXAT", std::to_string(k2038Ms - 1)});
  client.Run({"SET", "at", "v", "EXAT", std::to_string(k2038Ms / 1000)});
  client.Run({"SET", "after", "v", "PXAT", std::to_string(k2038Ms + 5000)});
  server.clock.JumpWallMs(k2038Ms - 2000 - server.clock.wall_ms());
  server.Advance(1000);
  CHECK(Keys(client) == 3);
  CHECK(client.Run({"EXPIRETIME", "at"}) == ":2147483648\r\n");
  CHECK(client.Run({"SET", "long", "v", "EX", "100000"}) == "+OK\r\n");
  server.Advance(1500);
  CHECK(Keys(client) == 2);
  CHECK(TtlMs(client, "after") == 4500);
  CHECK(client.Run({"TIME"}).starts_with("*2\r\n$10\r\n2147483648\r\n"));
  server.Advance(4500);
  CHECK(Keys(client) == 1);
}

TEST_CASE("Clock: time since the last access is not by the wall clock") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v"});
  server.Advance(7000);
  for (const int64_t jump_ms : {kHourMs, -2 * kHourMs, kDayMs}) {
    server.clock.JumpWallMs(jump_ms);
    CHECK(client.Run({"OBJECT", "IDLETIME", "k"}) == ":7\r\n");
  }
}

TEST_CASE("Clock: the deadline for a login is by the monotonic clock") {
  InProcessServer server({"requirepass secret", "authentication-timeout 10"});
  auto& client = server.Connect();
  server.clock.JumpWallMs(kDayMs);
  server.Advance(5000);
  CHECK(client.is_open());
  server.clock.JumpWallMs(-2 * kDayMs);
  server.Advance(10'000);
  CHECK_FALSE(client.is_open());
}

TEST_CASE("Clock: CLIENT PAUSE lasts as long as it should, whatever the wall clock says") {
  for (const int64_t jump_ms : {kDayMs, -kDayMs}) {
    InProcessServer server;
    auto& client = server.Connect();
    client.Run({"CLIENT", "PAUSE", "10000"});
    server.clock.JumpWallMs(jump_ms);
    CHECK(client.Run({"PING"}).empty());
    server.Advance(9999);
    CHECK(client.TakeOutput().empty());
    server.Advance(1);
    CHECK(client.TakeOutput() == "+PONG\r\n");
  }
}

TEST_CASE("Clock: uptime does not jump") {
  InProcessServer server;
  auto& client = server.Connect();
  server.Advance(3000);
  server.clock.JumpWallMs(-kDayMs);
  CHECK(client.Run({"INFO", "server"}).find("\r\nuptime_in_seconds:3\r\n") != std::string::npos);
}

TEST_CASE("Clock: a jump of more than 5 seconds is logged and counted, smaller steps are not") {
  InProcessServer server;
  auto& client = server.Connect();
  server.Advance(60'000);
  for (const int64_t step_ms : {5000, -5000, 1, 3000}) {
    server.clock.JumpWallMs(step_ms);
    client.Run({"PING"});
  }
  CHECK(Field(client, "clock_jumps") == "0");
  CHECK(server.log.lines.empty());
  server.clock.JumpWallMs(5001);
  client.Run({"PING"});
  server.clock.JumpWallMs(-kHourMs);
  client.Run({"PING"});
  CHECK(Field(client, "clock_jumps") == "2");
  REQUIRE(server.log.lines.size() == 2);
  CHECK(server.log.lines[0].find("set forward by 5.001 seconds") != std::string::npos);
  CHECK(server.log.lines[1].find("set back by 3600.000 seconds") != std::string::npos);
  client.Run({"CONFIG", "RESETSTAT"});
  CHECK(Field(client, "clock_jumps") == "0");
}

TEST_CASE("Clock: a process that was stopped for an hour sees no jump") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v", "PX", "1000"});
  server.clock.AdvanceMs(kHourMs);
  CHECK_FALSE(Exists(client, "k"));
  CHECK(Field(client, "clock_jumps") == "0");
}
