// Who may talk: AUTH and HELLO ... AUTH, with and without a password, and what strangers may do.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view kWrongPassword =
    "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
constexpr std::string_view kNoAuth = "-NOAUTH Authentication required.\r\n";
constexpr std::string_view kHelloNeedsAuth =
    "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
    "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP "
    "protocol version at the same time\r\n";

bool IsGreeting(std::string_view reply) {
  return reply.find("$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n") !=
         std::string_view::npos;
}

}  // namespace

TEST_CASE("AUTH: without a password set, one argument is refused and any will do for two") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"AUTH", "x"}) ==
        "-ERR AUTH <password> called without any password configured for the default user. Are "
        "you sure your configuration is correct?\r\n");
  CHECK(client.Run({"AUTH", "default", "x"}) == "+OK\r\n");
  CHECK(client.Run({"AUTH", "somebody", "x"}) == kWrongPassword);
  CHECK(client.Run({"AUTH", "a", "b", "c"}) == "-ERR syntax error\r\n");
  CHECK(client.Run({"AUTH"}) == "-ERR wrong number of arguments for 'auth' command\r\n");
}

TEST_CASE("AUTH: a stranger may log in, and nothing else") {
  InProcessServer server({"requirepass secret"});
  auto& client = server.Connect();
  CHECK(client.Run({"GET", "k"}) == kNoAuth);
  CHECK(client.Run({"PING"}) == kNoAuth);
  CHECK(client.Run({"CLIENT", "LIST"}) == kNoAuth);
  CHECK(client.Run({"CLIENT", "NOPE"}) == kNoAuth);
  CHECK(client.Run({"NOPE"}) == kNoAuth);
  CHECK(client.Run({"GET"}) == kNoAuth);
  CHECK(client.Run({"AUTH"}) == "-ERR wrong number of arguments for 'auth' command\r\n");
  CHECK(client.Run({"AUTH", "wrong"}) == kWrongPassword);
  CHECK(client.Run({"AUTH", "secre"}) == kWrongPassword);
  CHECK(client.Run({"AUTH", "secrets"}) == kWrongPassword);
  CHECK(client.Run({"AUTH", ""}) == kWrongPassword);
  CHECK(client.Run({"AUTH", "somebody", "secret"}) == kWrongPassword);
  CHECK(client.Run({"PING"}) == kNoAuth);
  CHECK(client.Run({"AUTH", "secret"}) == "+OK\r\n");
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
}

TEST_CASE("AUTH: with a user's name, and again with a wrong password, which changes nothing") {
  InProcessServer server({"requirepass secret"});
  auto& client = server.Connect();
  CHECK(client.Run({"AUTH", "default", "secret"}) == "+OK\r\n");
  CHECK(client.Run({"AUTH", "default", "wrong"}) == kWrongPassword);
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
}

TEST_CASE("AUTH: a password may have any bytes, also zero bytes") {
  InProcessServer server({R"(requirepass "a\x00b\xff")"});
  auto& client = server.Connect();
  CHECK(client.Run({"AUTH", "a"}) == kWrongPassword);
  CHECK(client.Run({"AUTH", "a\0b\xff"sv}) == "+OK\r\n");
}

TEST_CASE("AUTH: every failing one in a pipeline gets its reply (valkey#2287)") {
  InProcessServer server({"failed-login-burst 0", "requirepass secret"});
  auto& client = server.Connect();
  std::string pipeline;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    pipeline += Encode({"AUTH", "wrong"});
    expected += kWrongPassword;
  }
  pipeline += Encode({"PING"}) + Encode({"AUTH", "secret"}) + Encode({"PING"});
  expected += std::string(kNoAuth) + "+OK\r\n+PONG\r\n";
  CHECK(client.SendRaw(pipeline) == expected);
}

TEST_CASE("AUTH: the limits of a stranger end with the login, in the same pipeline") {
  InProcessServer server({"requirepass secret"});
  auto& client = server.Connect();
  const std::string large(20'000, 'x');
  CHECK(client.SendRaw(Encode({"AUTH", "secret"}) + Encode({"ECHO", large})) ==
        "+OK\r\n$20000\r\n" + large + "\r\n");
  auto& stranger = server.Connect();
  CHECK(stranger.SendRaw(Encode({"ECHO", large})) ==
        "-ERR Protocol error: unauthenticated bulk length\r\n");
  CHECK_FALSE(stranger.is_open());
}

TEST_CASE("requirepass: who is connected stays logged in; without it nobody is a stranger") {
  InProcessServer server;
  auto& early = server.Connect();
  CHECK(early.Run({"CONFIG", "SET", "requirepass", "secret"}) == "+OK\r\n");
  CHECK(early.Run({"PING"}) == "+PONG\r\n");
  auto& late = server.Connect();
  CHECK(late.Run({"PING"}) == kNoAuth);
  CHECK(early.Run({"CONFIG", "SET", "requirepass", ""}) == "+OK\r\n");
  CHECK(late.Run({"PING"}) == "+PONG\r\n");
}

TEST_CASE("HELLO: greets in the protocol that it chooses, or that is in use") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string facts_before =
      "$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n";
  const std::string facts_after =
      "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
      "$7\r\nmodules\r\n*0\r\n";
  const std::string resp2 = "*14\r\n" + facts_before + "$5\r\nproto\r\n:2\r\n" + facts_after;
  const std::string resp3 = "%7\r\n" + facts_before + "$5\r\nproto\r\n:3\r\n" + facts_after;
  CHECK(client.Run({"HELLO"}) == resp2);
  CHECK(client.Run({"HELLO", "3"}) == resp3);
  CHECK(client.Run({"HELLO"}) == resp3);
  CHECK(client.Run({"GET", "missing"}) == "_\r\n");
  CHECK(client.Run({"HELLO", "2"}) == resp2);
  CHECK(client.Run({"GET", "missing"}) == "$-1\r\n");
}

