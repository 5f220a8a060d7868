// LATENCY: spikes of events, and how long commands take.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;
using tests::TestConnection;

namespace {

constexpr std::string_view kMonitored = "latency-monitor-threshold 10";

// Runs a request that takes so long.
void RunFor(InProcessServer& server, TestConnection& client, int64_t milliseconds,
            std::initializer_list<std::string_view> request) {
  server.clock.set_step_us(milliseconds * 1000);
  client.Run(request);
  server.clock.set_step_us(0);
}

std::string Seconds(const InProcessServer& server) {
  return ":" + std::to_string(server.clock.wall_ms() / 1000) + "\r\n";
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("LATENCY: events are told apart, and known from the threshold on") {
  InProcessServer server({kMonitored});
  auto& client = server.Connect();
  CHECK(client.Run({"LATENCY", "LATEST"}) == "*0\r\n");
  RunFor(server, client, 9, {"KEYS", "*"});
  CHECK(client.Run({"LATENCY", "LATEST"}) == "*0\r\n");
  RunFor(server, client, 10, {"KEYS", "*"});
  RunFor(server, client, 25, {"GET", "k"});
  CHECK(client.Run({"LATENCY", "LATEST"}) ==
        "*2\r\n*4\r\n$7\r\ncommand\r\n" + Seconds(server) + ":10\r\n:10\r\n" +
            "*4\r\n$12\r\nfast-command\r\n" + Seconds(server) + ":25\r\n:25\r\n");
}

TEST_CASE("LATENCY: nothing is measured while the threshold is 0") {
  InProcessServer server;
  auto& client = server.Connect();
  RunFor(server, client, 500, {"KEYS", "*"});
  CHECK(client.Run({"LATENCY", "LATEST"}) == "*0\r\n");
  client.Run({"CONFIG", "SET", "latency-monitor-threshold", "1"});
  RunFor(server, client, 500, {"KEYS", "*"});
  CHECK(Contains(client.Run({"LATENCY", "LATEST"}), "$7\r\ncommand\r\n"));
}

TEST_CASE("LATENCY HISTORY: one sample a second, the worst of it; the maximum is remembered") {
  InProcessServer server({kMonitored});
  auto& client = server.Connect();
  const std::string first = Seconds(server);
  for (const int64_t ms : {50, 300, 30}) RunFor(server, client, ms, {"KEYS", "*"});
  server.Advance(2000);
  const std::string second = Seconds(server);
  RunFor(server, client, 40, {"KEYS", "*"});
  CHECK(client.Run({"LATENCY", "HISTORY", "command"}) ==
        "*2\r\n*2\r\n" + first + ":300\r\n*2\r\n" + second + ":40\r\n");
  CHECK(client.Run({"LATENCY", "LATEST"}) ==
        "*1\r\n*4\r\n$7\r\ncommand\r\n" + second + ":40\r\n:300\r\n");
  CHECK(client.Run({"LATENCY", "HISTORY", "nope"}) == "*0\r\n");
}

TEST_CASE("LATENCY HISTORY: the latest 160 samples are kept") {
  InProcessServer server({kMonitored});
  auto& client = server.Connect();
  for (int i = 0; i < 200; ++i) {
    RunFor(server, client, 10 + i, {"KEYS", "*"});
    server.Advance(1000);
  }
  const std::string history = client.Run({"LATENCY", "HISTORY", "command"});
  CHECK(history.starts_with("*160\r\n"));
  CHECK(Contains(history, ":50\r\n"));
  CHECK_FALSE(Contains(history, ":49\r\n"));
  CHECK(history.ends_with(":209\r\n"));
}

TEST_CASE("LATENCY RESET: forgets the events named, or all, and counts them") {
  InProcessServer server({kMonitored});
  auto& client = server.Connect();
  const auto spike_twice = [&] {
    RunFor(server, client, 20, {"KEYS", "*"});
    RunFor(server, client, 20, {"GET", "k"});
  };
  spike_twice();
  CHECK(client.Run({"LATENCY", "RESET", "nope"}) == ":0\r\n");
  CHECK(client.Run({"LATENCY", "RESET", "command", "command"}) == ":1\r\n");
  CHECK(client.Run({"LATENCY", "HISTORY", "command"}) == "*0\r\n");
  spike_twice();
  CHECK(client.Run({"LATENCY", "RESET"}) == ":2\r\n");
  CHECK(client.Run({"LATENCY", "LATEST"}) == "*0\r\n");
}

TEST_CASE("LATENCY GRAPH: four rows, and below each column its age") {
  InProcessServer server({kMonitored});
  auto& client = server.Connect();
  for (const int64_t ms : {50, 300, 30}) {
    RunFor(server, client, ms, {"KEYS", "*"});
    server.Advance(2000);
  }
  const std::string graph = "command - high 300 ms, low 30 ms (all time high 300 ms)\n" +
                            std::string(80, '-') + "\n # \n | \n | \n_|_\n   \n642\nsss\n";
  CHECK(client.Run({"LATENCY", "GRAPH", "command"}) ==
        "$" + std::to_string(graph.size()) + "\r\n" + graph + "\r\n");
  CHECK(client.Run({"LATENCY", "GRAPH", "nope"}) ==
        "-ERR No samples available for event 'nope'\r\n");
}

TEST_CASE("LATENCY GRAPH: more than 80 samples are drawn in blocks") {
  InProcessServer server({kMonitored});
  auto& client = server.Connect();
  for (int i = 0; i < 100; ++i) {
    RunFor(server, client, 10, {"KEYS", "*"});
    server.Advance(1000);
  }
  const std::string graph = client.Run({"LATENCY", "GRAPH", "command"});
  CHECK(Contains(graph, "\n" + std::string(80, '_') + "\n"));
  CHECK(Contains(graph, "\n" + std::string(20, '_') + "\n"));
  CHECK(Contains(graph, "\n1111111111"));
}

TEST_CASE("LATENCY DOCTOR: says that nothing is measured, that nothing was slow, or what was") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(Contains(client.Run({"LATENCY", "DOCTOR"}), "not monitored"));
  client.Run({"CONFIG", "SET", "latency-monitor-threshold", "10"});
  CHECK(Contains(client.Run({"LATENCY", "DOCTOR"}), "Nothing took 10 ms"));
  RunFor(server, client, 20, {"KEYS", "*"});
  const std::string report = client.Run({"LATENCY", "DOCTOR"});
  CHECK(Contains(report, "command: 1 spikes, 20 ms on average"));
  CHECK(Contains(report, "SLOWLOG GET"));
}

TEST_CASE("LATENCY HISTOGRAM: counts calls below each duration, by command") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"LATENCY", "HISTOGRAM", "set"}) == "*0\r\n");
  const auto set_for = [&](int64_t microseconds) {
    server.clock.set_step_us(microseconds);
    client.Run({"SET", "k", "v"});
    server.clock.set_step_us(0);
  };
  for (const int64_t us : {0, 1, 3, 3, 30, 1'000'000}) set_for(us);
  const std::string reply = client.Run({"LATENCY", "HISTOGRAM", "set"});
  CHECK(reply ==
        "*2\r\n$3\r\nset\r\n*4\r\n$5\r\ncalls\r\n:6\r\n$14\r\nhistogram_usec\r\n"
        "*8\r\n:1\r\n:2\r\n:4\r\n:4\r\n:33\r\n:5\r\n:1082130\r\n:6\r\n");
}

TEST_CASE("LATENCY HISTOGRAM: a container stands for its subcommands; unknown names are left out") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"CONFIG", "GET", "maxmemory"});
  client.Run({"CONFIG", "SET", "maxmemory", "0"});
  const std::string both = client.Run({"LATENCY", "HISTOGRAM", "config", "nope", "no|such"});
  CHECK(both.starts_with("*4\r\n"));
  CHECK(Contains(both, "$10\r\nconfig|get\r\n"));
  CHECK(Contains(both, "$10\r\nconfig|set\r\n"));
  CHECK(client.Run({"LATENCY", "HISTOGRAM", "CONFIG|GET"}).starts_with("*2\r\n"));
  client.Run({"CONFIG", "RESETSTAT"});
  CHECK(client.Run({"LATENCY", "HISTOGRAM", "config|get"}) == "*0\r\n");
}
