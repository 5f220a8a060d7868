// MEMORY TOP: which keys and prefixes hold the memory.

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "server/engine_state.h"
#include "tests/support/both_protocols.h"
#include "tests/support/in_process_server.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

std::string UsageOf(TestConnection& client, const std::string& key) {
  return client.Run({"MEMORY", "USAGE", key});
}

std::string Value(size_t bytes) {
  return std::string(bytes, 'v');
}

}  // namespace

TEST_CASE("MEMORY TOP: lists the largest keys with what MEMORY USAGE tells of them") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"MEMORY", "TOP"}) == "*0\r\n");
  for (int i = 0; i < 300; ++i) client.Run({"SET", "k" + std::to_string(i), Value(10)});
  client.Run({"SET", "large", Value(100'000)});
  client.Run({"SET", "larger", Value(200'000), "EX", "100"});
  client.Run({"SET", "medium", Value(3000)});
  CHECK(client.Run({"MEMORY", "TOP", "COUNT", "3"}) ==
        Array({Array({Bulk("larger"), UsageOf(client, "larger")}),
               Array({Bulk("large"), UsageOf(client, "large")}),
               Array({Bulk("medium"), UsageOf(client, "medium")})}));
  CHECK(client.Run({"memory", "top"}).starts_with("*10\r\n"));
  // The selected database, and no key that has expired.
  client.Run({"SELECT", "1"});
  CHECK(client.Run({"MEMORY", "TOP"}) == "*0\r\n");
  client.Run({"SELECT", "0"});
  client.Run({"DEBUG", "SET-ACTIVE-EXPIRE", "0"});
  server.clock.AdvanceMs(200'000);
  CHECK(client.Run({"MEMORY", "TOP", "COUNT", "1"}) ==
        Array({Array({Bulk("large"), UsageOf(client, "large")})}));
}

TEST_CASE("MEMORY TOP: sums up the bytes and keys of prefixes") {
  InProcessServer server;
  auto& client = server.Connect();
  std::map<std::string, int64_t> bytes;
  for (int i = 0; i < 100; ++i) {
    for (const std::string prefix : {"user:", "session:", ""}) {
      const std::string key = prefix + std::to_string(i) + (prefix.empty() ? "" : ":x:y");
      client.Run({"SET", key, Value(prefix == "session:" ? 500 : 20)});
      bytes[prefix] += std::stoll(UsageOf(client, key).substr(1));
    }
  }
  client.Run({"SET", "a:1", "v"});
  const std::string a = UsageOf(client, "a:1");
  CHECK(client.Run({"MEMORY", "TOP", "PREFIX", ":"}) ==
        Array({Array({Bulk("session:"), Integer(bytes["session:"]), Integer(100)}),
               Array({Bulk("user:"), Integer(bytes["user:"]), Integer(100)}),
               Array({Bulk(""), Integer(bytes[""]), Integer(100)}),
               Array({Bulk("a:"), a, Integer(1)})}));
  CHECK(client.Run({"MEMORY", "TOP", "COUNT", "1", "PREFIX", "::"}).starts_with("*1\r\n*3\r\n$0"));
}

TEST_CASE("MEMORY TOP: a heavy prefix is found among more prefixes than are remembered") {
  server::MemoryRanking ranking(":", 1);
  for (int i = 0; i < 100'000; ++i) {
    ranking.Add("p" + std::to_string(i) + ":x", 100);
    if (i % 50 == 0) ranking.Add("heavy:" + std::to_string(i), 1000);
  }
  const auto result = ranking.Result();
  REQUIRE(result.size() == 1);
  CHECK(result[0].name == "heavy:");
  CHECK(result[0].bytes == 2'000'000);
}

TEST_CASE("MEMORY TOP: refuses what it does not understand") {
  BothProtocols both;
  both.CheckRefused({"MEMORY", "TOP", "x"}, "ERR syntax error");
  both.CheckRefused({"MEMORY", "TOP", "PREFIX"}, "ERR syntax error");
  both.CheckRefused({"MEMORY", "TOP", "PREFIX", ""}, "ERR separator must not be empty");
  both.CheckRefused({"MEMORY", "TOP", "COUNT", "0"}, "ERR COUNT must be between 1 and 1000");
  both.CheckRefused({"MEMORY", "TOP", "COUNT", "1001"}, "ERR COUNT must be between 1 and 1000");
}

TEST_CASE("MEMORY TOP: other clients go on, and who asked may leave or be let go") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& leaving = server.Connect();
  auto& other = server.Connect();
  for (int i = 0; i < 20'000; ++i) client.Run({"SET", "k" + std::to_string(i), "v"});
  server.clock.set_step_us(100);
  const std::string top = Encode({"MEMORY", "TOP", "PREFIX", "k"}) + Encode({"PING"});
  client.Push(top);
  leaving.Push(top);
  server.engine->RunTurn();
  CHECK(server.engine->HasReadyWork());
  const std::string set = Encode({"SET", "x", "y"});
  other.Push(set);
  server.engine->RunTurn();
  CHECK(server.engine->state().keyspace.keys() == 20'001);
  CHECK(server.engine->HasReadyWork());
  leaving.Close();
  server.RunTurns();
  CHECK(other.TakeOutput() == kOk);
  const std::string reply = client.TakeOutput();
  CHECK(reply.starts_with("*2\r\n*3\r\n$1\r\nk\r\n"));
  CHECK(reply.ends_with("+PONG\r\n"));
  CHECK(server.engine->state().blocked.size() == 0);

  const std::string id = client.Run({"CLIENT", "ID"});
  client.Push(Encode({"MEMORY", "TOP"}));
  server.engine->RunTurn();
  CHECK(other.Run({"CLIENT", "UNBLOCK", id.substr(1, id.size() - 3)}) == Integer(1));
  server.RunTurns();
  CHECK(client.TakeOutput() == "*0\r\n");
  CHECK_FALSE(server.engine->state().memory_top.HasWork());
}
