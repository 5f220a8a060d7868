// Large values, from the first byte that arrives to the last that leaves: read where they will lie,
// taken over without a copy, sent by reference, and never at the cost of others.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "server/engine_state.h"
#include "server/resp/resp_session.h"
#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

std::string Patterned(size_t size, char first = 'a') {
  std::string value(size, first);
  for (size_t i = 0; i < size; i += 97) value[i] = static_cast<char>(i % 251);
  return value;
}

std::string Bulk(const std::string& value) {
  return "$" + std::to_string(value.size()) + "\r\n" + value + "\r\n";
}

const server::RespSession& SessionOf(TestConnection& client) {
  return static_cast<const server::RespSession&>(*client.session());
}

// Whether the value at `key` lies where `before` says that the session's input lay.
const char* DataOf(InProcessServer& server, std::string_view key) {
  storage::Keyspace& keyspace = server.engine->state().keyspace;
  const auto found = keyspace.database(0).Find(keyspace.MakeKey(key), storage::kPeek);
  REQUIRE(found);
  REQUIRE(found->encoding() == storage::Encoding::kLarge);
  return found->large()->data();
}

// Sends all of a request but its last two bytes; returns where the value then lies.
const char* SendAlmostAll(TestConnection& client, const std::string& request,
                          const std::string& value) {
  CHECK(client.SendRaw(std::string_view(request).substr(0, request.size() - 2)) == "");
  auto& session = static_cast<server::RespSession&>(*client.session());
  const std::span<char> input = session.input();
  return input.data() + request.find(Bulk(value).substr(0, 9)) + Bulk(value).find('\n') + 1;
}

}  // namespace

TEST_CASE("Large value: what SET and its like store stays where it was read") {
  const std::string value = Patterned(3'000'000);
  const std::vector<std::vector<std::string>> requests = {
      {"SET", "k", value},          {"SET", "k", value, "EX", "100"}, {"SET", "k", value, "NX"},
      {"SETEX", "k", "100", value}, {"PSETEX", "k", "100000", value}, {"SETNX", "k", value},
      {"GETSET", "k", value},       {"APPEND", "k", value},
  };
  for (const std::vector<std::string>& arguments : requests) {
    CAPTURE(arguments[0]);
    CAPTURE(arguments.size());
    InProcessServer server;
    auto& client = server.Connect();
    const char* read_to = SendAlmostAll(client, Encode(arguments), value);
    const std::string reply = client.SendRaw("\r\n");
    CHECK_FALSE(reply.starts_with("-ERR"));
    CHECK(DataOf(server, "k") == read_to);
    CHECK(client.Run({"GET", "k"}) == Bulk(value));
    server.engine->state().keyspace.CheckInvariants();
    // The buffer is the value's now, and the connection has none.
    CHECK(SessionOf(client).input_memory() == 0);
    CHECK(client.Run({"PING"}) == "+PONG\r\n");
  }
}

TEST_CASE("Large value: a buffer that holds much else is left to the connection") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string key(1'000'000, 'k');
  const std::string value = Patterned(1'000'000);
  CHECK(client.Run({"SET", key, value}) == "+OK\r\n");
  CHECK(client.Run({"GET", key}) == Bulk(value));
  CHECK(client.Run({"MSET", "a", value, "b", value + "b"}) == "+OK\r\n");
  CHECK(client.Run({"MGET", "a", "b"}) == "*2\r\n" + Bulk(value) + Bulk(value + "b"));
  server.engine->state().keyspace.CheckInvariants();
  CHECK(server.engine->state().keyspace.memory() < 5'000'000);
}

