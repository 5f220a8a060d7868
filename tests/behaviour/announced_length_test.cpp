// What a client announces or has sent in part never costs anybody's data: limits on memory look at
// the data alone.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/in_process_server.h"

using tests::InProcessServer;

TEST_CASE("Memory limit: a bulk of 512 MB that is only announced costs no key and no write") {
  InProcessServer server({"maxmemory 10mb"});
  auto& client = server.Connect();
  for (int i = 0; i < 500; ++i) {
    REQUIRE(client.Run({"SET", "k" + std::to_string(i), std::string(1000, 'v')}) == "+OK\r\n");
  }
  const size_t before = server.engine->state().keyspace.memory();
  auto& attacker = server.Connect();
  attacker.SendRaw("*3\r\n$3\r\nSET\r\n$1\r\nq\r\n$536870912\r\n");
  server.Advance(1000);
  CHECK(server.engine->state().keyspace.memory() == before);
  CHECK(server.engine->state().clients_memory.total() < 64 * 1024);
  CHECK(client.Run({"DBSIZE"}) == ":500\r\n");
  CHECK(client.Run({"SET", "more", "v"}) == "+OK\r\n");
}

TEST_CASE("Memory limit: 300 commands of 0.9 MB, half sent, refuse nobody's writes") {
  InProcessServer server({"maxmemory 50mb"});
  std::vector<tests::TestConnection*> senders;
  const std::string half(900'000, 'x');
  for (int i = 0; i < 300; ++i) {
    senders.push_back(&server.Connect());
    senders.back()->SendRaw("*3\r\n$3\r\nSET\r\n$1\r\nq\r\n$1800000\r\n" + half);
  }
  server.Advance(2000);
  CHECK(server.engine->state().clients_memory.input > 200'000'000);  // what was sent is there
  auto& client = server.Connect();
  for (int i = 0; i < 100; ++i) {
    CHECK(client.Run({"SET", "k" + std::to_string(i), "v"}) == "+OK\r\n");
  }
}

TEST_CASE("Memory limit: data over it refuses what would grow, in Redis's words, and no more") {
  InProcessServer server({"maxmemory 100000"});
  auto& client = server.Connect();
  client.Run({"SET", "large", std::string(200'000, 'v')});
  constexpr std::string_view kRefused =
      "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  CHECK(client.Run({"SET", "k", "v"}) == kRefused);
  CHECK(client.Run({"APPEND", "k", "v"}) == kRefused);
  CHECK(client.Run({"GET", "k"}) == "$-1\r\n");
  CHECK(client.Run({"EXPIRE", "large", "100"}) == ":1\r\n");
  CHECK(client.Run({"DEL", "large"}) == ":1\r\n");
  CHECK(client.Run({"SET", "k", "v"}) == "+OK\r\n");
}
