// hiredis and collections: nested and empty replies, long ones, and blocking commands.
#include <doctest/doctest.h>

#include <set>

#include "tests/compat/hiredis_c/client.h"

namespace tests {
namespace {

constexpr int kElements = 20'000;
constexpr std::string_view kWrongType =
    "WRONGTYPE Operation against a key holding the wrong kind of value";

// Waits until `count` clients wait in blocking commands.
void WaitForWaiters(HiredisClient& client, int count) {
  const std::string wanted = "\r\nblocked_clients:" + std::to_string(count) + "\r\n";
  while (std::string(client.Command({"INFO", "clients"})->str).find(wanted) == std::string::npos) {
  }
}

// Sends without reading a reply.
void Send(HiredisClient& client, const Arguments& arguments) {
  client.Append(arguments);
  int is_all_written = 0;
  while (is_all_written == 0) {
    REQUIRE(redisBufferWrite(client.context(), &is_all_written) == REDIS_OK);
  }
}

TEST_CASE("hiredis: replies of collections") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  const auto reply = [&client](const Arguments& arguments) {
    return client.Command(arguments).ToString();
  };
  CHECK(reply({"HSET", "h", "a", "1", "b", "2"}) == ":2");
  CHECK(reply({"HGETALL", "h"}) == R"(["a", "1", "b", "2"])");
  CHECK(reply({"HMGET", "h", "a", "none"}) == R"(["1", nil])");
  CHECK(reply({"HGETALL", "none"}) == "[]");
  CHECK(reply({"HSCAN", "h", "0"}) == R"(["0", ["a", "1", "b", "2"]])");
  CHECK(reply({"RPUSH", "l", "x", "y", "z"}) == ":3");
  CHECK(reply({"LRANGE", "l", "0", "-1"}) == R"(["x", "y", "z"])");
  CHECK(reply({"LMPOP", "2", "none", "l", "LEFT", "COUNT", "2"}) == R"(["l", ["x", "y"]])");
  CHECK(reply({"LPOP", "none"}) == "nil");
  CHECK(reply({"LPOP", "none", "2"}) == "nil");
  CHECK(reply({"SADD", "s", "1", "2", "3"}) == ":3");
  CHECK(reply({"SMEMBERS", "s"}) == R"(["1", "2", "3"])");
  CHECK(reply({"SMISMEMBER", "s", "1", "9"}) == "[:1, :0]");
  CHECK(reply({"ZADD", "z", "1.5", "a", "inf", "b", "-2", "c"}) == ":3");
  CHECK(reply({"ZRANGE", "z", "0", "-1", "WITHSCORES"}) ==
        R"(["c", "-2", "a", "1.5", "b", "inf"])");
  CHECK(reply({"ZSCORE", "z", "none"}) == "nil");
  CHECK(reply({"ZPOPMAX", "z"}) == R"(["b", "inf"])");
  CHECK(reply({"ZMPOP", "1", "z", "MIN"}) == R"(["z", [["c", "-2"]]])");
  CHECK(client.Command({"GET", "h"}).IsError(kWrongType));
  CHECK(client.Command({"LPUSH", "s", "x"}).IsError(kWrongType));
  CHECK(client.Command({"ZADD", "z", "x", "a"}).IsError("ERR value is not a valid float"));
}

TEST_CASE("hiredis: collections of 20,000 elements come back whole") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  for (int i = 0; i < kElements; ++i) {
    const std::string element = "element:" + std::to_string(i);
    client.Append({"HSET", "h", element, std::to_string(i)});
    client.Append({"RPUSH", "l", element});
    client.Append({"SADD", "s", element});
    client.Append({"ZADD", "z", std::to_string(-i), element});
  }
  for (int i = 0; i < kElements; ++i) {
    REQUIRE(client.Get().IsInteger(1));
    REQUIRE(client.Get().IsInteger(i + 1));
    REQUIRE(client.Get().IsInteger(1));
    REQUIRE(client.Get().IsInteger(1));
  }
  CHECK(client.Command({"HGETALL", "h"})->elements == 2 * kElements);
  CHECK(client.Command({"SMEMBERS", "s"})->elements == kElements);
  const HiredisReply list = client.Command({"LRANGE", "l", "0", "-1"});
  const HiredisReply ranked = client.Command({"ZRANGE", "z", "0", "-1"});
  REQUIRE(list->elements == kElements);
  REQUIRE(ranked->elements == kElements);
  std::set<std::string> distinct;
  for (size_t i = 0; i < kElements; ++i) {
    distinct.insert(list->element[i]->str);
    REQUIRE(std::string_view(list->element[i]->str) == ranked->element[kElements - 1 - i]->str);
  }
  CHECK(distinct.size() == kElements);
  CHECK(client.Command({"DEL", "h", "l", "s", "z"}).IsInteger(4));
}

TEST_CASE("hiredis: a blocking command answers late, and what follows it waits") {
  ServerProcess server;
  HiredisClient waiting = ConnectTcp(server);
  HiredisClient client = ConnectUnix(server);
  Send(waiting, {"BLPOP", "a", "b", "0"});
  Send(waiting, {"ECHO", "after"});
  Send(waiting, {"BLMPOP", "0", "1", "c", "LEFT", "COUNT", "2"});
  Send(waiting, {"BZPOPMIN", "z", "0"});
  WaitForWaiters(client, 1);
  CHECK(client.Command({"RPUSH", "b", "first", "second"}).IsInteger(2));
  CHECK(waiting.Get().ToString() == R"(["b", "first"])");
  CHECK(waiting.Get().IsBulk("after"));
  WaitForWaiters(client, 1);
  CHECK(client.Command({"RPUSH", "c", "1", "2", "3"}).IsInteger(3));
  CHECK(waiting.Get().ToString() == R"(["c", ["1", "2"]])");
  WaitForWaiters(client, 1);
  CHECK(client.Command({"ZADD", "z", "2", "m", "1", "n"}).IsInteger(2));
  CHECK(waiting.Get().ToString() == R"(["z", "n", "1"])");
  CHECK(waiting.Command({"BLPOP", "none", "0.01"}).IsNil());
}

TEST_CASE("hiredis: a connection that ends while it waits takes nothing with it") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  {
    HiredisClient leaving = ConnectTcp(server);
    Send(leaving, {"BLMOVE", "a", "b", "LEFT", "RIGHT", "0"});
    WaitForWaiters(client, 1);
  }
  WaitForWaiters(client, 0);
  CHECK(client.Command({"RPUSH", "a", "kept"}).IsInteger(1));
  CHECK(client.Command({"LRANGE", "a", "0", "-1"}).ToString() == R"(["kept"])");
  CHECK(client.Command({"EXISTS", "b"}).IsInteger(0));
}

}  // namespace
}  // namespace tests
