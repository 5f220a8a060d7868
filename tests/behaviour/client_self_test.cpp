// CLIENT, about oneself: names, the library, replies, NO-TOUCH, and the line that describes it all.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view kBadName =
    "-ERR Client names cannot contain spaces, newlines or special characters.\r\n";

// The text of a bulk or verbatim reply.
std::string Text(const std::string& reply) {
  const size_t begin = reply.find("\r\n");
  REQUIRE(begin != std::string::npos);
  return reply.substr(begin + 2, reply.size() - begin - 4);
}

// The value of a field in a line of CLIENT LIST.
std::string Field(const std::string& line, std::string_view name) {
  const std::string wanted = " " + std::string(name) + "=";
  const size_t at = (" " + line).find(wanted);
  REQUIRE_MESSAGE(at != std::string::npos, name);
  const size_t begin = at + wanted.size() - 1;
  return line.substr(begin, line.find_first_of(" \n", begin) - begin);
}

std::string Info(TestConnection& client) {
  return Text(client.Run({"CLIENT", "INFO"}));
}

}  // namespace

TEST_CASE("CLIENT: ids count up and are not used again") {
  InProcessServer server;
  auto& first = server.Connect();
  CHECK(first.Run({"CLIENT", "ID"}) == ":1\r\n");
  CHECK(server.Connect().Run({"CLIENT", "ID"}) == ":2\r\n");
  first.Close();
  CHECK(server.Connect().Run({"CLIENT", "ID"}) == ":3\r\n");
}

TEST_CASE("CLIENT: its container and arities answer as Redis") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"CLIENT"}) == "-ERR wrong number of arguments for 'client' command\r\n");
  CHECK(client.Run({"CLIENT", "NOPE"}) == "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.\r\n");
  CHECK(client.Run({"CLIENT", "ID", "x"}) ==
        "-ERR wrong number of arguments for 'client|id' command\r\n");
  CHECK(client.Run({"CLIENT", "INFO", "x"}) ==
        "-ERR wrong number of arguments for 'client|info' command\r\n");
  for (const std::string_view later : {"TRACKING", "CACHING", "GETREDIR", "TRACKINGINFO"}) {
    CHECK(client.Run({"CLIENT", later, "x"}) ==
          "-ERR unknown subcommand '" + std::string(later) + "'. Try CLIENT HELP.\r\n");
  }
  CHECK(
      client.Run({"CLIENT", "HELP"})
          .starts_with("*31\r\n+CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
}

TEST_CASE("CLIENT SETNAME: takes printable text without spaces, and nothing to take it away") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"CLIENT", "GETNAME"}) == "$-1\r\n");
  CHECK(client.Run({"CLIENT", "SETNAME", "!worker-1~"}) == "+OK\r\n");
  CHECK(client.Run({"CLIENT", "GETNAME"}) == "$10\r\n!worker-1~\r\n");
  for (const std::string_view bad : {"a b"sv, "a\nb"sv, "\x7f"sv, "\xff"sv, "a\0b"sv, " "sv}) {
    CHECK(client.Run({"CLIENT", "SETNAME", bad}) == kBadName);
  }
  CHECK(client.Run({"CLIENT", "GETNAME"}) == "$10\r\n!worker-1~\r\n");
  CHECK(client.Run({"CLIENT", "SETNAME", ""}) == "+OK\r\n");
  CHECK(client.Run({"CLIENT", "GETNAME"}) == "$-1\r\n");
  client.Run({"HELLO", "3", "SETNAME", "x"});
  CHECK(client.Run({"CLIENT", "GETNAME"}) == "$1\r\nx\r\n");
  client.Run({"HELLO", "3", "SETNAME", ""});
  CHECK(client.Run({"CLIENT", "GETNAME"}) == "_\r\n");
}

TEST_CASE("CLIENT SETINFO: notes the library, which RESET leaves") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"CLIENT", "SETINFO", "lib-name", "redis-py(x)"}) == "+OK\r\n");
  CHECK(client.Run({"CLIENT", "SETINFO", "LIB-VER", "8.1.0"}) == "+OK\r\n");
  CHECK(client.Run({"CLIENT", "SETINFO", "Lib-Name", "a b"}) ==
        "-ERR Lib-Name cannot contain spaces, newlines or special characters.\r\n");
  CHECK(client.Run({"CLIENT", "SETINFO", "lib-ver", "\n"}) ==
        "-ERR lib-ver cannot contain spaces, newlines or special characters.\r\n");
  CHECK(client.Run({"CLIENT", "SETINFO", "no\r\npe", "x"}) ==
        "-ERR Unrecognized option 'no  pe'\r\n");
  CHECK(client.Run({"CLIENT", "SETINFO", "lib-name"}) ==
        "-ERR wrong number of arguments for 'client|setinfo' command\r\n");
  client.Run({"RESET"});
  CHECK(Field(Info(client), "lib-name") == "redis-py(x)");
  CHECK(Field(Info(client), "lib-ver") == "8.1.0");
  CHECK(client.Run({"CLIENT", "SETINFO", "LIB-VER", ""}) == "+OK\r\n");
  CHECK(Field(Info(client), "lib-ver").empty());
}

