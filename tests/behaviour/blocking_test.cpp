// Waiting in a blocking command: how waits end, each with one reply, and that nothing runs before.
// The commands are the tests' own (support/blocking_commands.h); real ones come with their types.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/blocking_commands.h"
#include "tests/support/in_process_server.h"

using server::Client;
using server::ClientId;
using tests::Encode;
using tests::ended_waits;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

struct BlockingServer : InProcessServer {
  BlockingServer() : InProcessServer({}, 1, tests::BlockingCommands()) { ended_waits.clear(); }
  ~BlockingServer() { Check(); }
  void Check() { state().blocked.CheckInvariants(); }
  server::EngineState& state() { return engine->state(); }
};

}  // namespace

TEST_CASE("Blocking: a client that waits gets nothing until it is woken, and then one reply") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& other = server.Connect();
  CHECK(waiter.Run({"WAITFOR", "0"}).empty());
  CHECK(server.state().blocked.size() == 1);
  CHECK(server.state().blocked.with_deadline() == 0);
  server.Check();
  CHECK(other.Run({"WAKE", "1", "hi"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == "$2\r\nhi\r\n");
  CHECK(other.Run({"WAKE", "1", "hi"}) == ":0\r\n");
  CHECK(waiter.TakeOutput().empty());
  CHECK(waiter.Run({"PING"}) == "+PONG\r\n");
  CHECK(ended_waits == std::vector<ClientId>{1});
}

TEST_CASE("Blocking: a deadline is kept to the millisecond and not before") {
  BlockingServer server;
  auto& waiter = server.Connect();
  for (const int64_t ms : {1, 2, 50, 99, 100, 101, 250, 1234}) {
    CAPTURE(ms);
    CHECK(waiter.Run({"WAITFOR", std::to_string(ms)}).empty());
    CHECK(server.engine->MillisecondsToTick() <= ms);
    server.Advance(ms - 1);
    CHECK(waiter.TakeOutput().empty());
    server.Advance(1);
    CHECK(waiter.TakeOutput() == "*-1\r\n");
  }
  CHECK(server.state().blocked.with_deadline() == 0);
}

TEST_CASE("Blocking: deadlines follow the monotonic clock, whatever the wall clock does") {
  BlockingServer server;
  auto& waiter = server.Connect();
  CHECK(waiter.Run({"WAITFOR", "500"}).empty());
  server.clock.JumpWallMs(3'600'000);
  server.Advance(499);
  CHECK(waiter.TakeOutput().empty());
  server.clock.JumpWallMs(-86'400'000);
  server.Advance(1);
  CHECK(waiter.TakeOutput() == "*-1\r\n");
}

TEST_CASE("Blocking: those whose time is over are told in the order of their deadlines") {
  BlockingServer server;
  auto& first = server.Connect();
  auto& second = server.Connect();
  auto& third = server.Connect();
  CHECK(first.Run({"WAITFOR", "90"}).empty());
  CHECK(second.Run({"WAITFOR", "30"}).empty());
  CHECK(third.Run({"WAITFOR", "60"}).empty());
  server.clock.AdvanceMs(1000);  // one late tick
  server.engine->RunTick();
  server.RunTurns();
  CHECK(ended_waits == std::vector<ClientId>{2, 3, 1});
  for (TestConnection* client : {&first, &second, &third}) {
    CHECK(client->TakeOutput() == "*-1\r\n");
  }
}

TEST_CASE("Blocking: the rest of a pipeline waits, and goes on after the wait") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& other = server.Connect();
  CHECK(waiter.SendRaw(Encode({"SET", "k", "1"}) + Encode({"WAITFOR", "0"}) +
                       Encode({"SET", "k", "2"}) + "GET k\r\n" + Encode({"WAITFOR", "10"}) +
                       Encode({"PING"})) == "+OK\r\n");
  CHECK(other.Run({"GET", "k"}) == "$1\r\n1\r\n");
  CHECK(waiter.SendRaw(Encode({"ECHO", "late"})).empty());
  CHECK(other.SendRaw(Encode({"WAKE", "1", "x"}) + Encode({"GET", "k"})) == ":1\r\n$1\r\n1\r\n");
  CHECK(waiter.TakeOutput() == "$1\r\nx\r\n+OK\r\n$1\r\n2\r\n");
  server.Advance(10);
  CHECK(waiter.TakeOutput() == "*-1\r\n+PONG\r\n$4\r\nlate\r\n");
}

