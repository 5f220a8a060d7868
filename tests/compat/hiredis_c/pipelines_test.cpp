// hiredis, many commands at once: replies come complete and in order, however much is on its way.
#include <doctest/doctest.h>
#include <poll.h>

#include "tests/compat/hiredis_c/client.h"

namespace tests {
namespace {

constexpr int kCommands = 10'000;

std::string Key(int number) {
  return "key:" + std::to_string(number);
}

TEST_CASE("hiredis: a pipeline of 10,000 is answered in order") {
  ServerProcess server;
  for (const auto connect : {ConnectTcp, ConnectUnix}) {
    HiredisClient client = connect(server);
    for (int i = 0; i < kCommands; ++i) client.Append({"SET", Key(i), std::to_string(i * i)});
    for (int i = 0; i < kCommands; ++i) REQUIRE(client.Get().IsStatus("OK"));
    for (int i = 0; i < kCommands; ++i) client.Append({"GET", Key(i)});
    for (int i = 0; i < kCommands; ++i) REQUIRE(client.Get().IsBulk(std::to_string(i * i)));
    CHECK(client.Command({"DBSIZE"}).IsInteger(kCommands));
    for (int i = 0; i < kCommands; ++i) client.Append({"DEL", Key(i)});
    for (int i = 0; i < kCommands; ++i) REQUIRE(client.Get().IsInteger(1));
    CHECK(client.Command({"DBSIZE"}).IsInteger(0));
  }
}

TEST_CASE("hiredis: errors and kinds of reply keep their places in a pipeline") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  for (int i = 0; i < kCommands; ++i) {
    switch (i % 5) {
      case 0:
        client.Append({"INCR", "n"});
        break;
      case 1:
        client.Append({"NOSUCH"});
        break;
      case 2:
        client.Append({"GET", "missing"});
        break;
      case 3:
        client.Append({"MGET", "n", "missing"});
        break;
      default:
        client.Append({"ECHO", std::to_string(i)});
    }
  }
  for (int i = 0; i < kCommands; ++i) {
    CAPTURE(i);
    const HiredisReply reply = client.Get();
    const std::string count = std::to_string(i / 5 + 1);
    switch (i % 5) {
      case 0:
        REQUIRE(reply.IsInteger(i / 5 + 1));
        break;
      case 1:
        REQUIRE(reply.IsError("ERR unknown command 'NOSUCH', with args beginning with: "));
        break;
      case 2:
        REQUIRE(reply.IsNil());
        break;
      case 3:
        REQUIRE(reply.ToString() == "[\"" + count + "\", nil]");
        break;
      default:
        REQUIRE(reply.IsBulk(std::to_string(i)));
    }
  }
}

TEST_CASE("hiredis: a pipeline of large values both ways") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  std::string value(100'000, 'v');
  for (int i = 0; i < 200; ++i) {
    client.Append({"SET", Key(i), value + std::to_string(i)});
    client.Append({"GETRANGE", Key(i), "99990", "-1"});
  }
  for (int i = 0; i < 200; ++i) {
    REQUIRE(client.Get().IsStatus("OK"));
    REQUIRE(client.Get().IsBulk("vvvvvvvvvv" + std::to_string(i)));
  }
  // 20 MB of replies for a few kilobytes of requests.
  for (int i = 0; i < 200; ++i) client.Append({"GET", Key(i)});
  for (int i = 0; i < 200; ++i) REQUIRE(client.Get().IsBulk(value + std::to_string(i)));
}

TEST_CASE("hiredis: a change in the middle of a pipeline does not reach into earlier replies") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  const std::string before(5 << 20, 'a');
  CHECK(client.Command({"SET", "large", before}).IsStatus("OK"));
  client.Append({"GET", "large"});
  client.Append({"SETRANGE", "large", "0", "changed"});
  client.Append({"GET", "large"});
  client.Append({"DEL", "large"});
  client.Append({"GET", "large"});
  CHECK(client.Get().IsBulk(before));
  CHECK(client.Get().IsInteger(static_cast<long long>(before.size())));
  CHECK(client.Get().IsBulk("changed" + before.substr(7)));
  CHECK(client.Get().IsInteger(1));
  CHECK(client.Get().IsNil());
}

// Writes what is queued and reads what is there, without ever blocking.
void Exchange(redisContext* context) {
  int is_all_written = 0;
  REQUIRE(redisBufferWrite(context, &is_all_written) == REDIS_OK);
  pollfd waiting{context->fd, static_cast<short>(is_all_written ? POLLIN : POLLIN | POLLOUT), 0};
  REQUIRE(poll(&waiting, 1, 30'000) == 1);
  if (waiting.revents & POLLIN) REQUIRE(redisBufferRead(context) == REDIS_OK);
}

TEST_CASE("hiredis: a non-blocking connection that reads while it writes") {
  ServerProcess server;
  HiredisClient client(redisConnectNonBlock("127.0.0.1", server.port()));
  pollfd connecting{client.context()->fd, POLLOUT, 0};
  REQUIRE(poll(&connecting, 1, 30'000) == 1);

  // 60 MB each way: more than any socket's buffers hold.
  const std::string payload(30'000, 'p');
  int answered = 0;
  for (int i = 0; i < 2'000; ++i) client.Append({"ECHO", payload + std::to_string(i)});
  while (answered < 2'000) {
    Exchange(client.context());
    void* reply = nullptr;
    while (redisGetReplyFromReader(client.context(), &reply) == REDIS_OK && reply != nullptr) {
      REQUIRE(HiredisReply(reply).IsBulk(payload + std::to_string(answered)));
      ++answered;
    }
  }
  CHECK(client.context()->err == 0);
}

}  // namespace
}  // namespace tests