TEST_CASE("Large value: arrives unchanged, however it and what follows it are cut") {
  const std::string value = Patterned(150'000);
  const std::string request = Encode({"SET", "k", value, "EX", "100"}) +
                              Encode({"APPEND", "k", "x"}) + Encode({"GET", "k"}) +
                              Encode({"SET", "k", value}) + Encode({"SETRANGE", "k", "0", "yy"}) +
                              Encode({"GETDEL", "k"});
  std::string changed = value;
  changed.replace(0, 2, "yy");
  const std::string expected =
      "+OK\r\n:150001\r\n" + Bulk(value + "x") + "+OK\r\n:150000\r\n" + Bulk(changed);
  for (const size_t piece : {1'000, 8'191, 32'768, 65'536, 149'990, 150'045, 300'000}) {
    CAPTURE(piece);
    InProcessServer server;
    auto& client = server.Connect();
    std::string got;
    for (size_t at = 0; at < request.size(); at += piece) {
      got += client.SendRaw(std::string_view(request).substr(at, piece));
    }
    CHECK((got == expected));
    server.engine->state().keyspace.CheckInvariants();
    CHECK(server.engine->state().keyspace.memory() < 10'000);
  }
}

TEST_CASE("Large value: set, changed, shared and deleted in one turn, replies keep what they saw") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string value = Patterned(100'000);
  // Options behind the value are read with what follows them, so all of this is one turn's.
  const std::string set = Encode({"SET", "k", value, "KEEPTTL"});
  CHECK(client.SendRaw(std::string_view(set).substr(0, set.size() - 1)) == "");
  const std::string rest = set.substr(set.size() - 1) + Encode({"GET", "k"}) +
                           Encode({"SETRANGE", "k", "0", "zz"}) + Encode({"GET", "k"}) +
                           Encode({"DEL", "k"}) + Encode({"GET", "k"});
  REQUIRE(client.Push(rest) == rest.size());
  std::string changed = value;
  changed.replace(0, 2, "zz");
  const std::string expected =
      "+OK\r\n" + Bulk(value) + ":100000\r\n" + Bulk(changed) + ":1\r\n$-1\r\n";
  CHECK((client.SendRaw("") == expected));
  CHECK(server.engine->state().keyspace.memory() < 10'000);
}

TEST_CASE("Large value: a paused client's is stored once the pause is over") {
  InProcessServer server;
  auto& other = server.Connect();
  auto& client = server.Connect();
  const std::string value = Patterned(200'000);
  CHECK(other.Run({"CLIENT", "PAUSE", "1000", "WRITE"}) == "+OK\r\n");
  CHECK(client.Run({"SET", "k", value}) == "");
  server.Advance(1001);
  CHECK(client.TakeOutput() == "+OK\r\n");
  CHECK((client.Run({"GET", "k"}) == Bulk(value)));
  server.engine->state().keyspace.CheckInvariants();
}

TEST_CASE("Large value: half of one costs what has come, and nothing when its connection goes") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string begin =
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n" + std::string(5'000'000, 'x');
  CHECK(client.SendRaw(begin) == "");
  server.Advance(2000);
  CHECK(SessionOf(client).input_memory() == begin.size());
  CHECK(server.engine->state().clients_memory.total() < begin.size() + 100'000);
  CHECK(server.engine->state().keyspace.memory() < 10'000);
  client.Close();
  CHECK(server.engine->state().clients_memory.total() < 100'000);
}

TEST_CASE("Giant request: others are served between the pieces of it") {
  InProcessServer server;
  auto& giant = server.Connect();
  auto& other = server.Connect();
  const std::string value(20'000'000, 'g');
  const std::string request = Encode({"SET", "giant", value});
  std::string_view left = request;
  size_t pieces = 0;
  while (left.size() > 1) {
    // As much as the session takes at once, which bounds how long the others wait.
    const size_t count = giant.Push(left.substr(0, left.size() - 1));
    REQUIRE(count > 0);
    REQUIRE(count <= 1024 * 1024);
    left.remove_prefix(count);
    ++pieces;
    CHECK(other.Run({"INCR", "pieces"}) == ":" + std::to_string(pieces) + "\r\n");
  }
  CHECK(giant.SendRaw(left) == "+OK\r\n");
  CHECK(other.Run({"STRLEN", "giant"}) == ":20000000\r\n");
}

TEST_CASE("Giant request: a million arguments are taken, in few steps, and one more is refused") {
  InProcessServer server;
  auto& giant = server.Connect();
  auto& other = server.Connect();
  std::string request = "*1048576\r\n$3\r\nDEL\r\n";
  for (int i = 1; i < 1'048'576; ++i) request += "$1\r\nk\r\n";
  other.Run({"SET", "k", "v"});
  std::string_view left = request;
  size_t turns = 0;
  while (left.size() > 1) {
    const size_t count = giant.Push(left.substr(0, left.size() - 1));
    REQUIRE(count > 0);
    left.remove_prefix(count);
    server.RunTurns();
    REQUIRE(++turns < 1000);
  }
  CHECK(other.Run({"PING"}) == "+PONG\r\n");
  CHECK(giant.SendRaw(left) == ":1\r\n");
  CHECK(SessionOf(giant).input_memory() == 0);
  CHECK(giant.SendRaw("*1048577\r\n") == "-ERR Protocol error: invalid multibulk length\r\n");
}

TEST_CASE("Giant request: it does not make the buffers of other connections grow") {
  InProcessServer server;
  std::vector<TestConnection*> others;
  for (int i = 0; i < 50; ++i) others.push_back(&server.Connect());
  auto& giant = server.Connect();
  std::string request = "*100001\r\n$3\r\nDEL\r\n";
  for (int i = 0; i < 100'000; ++i) request += "$4\r\nkkkk\r\n";
  std::string_view left = request;
  while (!left.empty()) {
    const size_t count = giant.Push(left);
    REQUIRE(count > 0);
    left.remove_prefix(count);
    for (TestConnection* other : others) REQUIRE(other->Push("PING\r\n") == 6);
    server.RunTurns();
    for (TestConnection* other : others) {
      CHECK(other->TakeOutput() == "+PONG\r\n");
      CHECK(SessionOf(*other).input_memory() == 0);
    }
  }
  CHECK(giant.TakeOutput() == ":0\r\n");
}
