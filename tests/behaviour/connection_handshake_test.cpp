// What client libraries send when they connect, replayed: every request gets exactly one reply, so
// that no library waits for ever or takes one reply for another. Those of ioredis 6.0.0 and
// node-redis 6.3.1 were recorded from the libraries; the others follow what is published of them.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocol/resp/reply_decoder.h"
#include "tests/support/in_process_server.h"

using protocol::resp::Reply;
using protocol::resp::ReplyDecoder;
using protocol::resp::ReplyStatus;
using tests::Encode;
using tests::InProcessServer;
using tests::TestConnection;
using Request = std::vector<std::string>;

namespace {

std::vector<Reply> DecodeAll(std::string_view wire) {
  std::vector<Reply> replies;
  ReplyDecoder decoder;
  while (!wire.empty()) {
    Reply reply;
    size_t bytes = 0;
    REQUIRE(decoder.Decode(wire, {}, &reply, &bytes) == ReplyStatus::kReply);
    replies.push_back(std::move(reply));
    wire.remove_prefix(bytes);
  }
  return replies;
}

// Sends the requests one by one, and in another connection as one pipeline; both must get the same
// kinds of replies, one each. Returns those of the pipeline.
std::vector<Reply> Replay(InProcessServer& server, const std::vector<Request>& requests) {
  TestConnection& patient = server.Connect();
  TestConnection& hasty = server.Connect();
  std::string pipeline;
  std::vector<Reply> one_by_one;
  for (const Request& request : requests) {
    CAPTURE(request.front());
    std::vector<Reply> replies = DecodeAll(patient.Run(request));
    REQUIRE(replies.size() == 1);
    one_by_one.push_back(std::move(replies.front()));
    pipeline += Encode(request);
  }
  std::vector<Reply> replies = DecodeAll(hasty.SendRaw(pipeline));
  REQUIRE(replies.size() == requests.size());
  for (size_t i = 0; i < replies.size(); ++i) {
    CAPTURE(requests[i].front());
    CHECK(replies[i].type == one_by_one[i].type);
  }
  CHECK(patient.is_open());
  CHECK(hasty.is_open());
  return replies;
}

bool IsOk(const Reply& reply) {
  return reply.text == "OK" && !reply.is_error();
}

// Of a HELLO reply in RESP3.
std::string FactOf(const Reply& hello, std::string_view name) {
  for (size_t i = 0; i + 1 < hello.elements.size(); i += 2) {
    if (hello.elements[i].text != name) continue;
    const Reply& value = hello.elements[i + 1];
    return value.type == protocol::resp::ReplyType::kInteger ? std::to_string(value.integer)
                                                             : value.text;
  }
  return "?";
}

void CheckGreeting(const Reply& hello, std::string_view protocol) {
  CHECK(hello.elements.size() == 14);
  CHECK(FactOf(hello, "server") == "redis");
  CHECK(FactOf(hello, "version") == "7.4.0");
  CHECK(FactOf(hello, "proto") == protocol);
  CHECK(FactOf(hello, "mode") == "standalone");
  CHECK(FactOf(hello, "role") == "master");
}

}  // namespace

TEST_CASE("Handshake: redis-py 8") {
  InProcessServer server({"requirepass secret"});
  const auto replies = Replay(
      server, {{"HELLO", "3", "AUTH", "default", "secret"},
               {"CLIENT", "MAINT_NOTIFICATIONS", "ON", "moving-endpoint-type", "external-ip"},
               {"CLIENT", "SETNAME", "worker"},
               {"CLIENT", "SETINFO", "LIB-NAME", "redis-py"},
               {"CLIENT", "SETINFO", "LIB-VER", "8.1.0"},
               {"SELECT", "2"},
               {"PING"}});
  CheckGreeting(replies[0], "3");
  CHECK(replies[1].text == "ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.");
  for (size_t i = 2; i <= 5; ++i) CHECK(IsOk(replies[i]));
}

TEST_CASE("Handshake: redis-py sends it again on every reconnect, also without a password") {
  InProcessServer server;
  for (int i = 0; i < 3; ++i) {
    const auto replies = Replay(server, {{"HELLO", "3"},
                                         {"CLIENT", "SETINFO", "LIB-NAME", "redis-py(celery_v5.4)"},
                                         {"CLIENT", "SETINFO", "LIB-VER", "8.1.0"},
                                         {"SELECT", "0"}});
    CheckGreeting(replies[0], "3");
    for (size_t each = 1; each <= 3; ++each) CHECK(IsOk(replies[each]));
  }
}

