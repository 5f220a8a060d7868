// What a server that stands alone, without modules and without replicas, says to those who ask.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;

namespace {

constexpr std::string_view kNoCluster = "-ERR This instance has cluster support disabled\r\n";

}  // namespace

TEST_CASE("CLUSTER: every subcommand is refused as by a Redis without cluster, HELP is not") {
  InProcessServer server;
  auto& client = server.Connect();
  for (const std::string_view request : {"CLUSTER INFO",
                                         "CLUSTER NODES",
                                         "CLUSTER SLOTS",
                                         "CLUSTER SHARDS",
                                         "CLUSTER MYID",
                                         "CLUSTER MYSHARDID",
                                         "CLUSTER KEYSLOT k",
                                         "CLUSTER COUNTKEYSINSLOT 1",
                                         "CLUSTER GETKEYSINSLOT 1 2",
                                         "CLUSTER ADDSLOTS 1",
                                         "CLUSTER ADDSLOTSRANGE 1 2",
                                         "CLUSTER DELSLOTS 1",
                                         "CLUSTER DELSLOTSRANGE 1 2",
                                         "CLUSTER FLUSHSLOTS",
                                         "CLUSTER SETSLOT 1 STABLE",
                                         "CLUSTER MEET 127.0.0.1 6379",
                                         "CLUSTER FORGET x",
                                         "CLUSTER REPLICATE x",
                                         "CLUSTER REPLICAS x",
                                         "CLUSTER SLAVES x",
                                         "CLUSTER RESET",
                                         "CLUSTER FAILOVER",
                                         "CLUSTER BUMPEPOCH",
                                         "CLUSTER SAVECONFIG",
                                         "CLUSTER SET-CONFIG-EPOCH 1",
                                         "CLUSTER COUNT-FAILURE-REPORTS x",
                                         "CLUSTER LINKS",
                                         "READONLY",
                                         "READWRITE",
                                         "ASKING"}) {
    CAPTURE(request);
    CHECK(client.SendRaw(std::string(request) + "\r\n") == kNoCluster);
  }
  CHECK(client.Run({"CLUSTER", "HELP"}).starts_with("*5\r\n+CLUSTER <subcommand>"));
  CHECK(client.Run({"CLUSTER", "FOO"}) == "-ERR unknown subcommand 'FOO'. Try CLUSTER HELP.\r\n");
  CHECK(client.Run({"CLUSTER", "INFO", "x"}) ==
        "-ERR wrong number of arguments for 'cluster|info' command\r\n");
}

TEST_CASE("REPLICAOF: NO ONE is what it does already; to follow a server is refused clearly") {
  InProcessServer server;
  auto& client = server.Connect();
  for (const std::string_view command : {"REPLICAOF", "SLAVEOF"}) {
    CHECK(client.Run({command, "no", "One"}) == "+OK\r\n");
    CHECK(client.Run({command, "127.0.0.1", "6379"}).starts_with("-ERR This version"));
    for (const std::string_view port : {"x", "", "-1", "65536", "6379x"}) {
      CHECK(client.Run({command, "127.0.0.1", port}) == "-ERR Invalid master port\r\n");
    }
    CHECK(client.Run({command, "no", "two"}) == "-ERR Invalid master port\r\n");
  }
  CHECK(client.Run({"ROLE"}) == "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n");
  for (const std::string_view request : {"SYNC", "PSYNC ? -1", "REPLCONF capa eof"}) {
    CHECK(client.SendRaw(std::string(request) + "\r\n").starts_with("-ERR This version"));
  }
}

