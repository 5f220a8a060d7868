// hiredis, one command at a time: every kind of RESP2 reply, any bytes, errors.
#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/compat/hiredis_c/client.h"

namespace tests {
namespace {

constexpr size_t kMib = 1 << 20;

// `size` bytes of every value, without a short period.
std::string Bytes(size_t size) {
  std::string bytes(size, '\0');
  uint64_t state = size + 1;
  for (char& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

TEST_CASE("hiredis: every kind of RESP2 reply arrives as what it is") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  CHECK(client.Command({"SET", "key", "value"}).IsStatus("OK"));
  CHECK(client.Command({"GET", "key"}).IsBulk("value"));
  CHECK(client.Command({"GET", "missing"}).IsNil());
  CHECK(client.Command({"INCRBY", "n", "-7"}).IsInteger(-7));
  CHECK(client.Command({"INCRBY", "edge", "9223372036854775807"}).IsInteger(INT64_MAX));
  CHECK(client.Command({"INCR", "key"}).IsError("ERR value is not an integer or out of range"));
  CHECK(client.Command({"MGET", "key", "missing", "n"}).ToString() == R"(["value", nil, "-7"])");
  CHECK(client.Command({"KEYS", "nothing*"}).ToString() == "[]");
  CHECK(client.Command({"SET", "key", "other", "NX"}).IsNil());
  CHECK(client.Command({"PING"}).IsStatus("PONG"));
  CHECK(client.Command({"ECHO", ""}).IsBulk(""));
}

TEST_CASE("hiredis: a command in printf form") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  const std::string binary("\0\r\n%s", 5);
  CHECK(HiredisReply(
            redisCommand(client.context(), "SET %s:%d %b", "key", 1, binary.data(), binary.size()))
            .IsStatus("OK"));
  CHECK(client.Command({"GET", "key:1"}).IsBulk(binary));
}

TEST_CASE("hiredis: keys and values hold any bytes") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& bytes : {std::string(), std::string(1, '\0'), std::string("\r\n"),
                                   std::string("*1\r\n$4\r\nPING\r\n"), all, Bytes(4097)}) {
    CAPTURE(bytes.size());
    CHECK(client.Command({"SET", bytes, bytes}).IsStatus("OK"));
    CHECK(client.Command({"GET", bytes}).IsBulk(bytes));
    CHECK(client.Command({"STRLEN", bytes}).IsInteger(static_cast<long long>(bytes.size())));
    CHECK(client.Command({"ECHO", bytes}).IsBulk(bytes));
    CHECK(client.Command({"RANDOMKEY"}).IsBulk(bytes));
    CHECK(client.Command({"DEL", bytes}).IsInteger(1));
  }
}

TEST_CASE("hiredis: values of several MiB come back whole, change, and leave") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  for (const size_t size : {1 * kMib, 5 * kMib + 1, 32 * kMib}) {
    CAPTURE(size);
    const std::string value = Bytes(size);
    const auto length = static_cast<long long>(size);
    // CHECK takes a bool, so that a failure does not print the value.
    CHECK(client.Command({"SET", "large", value}).IsStatus("OK"));
    CHECK(client.Command({"GET", "large"}).IsBulk(value));
    CHECK(client.Command({"GETRANGE", "large", "-5", "-1"}).IsBulk(value.substr(size - 5)));
    CHECK(client.Command({"APPEND", "large", "tail"}).IsInteger(length + 4));
    CHECK(client.Command({"SETRANGE", "large", "1", "xyz"}).IsInteger(length + 4));
    CHECK(client.Command({"GET", "large"}).IsBulk(value[0] + ("xyz" + value.substr(4)) + "tail"));
    CHECK(client.Command({"COPY", "large", "copy"}).IsInteger(1));
    CHECK(client.Command({"MGET", "large", "copy"})->elements == 2);
    CHECK(client.Command({"UNLINK", "large", "copy"}).IsInteger(2));
  }
  const std::string echoed = Bytes(8 * kMib);
  CHECK(client.Command({"ECHO", echoed}).IsBulk(echoed));
}

TEST_CASE("hiredis: an error is an answer, and the connection goes on") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  CHECK(client.Command({"NOSUCH", "a", "b"})
            .IsError("ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' "));
  CHECK(client.Command({"GET"}).IsError("ERR wrong number of arguments for 'get' command"));
  CHECK(client.Command({"SET", "k", "v", "EX", "0"})
            .IsError("ERR invalid expire time in 'set' command"));
  CHECK(client.Command({"CLIENT", "NOSUCH"})
            .IsError("ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP."));
  CHECK(client.Command({"SETRANGE", "k", "536870912", "x"})
            .IsError("ERR string exceeds maximum allowed size (proto-max-bulk-len)"));
  CHECK(client.Command({"AUTH", "secret"})->type == REDIS_REPLY_ERROR);
  CHECK(client.Command({"HELLO", "4"}).IsError("NOPROTO unsupported protocol version"));
  CHECK(client.Command({"PING"}).IsStatus("PONG"));
  CHECK(client.context()->err == 0);
}

TEST_CASE("hiredis: nested replies") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  const HiredisReply info = client.Command({"COMMAND", "INFO", "get", "nosuch", "set"});
  REQUIRE(info->elements == 3);
  CHECK(info->element[0]->elements == 10);
  CHECK(ToString(*info->element[0]->element[0]) == R"("get")");
  CHECK(ToString(*info->element[0]->element[2]) == "[+readonly, +fast]");
  CHECK(info->element[1]->type == REDIS_REPLY_NIL);
  CHECK(info->element[2]->elements == 10);

  // HELLO 2 is a map as a flat list, with an empty list as its last value.
  const HiredisReply hello = client.Command({"HELLO", "2"});
  REQUIRE(hello->elements == 14);
  CHECK(ToString(*hello->element[1]) == R"("redis")");
  CHECK(ToString(*hello->element[5]) == ":2");
  CHECK(ToString(*hello->element[13]) == "[]");

  CHECK(client.Command({"CONFIG", "SET", "slowlog-log-slower-than", "0"}).IsStatus("OK"));
  client.Command({"ECHO", "slow"});
  const HiredisReply slow = client.Command({"SLOWLOG", "GET", "1"});
  REQUIRE(slow->elements == 1);
  CHECK(ToString(*slow->element[0]->element[3]) == R"(["ECHO", "slow"])");
}

// hiredis 0.14 reads seven levels, and COMMAND DOCS of all commands has more, here as in Redis.
TEST_CASE("hiredis: COMMAND DOCS as deep as hiredis reads") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  const HiredisReply docs = client.Command({"COMMAND", "DOCS", "set", "getex"});
  REQUIRE_MESSAGE(docs, std::string(client.context()->errstr));
  REQUIRE(docs->elements == 4);
  CHECK(ToString(*docs->element[0]) == R"("set")");
  const std::string facts = ToString(*docs->element[1]);
  CAPTURE(facts);
  CHECK(facts.find(R"("token", "NX"])") != std::string::npos);
}

TEST_CASE("hiredis: a protocol error is told, then the connection ends") {
  ServerProcess server;
  HiredisClient client = ConnectTcp(server);
  const std::string_view broken = "*1\r\n$x\r\n";
  REQUIRE(write(client.context()->fd, broken.data(), broken.size()) == ssize_t(broken.size()));
  CHECK(client.Get().IsError("ERR Protocol error: invalid bulk length"));
  CHECK_FALSE(client.Get());
  CHECK(client.context()->err == REDIS_ERR_EOF);
}

}  // namespace
}  // namespace tests
