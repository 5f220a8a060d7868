// GET and SET with all their options, and their older forms.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/recorder.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

const std::string kInvalidSet = "-ERR invalid expire time in 'set' command\r\n";

}  // namespace

TEST_CASE("Strings: GET returns what SET stored, whatever bytes it has") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string every_byte = [] {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    return bytes;
  }();
  const std::string values[] = {"",
                                "v",
                                "0",
                                "-1",
                                "9223372036854775807",
                                "9223372036854775808",
                                "-9223372036854775808",
                                "007",
                                "1.5",
                                " 1",
                                every_byte,
                                std::string(44, 'x'),
                                std::string(45, 'x'),
                                std::string(4096, 'x'),
                                std::string(4097, 'x'),
                                std::string(20'000, 'x')};
  for (const std::string& value : values) {
    CAPTURE(value.substr(0, 50));
    CHECK(client.Run({"SET", "k", value}) == kOk);
    CHECK(client.Run({"GET", "k"}) == Bulk(value));
    CHECK(client.Run({"STRLEN", "k"}) == Integer(static_cast<int64_t>(value.size())));
    CheckKeyspace(server);
  }
  CHECK(client.Run({"SET", every_byte, "v"}) == kOk);
  CHECK(client.Run({"GET", every_byte}) == Bulk("v"));
  CHECK(client.Run({"SET", "", "empty key"}) == kOk);
  CHECK(client.Run({"GET", ""}) == Bulk("empty key"));
}

TEST_CASE("Strings: a missing key is null in both protocols") {
  InProcessServer server;
  CHECK(server.Connect().Run({"GET", "k"}) == kNull);
  InProcessServer resp3({"client-default-resp 3"});
  auto& client = resp3.Connect();
  CHECK(client.Run({"GET", "k"}) == kNull3);
  CHECK(client.Run({"SET", "k", "v", "XX"}) == kNull3);
  CHECK(client.Run({"SET", "k", "v", "GET"}) == kNull3);
  CHECK(client.Run({"GETSET", "k2", "v"}) == kNull3);
  CHECK(client.Run({"GETDEL", "k3"}) == kNull3);
  CHECK(client.Run({"GETEX", "k3"}) == kNull3);
  CHECK(client.Run({"MGET", "k3", "k"}) == Array({kNull3, Bulk("v")}));
}

TEST_CASE("Strings: SET replaces a value of any type and forgets its expiry") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "k");
  CHECK(client.Run({"SET", "k", "v"}) == kOk);
  CHECK(client.Run({"GET", "k"}) == Bulk("v"));
  client.Run({"SET", "k", "v", "EX", "100"});
  CHECK(client.Run({"TTL", "k"}) == Integer(100));
  client.Run({"SET", "k", "v"});
  CHECK(client.Run({"TTL", "k"}) == Integer(-1));
}

TEST_CASE("Strings: SET keeps numbers as integers and short texts as embstr, as Redis does") {
  InProcessServer server;
  auto& client = server.Connect();
  const auto encoding_of = [&](std::string_view value) {
    client.Run({"SET", "k", value});
    return EncodingOf(server, "k");
  };
  CHECK(encoding_of("12") == "int");
  CHECK(encoding_of("-9223372036854775808") == "int");
  CHECK(encoding_of("9223372036854775808") == "embstr");
  CHECK(encoding_of("012") == "embstr");
  CHECK(encoding_of("") == "embstr");
  CHECK(encoding_of(std::string(44, 'x')) == "embstr");
  CHECK(encoding_of(std::string(45, 'x')) == "raw");
}

TEST_CASE("Strings: SET NX and XX look whether the key is there") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SET", "k", "1", "xx"}) == kNull);
  CHECK(client.Run({"SET", "k", "1", "nx"}) == kOk);
  CHECK(client.Run({"SET", "k", "2", "NX"}) == kNull);
  CHECK(client.Run({"GET", "k"}) == Bulk("1"));
  CHECK(client.Run({"SET", "k", "3", "XX"}) == kOk);
  CHECK(client.Run({"GET", "k"}) == Bulk("3"));
  PutList(server, "list");
  CHECK(client.Run({"SET", "list", "v", "NX"}) == kNull);
  CHECK(client.Run({"SET", "list", "v", "XX"}) == kOk);
  CHECK(client.Run({"GET", "list"}) == Bulk("v"));
}

