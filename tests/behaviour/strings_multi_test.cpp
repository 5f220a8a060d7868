// MGET, MSET, MSETNX and LCS: several strings in one request.

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/recorder.h"
#include "tests/support/replies.h"

using namespace tests;

TEST_CASE("Strings: MGET answers every key in order, and null for what is no string") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"MSET", "a", "1", "b", "text", "c", ""});
  PutList(server, "list");
  CHECK(client.Run({"MGET", "a", "missing", "b", "list", "c", "a"}) ==
        Array({Bulk("1"), kNull, Bulk("text"), kNull, Bulk(""), Bulk("1")}));
  CHECK(client.Run({"MGET"}) == "-ERR wrong number of arguments for 'mget' command\r\n");
}

TEST_CASE("Strings: MSET and MGET take more keys than one window, repeated ones too") {
  InProcessServer server;
  auto& client = server.Connect();
  for (const size_t keys : {1, 31, 32, 33, 64, 65, 1000}) {
    CAPTURE(keys);
    std::vector<std::string> set = {"MSET"};
    std::vector<std::string> get = {"MGET"};
    std::string expected = "*" + std::to_string(keys) + "\r\n";
    for (size_t i = 0; i < keys; ++i) {
      const std::string key = "key:" + std::to_string(i % 97);
      set.insert(set.end(), {key, std::to_string(i)});
      get.push_back(key);
      size_t last = i;
      while (last + 97 < keys) last += 97;
      expected += Bulk(std::to_string(last));
    }
    CHECK(client.Run(set) == kOk);
    CHECK(client.Run(get) == expected);
    CheckKeyspace(server);
  }
}

TEST_CASE("Strings: MGET counts a hit or a miss for each key") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"MSET", "a", "1", "b", "2"});
  const auto& statistics = server.engine->state().keyspace.statistics();
  CHECK(statistics.hits == 0);
  client.Run({"MGET", "a", "b", "c", "a"});
  CHECK(statistics.hits == 3);
  CHECK(statistics.misses == 1);
}

TEST_CASE("Strings: MSET replaces values of any type and their expiries, large ones too") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "expiring", "v", "EX", "100"});
  const std::string large(50'000, 'x');
  CHECK(client.Run({"MSET", "list", large, "expiring", "12", "new", large}) == kOk);
  CHECK(client.Run({"MGET", "list", "expiring", "new"}) ==
        Array({Bulk(large), Bulk("12"), Bulk(large)}));
  CHECK(client.Run({"TTL", "expiring"}) == Integer(-1));
  CHECK(EncodingOf(server, "expiring") == "int");
  CheckKeyspace(server);
}

TEST_CASE("Strings: a key without a value is refused and changes nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"MSET", "a", "1", "b"}) ==
        "-ERR wrong number of arguments for 'mset' command\r\n");
  CHECK(client.Run({"MSET", "a"}) == "-ERR wrong number of arguments for 'mset' command\r\n");
  CHECK(client.Run({"MSETNX", "a", "1", "b"}) ==
        "-ERR wrong number of arguments for 'msetnx' command\r\n");
  CHECK(ContentsOf(server).empty());
}

TEST_CASE("Strings: MSETNX sets all keys or none") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"MSETNX", "a", "1", "b", "2"}) == Integer(1));
  const std::string before = ContentsOf(server);
  CHECK(client.Run({"MSETNX", "c", "3", "b", "4", "d", "5"}) == Integer(0));
  CHECK(ContentsOf(server) == before);
  CHECK(client.Run({"MGET", "a", "b", "c"}) == Array({Bulk("1"), Bulk("2"), kNull}));
}

TEST_CASE("sec_CVE_2023_28425: MSETNX and MSET take the last value of a repeated key") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const std::string large(50'000, 'x');
  CHECK(client.Run({"MSETNX", "k", "1", "k", large, "k", "3"}) == Integer(1));
  CHECK(client.Run({"GET", "k"}) == Bulk("3"));
  CHECK(recorder.TakeEvents() == "new k, set k, set k, set k");
  CHECK(client.Run({"MSET", "k", "4", "k", large}) == kOk);
  CHECK(client.Run({"GET", "k"}) == Bulk(large));
  CHECK(client.Run({"DBSIZE"}) == Integer(1));
  CheckKeyspace(server);
}

TEST_CASE("Strings: several keys in one request are several changes and one line of the log") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const uint64_t before = server.engine->state().feed.changes();
  client.Run({"MSET", "a", "1", "b", "2"});
  CHECK(server.engine->state().feed.changes() == before + 2);
  CHECK(recorder.TakeEvents() == "new a, set a, new b, set b");
  CHECK(recorder.TakeRequests() == "MSET a 1 b 2");
  client.Run({"MSETNX", "b", "1", "c", "2"});
  client.Run({"MGET", "b", "c"});
  CHECK(recorder.TakeEvents() == "");
  CHECK(recorder.TakeRequests() == "");
}

