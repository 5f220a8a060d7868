// KEYS, SCAN and RANDOMKEY.

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocol/resp/reply_decoder.h"
#include "server/engine_state.h"
#include "tests/support/both_protocols.h"
#include "tests/support/read_reply.h"

using tests::BothProtocols;
using tests::InProcessServer;
using tests::ReadReply;

namespace {

struct Page {
  std::string cursor;
  std::vector<std::string> keys;
};

Page ScanPage(tests::TestConnection& client, std::vector<std::string> request) {
  request.insert(request.begin(), "SCAN");
  const auto reply = ReadReply(client.Run(request));
  REQUIRE(reply.elements.size() == 2);
  Page page{reply.elements[0].text, {}};
  for (const auto& key : reply.elements[1].elements) page.keys.push_back(key.text);
  return page;
}

// How often a whole scan meets each key.
std::map<std::string, int> ScanAll(tests::TestConnection& client,
                                   std::vector<std::string> options = {}) {
  std::map<std::string, int> seen;
  std::string cursor = "0";
  int pages = 0;
  do {
    std::vector<std::string> request = {cursor};
    request.insert(request.end(), options.begin(), options.end());
    const Page page = ScanPage(client, request);
    for (const std::string& key : page.keys) ++seen[key];
    cursor = page.cursor;
    REQUIRE(std::stoull(cursor) < (uint64_t{1} << 48));
    REQUIRE(++pages < 1'000'000);
  } while (cursor != "0");
  return seen;
}

}  // namespace

TEST_CASE("KEYS lists the keys that match, and no expired ones") {
  BothProtocols both;
  both.Check({"KEYS", "*"}, "*0\r\n");
  both.Check({"SET", "hello", "v"}, "+OK\r\n");
  both.Check({"KEYS", "h?llo"}, "*1\r\n$5\r\nhello\r\n");
  both.Check({"KEYS", "h[ae]llo"}, "*1\r\n$5\r\nhello\r\n");
  both.Check({"KEYS", "h[^e]llo"}, "*0\r\n");
  both.Check({"KEYS", "HELLO"}, "*0\r\n");
  both.Check({"PEXPIRE", "hello", "10"}, ":1\r\n");
  both.resp2.clock.AdvanceMs(10);
  both.resp3.clock.AdvanceMs(10);
  both.Check({"KEYS", "*"}, "*0\r\n");
  both.Check({"DBSIZE"}, ":1\r\n");
}

TEST_CASE("KEYS finds all of many keys") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "POPULATE", "20000"});
  std::set<std::string> keys;
  for (const auto& key : ReadReply(client.Run({"KEYS", "key:*7"})).elements) keys.insert(key.text);
  CHECK(keys.size() == 2000);
  CHECK(keys.contains("key:17"));
}

TEST_CASE("A scan meets each key of a database that rests exactly once") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "POPULATE", "5000"});
  const std::vector<std::vector<std::string>> variants = {
      {}, {"COUNT", "1"}, {"COUNT", "100"}, {"COUNT", "1000000"}, {"MATCH", "key:*"}};
  for (const auto& options : variants) {
    const auto seen = ScanAll(client, options);
    CHECK(seen.size() == 5000);
    for (const auto& [key, times] : seen) REQUIRE(times == 1);
  }
}

