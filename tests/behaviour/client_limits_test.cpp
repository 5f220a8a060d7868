// What a connection may cost: idle time, time without a login, input, output; and who gets in.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

bool HasLogged(const InProcessServer& server, std::string_view text) {
  return std::any_of(server.log.lines.begin(), server.log.lines.end(),
                     [text](const std::string& line) { return line.find(text) != line.npos; });
}

// Sends as much as the session takes; returns how much that was.
size_t SendAllItTakes(InProcessServer& server, TestConnection& client, std::string_view bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const size_t count = client.Push(bytes.substr(sent));
    sent += count;
    server.RunTurns();
    if (count == 0) break;
  }
  return sent;
}

}  // namespace

TEST_CASE("Limits: an idle client is closed after `timeout`, one that does something is not") {
  InProcessServer server({"timeout 10"});
  auto& idle = server.Connect();
  auto& busy = server.Connect();
  auto& monitor = server.Connect();
  monitor.Run({"MONITOR"});
  for (int second = 0; second < 9; ++second) {
    server.Advance(1000);
    CHECK(busy.Run({"PING"}) == "+PONG\r\n");
  }
  CHECK(idle.is_open());
  server.Advance(2200);
  CHECK_FALSE(idle.is_open());
  CHECK(busy.is_open());
  CHECK(monitor.is_open());
}