TEST_CASE("HELLO: refuses what it does not know, and then changes nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  constexpr std::string_view kNoProtocol = "-NOPROTO unsupported protocol version\r\n";
  for (const std::string_view version : {"1", "4", "0", "-3", "9223372036854775807"}) {
    CHECK(client.Run({"HELLO", version}) == kNoProtocol);
  }
  for (const std::string_view version : {"x", "", "3.0", "9223372036854775808"}) {
    CHECK(client.Run({"HELLO", version}) ==
          "-ERR Protocol version is not an integer or out of range\r\n");
  }
  CHECK(client.Run({"HELLO", "3", "NOPE"}) == "-ERR Syntax error in HELLO option 'NOPE'\r\n");
  CHECK(client.Run({"HELLO", "3", "SETNAME"}) == "-ERR Syntax error in HELLO option 'SETNAME'\r\n");
  CHECK(client.Run({"HELLO", "3", "AUTH", "x"}) == "-ERR Syntax error in HELLO option 'AUTH'\r\n");
  CHECK(client.Run({"HELLO", "3", "a\r\nb\0c"sv}) ==
        "-ERR Syntax error in HELLO option 'a  b'\r\n");
  CHECK(client.Run({"HELLO", "3", "SETNAME", "a b"}) ==
        "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
  CHECK(client.Run({"HELLO", "3", "SETNAME", "name", "AUTH", "nobody", "x"}) == kWrongPassword);
  CHECK(client.Run({"HELLO", "3", "SETNAME", "name", "NOPE"}) ==
        "-ERR Syntax error in HELLO option 'NOPE'\r\n");
  CHECK(client.Run({"GET", "missing"}) == "$-1\r\n");
}

TEST_CASE("HELLO: a stranger must log in with it, and learns nothing before") {
  InProcessServer server({"requirepass secret"});
  auto& client = server.Connect();
  CHECK(client.Run({"HELLO"}) == kHelloNeedsAuth);
  CHECK(client.Run({"HELLO", "3"}) == kHelloNeedsAuth);
  CHECK(client.Run({"HELLO", "3", "AUTH", "default", "wrong"}) == kWrongPassword);
  CHECK(client.Run({"PING"}) == kNoAuth);
  CHECK(IsGreeting(client.Run({"HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"})));
  CHECK(client.Run({"GET", "missing"}) == "_\r\n");
}

TEST_CASE("RESET: the connection is as new, and a stranger's when there is a password") {
  InProcessServer server({"requirepass secret"});
  auto& client = server.Connect();
  client.Run({"HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"});
  client.Run({"SELECT", "3"});
  client.Run({"SET", "k", "in 3"});
  CHECK(client.Run({"RESET", "x"}) == "-ERR wrong number of arguments for 'reset' command\r\n");
  CHECK(client.Run({"RESET"}) == "+RESET\r\n");
  CHECK(client.Run({"GET", "k"}) == kNoAuth);
  CHECK(client.Run({"AUTH", "secret"}) == "+OK\r\n");
  CHECK(client.Run({"GET", "k"}) == "$-1\r\n");
  CHECK(client.Run({"SELECT", "3"}) == "+OK\r\n");
  CHECK(client.Run({"GET", "k"}) == "$4\r\nin 3\r\n");
}

TEST_CASE("QUIT: is answered, and what comes after it in the pipeline is not executed") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.SendRaw(Encode({"SET", "a", "1"}) + Encode({"QUIT"}) + Encode({"SET", "a", "2"})) ==
        "+OK\r\n+OK\r\n");
  CHECK_FALSE(client.is_open());
  auto& other = server.Connect();
  CHECK(other.Run({"GET", "a"}) == "$1\r\n1\r\n");
  CHECK(other.Run({"QUIT", "with", "arguments"}) == "+OK\r\n");
  CHECK_FALSE(other.is_open());
}

TEST_CASE("SELECT: takes a database's number") {
  InProcessServer server({"databases 4"});
  auto& client = server.Connect();
  CHECK(client.Run({"SELECT", "3"}) == "+OK\r\n");
  for (const std::string_view index : {"4", "-1", "2147483647"}) {
    CHECK(client.Run({"SELECT", index}) == "-ERR DB index is out of range\r\n");
  }
  CHECK(client.Run({"SELECT", "x"}) == "-ERR value is not an integer or out of range\r\n");
  CHECK(client.Run({"SELECT", "99999999999"}) ==
        "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n");
}