TEST_CASE("Strings: LCS answers the bytes, their number, or where they are") {
  const std::string ranges2 =
      Array({Bulk("matches"),
             Array({Array({Array({":4\r\n", ":7\r\n"}), Array({":5\r\n", ":8\r\n"})}),
                    Array({Array({":2\r\n", ":3\r\n"}), Array({":0\r\n", ":1\r\n"})})}),
             Bulk("len"), Integer(6)});
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"MSET", "a", "ohmytext", "b", "mynewtext"});
  CHECK(client.Run({"LCS", "a", "b"}) == Bulk("mytext"));
  CHECK(client.Run({"LCS", "a", "b", "len"}) == Integer(6));
  CHECK(client.Run({"LCS", "a", "b", "IDX"}) == ranges2);
  CHECK(client.Run({"LCS", "a", "b", "IDX", "MINMATCHLEN", "4"}) ==
        Array({Bulk("matches"),
               Array({Array({Array({":4\r\n", ":7\r\n"}), Array({":5\r\n", ":8\r\n"})})}),
               Bulk("len"), Integer(6)}));
  CHECK(client.Run({"LCS", "a", "b", "withmatchlen", "IDX", "MINMATCHLEN", "4"}) ==
        Array({Bulk("matches"),
               Array({Array({Array({":4\r\n", ":7\r\n"}), Array({":5\r\n", ":8\r\n"}), ":4\r\n"})}),
               Bulk("len"), Integer(6)}));
  CHECK(client.Run({"LCS", "a", "b", "IDX", "MINMATCHLEN", "-3"}) == ranges2);
  CHECK(client.Run({"LCS", "a", "b", "IDX", "MINMATCHLEN", "5"}) ==
        Array({Bulk("matches"), Array({}), Bulk("len"), Integer(6)}));
  InProcessServer resp3({"client-default-resp 3"});
  auto& client3 = resp3.Connect();
  client3.Run({"MSET", "a", "ohmytext", "b", "mynewtext"});
  CHECK(client3.Run({"LCS", "a", "b", "IDX"}) == "%2" + ranges2.substr(2));
}

TEST_CASE("Strings: LCS takes missing keys as empty and integers as their digits") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"MSET", "number", "12345", "other", "-1035"});
  CHECK(client.Run({"LCS", "number", "other"}) == Bulk("135"));
  CHECK(client.Run({"LCS", "number", "number"}) == Bulk("12345"));
  CHECK(client.Run({"LCS", "number", "missing"}) == Bulk(""));
  CHECK(client.Run({"LCS", "missing", "number", "LEN"}) == Integer(0));
  CHECK(client.Run({"LCS", "missing", "missing", "IDX"}) ==
        Array({Bulk("matches"), Array({}), Bulk("len"), Integer(0)}));
}

TEST_CASE("Strings: LCS refuses other types first, then options") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  const std::string no_string = "-ERR The specified keys must contain string values\r\n";
  CHECK(client.Run({"LCS", "list", "missing"}) == no_string);
  CHECK(client.Run({"LCS", "missing", "list", "FOO"}) == no_string);
  CHECK(client.Run({"LCS", "a", "b", "FOO"}) == kSyntaxError);
  CHECK(client.Run({"LCS", "a", "b", "MINMATCHLEN"}) == kSyntaxError);
  CHECK(client.Run({"LCS", "a", "b", "MINMATCHLEN", "x"}) == kNotAnInteger);
  CHECK(client.Run({"LCS", "a", "b", "MINMATCHLEN", "x", "FOO"}) == kNotAnInteger);
  CHECK(client.Run({"LCS", "a", "b", "IDX", "LEN"}) ==
        "-ERR If you want both the length and indexes, please just use IDX.\r\n");
}

TEST_CASE("Strings: LCS of strings whose table would be too large is refused") {
  const std::string too_large =
      "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len\r\n";
  InProcessServer server({"proto-max-bulk-len 1mb"});
  auto& client = server.Connect();
  // 4 bytes for each of 512 * 512 pairs are a megabyte.
  client.Run(
      {"MSET", "a", std::string(511, 'x'), "b", std::string(511, 'x'), "c", std::string(512, 'x')});
  CHECK(client.Run({"LCS", "a", "b", "LEN"}) == Integer(511));
  CHECK(client.Run({"LCS", "a", "c", "LEN"}) == too_large);
  CHECK(client.Run({"LCS", "c", "a"}) == too_large);
  client.Run({"SETRANGE", "long", "1000000", "x"});
  CHECK(client.Run({"LCS", "long", "long"}) == too_large);
}

#ifndef CINNABAR_SANITIZED  // whose malloc ends the process instead
TEST_CASE("Strings: LCS answers when there is no memory for its rows") {
  InProcessServer server({"proto-max-bulk-len 9223372036854775807"});
  auto& client = server.Connect();
  client.Run({"SETRANGE", "long", "50000000", "x"});
  CHECK(client.Run({"LCS", "long", "long", "IDX"}) ==
        "-ERR Insufficient memory, failed allocating transient memory for LCS\r\n");
}
#endif