TEST_CASE("A scan meets each key that stays while others come and go") {
  for (const bool grows : {true, false}) {
    CAPTURE(grows);
    InProcessServer server({"enable-debug-command yes"});
    auto& client = server.Connect();
    client.Run({"DEBUG", "POPULATE", "2000", "stays"});
    client.Run({"DEBUG", "POPULATE", "2000", "goes"});
    std::set<std::string> seen;
    std::string cursor = "0";
    int page_number = 0;
    do {
      const Page page = ScanPage(client, {cursor});
      seen.insert(page.keys.begin(), page.keys.end());
      cursor = page.cursor;
      for (int i = 0; i < 20; ++i) {
        const std::string number = std::to_string(page_number * 20 + i);
        client.Run(grows ? std::vector<std::string>{"SET", "new:" + number, "v"}
                         : std::vector<std::string>{"DEL", "goes:" + number});
      }
      REQUIRE(++page_number < 10'000);
    } while (cursor != "0");
    int missing = 0;
    for (int i = 0; i < 2000; ++i) missing += seen.contains("stays:" + std::to_string(i)) ? 0 : 1;
    CHECK(missing == 0);
  }
}

TEST_CASE("COUNT bounds what a call looks at, whatever matches") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "POPULATE", "100000"});
  for (const int count : {1, 10, 500}) {
    CAPTURE(count);
    const Page page = ScanPage(client, {"0", "COUNT", std::to_string(count)});
    CHECK(page.keys.size() >= static_cast<size_t>(count));
    // A bucket is looked at as a whole.
    CHECK(page.keys.size() < static_cast<size_t>(count) + 48);
    CHECK(page.cursor != "0");
  }
  const Page page = ScanPage(client, {"0", "MATCH", "nothing*"});
  CHECK(page.keys.empty());
  CHECK(page.cursor != "0");
}

TEST_CASE("A scan of a table that has become empty ends after a bounded number of calls") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "POPULATE", "50000"});
  std::vector<std::string> request = {"DEL"};
  for (int i = 1; i < 50000; ++i) request.push_back("key:" + std::to_string(i));
  client.Run(request);
  std::string cursor = "0";
  std::set<std::string> seen;
  int calls = 0;
  do {
    const Page page = ScanPage(client, {cursor});
    seen.insert(page.keys.begin(), page.keys.end());
    cursor = page.cursor;
    ++calls;
  } while (cursor != "0");
  CHECK(seen == std::set<std::string>{"key:0"});
  CHECK(calls < 200);
}

TEST_CASE("SCAN filters by type, and knows nothing of an unknown one") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  const std::string with_key = "*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n";
  const std::string empty = "*2\r\n$1\r\n0\r\n*0\r\n";
  both.Check({"SCAN", "0", "TYPE", "string"}, with_key);
  both.Check({"SCAN", "0", "type", "STRING"}, with_key);
  both.Check({"SCAN", "0", "TYPE", "hash"}, empty);
  both.Check({"SCAN", "0", "TYPE", "string1"}, empty);
  both.Check({"SCAN", "0", "TYPE", ""}, empty);
  both.Check({"SCAN", "0", "TYPE", "hash", "TYPE", "string", "MATCH", "x", "MATCH", "k"}, with_key);
}

TEST_CASE("SCAN removes the expired keys that it meets, and tells so") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "SET-ACTIVE-EXPIRE", "0"});
  client.Run({"DEBUG", "POPULATE", "1000"});
  for (int i = 0; i < 50; ++i) client.Run({"SET", "gone:" + std::to_string(i), "v", "PX", "5"});
  server.Advance(500);
  CHECK(client.Run({"DBSIZE"}) == ":1050\r\n");
  tests::FeedRecorder recorder(server.engine->state().feed);
  CHECK(ScanAll(client, {"TYPE", "hash"}).empty());
  CHECK(client.Run({"DBSIZE"}) == ":1000\r\n");
  CHECK(recorder.events().find("x expired@0 gone:49") != std::string::npos);
  CHECK(recorder.requests().find("0: DEL gone:49") != std::string::npos);
  CHECK(ScanAll(client).size() == 1000);
}

TEST_CASE("SCAN refuses wrong cursors and options in Redis's words") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  for (const char* cursor : {"", "x", "-1", "1 ", "1x", "1.5", "18446744073709551616"}) {
    both.CheckRefused({"SCAN", cursor}, "ERR invalid cursor");
  }
  both.CheckRefused({"SCAN", "x", "FOO"}, "ERR invalid cursor");
  both.CheckRefused({"SCAN", "0", "FOO"}, "ERR syntax error");
  both.CheckRefused({"SCAN", "0", "COUNT"}, "ERR syntax error");
  both.CheckRefused({"SCAN", "0", "MATCH"}, "ERR syntax error");
  both.CheckRefused({"SCAN", "0", "TYPE"}, "ERR syntax error");
  both.CheckRefused({"SCAN", "0", "COUNT", "0"}, "ERR syntax error");
  both.CheckRefused({"SCAN", "0", "COUNT", "-1"}, "ERR syntax error");
  both.CheckRefused({"SCAN", "0", "COUNT", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"SCAN", "0", "NOVALUES"}, "ERR NOVALUES option can only be used in HSCAN");
}

