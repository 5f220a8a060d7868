// CLIENT, about others: LIST, KILL, PAUSE.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

TestConnection& ConnectFrom(InProcessServer& server, std::string address,
                            std::string local = "127.0.0.1:6379") {
  return server.Connect({.remote_address = std::move(address),
                         .local_address = std::move(local),
                         .is_loopback = true});
}

// The ids of a CLIENT LIST reply: "1,2,".
std::string Ids(const std::string& reply) {
  std::string ids;
  for (size_t at = reply.find("id="); at != std::string::npos; at = reply.find("\nid=", at)) {
    at = reply.find("id=", at);
    ids += reply.substr(at + 3, reply.find(' ', at) - at - 3) + ",";
  }
  return ids;
}

}  // namespace

TEST_CASE("CLIENT LIST: has a line for each client, oldest first") {
  InProcessServer server;
  auto& first = server.Connect();
  auto& second = server.Connect();
  auto& third = server.Connect();
  second.Run({"SELECT", "5"});
  const std::string reply = third.Run({"CLIENT", "LIST"});
  CHECK(Ids(reply) == "1,2,3,");
  CHECK(reply.find(" cmd=NULL ") != std::string::npos);
  CHECK(reply.find(" cmd=select ") != std::string::npos);
  CHECK(reply.find(" cmd=client|list ") != std::string::npos);
  CHECK(reply.ends_with("lib-ver=\n\r\n"));
  first.Close();
  CHECK(Ids(third.Run({"CLIENT", "LIST"})) == "2,3,");
}

TEST_CASE("CLIENT LIST: chooses by type or by ids") {
  InProcessServer server;
  auto& client = server.Connect();
  server.Connect();
  server.Connect();
  CHECK(Ids(client.Run({"CLIENT", "LIST", "TYPE", "normal"})) == "1,2,3,");
  for (const std::string_view type : {"pubsub", "MASTER", "replica", "slave"}) {
    CHECK(client.Run({"CLIENT", "LIST", "TYPE", type}) == "$0\r\n\r\n");
  }
  CHECK(Ids(client.Run({"CLIENT", "LIST", "ID", "3", "99", "1", "3", "-1", "0"})) == "3,1,3,");
  CHECK(client.Run({"CLIENT", "LIST", "ID", "1", "x"}) == "-ERR Invalid client ID\r\n");
  CHECK(client.Run({"CLIENT", "LIST", "TYPE", "x"}) == "-ERR Unknown client type 'x'\r\n");
  for (const auto& wrong : {std::vector<std::string>{"CLIENT", "LIST", "x"},
                            {"CLIENT", "LIST", "TYPE"},
                            {"CLIENT", "LIST", "ID"},
                            {"CLIENT", "LIST", "TYPE", "normal", "x"}}) {
    CHECK(client.Run(wrong) == "-ERR syntax error\r\n");
  }
}

TEST_CASE("CLIENT KILL: by address, the old way, even oneself") {
  InProcessServer server;
  auto& killer = ConnectFrom(server, "127.0.0.1:1001");
  auto& victim = ConnectFrom(server, "127.0.0.1:1002");
  CHECK(killer.Run({"CLIENT", "KILL", "127.0.0.1:1002"}) == "+OK\r\n");
  CHECK_FALSE(victim.is_open());
  CHECK(killer.Run({"CLIENT", "KILL", "127.0.0.1:1002"}) == "-ERR No such client\r\n");
  CHECK(killer.SendRaw(Encode({"CLIENT", "KILL", "127.0.0.1:1001"}) + Encode({"PING"})) ==
        "+OK\r\n");
  CHECK_FALSE(killer.is_open());
}

