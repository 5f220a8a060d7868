// MONITOR: what is shown, how it is written, what is hidden, and that a monitor who does not read
// is closed before it costs much.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "server/engine_state.h"
#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;
using namespace std::string_view_literals;

namespace {

// The lines without the time, which stands still: "[0 127.0.0.1:50000] "PING"\r\n".
std::string Lines(TestConnection& monitor) {
  constexpr std::string_view kTime = "+1790000000.000000 ";
  std::string output = monitor.TakeOutput();
  std::string lines;
  for (size_t begin = 0; begin < output.size();) {
    const size_t end = output.find("\r\n", begin) + 2;
    const std::string line = output.substr(begin, end - begin);
    lines += line.starts_with(kTime) ? line.substr(kTime.size()) : line;
    begin = end;
  }
  return lines;
}

}  // namespace

TEST_CASE("MONITOR: shows what others run, after it ran, with database and address") {
  InProcessServer server;
  auto& monitor = server.Connect();
  auto& client = server.Connect(
      {.remote_address = "10.1.2.3:4567", .local_address = "10.0.0.1:6379", .is_loopback = true});
  CHECK(monitor.Run({"MONITOR"}) == "+OK\r\n");
  client.Run({"SET", "k", "v"});
  CHECK(monitor.TakeOutput() == "+1790000000.000000 [0 10.1.2.3:4567] \"SET\" \"k\" \"v\"\r\n");
  client.Run({"select", "3"});
  CHECK(Lines(monitor) == "[3 10.1.2.3:4567] \"select\" \"3\"\r\n");
  server.clock.AdvanceMs(1);
  client.SendRaw("GET 'a b'\r\n");
  CHECK(monitor.TakeOutput() == "+1790000000.001000 [3 10.1.2.3:4567] \"GET\" \"a b\"\r\n");
}

TEST_CASE("MONITOR: a client of the Unix socket is shown by the socket's path") {
  InProcessServer server;
  auto& monitor = server.Connect();
  auto& client = server.Connect({.remote_address = "/run/c:1.sock:0",
                                 .local_address = "/run/c:1.sock:0",
                                 .is_unix_socket = true});
  monitor.Run({"MONITOR"});
  client.Run({"PING"});
  CHECK(Lines(monitor) == "[0 unix:/run/c:1.sock] \"PING\"\r\n");
}

TEST_CASE("MONITOR: bytes are written so that a line stays a line") {
  InProcessServer server;
  auto& monitor = server.Connect();
  auto& client = server.Connect();
  monitor.Run({"MONITOR"});
  client.Run({"ECHO", "a\x00\x01\xff\"\\\n\r\t\a\b\x7f~ "sv});
  CHECK(Lines(monitor) == R"([0 127.0.0.1:50000] "ECHO" "a\x00\x01\xff\"\\\n\r\t\a\b\x7f~ ")"
                          "\r\n");
  client.Run({"ECHO", ""});
  CHECK(Lines(monitor) == "[0 127.0.0.1:50000] \"ECHO\" \"\"\r\n");
}

TEST_CASE("MONITOR: secrets are not shown") {
  InProcessServer server({"requirepass secret"});
  auto& monitor = server.Connect();
  monitor.Run({"AUTH", "secret"});
  monitor.Run({"MONITOR"});
  auto& client = server.Connect();
  client.Run({"AUTH", "wrong"});
  client.Run({"AUTH", "default", "secret"});
  client.Run({"HELLO", "2", "SETNAME", "me", "AUTH", "default", "secret"});
  client.Run({"hello", "3", "auth", "default", "secret", "setname", "me"});
  const std::string begin = "[0 127.0.0.1:50000] ";
  CHECK(
      Lines(monitor) ==
      begin + "\"AUTH\" \"(redacted)\"\r\n" +                     //
          begin + "\"AUTH\" \"(redacted)\" \"(redacted)\"\r\n" +  //
          begin + "\"HELLO\" \"2\" \"SETNAME\" \"me\" \"AUTH\" \"(redacted)\" \"(redacted)\"\r\n" +
          begin + "\"hello\" \"3\" \"auth\" \"(redacted)\" \"(redacted)\" \"setname\" \"me\"\r\n");
}

TEST_CASE("MONITOR: neither what administers the server is shown nor what did not run") {
  InProcessServer server({"requirepass secret"});
  auto& monitor = server.Connect();
  monitor.Run({"AUTH", "secret"});
  monitor.Run({"MONITOR"});
  auto& stranger = server.Connect();
  stranger.Run({"PING"});
  auto& client = server.Connect();
  client.Run({"AUTH", "secret"});
  monitor.TakeOutput();
  client.Run({"CONFIG", "SET", "requirepass", "secret"});
  client.Run({"CLIENT", "LIST"});
  client.Run({"CLIENT", "KILL", "ID", "99"});
  client.Run({"SLOWLOG", "GET"});
  client.Run({"DEBUG", "SLEEP", "0"});
  client.Run({"MONITOR"});
  client.Run({"NOPE", "x"});
  client.Run({"GET"});
  client.Run({"CLIENT", "NOPE"});
  CHECK(Lines(monitor).empty());
  client.Run({"SET", "k", "v", "nonsense"});  // it ran, and failed
  client.Run({"CLIENT", "GETNAME"});
  const std::string begin = "[0 127.0.0.1:50000] ";
  CHECK(Lines(monitor) ==
        begin + "\"SET\" \"k\" \"v\" \"nonsense\"\r\n" + begin + "\"CLIENT\" \"GETNAME\"\r\n");
}