TEST_CASE("Blocking: a client that goes while it waits leaves nothing behind") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& other = server.Connect();
  CHECK(waiter.Run({"WAITFOR", "100"}).empty());
  waiter.Close();
  CHECK(ended_waits == std::vector<ClientId>{1});
  CHECK(server.state().blocked.size() == 0);
  CHECK(server.state().blocked.with_deadline() == 0);
  server.Advance(200);
  CHECK(other.Run({"WAKE", "1", "x"}) == ":0\r\n");
}

TEST_CASE("Blocking: a muted client gets no reply when its wait ends either") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& other = server.Connect();
  CHECK(waiter.SendRaw(Encode({"CLIENT", "REPLY", "SKIP"}) + Encode({"WAITFOR", "0"})).empty());
  CHECK(other.Run({"WAKE", "1", "x"}) == ":1\r\n");
  CHECK(waiter.TakeOutput().empty());
  CHECK(waiter.Run({"PING"}) == "+PONG\r\n");
  CHECK(waiter.SendRaw(Encode({"CLIENT", "REPLY", "OFF"}) + Encode({"WAITFOR", "5"})).empty());
  server.Advance(5);
  CHECK(waiter.Run({"PING"}).empty());
  CHECK(waiter.Run({"CLIENT", "REPLY", "ON"}) == "+OK\r\n");
}

TEST_CASE("Blocking: MONITOR shows the request when it begins to wait, and not again") {
  BlockingServer server;
  auto& monitor = server.Connect();
  auto& waiter = server.Connect();
  monitor.Run({"MONITOR"});
  CHECK(waiter.Run({"WAITFOR", "10"}).empty());
  CHECK(monitor.TakeOutput() == "+1790000000.000000 [0 127.0.0.1:50000] \"WAITFOR\" \"10\"\r\n");
  server.Advance(10);
  CHECK(waiter.TakeOutput() == "*-1\r\n");
  CHECK(monitor.TakeOutput().empty());
}

TEST_CASE("Blocking: waiting is not being idle") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& client = server.Connect();
  CHECK(client.Run({"CONFIG", "SET", "timeout", "1"}) == "+OK\r\n");
  CHECK(waiter.Run({"WAITFOR", "5000"}).empty());
  server.Advance(5001);
  CHECK_FALSE(client.is_open());
  CHECK(waiter.is_open());
  CHECK(waiter.TakeOutput() == "*-1\r\n");
  server.Advance(900);
  CHECK(waiter.is_open());
  server.Advance(1300);
  CHECK_FALSE(waiter.is_open());
}