TEST_CASE("CLIENT KILL: by filters, all of which must apply") {
  InProcessServer server;
  auto& killer = ConnectFrom(server, "127.0.0.1:1");                   // id 1
  auto& second = ConnectFrom(server, "127.0.0.1:2", "10.0.0.1:6379");  // id 2
  auto& third = ConnectFrom(server, "127.0.0.1:3", "10.0.0.1:6379");   // id 3
  CHECK(killer.Run({"CLIENT", "KILL", "ID", "2", "ADDR", "127.0.0.1:3"}) == ":0\r\n");
  CHECK(killer.Run({"CLIENT", "KILL", "ID", "3", "ID", "2"}) == ":1\r\n");
  CHECK_FALSE(second.is_open());
  CHECK(killer.Run({"CLIENT", "KILL", "LADDR", "10.0.0.1:6379", "USER", "default"}) == ":1\r\n");
  CHECK_FALSE(third.is_open());
  CHECK(killer.Run({"CLIENT", "KILL", "TYPE", "pubsub"}) == ":0\r\n");
  CHECK(killer.Run({"CLIENT", "KILL", "TYPE", "normal"}) == ":0\r\n");
  auto& fourth = server.Connect();
  CHECK(killer.SendRaw(Encode({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"}) +
                       Encode({"PING"})) == ":2\r\n");
  CHECK_FALSE(killer.is_open());
  CHECK_FALSE(fourth.is_open());
}

TEST_CASE("CLIENT KILL: MAXAGE takes those that are at least so old") {
  InProcessServer server;
  auto& killer = server.Connect();
  auto& old = server.Connect();
  server.Advance(9'999);
  CHECK(killer.Run({"CLIENT", "KILL", "MAXAGE", "10"}) == ":0\r\n");
  auto& young = server.Connect();
  server.Advance(1);
  CHECK(killer.Run({"CLIENT", "KILL", "MAXAGE", "9223372036854775807"}) == ":0\r\n");
  CHECK(killer.Run({"CLIENT", "KILL", "MAXAGE", "10"}) == ":1\r\n");
  CHECK_FALSE(old.is_open());
  CHECK(young.is_open());
}

TEST_CASE("CLIENT KILL: refuses wrong filters with Redis's words and closes nobody") {
  InProcessServer server;
  auto& client = server.Connect();
  auto& other = server.Connect();
  const auto kill = [&](std::vector<std::string> filter) {
    filter.insert(filter.begin(), {"CLIENT", "KILL"});
    return client.Run(filter);
  };
  for (const char* id : {"x", "0", "-1", "9223372036854775808"}) {
    CHECK(kill({"ID", id}) == "-ERR client-id should be greater than 0\r\n");
  }
  CHECK(kill({"TYPE", "x"}) == "-ERR Unknown client type 'x'\r\n");
  CHECK(kill({"USER", "x"}) == "-ERR No such user 'x'\r\n");
  CHECK(kill({"MAXAGE", "x"}) == "-ERR maxage is not an integer or out of range\r\n");
  CHECK(kill({"MAXAGE", "0"}) == "-ERR maxage should be greater than 0\r\n");
  CHECK(kill({"MAXAGE", "-1"}) == "-ERR maxage should be greater than 0\r\n");
  CHECK(kill({"SKIPME", "x"}) == "-ERR syntax error\r\n");
  CHECK(kill({"NOPE", "x"}) == "-ERR syntax error\r\n");
  CHECK(kill({"TYPE", "normal", "ID"}) == "-ERR syntax error\r\n");
  CHECK(kill({"TYPE", "normal", "SKIPME", "x"}) == "-ERR syntax error\r\n");
  CHECK(kill({}) == "-ERR wrong number of arguments for 'client|kill' command\r\n");
  CHECK(other.is_open());
}

TEST_CASE("CLIENT KILL: whoever is killed runs nothing more, not even in the same turn") {
  InProcessServer server;
  auto& killer = server.Connect();
  auto& victim = server.Connect();
  auto& witness = server.Connect();
  killer.Push(Encode({"CLIENT", "KILL", "ID", "2"}) + Encode({"CLIENT", "LIST"}) +
              Encode({"CLIENT", "KILL", "ID", "2"}));
  victim.Push(Encode({"SET", "k", "v"}));
  server.RunTurns();
  const std::string reply = killer.TakeOutput();
  CHECK(reply.starts_with(":1\r\n"));
  CHECK(Ids(reply) == "1,3,");
  CHECK(reply.ends_with(":0\r\n"));
  CHECK_FALSE(victim.is_open());
  CHECK(witness.Run({"EXISTS", "k"}) == ":0\r\n");
}

TEST_CASE("CLIENT PAUSE: holds every request, in order, until it is over") {
  InProcessServer server;
  auto& pauser = server.Connect();
  auto& other = server.Connect();
  CHECK(pauser.Run({"CLIENT", "PAUSE", "50"}) == "+OK\r\n");
  CHECK(other.SendRaw(Encode({"SET", "k", "1"}) + Encode({"GET", "k"}) + "ECHO 'a b'\r\n").empty());
  CHECK(pauser.Run({"CLIENT", "UNPAUSE"}).empty());
  server.Advance(49);
  CHECK(other.TakeOutput().empty());
  server.Advance(1);
  CHECK(other.TakeOutput() == "+OK\r\n$1\r\n1\r\n$3\r\na b\r\n");
  CHECK(pauser.TakeOutput() == "+OK\r\n");
}

TEST_CASE("CLIENT PAUSE: what cannot run anyway is refused at once, and new clients wait too") {
  InProcessServer server;
  server.Connect().Run({"CLIENT", "PAUSE", "1000"});
  auto& client = server.Connect();
  CHECK(client.Run({"NOPE"}).starts_with("-ERR unknown command"));
  CHECK(client.Run({"GET"}) == "-ERR wrong number of arguments for 'get' command\r\n");
  CHECK(client.Run({"PING"}).empty());
  client.Close();  // while it waits
  auto& quitter = server.Connect();
  CHECK(quitter.Run({"QUIT"}).empty());
  CHECK(quitter.is_open());
  server.Advance(1000);
  CHECK(quitter.TakeOutput() == "+OK\r\n");
  CHECK_FALSE(quitter.is_open());
}

TEST_CASE("CLIENT PAUSE WRITE: reads go on, keys do not expire, UNPAUSE ends it") {
  InProcessServer server;
  auto& pauser = server.Connect();
  auto& writer = server.Connect();
  pauser.Run({"SET", "k", "v", "PX", "20"});
  CHECK(pauser.Run({"CLIENT", "PAUSE", "60000", "WRITE"}) == "+OK\r\n");
  CHECK(writer.Run({"SET", "x", "1"}).empty());
  const std::string line = pauser.Run({"CLIENT", "LIST", "ID", "2"});
  CHECK(line.find(" flags=b ") != std::string::npos);
  CHECK(pauser.Run({"INFO", "clients"}).find("\r\nblocked_clients:1\r\n") != std::string::npos);
  CHECK(pauser.Run({"CLIENT", "UNBLOCK", "2"}) == ":0\r\n");
  CHECK(pauser.Run({"GET", "k"}) == "$1\r\nv\r\n");
  server.Advance(500);
  CHECK(pauser.Run({"GET", "k"}) == "$-1\r\n");
  CHECK(pauser.Run({"DBSIZE"}) == ":1\r\n");
  CHECK(pauser.Run({"CLIENT", "UNPAUSE"}) == "+OK\r\n");
  CHECK(writer.TakeOutput() == "+OK\r\n");
  server.Advance(100);
  CHECK(pauser.Run({"DBSIZE"}) == ":1\r\n");  // k has gone, x has come
  CHECK(pauser.Run({"GET", "x"}) == "$1\r\n1\r\n");
  CHECK(pauser.Run({"CLIENT", "UNPAUSE"}) == "+OK\r\n");
}

TEST_CASE("CLIENT PAUSE: the later end counts, and ALL over WRITE") {
  InProcessServer server;
  auto& pauser = server.Connect();
  auto& other = server.Connect();
  pauser.Run({"CLIENT", "PAUSE", "500", "WRITE"});
  CHECK(pauser.Run({"CLIENT", "PAUSE", "100", "ALL"}) == "+OK\r\n");
  CHECK(other.Run({"PING"}).empty());
  server.Advance(499);
  CHECK(other.TakeOutput().empty());
  server.Advance(1);
  CHECK(other.TakeOutput() == "+PONG\r\n");
  CHECK(pauser.Run({"CLIENT", "PAUSE", "100", "WRITE"}) == "+OK\r\n");
  CHECK(pauser.Run({"CLIENT", "PAUSE", "300", "WRITE"}) == "+OK\r\n");
  CHECK(other.Run({"PING"}) == "+PONG\r\n");
  CHECK(other.Run({"DEL", "k"}).empty());
  server.Advance(299);
  CHECK(other.TakeOutput().empty());
  server.Advance(1);
  CHECK(other.TakeOutput() == ":0\r\n");
}

TEST_CASE("CLIENT PAUSE: refuses wrong arguments with Redis's words and pauses nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  const auto pause = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"CLIENT", "PAUSE"});
    return client.Run(arguments);
  };
  CHECK(pause({}) == "-ERR wrong number of arguments for 'client|pause' command\r\n");
  for (const char* timeout : {"x", "1.5", "", "9223372036854775808"}) {
    CHECK(pause({timeout}) == "-ERR timeout is not an integer or out of range\r\n");
  }
  CHECK(pause({"-1"}) == "-ERR timeout is negative\r\n");
  CHECK(pause({"9223372036854775807"}) == "-ERR timeout is out of range\r\n");
  CHECK(pause({"x", "y"}) == "-ERR CLIENT PAUSE mode must be WRITE or ALL\r\n");
  CHECK(pause({"10", "all", "x"}) ==
        "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.\r\n");
  CHECK(client.Run({"SET", "k", "v"}) == "+OK\r\n");
  // The longest that Redis takes: it does not end, and does not overflow either.
  CHECK(pause({"7000000000000000000", "WRITE"}) == "+OK\r\n");
  CHECK(client.Run({"CLIENT", "UNPAUSE"}) == "+OK\r\n");
  CHECK(pause({"0"}) == "+OK\r\n");
  server.Advance(1);
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
}

TEST_CASE("CLIENT PAUSE: a client that waits for its end is not idle") {
  InProcessServer server({"timeout 1"});
  auto& pauser = server.Connect();
  auto& other = server.Connect();
  pauser.Run({"CLIENT", "PAUSE", "3000"});
  CHECK(other.Run({"PING"}).empty());
  server.Advance(3000);
  CHECK(other.TakeOutput() == "+PONG\r\n");
  CHECK(other.is_open());
  CHECK_FALSE(pauser.is_open());
}