TEST_CASE("sec redis#14982: SCAN takes every COUNT that is a number") {
  BothProtocols both;
  both.Check({"SET", "k", "v"}, "+OK\r\n");
  const std::string with_key = "*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n";
  for (const char* count : {"1", "2147483648", "4611686018427387904", "9223372036854775807"}) {
    both.Check({"SCAN", "0", "COUNT", count}, with_key);
  }
  for (const char* count : {"-2147483648", "-4611686018427387904", "-9223372036854775808"}) {
    both.CheckRefused({"SCAN", "0", "COUNT", count}, "ERR syntax error");
  }
  both.CheckRefused({"SCAN", "0", "COUNT", "9223372036854775808"},
                    "ERR value is not an integer or out of range");
}

TEST_CASE("sec Dragonfly#4466: cursors that no scan gave end the scan or go on, and do no harm") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "POPULATE", "3000"});
  for (const char* cursor :
       {"9223372036854775807", "9223372036854775808", "18446744073709551615", "281474976710655",
        "281474976710656", "281474976710657", "1", "12345678901234567", "+7", " 7", "007"}) {
    CAPTURE(cursor);
    std::string next = cursor;
    int calls = 0;
    do {
      next = ScanPage(client, {next, "COUNT", "100"}).cursor;
      REQUIRE(++calls < 1000);
    } while (next != "0");
  }
}

TEST_CASE("sec CVE-2022-36021, CVE-2024-31228: patterns of a million stars cost little") {
  InProcessServer server({"enable-debug-command yes", "proto-max-bulk-len 512mb"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "POPULATE", "1000", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"});
  std::string question_marks;
  for (int i = 0; i < 500'000; ++i) question_marks += "*?";
  std::string letters;
  for (int i = 0; i < 20; ++i) letters += "a*";
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& pattern : {std::string(1'000'000, '*') + "b", question_marks,
                                     letters + "b", letters + letters + "b"}) {
    CHECK(client.Run({"KEYS", pattern}) == "*0\r\n");
    CHECK(ScanPage(client, {"0", "COUNT", "1000", "MATCH", pattern}).keys.empty());
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  // Some milliseconds, and more under a sanitizer. Walking the stars for each key takes seconds,
  // an exponential matcher hours.
  CHECK(elapsed.count() < 1.0);
}

TEST_CASE("RANDOMKEY picks any live key, and nothing from an empty database") {
  BothProtocols both;
  both.Check({"RANDOMKEY"}, "$-1\r\n", "_\r\n");
  both.Check({"SET", "only", "v"}, "+OK\r\n");
  both.Check({"RANDOMKEY"}, "$4\r\nonly\r\n");

  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "SET-ACTIVE-EXPIRE", "0"});
  for (int i = 0; i < 100; ++i) client.Run({"SET", "gone:" + std::to_string(i), "v", "PX", "5"});
  for (int i = 0; i < 4; ++i) client.Run({"SET", "stays:" + std::to_string(i), "v"});
  server.clock.AdvanceMs(5);
  std::map<std::string, int> picked;
  for (int i = 0; i < 400; ++i) ++picked[ReadReply(client.Run({"RANDOMKEY"})).text];
  CHECK(picked.size() == 4);
  for (const auto& [key, times] : picked) {
    CHECK(key.starts_with("stays:"));
    CHECK(times > 50);
  }
}

TEST_CASE("RANDOMKEY of nothing but expired keys removes them and picks nothing") {
  BothProtocols both;
  for (const char* key : {"a", "b", "c"}) both.Check({"SET", key, "v", "PX", "5"}, "+OK\r\n");
  both.resp2.clock.AdvanceMs(5);
  both.resp3.clock.AdvanceMs(5);
  both.Check({"RANDOMKEY"}, "$-1\r\n", "_\r\n");
  both.Check({"DBSIZE"}, ":0\r\n");
}