TEST_CASE("Handshake: go-redis 9, and its way back to AUTH when HELLO is refused") {
  InProcessServer server({"requirepass secret"});
  auto replies = Replay(
      server, {{"hello", "3", "auth", "default", "secret", "setname", "worker"},
               {"select", "2"},
               {"client", "setname", "worker"},
               {"readonly"},
               {"client", "maint_notifications", "on", "moving-endpoint-type", "internal-ip"},
               {"client", "setinfo", "LIB-NAME", "go-redis(,go1.24.1)"},
               {"client", "setinfo", "LIB-VER", "9.14.0"}});
  CheckGreeting(replies[0], "3");
  CHECK(IsOk(replies[1]));
  CHECK(IsOk(replies[2]));
  CHECK(replies[4].is_error());
  CHECK(IsOk(replies[5]));
  CHECK(IsOk(replies[6]));
  replies = Replay(
      server, {{"hello", "4", "auth", "default", "secret"}, {"auth", "secret"}, {"select", "2"}});
  CHECK(replies[0].text == "NOPROTO unsupported protocol version");
  CHECK(IsOk(replies[1]));
  CHECK(IsOk(replies[2]));
}

TEST_CASE("Handshake: node-redis 6, in RESP3 and RESP2, as recorded") {
  InProcessServer server({"requirepass secret"});
  auto& modern = server.Connect();
  auto replies = DecodeAll(modern.SendRaw(
      "*7\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n$6\r\nsecret\r\n"
      "$7\r\nSETNAME\r\n$6\r\nworker\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n"
      "*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$7\r\nLIB-VER\r\n$5\r\n6.3.1\r\n"
      "*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$8\r\nLIB-NAME\r\n$10\r\nnode-redis\r\n"
      "*5\r\n$6\r\nCLIENT\r\n$19\r\nMAINT_NOTIFICATIONS\r\n$2\r\nON\r\n"
      "$20\r\nmoving-endpoint-type\r\n$11\r\nexternal-ip\r\n"));
  REQUIRE(replies.size() == 5);
  CheckGreeting(replies[0], "3");
  for (size_t i = 1; i <= 3; ++i) CHECK(IsOk(replies[i]));
  CHECK(replies[4].is_error());
  CHECK(modern.Run({"SET", "a", "1"}) == "+OK\r\n");
  auto& old = server.Connect();
  replies = DecodeAll(old.SendRaw(
      "*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$6\r\nworker\r\n"
      "*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$7\r\nLIB-VER\r\n"
      "$5\r\n6.3.1\r\n*4\r\n$6\r\nCLIENT\r\n$7\r\nSETINFO\r\n$8\r\nLIB-NAME\r\n"
      "$10\r\nnode-redis\r\n"));
  REQUIRE(replies.size() == 5);
  for (const Reply& reply : replies) CHECK(IsOk(reply));
}

TEST_CASE("Handshake: ioredis 6, as recorded, with its check that the server is ready") {
  InProcessServer server({"requirepass secret"});
  auto& client = server.Connect();
  CheckGreeting(DecodeAll(client.SendRaw("*5\r\n$5\r\nhello\r\n$1\r\n3\r\n$4\r\nAUTH\r\n"
                                         "$7\r\ndefault\r\n$6\r\nsecret\r\n"))
                    .at(0),
                "3");
  const std::vector<std::string> writes = {
      "*2\r\n$6\r\nselect\r\n$1\r\n2\r\n",
      "*3\r\n$6\r\nclient\r\n$7\r\nsetname\r\n$6\r\nworker\r\n",
      "*4\r\n$6\r\nclient\r\n$7\r\nSETINFO\r\n$7\r\nLIB-VER\r\n$5\r\n6.0.0\r\n",
      "*4\r\n$6\r\nclient\r\n$7\r\nSETINFO\r\n$8\r\nLIB-NAME\r\n$7\r\nioredis\r\n",
  };
  for (const std::string& write : writes) CHECK(client.SendRaw(write) == "+OK\r\n");
  const auto info = DecodeAll(client.SendRaw("*1\r\n$4\r\ninfo\r\n"));
  REQUIRE(info.size() == 1);
  CHECK(info[0].text.find("\r\nloading:0\r\n") != std::string::npos);
  CHECK(client.SendRaw("*1\r\n$4\r\nquit\r\n") == "+OK\r\n");
}