TEST_CASE("FAILOVER: is checked, and then needs replicas") {
  InProcessServer server;
  auto& client = server.Connect();
  const auto run = [&](const std::string& options) {
    return client.SendRaw("FAILOVER" + options + "\r\n");
  };
  for (const char* options : {"", " FORCE", " TO a 1", " TO a 1 FORCE", " TO a 1 FORCE TIMEOUT 100",
                              " TIMEOUT 100 FORCE", " TO a 99999999"}) {
    CAPTURE(options);
    CHECK(run(options) == "-ERR FAILOVER requires connected replicas.\r\n");
  }
  for (const char* options : {" FORCE FORCE", " TIMEOUT 100 TIMEOUT 200", " TIMEOUT", " ABORT x",
                              " TIMEOUT 1 ABORT", " TO a 1 TO b 2", " TO a", " TO", " x"}) {
    CAPTURE(options);
    CHECK(run(options) == "-ERR syntax error\r\n");
  }
  CHECK(run(" TO a x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(run(" TIMEOUT x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(run(" TIMEOUT 0") == "-ERR FAILOVER timeout must be greater than 0\r\n");
  CHECK(run(" abort") == "-ERR No failover in progress.\r\n");
}

TEST_CASE("MODULE: the list is empty; loading depends on enable-module-command, and then fails") {
  constexpr std::string_view kNotAllowed =
      "-ERR MODULE command not allowed. If the enable-module-command option is set to \"local\", "
      "you can run it from a local connection, otherwise you need to set this option in the "
      "configuration file, and then restart the server.\r\n";
  InProcessServer closed;
  auto& client = closed.Connect();
  CHECK(client.Run({"MODULE", "LIST"}) == "*0\r\n");
  for (const std::string_view subcommand : {"LOAD", "LOADEX", "UNLOAD"}) {
    CHECK(client.Run({"MODULE", subcommand, "x"}) == kNotAllowed);
  }
  InProcessServer local({"enable-module-command local", "protected-mode no"});
  auto& far = local.Connect({.remote_address = "10.0.0.1:1", .local_address = "10.0.0.2:6379"});
  CHECK(far.Run({"MODULE", "LOAD", "x"}) == kNotAllowed);
  auto& near = local.Connect();
  CHECK(near.Run({"MODULE", "LOAD", "x"}) ==
        "-ERR Error loading the extension. Please check the server logs.\r\n");
  CHECK(near.Run({"MODULE", "UNLOAD", "x"}) ==
        "-ERR Error unloading module: no such module with that name\r\n");
}

TEST_CASE("LASTSAVE: data that was never saved counts as saved at the start") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string start = ":" + std::to_string(server.clock.wall_ms() / 1000) + "\r\n";
  server.Advance(5000);
  CHECK(client.Run({"LASTSAVE"}) == start);
}

TEST_CASE("LOLWUT: a picture, and last the versions; the arguments of other pictures do not harm") {
  InProcessServer server;
  auto& client = server.Connect();
  for (const std::string_view arguments :
       {"", " VERSION 5", " version 99 1000000000 1", " x y z", " VERSION"}) {
    CAPTURE(arguments);
    const std::string reply = client.SendRaw("LOLWUT" + std::string(arguments) + "\r\n");
    CHECK(reply.ends_with(", Redis ver. 7.4.0\n\r\n"));
    CHECK(reply.size() < 2000);
  }
  CHECK(client.Run({"LOLWUT"}) != client.Run({"LOLWUT"}));
  CHECK(client.Run({"LOLWUT", "VERSION", "x"}) ==
        "-ERR value is not an integer or out of range\r\n");
}

TEST_CASE("WAIT: no replica at all is there at once; for more it waits its time, in vain") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"WAIT", "0", "0"}) == ":0\r\n");
  CHECK(client.Run({"WAIT", "-1", "0"}) == ":0\r\n");
  CHECK(client.Run({"WAIT", "1", "100"}).empty());
  server.Advance(99);
  CHECK(client.TakeOutput().empty());
  server.Advance(1);
  CHECK(client.TakeOutput() == ":0\r\n");
  CHECK(client.Run({"WAIT", "x", "0"}) == "-ERR value is not an integer or out of range\r\n");
  CHECK(client.Run({"WAIT", "0", "x"}) == "-ERR timeout is not an integer or out of range\r\n");
  CHECK(client.Run({"WAIT", "0", "-1"}) == "-ERR timeout is negative\r\n");
  CHECK(client.Run({"WAIT", "1", "9223372036854775807"}).empty());
}
