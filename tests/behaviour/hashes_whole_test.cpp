// All fields of a hash, some of them, and any of them.

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/both_protocols.h"
#include "tests/support/bulks.h"
#include "tests/support/contents.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

void Fill(TestConnection& client, int fields) {
  for (int i = 0; i < fields; ++i) {
    client.Run({"HSET", "k", "f" + std::to_string(i), "v" + std::to_string(i)});
  }
}

}  // namespace

TEST_CASE("HGETALL, HKEYS and HVALS give a small hash in the order of its making") {
  BothProtocols both;
  both.Check({"HSET", "k", "b", "1", "a", "2"}, ":2\r\n");
  both.Check({"HGETALL", "k"}, Array({Bulk("b"), Bulk("1"), Bulk("a"), Bulk("2")}),
             "%2\r\n" + Bulk("b") + Bulk("1") + Bulk("a") + Bulk("2"));
  both.Check({"HKEYS", "k"}, Array({Bulk("b"), Bulk("a")}));
  both.Check({"HVALS", "k"}, Array({Bulk("1"), Bulk("2")}));
}

TEST_CASE("HGETALL gives all of a large hash") {
  InProcessServer server;
  auto& client = server.Connect();
  Fill(client, 3000);
  const auto bulks = BulksIn(client.Run({"HGETALL", "k"}));
  REQUIRE(bulks.size() == 6000);
  std::set<std::string> fields;
  for (size_t i = 0; i < bulks.size(); i += 2) {
    CHECK(bulks[i + 1] == "v" + bulks[i].substr(1));
    fields.insert(bulks[i]);
  }
  CHECK(fields.size() == 3000);
}

TEST_CASE("HSCAN meets every field that is there throughout, however the hash changes") {
  for (const int fields : {20, 5000}) {
    InProcessServer server;
    auto& client = server.Connect();
    Fill(client, fields);
    std::map<std::string, std::string> met;
    std::string cursor = "0";
    int calls = 0;
    do {
      const auto bulks = BulksIn(client.Run({"HSCAN", "k", cursor, "COUNT", "50"}));
      cursor = bulks[0];
      for (size_t i = 1; i < bulks.size(); i += 2) met[bulks[i]] = bulks[i + 1];
      // Others come and go meanwhile.
      for (int i = 0; i < 60; ++i) {
        client.Run({"HSET", "k", "other" + std::to_string(calls * 60 + i), ""});
      }
      for (int i = 0; i < 30; ++i) {
        client.Run({"HDEL", "k", "other" + std::to_string(calls * 60 + i)});
      }
      REQUIRE(++calls < 1000);
    } while (cursor != "0");
    for (int i = 0; i < fields; ++i) {
      REQUIRE(met["f" + std::to_string(i)] == "v" + std::to_string(i));
    }
  }
}

TEST_CASE("HSCAN takes MATCH, COUNT and NOVALUES, and is flat in both protocols") {
  BothProtocols both;
  both.Check({"HSET", "k", "a1", "x", "b1", "y", "a2", "z"}, ":3\r\n");
  both.Check({"HSCAN", "k", "0", "MATCH", "a*", "COUNT", "1"},
             Array({Bulk("0"), Array({Bulk("a1"), Bulk("x"), Bulk("a2"), Bulk("z")})}));
  both.Check({"HSCAN", "k", "0", "NOVALUES", "MATCH", "b?"},
             Array({Bulk("0"), Array({Bulk("b1")})}));
  both.CheckRefused({"HSCAN", "k", "x"}, "ERR invalid cursor");
  both.CheckRefused({"HSCAN", "nokey", "x"}, "ERR invalid cursor");
  both.CheckRefused({"HSCAN", "k", "0", "COUNT", "0"}, "ERR syntax error");
  both.CheckRefused({"HSCAN", "k", "0", "COUNT", "x"},
                    "ERR value is not an integer or out of range");
  both.CheckRefused({"HSCAN", "k", "0", "NONSENSE"}, "ERR syntax error");
  both.Check({"HSCAN", "nokey", "0", "NONSENSE"}, Array({Bulk("0"), "*0\r\n"}));
}

