// SHUTDOWN: when the server ends, and what the client hears of it.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;

TEST_CASE("SHUTDOWN: ends the server; the client gets no reply but those owed before") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.SendRaw("PING\r\nSHUTDOWN\r\nPING\r\n") == "+PONG\r\n");
  CHECK(server.shell.shutdown_requested);
  CHECK_FALSE(client.is_open());
}

TEST_CASE("SHUTDOWN: takes NOSAVE, NOW and FORCE in any order and case") {
  for (const std::string_view options : {"NOSAVE", "now force", "FORCE nosave NOW NOW"}) {
    CAPTURE(options);
    InProcessServer server;
    auto& client = server.Connect();
    CHECK(client.SendRaw("shutdown " + std::string(options) + "\r\n").empty());
    CHECK(server.shell.shutdown_requested);
  }
}

TEST_CASE("SHUTDOWN: contradictions are refused and end nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  for (const std::string_view options :
       {"SAVE NOSAVE", "NOSAVE SAVE", "ABORT NOW", "NOW ABORT", "ABORT SAVE", "foo", "NOW foo"}) {
    CAPTURE(options);
    CHECK(client.SendRaw("SHUTDOWN " + std::string(options) + "\r\n") == "-ERR syntax error\r\n");
  }
  CHECK_FALSE(server.shell.shutdown_requested);
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
}

TEST_CASE("SHUTDOWN ABORT: there is nothing to abort") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SHUTDOWN", "ABORT"}) == "-ERR No shutdown in progress.\r\n");
  CHECK(client.Run({"SHUTDOWN", "abort", "ABORT"}) == "-ERR No shutdown in progress.\r\n");
  CHECK_FALSE(server.shell.shutdown_requested);
}

TEST_CASE("SHUTDOWN SAVE: nothing is lost for want of a way to save, unless FORCE says so") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SHUTDOWN", "SAVE"}) == "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  CHECK_FALSE(server.shell.shutdown_requested);
  REQUIRE(server.log.lines.size() == 1);
  CHECK(server.log.lines[0].find("cannot save") != std::string::npos);
  CHECK(client.Run({"SHUTDOWN", "SAVE", "FORCE"}).empty());
  CHECK(server.shell.shutdown_requested);
}
