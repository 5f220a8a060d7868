// Requests through the whole engine: pipelines, cuts, several connections, slow readers.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "server/resp/resp_session.h"
#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;

TEST_CASE("Turn: a pipeline is answered in order") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.SendRaw("PING\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n\r\n*0\r\nPING\r\n") ==
        "+PONG\r\n$2\r\nhi\r\n+PONG\r\n");
}

TEST_CASE("Turn: a request cut anywhere is answered once it is whole") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string request = Encode({"SET", "key", "value"}) + Encode({"GET", "key"});
  for (size_t cut = 0; cut <= request.size(); ++cut) {
    CAPTURE(cut);
    std::string got = client.SendRaw(request.substr(0, cut));
    got += client.SendRaw(request.substr(cut));
    CHECK(got == "+OK\r\n$5\r\nvalue\r\n");
  }
  std::string got;
  for (const char byte : request) got += client.SendRaw(std::string_view(&byte, 1));
  CHECK(got == "+OK\r\n$5\r\nvalue\r\n");
}

TEST_CASE("Turn: a value of several megabytes arrives and leaves unchanged") {
  InProcessServer server;
  auto& client = server.Connect();
  std::string value(5'000'000, 'x');
  for (size_t i = 0; i < value.size(); i += 101) value[i] = static_cast<char>(i);
  CHECK(client.Run({"SET", "large", value}) == "+OK\r\n");
  CHECK(client.Run({"GET", "large"}) == "$5000000\r\n" + value + "\r\n");
}

TEST_CASE("Turn: a protocol error is answered after what came before it, and closes") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.SendRaw("PING\r\n*1\r\n:5\r\nPING\r\n") ==
        "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n");
  CHECK_FALSE(client.is_open());
}

TEST_CASE("Turn: a peer that does not read is held back and then served to the end") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", std::string(100'000, 'v')});
  client.reads = false;
  std::string pipeline;
  for (int i = 0; i < 200; ++i) pipeline += Encode({"GET", "k"});
  CHECK(client.Push(pipeline) == pipeline.size());
  server.RunTurns();
  CHECK(client.session()->bytes_in_flight < 1'300'000);
  CHECK_FALSE(client.session()->WantsBytes());
  client.reads = true;
  client.session()->OnWritten();
  const size_t reply_bytes = std::string("$100000\r\n").size() + 100'000 + 2;
  CHECK(client.SendRaw("").size() == 200 * reply_bytes);
}

TEST_CASE("Turn: unknown commands and wrong arities are refused with Redis's words") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"NOPE", "a", "b"}) ==
        "-ERR unknown command 'NOPE', with args beginning with: 'a' 'b' \r\n");
  CHECK(client.Run({"get"}) == "-ERR wrong number of arguments for 'get' command\r\n");
}

TEST_CASE("Turn: an error repeats a client's bytes up to a zero byte, without line ends") {
  InProcessServer server;
  auto& client = server.Connect();
  using namespace std::string_view_literals;
  CHECK(client.Run({"NO\0PE"sv, "a\r\nb"sv, "\0c"sv}) ==
        "-ERR unknown command 'NO', with args beginning with: 'a  b' '' \r\n");
}

TEST_CASE("SELECT: a number that is no int has another error than a database that is missing") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SELECT", "2147483648"}) ==
        "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n");
  CHECK(client.Run({"SELECT", "2147483647"}) == "-ERR DB index is out of range\r\n");
  CHECK(client.Run({"SELECT", "-1"}) == "-ERR DB index is out of range\r\n");
}

TEST_CASE("Turn: a very deep pipeline is answered in several turns, and others in between") {
  InProcessServer server;
  auto& deep = server.Connect();
  auto& shallow = server.Connect();
  std::string pipeline;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    pipeline += "PING\r\n";
    expected += "+PONG\r\n";
  }
  REQUIRE(deep.Push(pipeline) == pipeline.size());
  REQUIRE(shallow.Push("PING\r\n") == 6);
  server.engine->RunTurn();
  CHECK(server.engine->HasReadyWork());
  CHECK(deep.session()->output.wire_size() < expected.size());
  server.engine->RunTurn();
  CHECK(shallow.session()->output.wire_size() == 7);
  CHECK(deep.SendRaw("") == expected);
  CHECK(shallow.SendRaw("") == "+PONG\r\n");
}

TEST_CASE("Turn: a pipeline that comes faster than it is executed is not read further") {
  InProcessServer server;
  auto& client = server.Connect();
  std::string pipeline;
  for (int i = 0; i < 20'000; ++i) pipeline += "PING\r\n";
  size_t pushed = 0;
  size_t turns = 0;
  while (pushed < 100 * pipeline.size()) {
    const std::string_view rest = std::string_view(pipeline).substr(pushed % pipeline.size());
    pushed += client.Push(rest);
    server.engine->RunTurn();
    client.session()->output.Clear();
    client.session()->OnWritten();
    const auto& session = static_cast<const server::RespSession&>(*client.session());
    REQUIRE(session.input_memory() <= 256 * 1024);
    REQUIRE(++turns < 10'000);
  }
}

TEST_CASE("Turn: sessions that wait for a later turn keep their order and their bytes") {
  InProcessServer server;
  std::vector<tests::TestConnection*> clients;
  std::string pipeline;
  for (int i = 0; i < 100; ++i) pipeline += Encode({"INCR", "counter"});
  for (int i = 0; i < 10; ++i) {
    clients.push_back(&server.Connect());
    REQUIRE(clients.back()->Push(pipeline) == pipeline.size());
  }
  server.RunTurns();
  for (int i = 0; i < 10; ++i) {
    std::string expected;
    for (int n = 1; n <= 100; ++n) expected += ":" + std::to_string(i * 100 + n) + "\r\n";
    CHECK(clients[static_cast<size_t>(i)]->TakeOutput() == expected);
  }
}

TEST_CASE("Turn: an empty command name is unknown, whatever ran before it") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string unknown = "-ERR unknown command '', with args beginning with: \r\n";
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
  CHECK(client.Run({""}) == unknown);
  CHECK(client.SendRaw(Encode({"PING"}) + Encode({""}) + "''\r\n" + Encode({"PING"})) ==
        "+PONG\r\n" + unknown + unknown + "+PONG\r\n");
}