TEST_CASE("CLIENT INFO: is one line with Redis 7.4's fields in its order") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string line = Info(client);
  CHECK(line.ends_with("\n"));
  std::string names;
  for (size_t begin = 0; begin < line.size();) {
    const size_t end = line.find_first_of(" \n", begin);
    names += line.substr(begin, line.find('=', begin) - begin) + " ";
    begin = end + 1;
  }
  CHECK(names ==
        "id addr laddr fd name age idle flags db sub psub ssub multi watch qbuf qbuf-free argv-mem "
        "multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp lib-name lib-ver ");
  CHECK(
      line.starts_with("id=1 addr=127.0.0.1:50000 laddr=127.0.0.1:6379 fd=8 name= age=0 idle=0 "
                       "flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=26 "
                       "qbuf-free=0 argv-mem=10 multi-mem=0 "));
  CHECK(line.ends_with(" cmd=client|info user=default redir=-1 resp=2 lib-name= lib-ver=\n"));
}

TEST_CASE("CLIENT INFO: follows what the client does") {
  InProcessServer server;
  auto& client = server.Connect({.remote_address = "/run/c.sock:0",
                                 .local_address = "/run/c.sock:0",
                                 .is_unix_socket = true,
                                 .descriptor = 9});
  client.Run({"CLIENT", "SETNAME", "me"});
  client.Run({"SELECT", "7"});
  client.Run({"CLIENT", "NO-EVICT", "on"});
  client.Run({"CLIENT", "NO-TOUCH", "on"});
  server.Advance(3'500);
  std::string line = Info(client);
  CHECK(Field(line, "name") == "me");
  CHECK(Field(line, "db") == "7");
  CHECK(Field(line, "flags") == "UeT");
  CHECK(Field(line, "age") == "3");
  CHECK(Field(line, "idle") == "3");
  client.Run({"RESET"});
  CHECK(Field(Info(client), "flags") == "U");
  client.Run({"HELLO", "3"});
  const std::string reply = client.Run({"CLIENT", "INFO"});
  CHECK(reply.starts_with("="));
  line = Text(reply);
  CHECK(line.starts_with("txt:id=1 addr=/run/c.sock:0 "));
  CHECK(Field(line, "resp") == "3");
  CHECK(Field(line, "idle") == "0");
}

TEST_CASE("CLIENT REPLY: OFF mutes everything until ON") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client
            .SendRaw(Encode({"CLIENT", "REPLY", "OFF"}) + Encode({"PING"}) + Encode({"NOPE"}) +
                     Encode({"GET"}) + Encode({"CLIENT", "REPLY", "SKIP"}) +
                     Encode({"CLIENT", "REPLY", "nope"}) + Encode({"SET", "k", "v"}))
            .empty());
  CHECK(client.Run({"CLIENT", "REPLY", "ON"}) == "+OK\r\n");
  CHECK(client.Run({"GET", "k"}) == "$1\r\nv\r\n");
  CHECK(client.Run({"CLIENT", "REPLY", "nope"}) == "-ERR syntax error\r\n");
}

TEST_CASE("CLIENT REPLY: SKIP mutes one request, whatever it is") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string skip = Encode({"CLIENT", "REPLY", "SKIP"});
  const std::string ping = Encode({"PING"});
  CHECK(client.SendRaw(skip + ping + ping) == "+PONG\r\n");
  CHECK(client.SendRaw(skip + skip + ping + ping) == "+PONG\r\n");
  CHECK(client.SendRaw(skip + Encode({"NOPE"}) + ping) == "+PONG\r\n");
  CHECK(client.SendRaw(skip + Encode({"GET"}) + ping) == "+PONG\r\n");
  CHECK(client.SendRaw(skip + Encode({"CLIENT", "REPLY", "nope"}) + ping) == "+PONG\r\n");
  CHECK(client.SendRaw(skip + Encode({"RESET"}) + ping) == "+PONG\r\n");
  CHECK(client.SendRaw(skip + Encode({"CLIENT", "REPLY", "ON"}) + ping) == "+OK\r\n+PONG\r\n");
  CHECK(client.SendRaw(skip + Encode({"CLIENT", "REPLY", "OFF"}) + ping + ping).empty());
  CHECK(client.SendRaw(skip + ping + Encode({"CLIENT", "REPLY", "ON"}) + ping) ==
        "+OK\r\n+PONG\r\n");
}

TEST_CASE("CLIENT REPLY: RESET ends OFF and is answered; QUIT closes without a word") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.SendRaw(Encode({"CLIENT", "REPLY", "OFF"}) + Encode({"RESET"})) == "+RESET\r\n");
  CHECK(client.SendRaw(Encode({"CLIENT", "REPLY", "OFF"}) + Encode({"QUIT"})).empty());
  CHECK_FALSE(client.is_open());
}

TEST_CASE("CLIENT NO-TOUCH: reads leave the idle time alone") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v"});
  server.Advance(10'000);
  CHECK(client.Run({"CLIENT", "NO-TOUCH", "ON"}) == "+OK\r\n");
  client.Run({"GET", "k"});
  CHECK(client.Run({"OBJECT", "IDLETIME", "k"}) == ":10\r\n");
  CHECK(client.Run({"CLIENT", "NO-TOUCH", "OFF"}) == "+OK\r\n");
  client.Run({"GET", "k"});
  CHECK(client.Run({"OBJECT", "IDLETIME", "k"}) == ":0\r\n");
  for (const std::string_view name : {"NO-TOUCH", "NO-EVICT"}) {
    CHECK(client.Run({"CLIENT", name, "x"}) == "-ERR syntax error\r\n");
    CHECK(client.Run({"CLIENT", name, ""}) == "-ERR syntax error\r\n");
  }
}