TEST_CASE("CLIENT UNBLOCK: ends a wait as its timeout would, or with an error") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& other = server.Connect();
  CHECK(waiter.Run({"WAITFOR", "0"}).empty());
  CHECK(other.Run({"CLIENT", "UNBLOCK", "1"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == "*-1\r\n");
  CHECK(waiter.Run({"WAITFOR", "1000"}).empty());
  CHECK(other.Run({"CLIENT", "UNBLOCK", "1", "timeout"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == "*-1\r\n");
  CHECK(waiter.Run({"WAITFOR", "0"}).empty());
  CHECK(other.Run({"CLIENT", "UNBLOCK", "1", "ERROR"}) == ":1\r\n");
  CHECK(waiter.TakeOutput() == "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
  for (const std::string_view id : {"1", "2", "99", "0", "-1"}) {
    CHECK(other.Run({"CLIENT", "UNBLOCK", id}) == ":0\r\n");
  }
  CHECK(ended_waits == std::vector<ClientId>{1, 1, 1});
  CHECK(server.state().blocked.with_deadline() == 0);
}

TEST_CASE("CLIENT UNBLOCK: refuses wrong arguments with Redis's words") {
  BlockingServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"CLIENT", "UNBLOCK", "x"}) ==
        "-ERR value is not an integer or out of range\r\n");
  CHECK(client.Run({"CLIENT", "UNBLOCK", "x", "y"}) ==
        "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n");
  CHECK(client.Run({"CLIENT", "UNBLOCK", "1", "TIMEOUT", "x"}) ==
        "-ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.\r\n");
  CHECK(client.Run({"CLIENT", "UNBLOCK"}) ==
        "-ERR wrong number of arguments for 'client|unblock' command\r\n");
}

TEST_CASE("sec_CVE_2026_23479: a client that is killed while it waits is never served") {
  // redis#15594: a killed client was still found by what woke it, and its command ran again.
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& other = server.Connect();
  CHECK(waiter.SendRaw(Encode({"WAITFOR", "50"}) + Encode({"SET", "k", "v"})).empty());
  CHECK(other.SendRaw(Encode({"CLIENT", "KILL", "ID", "1"}) + Encode({"WAKE", "1", "x"}) +
                      Encode({"CLIENT", "UNBLOCK", "1"}) + Encode({"EXISTS", "k"})) ==
        ":1\r\n:0\r\n:0\r\n:0\r\n");
  CHECK(ended_waits == std::vector<ClientId>{1});
  CHECK_FALSE(waiter.is_open());
  server.Advance(100);

  // The other way round: woken and killed in one turn. Its pipeline does not run either.
  auto& second = server.Connect();
  CHECK(second.SendRaw(Encode({"WAITFOR", "50"}) + Encode({"SET", "k", "v"})).empty());
  CHECK(other.SendRaw(Encode({"WAKE", "3", "x"}) + Encode({"CLIENT", "KILL", "ID", "3"}) +
                      Encode({"EXISTS", "k"})) == ":1\r\n:1\r\n:0\r\n");
  CHECK_FALSE(second.is_open());
  CHECK(other.Run({"EXISTS", "k"}) == ":0\r\n");
}

TEST_CASE("Blocking: what an ended wait sets off may end or close any other") {
  BlockingServer server;
  auto& first = server.Connect();
  auto& second = server.Connect();
  auto& third = server.Connect();
  for (TestConnection* client : {&first, &second, &third}) {
    CHECK(client->Run({"WAITFOR", "10"}).empty());
  }
  // Whoever is told that 1 waits no more closes 2, which is due in the same tick.
  server::EngineState& state = server.state();
  auto& fourth = server.Connect();
  CHECK(fourth.Run({"PING"}) == "+PONG\r\n");
  server::RespSession* session = state.clients.Find(4);
  state.blocked.Block(session->client,
                      {.deadline_us = state.monotonic_us + 5000,
                       .reply_in_vain = [](Client& client) { client.reply.Null(); },
                       .on_end =
                           [&state](ClientId) {
                             server::RespSession* victim = state.clients.Find(2);
                             state.CloseSession(*victim, server::CloseWish::kNow);
                           }});
  server.clock.AdvanceMs(20);
  server.engine->RunTick();
  server.RunTurns();
  CHECK(ended_waits == std::vector<ClientId>{2, 1, 3});
  CHECK(first.TakeOutput() == "*-1\r\n");
  CHECK(second.TakeOutput().empty());
  CHECK_FALSE(second.is_open());
  CHECK(third.TakeOutput() == "*-1\r\n");
  CHECK(fourth.TakeOutput() == "$-1\r\n");
}

TEST_CASE("Blocking: a pause holds a command that would block, but no deadline") {
  BlockingServer server;
  auto& waiter = server.Connect();
  auto& writer = server.Connect();
  auto& other = server.Connect();
  CHECK(waiter.Run({"WAITFOR", "30"}).empty());
  CHECK(other.Run({"CLIENT", "PAUSE", "100", "WRITE"}) == "+OK\r\n");
  CHECK(writer.Run({"WRITEWAIT"}).empty());
  CHECK(server.state().blocked.size() == 1);
  CHECK(other.Run({"CLIENT", "UNBLOCK", "2"}) == ":0\r\n");
  server.Advance(30);
  CHECK(waiter.TakeOutput() == "*-1\r\n");
  server.Advance(70);
  CHECK(server.state().blocked.size() == 1);
  CHECK(other.Run({"CLIENT", "UNBLOCK", "2"}) == ":1\r\n");
  CHECK(writer.TakeOutput() == "$-1\r\n");
}

TEST_CASE("Blocking: INFO counts who waits, and who waits for a time") {
  BlockingServer server;
  auto& other = server.Connect();
  server.Connect().Run({"WAITFOR", "0"});
  server.Connect().Run({"WAITFOR", "1000"});
  const std::string info = other.Run({"INFO", "clients"});
  CHECK(info.find("\r\nblocked_clients:2\r\n") != std::string::npos);
  CHECK(info.find("\r\nclients_in_timeout_table:1\r\n") != std::string::npos);
  CHECK(other.Run({"CLIENT", "LIST", "ID", "2"}).find(" flags=b ") != std::string::npos);
}