TEST_CASE("Strings: SET GET returns the old string, whether or not the new one is set") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SET", "k", "1", "GET"}) == kNull);
  CHECK(client.Run({"SET", "k", "2", "get"}) == Bulk("1"));
  CHECK(client.Run({"SET", "k", "3", "GET", "NX"}) == Bulk("2"));
  CHECK(client.Run({"GET", "k"}) == Bulk("2"));
  CHECK(client.Run({"SET", "k", "3", "XX", "GET"}) == Bulk("2"));
  CHECK(client.Run({"SET", "new", "1", "XX", "GET"}) == kNull);
  CHECK(client.Run({"GET", "new"}) == kNull);
  CHECK(client.Run({"SET", "new", "1", "NX", "GET"}) == kNull);
  CHECK(client.Run({"GET", "new"}) == Bulk("1"));
}

TEST_CASE("Strings: SET GET sends a large old value although the key is overwritten") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string old_value(100'000, 'o');
  client.Run({"SET", "k", old_value});
  CHECK(client.Run({"SET", "k", std::string(100'000, 'n'), "GET"}) == Bulk(old_value));
  CHECK(client.Run({"GETDEL", "k"}) == Bulk(std::string(100'000, 'n')));
  CheckKeyspace(server);
}

TEST_CASE("Strings: SET with a lifetime ends at its millisecond") {
  InProcessServer server;
  auto& client = server.Connect();
  const int64_t now_ms = server.clock.wall_ms();
  client.Run({"SET", "ex", "v", "EX", "2"});
  client.Run({"SET", "px", "v", "px", "2000"});
  client.Run({"SET", "exat", "v", "EXAT", std::to_string(now_ms / 1000 + 2)});
  client.Run({"SET", "pxat", "v", "pxat", std::to_string(now_ms + 2000)});
  for (const char* key : {"ex", "px", "pxat"}) {
    CHECK(client.Run({"PEXPIRETIME", key}) == Integer(now_ms + 2000));
  }
  CHECK(client.Run({"PEXPIRETIME", "exat"}) == Integer((now_ms / 1000 + 2) * 1000));
  server.Advance(1999);
  CHECK(client.Run({"GET", "px"}) == Bulk("v"));
  server.clock.AdvanceMs(1);
  CHECK(client.Run({"GET", "px"}) == kNull);
  CHECK(client.Run({"GET", "ex"}) == kNull);
  CHECK(client.Run({"GET", "pxat"}) == kNull);
  CheckKeyspace(server);
}

TEST_CASE("Strings: SET KEEPTTL keeps the expiry, and the same option twice is no contradiction") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v", "EX", "10", "EX", "20"});
  CHECK(client.Run({"TTL", "k"}) == Integer(20));
  CHECK(client.Run({"SET", "k", "w", "KEEPTTL", "keepttl"}) == kOk);
  CHECK(client.Run({"TTL", "k"}) == Integer(20));
  CHECK(client.Run({"GET", "k"}) == Bulk("w"));
  CHECK(client.Run({"SET", "new", "v", "KEEPTTL"}) == kOk);
  CHECK(client.Run({"TTL", "new"}) == Integer(-1));
}

TEST_CASE("Strings: SET with a time that has passed leaves nothing that can be seen") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v"});
  CHECK(client.Run({"SET", "k", "w", "PXAT", "1"}) == kOk);
  CHECK(client.Run({"GET", "k"}) == kNull);
  client.Run({"SET", "unseen", "w", "EXAT", "1"});
  server.Advance(2000);
  CHECK(ContentsOf(server).empty());
}

TEST_CASE("Strings: SET refuses contradictions and bad numbers and changes nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v", "EX", "100"});
  const std::string before = ContentsOf(server);
  struct Refusal {
    std::vector<std::string> options;
    std::string_view reply;
  };
  const std::string max = "9223372036854775807";
  const Refusal refusals[] = {
      {{"NX", "XX"}, kSyntaxError},
      {{"XX", "NX"}, kSyntaxError},
      {{"EX", "1", "PX", "1"}, kSyntaxError},
      {{"EX", "1", "KEEPTTL"}, kSyntaxError},
      {{"KEEPTTL", "PXAT", "1"}, kSyntaxError},
      {{"EXAT", "1", "PXAT", "1"}, kSyntaxError},
      {{"EX"}, kSyntaxError},
      {{"PXAT"}, kSyntaxError},
      {{"PERSIST"}, kSyntaxError},
      {{"FOO"}, kSyntaxError},
      {{""}, kSyntaxError},
      {{"EX", "abc", "FOO"}, kSyntaxError},  // words come before numbers
      {{"EX", "abc"}, kNotAnInteger},
      {{"EX", "1.5"}, kNotAnInteger},
      {{"EX", "NX"}, kNotAnInteger},
      {{"PX", "9223372036854775808"}, kNotAnInteger},
      {{"EX", "0"}, kInvalidSet},
      {{"PX", "-1"}, kInvalidSet},
      {{"EXAT", "0"}, kInvalidSet},
      {{"PXAT", "-5"}, kInvalidSet},
      {{"EX", max}, kInvalidSet},
      {{"PX", max}, kInvalidSet},
      {{"EXAT", max}, kInvalidSet},
      {{"EX", "9223372036854775"}, kInvalidSet},
      {{"EXAT", "9223372036854776"}, kInvalidSet},
  };
  for (const Refusal& refusal : refusals) {
    std::vector<std::string> request = {"SET", "k", "w"};
    request.insert(request.end(), refusal.options.begin(), refusal.options.end());
    CAPTURE(refusal.options);
    CHECK(client.Run(request) == refusal.reply);
  }
  CHECK(client.Run({"SET", "k"}) == "-ERR wrong number of arguments for 'set' command\r\n");
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Strings: the last possible expiry can be set and read") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SET", "k", "v", "PXAT", "9223372036854775807"}) == kOk);
  CHECK(client.Run({"PEXPIRETIME", "k"}) == Integer(INT64_MAX));
  CHECK(client.Run({"SET", "k", "v", "EXAT", "9223372036854775"}) == kOk);
  CHECK(client.Run({"EXPIRETIME", "k"}) == Integer(9223372036854775));
  server.Advance(1000);
  CHECK(client.Run({"GET", "k"}) == Bulk("v"));
  CheckKeyspace(server);
}

