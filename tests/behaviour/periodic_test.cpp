// What runs by the clock, and how often: the directive `hz`.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;

namespace {

// How long a client that does nothing stays, in milliseconds beyond its `timeout` of a second.
int64_t OverstayedMs(InProcessServer& server) {
  auto& client = server.Connect();
  const int64_t begin_ms = server.clock.wall_ms();
  while (client.is_open()) server.Advance(1);
  return server.clock.wall_ms() - begin_ms - 1000;
}

}  // namespace

TEST_CASE("hz: says how often the server looks after its clients") {
  for (const int hz : {1, 10, 100, 500}) {
    CAPTURE(hz);
    const std::string directive = "hz " + std::to_string(hz);
    InProcessServer server({"timeout 1", directive});
    CHECK(server.engine->MillisecondsToTick() == 1000 / hz);
    const int64_t overstayed_ms = OverstayedMs(server);
    CHECK(overstayed_ms > 0);
    CHECK(overstayed_ms <= 1000 / hz + 1);
  }
}

TEST_CASE("hz: a change counts from now on") {
  InProcessServer server({"hz 1"});
  auto& client = server.Connect();
  CHECK(server.engine->MillisecondsToTick() == 1000);
  CHECK(client.Run({"CONFIG", "SET", "hz", "50"}) == "+OK\r\n");
  CHECK(server.engine->MillisecondsToTick() == 20);
  CHECK(client.Run({"INFO", "server"}).find("\r\nhz:50\r\nconfigured_hz:50\r\n") !=
        std::string::npos);
}

TEST_CASE("hz: what has a time of its own does not wait for the next tick") {
  InProcessServer server({"hz 1"});
  auto& client = server.Connect();
  client.Run({"SET", "k", "v", "PX", "30"});
  CHECK(server.engine->MillisecondsToTick() <= 30);
  server.Advance(31);
  CHECK(client.Run({"DBSIZE"}) == ":0\r\n");
  CHECK(client.Run({"CLIENT", "PAUSE", "40"}) == "+OK\r\n");
  CHECK(server.engine->MillisecondsToTick() <= 40);
}

TEST_CASE("hz: rates are means over the same time, however often the server ticks") {
  for (const std::string hz : {"hz 10", "hz 500"}) {
    CAPTURE(hz);
    InProcessServer server({hz});
    auto& client = server.Connect();
    for (int i = 0; i < 20; ++i) {
      client.SendRaw("PING\r\nPING\r\nPING\r\nPING\r\nPING\r\n");
      server.Advance(100);
    }
    CHECK(client.Run({"INFO", "stats"}).find("\r\ninstantaneous_ops_per_sec:50\r\n") !=
          std::string::npos);
  }
}
