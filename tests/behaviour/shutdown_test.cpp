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

TEST_CASE("SHUTDOWN SAVE: a server that cannot save goes on, unless FORCE says so") {
  InProcessServer server;
  auto& client = server.Connect();
  server.own_files.free_bytes = 0;
  CHECK(client.Run({"SHUTDOWN", "SAVE"}) == "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  CHECK_FALSE(server.shell.shutdown_requested);
  CHECK(server.log.lines.back() == "Error trying to save the DB, can't exit.");
  CHECK(client.Run({"GET", "k"}) == "$-1\r\n");
  CHECK(client.Run({"SHUTDOWN", "SAVE", "FORCE"}).empty());
  CHECK(server.shell.shutdown_requested);
}

TEST_CASE("SHUTDOWN: saves where save points are set, and with SAVE; not with NOSAVE") {
  struct Trial {
    std::string_view save;
    std::string_view option;
    bool saves;
  };
  for (const Trial& trial : {Trial{"save 60 1", "NOW", true}, Trial{"save ''", "NOW", false},
                             Trial{"save ''", "SAVE", true}, Trial{"save 60 1", "NOSAVE", false}}) {
    CAPTURE(trial.save);
    CAPTURE(trial.option);
    InProcessServer server({trial.save});
    auto& client = server.Connect();
    client.Run({"SET", "k", "v"});
    client.Run({"SHUTDOWN", std::string(trial.option)});
    CHECK(server.shell.shutdown_requested);
    CHECK(server.own_files.Exists("dump.rdb") == trial.saves);
  }
}
