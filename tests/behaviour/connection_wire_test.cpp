// One reply for each request, whatever stands between requests and wherever the bytes are cut.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/in_process_server.h"

using tests::Encode;
using tests::InProcessServer;

namespace {

struct Exchange {
  std::string request;
  std::string reply;
};

// One of each kind that the decoder or the dispatcher treats differently.
std::vector<Exchange> Kinds() {
  const std::string large(40'000, 'x');  // more than one read holds
  return {
      {"PING\r\n", "+PONG\r\n"},
      {"ping\n", "+PONG\r\n"},
      {"ECHO \"a\\x41 b\"\r\n", "$4\r\naA b\r\n"},
      {Encode({"PING"}), "+PONG\r\n"},
      {Encode({"ECHO", ""}), "$0\r\n\r\n"},
      {Encode({"ECHO", "\r\n*0\r\n"}), "$6\r\n\r\n*0\r\n\r\n"},
      {Encode({"ECHO", large}), "$40000\r\n" + large + "\r\n"},
      {Encode({"GET"}), "-ERR wrong number of arguments for 'get' command\r\n"},
      {Encode({"NOPE"}), "-ERR unknown command 'NOPE', with args beginning with: \r\n"},
      {Encode({"CLIENT", "NOPE"}), "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.\r\n"},
      {Encode({"AUTH", "a", "b"}),
       "-WRONGPASS invalid username-password pair or user is disabled.\r\n"},
      {Encode({"SELECT", "x"}), "-ERR value is not an integer or out of range\r\n"},
      {Encode({"CLIENT", "REPLY", "SKIP"}) + Encode({"PING"}), ""},
  };
}

}  // namespace

TEST_CASE("sec_CVE_2026_27623: empty requests between any two leave nothing behind") {
  const std::vector<Exchange> kinds = Kinds();
  const std::vector<std::string> fillers = {
      "", "*0\r\n", "*-1\r\n", "\r\n", "\n", "*0\r\n*0\r\n", "\r\n*-1\r\n\r\n*0\r\n\n", "  \r\n"};
  InProcessServer server({"failed-login-burst 0"});
  auto& client = server.Connect();
  for (const Exchange& first : kinds) {
    for (const Exchange& second : kinds) {
      for (const std::string& filler : fillers) {
        CAPTURE(first.request.substr(0, 40));
        CAPTURE(filler);
        CAPTURE(second.request.substr(0, 40));
        const std::string wire = filler + first.request + filler + second.request + filler;
        REQUIRE(client.SendRaw(wire) == first.reply + second.reply);
      }
    }
  }
}

TEST_CASE("sec_CVE_2026_27623: the same, cut anywhere") {
  InProcessServer server({"failed-login-burst 0"});
  auto& client = server.Connect();
  const std::vector<Exchange> kinds = Kinds();
  for (const std::string filler : {"*0\r\n", "*-1\r\n", "\r\n", "\n"}) {
    for (const Exchange& exchange : kinds) {
      const std::string wire = filler + exchange.request + filler + "PING\r\n" + filler;
      if (wire.size() > 1000) continue;
      for (size_t cut = 0; cut <= wire.size(); ++cut) {
        CAPTURE(wire);
        CAPTURE(cut);
        std::string got = client.SendRaw(wire.substr(0, cut));
        got += client.SendRaw(wire.substr(cut));
        REQUIRE(got == exchange.reply + "+PONG\r\n");
      }
    }
  }
}

TEST_CASE("Wire: an empty request alone is never answered, however many there are") {
  InProcessServer server({"requirepass secret"});
  auto& stranger = server.Connect();
  std::string empty;
  for (int i = 0; i < 20'000; ++i) empty += i % 3 == 0 ? "*0\r\n" : i % 3 == 1 ? "*-1\r\n" : "\r\n";
  CHECK(stranger.SendRaw(empty).empty());
  CHECK(stranger.Run({"AUTH", "secret"}) == "+OK\r\n");
  CHECK(stranger.SendRaw(empty).empty());
  CHECK(stranger.Run({"PING"}) == "+PONG\r\n");
}