TEST_CASE("MONITOR: a monitor sees its own requests behind their replies, and RESET ends it") {
  InProcessServer server;
  auto& monitor = server.Connect();
  auto& client = server.Connect();
  CHECK(monitor.Run({"MONITOR"}) == "+OK\r\n");
  CHECK(monitor.Run({"MONITOR"}) == "+OK\r\n");
  CHECK(monitor.Run({"PING"}) == "+PONG\r\n+1790000000.000000 [0 127.0.0.1:50000] \"PING\"\r\n");
  CHECK(client.Run({"CLIENT", "LIST"}).find(" flags=O ") != std::string::npos);
  CHECK(monitor.Run({"RESET"}) == "+RESET\r\n");
  client.Run({"PING"});
  CHECK(monitor.TakeOutput().empty());
  CHECK((server.engine->state().special & server::kHasMonitors) == 0);
}

TEST_CASE("MONITOR: lines of a monitor that is muted, killed or gone go nowhere") {
  InProcessServer server;
  auto& muted = server.Connect();
  auto& killed = server.Connect();
  auto& gone = server.Connect();
  auto& client = server.Connect();
  for (TestConnection* monitor : {&muted, &killed, &gone}) {
    CHECK(monitor->Run({"MONITOR"}) == "+OK\r\n");
  }
  muted.Run({"CLIENT", "REPLY", "OFF"});
  muted.TakeOutput();
  killed.TakeOutput();
  gone.Close();
  CHECK(client.SendRaw(Encode({"CLIENT", "KILL", "ID", "2"}) + Encode({"PING"})) ==
        ":1\r\n+PONG\r\n");
  CHECK(muted.TakeOutput().empty());
  CHECK(killed.TakeOutput().empty());
  CHECK(muted.Run({"CLIENT", "REPLY", "ON"}) ==
        "+OK\r\n+1790000000.000000 [0 127.0.0.1:50000] \"CLIENT\" \"REPLY\" \"ON\"\r\n");
  muted.Close();
  CHECK((server.engine->state().special & server::kHasMonitors) == 0);
}

TEST_CASE("MONITOR: a paused request is shown once, when it runs") {
  InProcessServer server;
  auto& monitor = server.Connect();
  auto& client = server.Connect();
  monitor.Run({"MONITOR"});
  client.Run({"CLIENT", "PAUSE", "20", "WRITE"});
  CHECK(client.Run({"SET", "k", "v"}).empty());
  CHECK(Lines(monitor).empty());
  server.Advance(20);
  CHECK(client.TakeOutput() == "+OK\r\n");
  CHECK(monitor.TakeOutput() == "+1790000000.020000 [0 127.0.0.1:50000] \"SET\" \"k\" \"v\"\r\n");
}

TEST_CASE("MONITOR: one that does not read is closed at the limit of subscribers, at once") {
  InProcessServer server({"client-output-buffer-limit pubsub 1mb 0 0"});
  auto& monitor = server.Connect();
  auto& client = server.Connect();
  monitor.Run({"MONITOR"});
  monitor.reads = false;
  const std::string value(10'000, '\x01');  // 40,000 bytes in a line
  for (int i = 0; i < 26; ++i) client.Run({"ECHO", value});
  REQUIRE(monitor.is_open());
  CHECK(monitor.session()->bytes_in_flight > 1'000'000);
  client.Run({"ECHO", value});
  CHECK_FALSE(monitor.is_open());
  CHECK(client.Run({"PING"}) == "+PONG\r\n");
  const std::string& line = server.log.lines.back();
  CHECK(line.starts_with("Client id=1 addr=127.0.0.1:50000 "));
  CHECK(
      line.ends_with(" resp=2 lib-name= lib-ver= closed for overcoming of output buffer limits."));
}

TEST_CASE("MONITOR: a request far beyond the limit costs little more than the limit") {
  InProcessServer server({"client-output-buffer-limit pubsub 1mb 0 0"});
  auto& monitor = server.Connect();
  auto& client = server.Connect();
  monitor.Run({"MONITOR"});
  const std::string value(20'000'000, 'x');
  CHECK(client.Run({"SET", "k", value}) == "+OK\r\n");
  CHECK_FALSE(monitor.is_open());
}
