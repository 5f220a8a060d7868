// SLOWLOG: which requests it keeps, and what of them.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;
using tests::TestConnection;

namespace {

// The manual clock stands still during a request, so every request takes 0 microseconds: a
// threshold of 0 keeps all, any other none.
constexpr std::string_view kKeepAll = "slowlog-log-slower-than 0";

std::string Bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

std::string Array(const std::vector<std::string>& elements) {
  std::string array = "*" + std::to_string(elements.size()) + "\r\n";
  for (const std::string& element : elements) array += element;
  return array;
}

// An entry of the slow log as a reply, of the client that Connect() makes.
std::string Entry(int id, int64_t time_s, const std::vector<std::string>& arguments) {
  std::vector<std::string> bulks;
  for (const std::string& argument : arguments) bulks.push_back(Bulk(argument));
  return Array({":" + std::to_string(id) + "\r\n", ":" + std::to_string(time_s) + "\r\n", ":0\r\n",
                Array(bulks), Bulk("127.0.0.1:50000"), Bulk("")});
}

// The newest entry; asking is itself kept afterwards.
std::string Newest(TestConnection& client) {
  return client.Run({"SLOWLOG", "GET", "1"});
}

}  // namespace

TEST_CASE("SLOWLOG: an entry tells id, time, duration, arguments, address and name") {
  InProcessServer server({kKeepAll});
  auto& client = server.Connect();
  client.Run({"SET", "key", "value"});
  const int64_t now_s = server.clock.wall_ms() / 1000;
  CHECK(Newest(client) == Array({Entry(0, now_s, {"SET", "key", "value"})}));
  server.Advance(2000);
  CHECK(client.Run({"SLOWLOG", "GET"}) == Array({Entry(1, now_s, {"SLOWLOG", "GET", "1"}),
                                                 Entry(0, now_s, {"SET", "key", "value"})}));
  CHECK(Newest(client) == Array({Entry(2, now_s + 2, {"SLOWLOG", "GET"})}));
}

TEST_CASE("SLOWLOG: a request is kept from the threshold on, wherever it stands in a pipeline") {
  InProcessServer server({"slowlog-log-slower-than 5000"});
  auto& client = server.Connect();
  server.clock.set_step_us(4999);
  client.Run({"SET", "key", "value"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":0\r\n");
  server.clock.set_step_us(5000);
  client.SendRaw("PING\r\nPING\r\nPING\r\n");
  server.clock.set_step_us(0);
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":3\r\n");
  CHECK(Newest(client).find(":5000\r\n") != std::string::npos);
}

