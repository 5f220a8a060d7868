// hiredis's asynchronous interface on a libuv loop.
#include <doctest/doctest.h>
#include <hiredis/adapters/libuv.h>
#include <hiredis/async.h>
#include <uv.h>

#include <optional>

#include "tests/compat/hiredis_c/client.h"

namespace tests {
namespace {

// A connection on a loop of its own that keeps every reply as text.
class AsynchronousClient {
 public:
  explicit AsynchronousClient(redisAsyncContext* context) : context_(context) {
    REQUIRE(context->err == 0);
    context->data = this;
    REQUIRE(uv_loop_init(&loop_) == 0);
    REQUIRE(redisLibuvAttach(context, &loop_) == REDIS_OK);
    redisAsyncSetConnectCallback(context, [](const redisAsyncContext* of, int status) {
      static_cast<AsynchronousClient*>(of->data)->connect_status_ = status;
    });
    redisAsyncSetDisconnectCallback(context, [](const redisAsyncContext* of, int status) {
      static_cast<AsynchronousClient*>(of->data)->disconnect_status_ = status;
    });
  }
  AsynchronousClient(const AsynchronousClient&) = delete;
  AsynchronousClient& operator=(const AsynchronousClient&) = delete;
  ~AsynchronousClient() {
    if (!disconnect_status_) redisAsyncFree(context_);
    uv_run(&loop_, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop_) == 0);
  }

  template <class... Values>
  void Send(const char* format, Values... values) {
    REQUIRE(redisAsyncCommand(context_, OnReply, nullptr, format, values...) == REDIS_OK);
  }
  // Sends and does not want the answer.
  void SendBlindly(const char* command) {
    REQUIRE(redisAsyncCommand(context_, nullptr, nullptr, command) == REDIS_OK);
  }
  // Says that no more follows: hiredis disconnects after the last reply.
  void Disconnect() { redisAsyncDisconnect(context_); }
  void RunUntilReplies(size_t count) {
    while (replies_.size() < count && uv_run(&loop_, UV_RUN_ONCE) != 0) {
    }
    REQUIRE(replies_.size() >= count);
  }
  void RunUntilDisconnected() { uv_run(&loop_, UV_RUN_DEFAULT); }

  const std::vector<std::string>& replies() const { return replies_; }
  std::optional<int> connect_status() const { return connect_status_; }
  std::optional<int> disconnect_status() const { return disconnect_status_; }

 private:
  static void OnReply(redisAsyncContext* context, void* reply, void*) {
    auto* client = static_cast<AsynchronousClient*>(context->data);
    client->replies_.push_back(reply == nullptr ? "no reply"
                                                : ToString(*static_cast<redisReply*>(reply)));
  }

  uv_loop_t loop_;
  redisAsyncContext* context_;
  std::vector<std::string> replies_;
  std::optional<int> connect_status_;
  std::optional<int> disconnect_status_;
};

redisAsyncContext* ConnectAsynchronously(const ServerProcess& server) {
  return redisAsyncConnect("127.0.0.1", server.port());
}

TEST_CASE("hiredis asynchronous: 10,000 callbacks come in order, then the connection ends") {
  ServerProcess server;
  AsynchronousClient client(ConnectAsynchronously(server));
  for (int i = 0; i < 10'000; ++i) client.Send("INCRBY total %d", i);
  client.Disconnect();
  client.RunUntilDisconnected();
  CHECK(client.connect_status() == REDIS_OK);
  CHECK(client.disconnect_status() == REDIS_OK);
  REQUIRE(client.replies().size() == 10'000);
  long long total = 0;
  for (int i = 0; i < 10'000; ++i) {
    total += i;
    REQUIRE(client.replies()[size_t(i)] == ":" + std::to_string(total));
  }
}

TEST_CASE("hiredis asynchronous: over the Unix socket, with errors and nested replies") {
  ServerProcess server;
  AsynchronousClient client(redisAsyncConnectUnix(server.unix_socket().c_str()));
  client.Send("SET key %b", "a\0b", size_t{3});
  client.Send("NOSUCH");
  client.Send("MGET key missing");
  client.SendBlindly("SET unheard 1");
  client.Send("GET unheard");
  client.Disconnect();
  client.RunUntilDisconnected();
  const std::vector<std::string> expected = {
      "+OK", "-ERR unknown command 'NOSUCH', with args beginning with: ",
      "[\"" + std::string("a\0b", 3) + "\", nil]", R"("1")"};
  CHECK(client.replies() == expected);
}

TEST_CASE("hiredis asynchronous: fifty connections on one server at the same time") {
  ServerProcess server;
  std::vector<std::unique_ptr<AsynchronousClient>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<AsynchronousClient>(ConnectAsynchronously(server)));
    for (int j = 0; j < 100; ++j) clients.back()->Send("INCR shared");
    clients.back()->Send("ECHO %d", i);
  }
  for (const auto& client : clients) client->RunUntilReplies(101);
  for (size_t i = 0; i < clients.size(); ++i) {
    CHECK(clients[i]->replies().back() == '"' + std::to_string(i) + '"');
  }
  CHECK(ConnectTcp(server).Command({"GET", "shared"}).IsBulk("5000"));
}

TEST_CASE("hiredis asynchronous: MONITOR streams what others do") {
  ServerProcess server;
  AsynchronousClient monitor(ConnectAsynchronously(server));
  monitor.Send("MONITOR");
  monitor.RunUntilReplies(1);
  CHECK(monitor.replies()[0] == "+OK");
  HiredisClient client = ConnectTcp(server);
  for (int i = 0; i < 100; ++i) client.Command({"SET", "key", std::to_string(i)});
  monitor.RunUntilReplies(101);
  for (int i = 0; i < 100; ++i) {
    const std::string& line = monitor.replies()[size_t(i) + 1];
    CAPTURE(line);
    CHECK(line.ends_with("] \"SET\" \"key\" \"" + std::to_string(i) + '"'));
  }
}

TEST_CASE("hiredis asynchronous: a server that dies is an error for all who wait") {
  ServerProcess server;
  AsynchronousClient client(ConnectAsynchronously(server));
  client.Send("PING");
  client.RunUntilReplies(1);
  server.Kill();
  client.Send("GET a");
  client.Send("GET b");
  client.RunUntilDisconnected();
  CHECK(client.replies() == std::vector<std::string>{"+PONG", "no reply", "no reply"});
  CHECK(client.disconnect_status() == REDIS_ERR);
}

TEST_CASE("hiredis asynchronous: QUIT is answered, and the end of the connection is no error") {
  ServerProcess server;
  AsynchronousClient client(ConnectAsynchronously(server));
  client.Send("PING");
  client.Send("QUIT");
  client.RunUntilReplies(2);
  CHECK(client.replies() == std::vector<std::string>{"+PONG", "+OK"});
  client.Disconnect();
  client.RunUntilDisconnected();
  CHECK(client.disconnect_status().has_value());
}

}  // namespace
}  // namespace tests