TEST_CASE("HRANDFIELD with values gives pairs in RESP3 and a flat list in RESP2") {
  BothProtocols both;
  both.Check({"HSET", "k", "f", "v"}, ":1\r\n");
  both.Check({"HRANDFIELD", "k"}, Bulk("f"));
  both.Check({"HRANDFIELD", "k", "1"}, Array({Bulk("f")}));
  both.Check({"HRANDFIELD", "k", "5", "WITHVALUES"}, Array({Bulk("f"), Bulk("v")}),
             Array({Array({Bulk("f"), Bulk("v")})}));
  both.Check({"HRANDFIELD", "k", "-2", "withvalues"},
             Array({Bulk("f"), Bulk("v"), Bulk("f"), Bulk("v")}),
             Array({Array({Bulk("f"), Bulk("v")}), Array({Bulk("f"), Bulk("v")})}));
  both.Check({"HRANDFIELD", "k", "0"}, "*0\r\n");
}

// CVE-2023-22458: counts at the ends of their range.
TEST_CASE("HRANDFIELD survives and refuses counts that no reply could hold") {
  BothProtocols both;
  both.Check({"HSET", "k", "f", "v"}, ":1\r\n");
  const std::string range =
      "ERR value is out of range, value must between -9223372036854775807 and "
      "9223372036854775807";
  both.CheckRefused({"HRANDFIELD", "k", "-9223372036854775808"}, range);
  both.CheckRefused({"HRANDFIELD", "k", "-9223372036854775808", "WITHVALUES"}, range);
  both.CheckRefused({"HRANDFIELD", "k", "9223372036854775807", "WITHVALUES"},
                    "ERR value is out of range");
  for (const char* count : {"-9223372036854775807", "-4611686018427387904", "-2147483648"}) {
    both.CheckRefused({"HRANDFIELD", "k", count}, "ERR value is out of range");
  }
  for (const char* count : {"9223372036854775807", "4611686018427387904", "2147483648"}) {
    both.Check({"HRANDFIELD", "k", count}, Array({Bulk("f")}));
  }
  both.CheckRefused({"HRANDFIELD", "k", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"HRANDFIELD", "k", "1", "x"}, "ERR syntax error");
  both.CheckRefused({"HRANDFIELD", "k", "1", "WITHVALUES", "x"}, "ERR syntax error");
}

TEST_CASE("HRANDFIELD picks different fields, each as likely as any other") {
  for (const int fields : {10, 1000}) {
    for (const int share : {5, 2}) {  // a few and many of them
      CAPTURE(fields);
      CAPTURE(share);
      InProcessServer server;
      auto& client = server.Connect();
      Fill(client, fields);
      const int count = fields / share;
      std::map<std::string, int> picked;
      for (int i = 0; i < 100 * share; ++i) {
        const auto bulks = BulksIn(client.Run({"HRANDFIELD", "k", std::to_string(count)}));
        CHECK(std::set<std::string>(bulks.begin(), bulks.end()).size() ==
              static_cast<size_t>(count));
        for (const std::string& field : bulks) ++picked[field];
      }
      CHECK(picked.size() == static_cast<size_t>(fields));
      for (const auto& [field, times] : picked) CHECK((times > 50 && times < 170));
    }
  }
}

TEST_CASE("DEBUG DIGEST-VALUE of a hash does not depend on the order of its fields") {
  BothProtocols both({"enable-debug-command yes"});
  both.Check({"HSET", "a", "x", "1", "y", "2"}, ":2\r\n");
  both.Check({"HSET", "b", "y", "2", "x", "1"}, ":2\r\n");
  both.Check({"HSET", "c", "x", "2", "y", "1"}, ":2\r\n");
  const auto a = both.client2.Run({"DEBUG", "DIGEST-VALUE", "a"});
  CHECK(a == both.client2.Run({"DEBUG", "DIGEST-VALUE", "b"}));
  CHECK(a != both.client2.Run({"DEBUG", "DIGEST-VALUE", "c"}));
}