TEST_CASE("SLOWLOG: CONFIG SET changes the threshold at once; a negative one keeps nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"PING"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":0\r\n");
  client.Run({"CONFIG", "SET", "slowlog-log-slower-than", "0"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":1\r\n");
  client.Run({"CONFIG", "SET", "slowlog-log-slower-than", "-1"});
  server.clock.set_step_us(1'000'000);
  client.Run({"PING"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":2\r\n");
}

TEST_CASE("SLOWLOG: the oldest entries go when there are more than slowlog-max-len") {
  InProcessServer server({kKeepAll, "slowlog-max-len 3"});
  auto& client = server.Connect();
  for (int i = 0; i < 10; ++i) client.Run({"PING"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":3\r\n");
  // A lower limit holds from the next entry on, as in Redis.
  client.Run({"CONFIG", "SET", "slowlog-max-len", "1"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":1\r\n");
  client.Run({"CONFIG", "SET", "slowlog-max-len", "0"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":0\r\n");
}

TEST_CASE("SLOWLOG: RESET empties it, and ids go on") {
  InProcessServer server({kKeepAll});
  auto& client = server.Connect();
  for (int i = 0; i < 5; ++i) client.Run({"PING"});
  CHECK(client.Run({"SLOWLOG", "RESET"}) == "+OK\r\n");
  const int64_t now_s = server.clock.wall_ms() / 1000;
  CHECK(Newest(client) == Array({Entry(5, now_s, {"SLOWLOG", "RESET"})}));
}

TEST_CASE(
    "SLOWLOG: of 32 arguments all are kept, of 33 the first 31 and how many more there were") {
  InProcessServer server({kKeepAll});
  auto& client = server.Connect();
  std::vector<std::string> request = {"DEL"};
  while (request.size() < 32) request.push_back("k" + std::to_string(request.size()));
  const int64_t now_s = server.clock.wall_ms() / 1000;
  client.Run(request);
  CHECK(Newest(client) == Array({Entry(0, now_s, request)}));
  request.push_back("k32");
  client.Run(request);
  std::vector<std::string> shown(request.begin(), request.begin() + 31);
  shown.emplace_back("... (2 more arguments)");
  CHECK(Newest(client) == Array({Entry(2, now_s, shown)}));
}

TEST_CASE("SLOWLOG: of an argument 128 bytes are kept, and how many more there were") {
  InProcessServer server({kKeepAll});
  auto& client = server.Connect();
  const int64_t now_s = server.clock.wall_ms() / 1000;
  const std::string fits(128, 'x');
  client.Run({"SET", fits, "v"});
  CHECK(Newest(client) == Array({Entry(0, now_s, {"SET", fits, "v"})}));
  client.Run({"SET", fits + "y", "v"});
  CHECK(Newest(client) == Array({Entry(2, now_s, {"SET", fits + "... (1 more bytes)", "v"})}));
}

TEST_CASE("SLOWLOG: secrets are not kept") {
  InProcessServer server({kKeepAll});
  auto& client = server.Connect();
  client.Run({"CONFIG", "SET", "maxmemory", "0", "requirepass", "hunter2"});
  const std::string entry = Newest(client);
  CHECK(entry.find("hunter2") == std::string::npos);
  CHECK(entry.find("maxmemory") != std::string::npos);
  CHECK(entry.find("(redacted)") != std::string::npos);
}

TEST_CASE("SLOWLOG: requests that were refused before they ran are not kept") {
  InProcessServer server({kKeepAll});
  auto& client = server.Connect();
  client.Run({"NOPE"});
  client.Run({"GET"});
  client.Run({"GET", "a", "b"});
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":0\r\n");
  client.Run({"INCRBY", "a", "no number"});  // ran, and failed
  CHECK(client.Run({"SLOWLOG", "LEN"}) == ":2\r\n");
}

TEST_CASE("SLOWLOG GET: a count chooses how many; -1 is all; others are refused") {
  InProcessServer server({"slowlog-max-len 100"});
  auto& client = server.Connect();
  client.Run({"CONFIG", "SET", "slowlog-log-slower-than", "0"});
  for (int i = 0; i < 19; ++i) client.Run({"PING"});
  client.Run({"CONFIG", "SET", "slowlog-log-slower-than", "-1"});
  const auto count = [](const std::string& reply) { return reply.substr(0, reply.find('\r')); };
  CHECK(count(client.Run({"SLOWLOG", "GET"})) == "*10");
  CHECK(count(client.Run({"SLOWLOG", "GET", "0"})) == "*0");
  CHECK(count(client.Run({"SLOWLOG", "GET", "7"})) == "*7");
  CHECK(count(client.Run({"SLOWLOG", "GET", "-1"})) == "*20");
  CHECK(count(client.Run({"SLOWLOG", "GET", "9223372036854775807"})) == "*20");
  for (const char* wrong : {"-2", "x", "", "9223372036854775808"}) {
    CHECK(client.Run({"SLOWLOG", "GET", wrong}) ==
          "-ERR count should be greater than or equal to -1\r\n");
  }
  CHECK(client.Run({"slowlog", "get", "1", "2"}) ==
        "-ERR unknown subcommand or wrong number of arguments for 'get'. Try SLOWLOG HELP.\r\n");
  CHECK(client.Run({"SLOWLOG", "FOO"}) == "-ERR unknown subcommand 'FOO'. Try SLOWLOG HELP.\r\n");
  CHECK(client.Run({"SLOWLOG", "LEN", "x"}) ==
        "-ERR wrong number of arguments for 'slowlog|len' command\r\n");
}