TEST_CASE("Strings: reading commands refuse another type and change nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  const std::string before = ContentsOf(server);
  CHECK(client.Run({"GET", "list"}) == kWrongType);
  CHECK(client.Run({"GETSET", "list", "v"}) == kWrongType);
  CHECK(client.Run({"GETDEL", "list"}) == kWrongType);
  CHECK(client.Run({"GETEX", "list"}) == kWrongType);
  CHECK(client.Run({"GETEX", "list", "EX", "0"}) == kWrongType);
  CHECK(client.Run({"SET", "list", "v", "GET"}) == kWrongType);
  CHECK(client.Run({"SET", "list", "v", "GET", "NX"}) == kWrongType);
  CHECK(client.Run({"SET", "list", "v", "GET", "EX", "0"}) == kInvalidSet);
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Strings: SETNX, GETSET and GETDEL answer as SET's options would") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SETNX", "k", "1"}) == Integer(1));
  CHECK(client.Run({"SETNX", "k", "2"}) == Integer(0));
  CHECK(client.Run({"GETSET", "k", "3"}) == Bulk("1"));
  CHECK(client.Run({"GETSET", "new", "4"}) == kNull);
  client.Run({"EXPIRE", "k", "100"});
  CHECK(client.Run({"GETSET", "k", "5"}) == Bulk("3"));
  CHECK(client.Run({"TTL", "k"}) == Integer(-1));
  CHECK(client.Run({"GETDEL", "k"}) == Bulk("5"));
  CHECK(client.Run({"GETDEL", "k"}) == kNull);
  CHECK(client.Run({"EXISTS", "k"}) == Integer(0));
  PutList(server, "list");
  CHECK(client.Run({"SETNX", "list", "v"}) == Integer(0));
}

