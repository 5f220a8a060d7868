// COMMAND: what clients and the differential test learn about commands.

#include <doctest/doctest.h>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;

TEST_CASE("COMMAND INFO: an unknown name is null, not a null array") {
  InProcessServer server;
  CHECK(server.Connect().Run({"COMMAND", "INFO", "nonsense"}) == "*1\r\n$-1\r\n");
}

TEST_CASE("COMMAND: an unknown subcommand is refused, also as the subject of GETKEYS") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"COMMAND", "nonsense"}) ==
        "-ERR unknown subcommand 'nonsense'. Try COMMAND HELP.\r\n");
  CHECK(client.Run({"COMMAND", "GETKEYS", "COMMAND", "nonsense"}) ==
        "-ERR Invalid command specified\r\n");
  CHECK(client.Run({"COMMAND", "GETKEYS", "COMMAND"}) ==
        "-ERR The command has no key arguments\r\n");
}

TEST_CASE("COMMAND GETKEYSANDFLAGS: SET reads only with GET, BITFIELD writes only with SET") {
  InProcessServer server;
  auto& client = server.Connect();
  const auto flags_of = [&](std::vector<std::string> request) {
    request.insert(request.begin(), {"COMMAND", "GETKEYSANDFLAGS"});
    return client.Run(request);
  };
  const std::string key = "*1\r\n*2\r\n$1\r\nk\r\n";
  const std::string read_write = key + "*3\r\n+RW\r\n+access\r\n+update\r\n";
  CHECK(flags_of({"SET", "k", "v", "EX", "9"}) == key + "*2\r\n+OW\r\n+update\r\n");
  CHECK(flags_of({"SET", "k", "get"}) == key + "*2\r\n+OW\r\n+update\r\n");
  CHECK(flags_of({"SET", "k", "v", "NX", "get"}) == read_write);
  CHECK(flags_of({"BITFIELD", "k", "GET", "u8", "0", "OVERFLOW", "SAT"}) ==
        key + "*2\r\n+RO\r\n+access\r\n");
  CHECK(flags_of({"BITFIELD", "k", "GET", "u8", "0", "SET", "u8", "0", "1"}) == read_write);
  CHECK(flags_of({"BITFIELD", "k", "GET", "u8"}) == read_write);
}

TEST_CASE("COMMAND LIST: names subcommands too") {
  InProcessServer server;
  const std::string names = server.Connect().Run({"COMMAND", "LIST"});
  CHECK(names.find("$10\r\nconfig|get\r\n") != std::string::npos);
  CHECK(names.find("$6\r\nconfig\r\n") != std::string::npos);
}

TEST_CASE("CONFIG SET: a name without a value is a syntax error") {
  InProcessServer server;
  CHECK(server.Connect().Run({"CONFIG", "SET", "hz", "20", "timeout"}) == "-ERR syntax error\r\n");
}