TEST_CASE("Handshake: lettuce and jedis") {
  InProcessServer server({"requirepass secret"});
  auto replies = Replay(
      server, {{"HELLO", "3", "AUTH", "default", "secret", "SETNAME", "worker"},
               {"CLIENT", "SETINFO", "lib-name", "Lettuce"},
               {"CLIENT", "SETINFO", "lib-ver", "6.8.0.RELEASE/1a2b3c4"},
               {"CLIENT", "MAINT_NOTIFICATIONS", "on", "moving-endpoint-type", "internal-ip"},
               {"SELECT", "2"},
               {"PING"}});
  CheckGreeting(replies[0], "3");
  CHECK(IsOk(replies[1]));
  CHECK(IsOk(replies[2]));
  CHECK(replies[3].is_error());
  CHECK(IsOk(replies[4]));
  replies = Replay(server, {{"AUTH", "default", "secret"},
                            {"CLIENT", "SETNAME", "worker"},
                            {"CLIENT", "SETINFO", "LIB-NAME", "jedis"},
                            {"CLIENT", "SETINFO", "LIB-VER", "6.0.0"},
                            {"SELECT", "2"}});
  for (const Reply& reply : replies) CHECK(IsOk(reply));
}

TEST_CASE("Handshake: StackExchange.Redis hangs on a single missing reply") {
  const std::vector<Request> batch = {{"AUTH", "secret"},
                                      {"HELLO", "3", "AUTH", "default", "secret"},
                                      {"CLIENT", "SETNAME", "HOST(SE.Redis-v2.9.25)"},
                                      {"CLIENT", "SETINFO", "lib-name", "SE.Redis"},
                                      {"CLIENT", "SETINFO", "lib-ver", "2.9.25"},
                                      {"CLIENT", "ID"},
                                      {"CONFIG", "GET", "timeout"},
                                      {"CONFIG", "GET", "slave-read-only"},
                                      {"CONFIG", "GET", "databases"},
                                      {"SENTINEL", "MASTERS"},
                                      {"INFO", "replication"},
                                      {"INFO", "server"},
                                      {"CLUSTER", "NODES"},
                                      {"ECHO", "8c0a4f0e-4a1b-4b52-9f64-1d2c3b4a5f60"},
                                      {"SELECT", "2"}};
  InProcessServer server({"requirepass secret"});
  auto replies = Replay(server, batch);
  CHECK(IsOk(replies[0]));
  CheckGreeting(replies[1], "3");
  CHECK(replies[13].text == "8c0a4f0e-4a1b-4b52-9f64-1d2c3b4a5f60");
  // With a wrong password all of it fails, and still has its replies.
  auto wrong = batch;
  wrong[0][1] = wrong[1][4] = "wrong";
  replies = Replay(server, wrong);
  for (const Reply& reply : replies) CHECK(reply.is_error());
  // And where no password is set.
  InProcessServer without;
  replies = Replay(without, batch);
  CHECK(replies[0].text.starts_with("ERR AUTH <password> called without any password"));
  CheckGreeting(replies[1], "3");
}

TEST_CASE("Handshake: rueidis, redis-rs, redis-rb, phpredis, predis") {
  InProcessServer server({"requirepass secret"});
  auto replies = Replay(server, {{"HELLO", "3", "AUTH", "default", "secret", "SETNAME", "worker"},
                                 {"CLIENT", "TRACKING", "ON", "OPTIN"},
                                 {"CLIENT", "NO-TOUCH", "ON"},
                                 {"CLIENT", "NO-EVICT", "ON"},
                                 {"CLIENT", "SETINFO", "LIB-NAME", "rueidis"},
                                 {"CLIENT", "SETINFO", "LIB-VER", "1.0.60"}});
  CheckGreeting(replies[0], "3");
  for (size_t i = 2; i <= 5; ++i) CHECK(IsOk(replies[i]));
  replies = Replay(server, {{"AUTH", "secret"},
                            {"SELECT", "2"},
                            {"CLIENT", "SETINFO", "LIB-NAME", "redis-rs"},
                            {"CLIENT", "SETINFO", "LIB-VER", "0.32.5"}});
  for (const Reply& reply : replies) CHECK(IsOk(reply));
}