TEST_CASE("Strings: SETEX and PSETEX set a lifetime and refuse what is none") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SETEX", "k", "10", "v"}) == kOk);
  CHECK(client.Run({"PTTL", "k"}) == Integer(10'000));
  CHECK(client.Run({"PSETEX", "k", "1500", "w"}) == kOk);
  CHECK(client.Run({"PTTL", "k"}) == Integer(1500));
  const std::string before = ContentsOf(server);
  const std::string invalid = "-ERR invalid expire time in 'setex' command\r\n";
  CHECK(client.Run({"SETEX", "k", "0", "x"}) == invalid);
  CHECK(client.Run({"SETEX", "k", "-1", "x"}) == invalid);
  CHECK(client.Run({"SETEX", "k", "9223372036854775807", "x"}) == invalid);
  CHECK(client.Run({"SETEX", "k", "x", "1"}) == kNotAnInteger);
  CHECK(client.Run({"PSETEX", "k", "0", "x"}) ==
        "-ERR invalid expire time in 'psetex' command\r\n");
  CHECK(client.Run({"PSETEX", "k", "9223372036854775807", "x"}) ==
        "-ERR invalid expire time in 'psetex' command\r\n");
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Strings: GETEX changes how long a key lives") {
  InProcessServer server;
  auto& client = server.Connect();
  const int64_t now_ms = server.clock.wall_ms();
  client.Run({"SET", "k", "v"});
  CHECK(client.Run({"GETEX", "k"}) == Bulk("v"));
  CHECK(client.Run({"TTL", "k"}) == Integer(-1));
  CHECK(client.Run({"GETEX", "k", "EX", "10"}) == Bulk("v"));
  CHECK(client.Run({"PEXPIRETIME", "k"}) == Integer(now_ms + 10'000));
  CHECK(client.Run({"GETEX", "k"}) == Bulk("v"));
  CHECK(client.Run({"PEXPIRETIME", "k"}) == Integer(now_ms + 10'000));
  CHECK(client.Run({"GETEX", "k", "px", "5"}) == Bulk("v"));
  CHECK(client.Run({"PEXPIRETIME", "k"}) == Integer(now_ms + 5));
  CHECK(client.Run({"GETEX", "k", "EXAT", "4000000000"}) == Bulk("v"));
  CHECK(client.Run({"EXPIRETIME", "k"}) == Integer(4'000'000'000));
  CHECK(client.Run({"GETEX", "k", "PXAT", "4000000000001"}) == Bulk("v"));
  CHECK(client.Run({"PEXPIRETIME", "k"}) == Integer(4'000'000'000'001));
  CHECK(client.Run({"GETEX", "k", "PERSIST"}) == Bulk("v"));
  CHECK(client.Run({"TTL", "k"}) == Integer(-1));
  CHECK(client.Run({"GETEX", "k", "PXAT", std::to_string(now_ms)}) == Bulk("v"));
  CHECK(client.Run({"EXISTS", "k"}) == Integer(0));
  CheckKeyspace(server);
}

TEST_CASE("Strings: GETEX refuses options only of a key that is there, words always") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string invalid = "-ERR invalid expire time in 'getex' command\r\n";
  CHECK(client.Run({"GETEX", "missing", "EX", "0"}) == kNull);
  CHECK(client.Run({"GETEX", "missing", "EX", "abc"}) == kNull);
  CHECK(client.Run({"GETEX", "missing", "EX"}) == kSyntaxError);
  client.Run({"SET", "k", "v", "EX", "100"});
  const std::string before = ContentsOf(server);
  CHECK(client.Run({"GETEX", "k", "EX", "0"}) == invalid);
  CHECK(client.Run({"GETEX", "k", "PX", "9223372036854775807"}) == invalid);
  CHECK(client.Run({"GETEX", "k", "EXAT", "-1"}) == invalid);
  CHECK(client.Run({"GETEX", "k", "EX", "abc"}) == kNotAnInteger);
  CHECK(client.Run({"GETEX", "k", "EX", "1", "PERSIST"}) == kSyntaxError);
  CHECK(client.Run({"GETEX", "k", "EX", "1", "PX", "1"}) == kSyntaxError);
  CHECK(client.Run({"GETEX", "k", "KEEPTTL"}) == kSyntaxError);
  CHECK(client.Run({"GETEX", "k", "NX"}) == kSyntaxError);
  CHECK(client.Run({"GETEX", "k", "GET"}) == kSyntaxError);
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Strings: a key that is created is told of before the command") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const auto events_of = [&](std::initializer_list<std::string_view> request) {
    client.Run(request);
    return recorder.TakeEvents();
  };
  CHECK(events_of({"SET", "k", "v"}) == "new k, set k");
  CHECK(events_of({"SET", "k", "v"}) == "set k");
  CHECK(events_of({"SET", "e", "v", "EX", "9"}) == "new e, set e, expire e");
  CHECK(events_of({"SET", "e", "v", "PXAT", "99999999999999"}) == "set e, expire e");
  CHECK(events_of({"SET", "e", "v", "KEEPTTL", "GET"}) == "set e");
  CHECK(events_of({"SET", "e", "v", "NX"}) == "");
  CHECK(events_of({"SETNX", "nx", "v"}) == "new nx, set nx");
  CHECK(events_of({"SETNX", "nx", "v"}) == "");
  CHECK(events_of({"SETEX", "ex", "9", "v"}) == "new ex, set ex, expire ex");
  CHECK(events_of({"PSETEX", "ex", "9", "v"}) == "set ex, expire ex");
  CHECK(events_of({"GETSET", "gs", "v"}) == "new gs, set gs");
  CHECK(events_of({"GETEX", "gs"}) == "");
  CHECK(events_of({"GETEX", "gs", "PERSIST"}) == "");
  CHECK(events_of({"GETEX", "gs", "EX", "5"}) == "expire gs");
  CHECK(events_of({"GETEX", "gs", "PERSIST"}) == "persist gs");
  CHECK(events_of({"GETEX", "gs", "EXAT", "1"}) == "del gs");
  CHECK(events_of({"GETDEL", "k"}) == "del k");
  CHECK(events_of({"GETDEL", "k"}) == "");
  client.Run({"SET", "past", "v", "PXAT", "1"});
  recorder.TakeEvents();
  CHECK(events_of({"SET", "past", "v"}) == "expired past, new past, set past");
}

TEST_CASE("Strings: events belong to Redis's classes") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  client.Run({"SET", "k", "v", "EX", "9"});
  client.Run({"GETEX", "k", "PERSIST"});
  client.Run({"GETDEL", "k"});
  CHECK(recorder.TakeEvents() == "new k, set k, expire k, persist k, del k");
  CHECK(recorder.TakeClasses() == "n$ggg");
}

TEST_CASE("Strings: what goes to the log means the same whenever it is read") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const std::string now_plus_9s = std::to_string(server.clock.wall_ms() + 9000);
  const auto log_of = [&](std::initializer_list<std::string_view> request) {
    client.Run(request);
    return recorder.TakeRequests();
  };
  CHECK(log_of({"SET", "k", "v"}) == "SET k v");
  CHECK(log_of({"SET", "k", "v", "NX"}) == "");
  CHECK(log_of({"SET", "k", "v", "XX"}) == "SET k v XX");
  CHECK(log_of({"SET", "k", "v", "GET"}) == "SET k v");
  CHECK(log_of({"SET", "k", "v", "NX", "GET"}) == "");
  CHECK(log_of({"SET", "k", "v", "EX", "9"}) == "SET k v PXAT " + now_plus_9s);
  CHECK(log_of({"SET", "k", "w", "KEEPTTL", "GET"}) == "SET k w KEEPTTL");
  CHECK(log_of({"SET", "k", "v", "PX", "9000", "GET", "XX"}) == "SET k v PXAT " + now_plus_9s);
  CHECK(log_of({"SET", "k", "v", "EXAT", "4000000000"}) == "SET k v PXAT 4000000000000");
  CHECK(log_of({"SETEX", "k", "9", "v"}) == "SET k v PXAT " + now_plus_9s);
  CHECK(log_of({"PSETEX", "k", "9000", "v"}) == "SET k v PXAT " + now_plus_9s);
  CHECK(log_of({"GETSET", "k", "v"}) == "SET k v");
  CHECK(log_of({"GETEX", "k"}) == "");
  CHECK(log_of({"GETEX", "k", "PERSIST"}) == "");
  CHECK(log_of({"GETEX", "k", "EX", "9"}) == "PEXPIREAT k " + now_plus_9s);
  CHECK(log_of({"GETEX", "k", "PERSIST"}) == "PERSIST k");
  CHECK(log_of({"GETEX", "k", "PXAT", "1"}) == "DEL k");
  CHECK(log_of({"SET", "k", "v", "PXAT", "1"}) == "SET k v PXAT 1");
  CHECK(log_of({"GET", "k"}) == "DEL k");
  client.Run({"SET", "k", "v"});
  recorder.TakeRequests();
  CHECK(log_of({"GETDEL", "k"}) == "DEL k");
  CHECK(log_of({"GETDEL", "k"}) == "");
}