TEST_CASE("Limits: a stranger has `authentication-timeout` to log in, again after RESET") {
  InProcessServer server({"requirepass secret", "authentication-timeout 5"});
  auto& stranger = server.Connect();
  auto& client = server.Connect();
  client.Run({"AUTH", "secret"});
  server.Advance(4900);
  CHECK(stranger.Run({"PING"}).starts_with("-NOAUTH"));  // talking does not help
  server.Advance(1200);
  CHECK_FALSE(stranger.is_open());
  CHECK(client.is_open());
  CHECK(client.Run({"RESET"}) == "+RESET\r\n");
  server.Advance(4900);
  CHECK(client.is_open());
  server.Advance(1200);
  CHECK_FALSE(client.is_open());

  InProcessServer patient({"requirepass secret", "authentication-timeout 0"});
  auto& slow = patient.Connect();
  patient.Advance(100'000);
  CHECK(slow.Run({"AUTH", "secret"}) == "+OK\r\n");
}

TEST_CASE("Limits: output over the hard limit closes at once, before any of it is sent") {
  InProcessServer server({"client-output-buffer-limit normal 100kb 0 0"});
  auto& client = server.Connect();
  client.Run({"SET", "small", std::string(100'000, 'x')});
  client.Run({"SET", "large", std::string(103'000, 'x')});
  CHECK(client.Run({"GET", "small"}).size() == 100'011);
  CHECK(client.SendRaw(Encode({"GET", "large"})).empty());
  CHECK_FALSE(client.is_open());
  CHECK(HasLogged(server, "closed for overcoming of output buffer limits"));
  CHECK(server.Connect()
            .Run({"INFO", "stats"})
            .find("\r\nclient_output_buffer_limit_disconnections:1\r\n") != std::string::npos);
}

TEST_CASE("Limits: replies of up to 16 KiB pass any limit, so that none locks everybody out") {
  InProcessServer server({"client-output-buffer-limit normal 1 1 1"});
  auto& client = server.Connect();
  client.Run({"SET", "small", std::string(16'000, 'x')});
  client.Run({"SET", "large", std::string(17'000, 'x')});
  CHECK(client.Run({"GET", "small"}).size() == 16'010);
  server.Advance(3000);
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
  CHECK(client.Run({"GET", "large"}).empty());
  CHECK_FALSE(client.is_open());
}

TEST_CASE("Limits: output may stay over the soft limit for its seconds, not longer") {
  InProcessServer server({"client-output-buffer-limit normal 0 100kb 5"});
  auto& client = server.Connect();
  auto& reader = server.Connect();
  client.Run({"SET", "k", std::string(150'000, 'x')});
  for (TestConnection* each : {&client, &reader}) {
    each->reads = false;
    each->Push(Encode({"GET", "k"}));
  }
  server.RunTurns();
  server.Advance(4900);
  CHECK(client.is_open());
  reader.reads = true;
  server.RunTurns();
  CHECK(reader.TakeOutput().size() > 150'000);
  server.Advance(1300);
  CHECK_FALSE(client.is_open());
  CHECK(reader.is_open());
}

TEST_CASE("Limits: input beyond client-query-buffer-limit closes") {
  InProcessServer server({"client-query-buffer-limit 1mb"});
  auto& client = server.Connect();
  CHECK(client.Run({"SET", "k", std::string(1'000'000, 'x')}) == "+OK\r\n");
  CHECK(client.is_open());
  client.SendRaw("*2\r\n$3\r\nGET\r\n$2000000\r\n" + std::string(1'500'000, 'x'));
  CHECK_FALSE(client.is_open());
  CHECK(HasLogged(server, "Closing client that reached max query buffer length"));
  CHECK(server.Connect()
            .Run({"INFO", "stats"})
            .find("\r\nclient_query_buffer_limit_disconnections:1\r\n") != std::string::npos);
}

TEST_CASE("Limits: an idle client gives the memory of its output back") {
  InProcessServer server;
  auto& client = server.Connect();
  protocol::OutputBuffer& output = client.session()->output;
  output.Append(std::string(60'000, 'x'));
  output.Clear();
  CHECK(output.memory() >= 60'000);
  server.Advance(1000);
  CHECK(output.memory() >= 60'000);
  server.Advance(3000);
  CHECK(output.memory() <= 1024);
}

TEST_CASE("Limits: maxclients are let in, others hear why not, and leaving makes room") {
  InProcessServer server({"maxclients 2"});
  auto& first = server.Connect();
  auto& second = server.Connect();
  CHECK_FALSE(server.Connect().is_open());
  CHECK(server.refusal() == "-ERR max number of clients reached\r\n");
  first.Close();
  auto& third = server.Connect();
  CHECK(third.Run({"INFO", "stats"}).find("\r\nrejected_connections:1\r\n") != std::string::npos);
  CHECK(second.Run({"CONFIG", "SET", "maxclients", "3"}) == "+OK\r\n");
  CHECK(server.Connect().is_open());
  CHECK_FALSE(server.Connect().is_open());
}

TEST_CASE("Limits: at maxclients this machine's clients are refused as in Redis, by default") {
  const server::PeerFacts by_unix_socket = {.remote_address = "/run/redis.sock:0",
                                            .local_address = "/run/redis.sock:0",
                                            .is_unix_socket = true};
  InProcessServer server({"maxclients 1"});
  auto& first = server.Connect();
  CHECK(first.Run({"CONFIG", "GET", "reserved-local-connections"}) ==
        "*2\r\n$26\r\nreserved-local-connections\r\n$1\r\n0\r\n");
  for (const server::PeerFacts& facts : {server::PeerFacts{}, by_unix_socket}) {
    CHECK_FALSE(server.Connect(facts).is_open());
    CHECK(server.refusal() == "-ERR max number of clients reached\r\n");
  }
}

TEST_CASE("Limits: reserved-local-connections lets so many of either kind in beyond maxclients") {
  const server::PeerFacts far = {.remote_address = "192.0.2.1:1234",
                                 .local_address = "192.0.2.2:6379"};
  const server::PeerFacts by_unix_socket = {.remote_address = "/run/redis.sock:0",
                                            .local_address = "/run/redis.sock:0",
                                            .is_unix_socket = true};
  InProcessServer server({"maxclients 2", "protected-mode no", "reserved-local-connections 1"});
  auto& first = server.Connect(far);
  CHECK(server.Connect(far).is_open());
  CHECK_FALSE(server.Connect(far).is_open());
  auto& local = server.Connect();
  CHECK(local.Run({"PING"}) == "+PONG\r\n");
  CHECK_FALSE(server.Connect().is_open());
  auto& operator_in = server.Connect(by_unix_socket);
  CHECK(operator_in.Run({"PING"}) == "+PONG\r\n");
  CHECK_FALSE(server.Connect(by_unix_socket).is_open());
  CHECK(server.refusal() == "-ERR max number of clients reached\r\n");
  // Those are not counted among the others, and their places are theirs until they go.
  first.Close();
  CHECK(server.Connect(far).is_open());
  CHECK_FALSE(server.Connect(far).is_open());
  CHECK_FALSE(server.Connect().is_open());
  local.Close();
  CHECK(server.Connect().is_open());
  CHECK_FALSE(server.Connect().is_open());
  const std::string stats = operator_in.Run({"INFO", "stats"});
  CHECK(stats.find("\r\nrejected_connections:6\r\n") != std::string::npos);
}

TEST_CASE("Limits: protected mode lets only this machine in while there is no password") {
  const server::PeerFacts far = {.remote_address = "192.0.2.1:1234",
                                 .local_address = "192.0.2.2:6379"};
  InProcessServer server;
  CHECK_FALSE(server.Connect(far).is_open());
  CHECK(server.refusal().starts_with("-DENIED "));
  CHECK(server.refusal().find("\r\n") == server.refusal().size() - 2);
  auto& near = server.Connect();
  CHECK(near.is_open());
  CHECK(near.Run({"CONFIG", "SET", "requirepass", "secret"}) == "+OK\r\n");
  CHECK(server.Connect(far).Run({"PING"}) == "-NOAUTH Authentication required.\r\n");

  InProcessServer open_to_all({"protected-mode no"});
  CHECK(open_to_all.Connect(far).Run({"PING"}) == "+PONG\r\n");
}

TEST_CASE("sec_CVE_2025_21605: a stranger that does not read costs little and is closed") {
  InProcessServer server({"requirepass secret"});
  auto& stranger = server.Connect();
  stranger.reads = false;
  std::string nonsense;
  for (int i = 0; i < 1'000'000; ++i) nonsense += "NOPE\r\n";
  const size_t taken = SendAllItTakes(server, stranger, nonsense);
  CHECK(taken < 200'000);
  CHECK(stranger.session()->output.wire_size() + stranger.session()->bytes_in_flight <
        16 * 1024 + 100);
  server.Advance(1100);
  CHECK_FALSE(stranger.is_open());
}

TEST_CASE("sec_CVE_2025_21605: a stranger that reads gets every reply") {
  InProcessServer server({"requirepass secret"});
  auto& stranger = server.Connect();
  std::string pipeline;
  std::string expected;
  for (int i = 0; i < 10'000; ++i) {
    pipeline += "NOPE\r\n";
    expected += "-NOAUTH Authentication required.\r\n";
  }
  CHECK(stranger.SendRaw(pipeline) == expected);
  CHECK(stranger.Run({"AUTH", "secret"}) == "+OK\r\n");
}

TEST_CASE("Limits: 22 KB of requests for large values do not grow the server, nor delay others") {
  InProcessServer server;
  auto& greedy = server.Connect();
  auto& other = server.Connect();
  constexpr size_t kMegabyte = 1 << 20;
  greedy.Run({"SET", "k", std::string(kMegabyte, 'v')});
  greedy.reads = false;
  std::string pipeline;
  for (int i = 0; i < 1000; ++i) pipeline += Encode({"GET", "k"});
  CHECK(pipeline.size() < 23'000);
  SendAllItTakes(server, greedy, pipeline);
  for (int i = 0; i < 100; ++i) {
    CHECK(other.Run({"PING"}) == "+PONG\r\n");
    server.Advance(100);
    CHECK(greedy.session()->output.wire_size() + greedy.session()->bytes_in_flight < 9 * kMegabyte);
  }
  CHECK(greedy.is_open());
  CHECK(greedy.session()->bytes_in_flight >= kMegabyte);
}

TEST_CASE("Limits: 10,000 connections with half a request cost little, and no data") {
  InProcessServer server({"maxmemory 20mb"});
  server::EngineState& state = server.engine->state();
  auto& client = server.Connect();
  CHECK(client.Run({"SET", "k", "v"}) == "+OK\r\n");
  const size_t data_before = state.keyspace.memory();
  const std::vector<std::string> halves = {
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\nabc",  // half a gigabyte, it says
      "*1048576\r\n$3\r\nDEL\r\n",                        // a million keys, it says
      "SET k 'half a li",
      "*",
  };
  size_t sent = 0;
  for (size_t i = 0; i < 9'999; ++i) {
    TestConnection& slow = server.Connect();
    const std::string& half = halves[i % halves.size()];
    sent += half.size();
    while (slow.Push(half) == 0) server.RunTurns();
  }
  server.RunTurns();
  for (int ticks = 0; ticks < 12; ++ticks) server.Advance(100);
  CHECK(state.clients.size() == 10'000);
  CHECK(state.clients_memory.total() <= 2 * sent + 64 * 1024);
  CHECK(state.clients_memory.total() + state.clients.size() * sizeof(server::RespSession) <
        20'000'000);
  CHECK(state.keyspace.memory() == data_before);
  CHECK(client.Run({"SET", "other", std::string(1000, 'x')}) == "+OK\r\n");
  CHECK(client.Run({"GET", "k"}) == "$1\r\nv\r\n");
}
