// Members of sets, one at a time and at random.

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

constexpr std::string_view kWrong =
    "WRONGTYPE Operation against a key holding the wrong kind of value";
constexpr std::string_view kCountRange =
    "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";

void CheckSays(BothProtocols& both, std::string_view encoding) {
  both.Check({"OBJECT", "ENCODING", "k"}, Bulk(encoding));
}

}  // namespace

TEST_CASE("SADD adds members and says how many are new") {
  BothProtocols both;
  both.Check({"SADD", "k", "a", "b", "a"}, ":2\r\n");
  both.CheckEvents("n new@0 k, s sadd@0 k");
  both.CheckPropagated("0: SADD k a b a");
  both.Check({"SADD", "k", "a", "b"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"SADD", "k", "c", "a"}, ":1\r\n");
  both.CheckEvents("s sadd@0 k");
  both.Check({"SCARD", "k"}, ":3\r\n");
  both.Check({"TYPE", "k"}, "+set\r\n");
  both.Check({"SMEMBERS", "k"}, Array({Bulk("a"), Bulk("b"), Bulk("c")}),
             "~3\r\n" + Bulk("a") + Bulk("b") + Bulk("c"));
}

TEST_CASE("SREM removes members, and the set with the last one") {
  BothProtocols both;
  both.Check({"SADD", "k", "1", "2", "3"}, ":3\r\n");
  both.Check({"SREM", "k", "1", "x", "1"}, ":1\r\n");
  both.CheckEvents("s srem@0 k");
  both.CheckPropagated("0: SREM k 1 x 1");
  both.Check({"SREM", "k", "x"}, ":0\r\n");
  both.CheckEvents("");
  both.Check({"SREM", "k", "2", "3"}, ":2\r\n");
  both.CheckEvents("s srem@0 k, g del@0 k");
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

TEST_CASE("Sets: what is missing is null, empty or zero") {
  BothProtocols both;
  both.Check({"SREM", "k", "a"}, ":0\r\n");
  both.Check({"SISMEMBER", "k", "a"}, ":0\r\n");
  both.Check({"SMISMEMBER", "k", "a", "b"}, "*2\r\n:0\r\n:0\r\n");
  both.Check({"SMEMBERS", "k"}, "*0\r\n", "~0\r\n");
  both.Check({"SCARD", "k"}, ":0\r\n");
  both.Check({"SPOP", "k"}, kNull, kNull3);
  both.Check({"SPOP", "k", "2"}, "*0\r\n", "~0\r\n");
  both.Check({"SRANDMEMBER", "k"}, kNull, kNull3);
  both.Check({"SRANDMEMBER", "k", "-2"}, "*0\r\n");
  both.Check({"SSCAN", "k", "0"}, Array({Bulk("0"), "*0\r\n"}));
  both.Check({"SMOVE", "k", "other", "a"}, ":0\r\n");
  both.CheckEvents("");
}

TEST_CASE("Sets: every command refuses a key that holds something else, and changes nothing") {
  BothProtocols both;
  both.Check({"SET", "k", "1"}, "+OK\r\n");
  both.Check({"SADD", "set", "a"}, ":1\r\n");
  both.CheckRefused({"SADD", "k", "a"}, kWrong);
  both.CheckRefused({"SREM", "k", "a"}, kWrong);
  both.CheckRefused({"SISMEMBER", "k", "a"}, kWrong);
  both.CheckRefused({"SMISMEMBER", "k", "a"}, kWrong);
  both.CheckRefused({"SMEMBERS", "k"}, kWrong);
  both.CheckRefused({"SCARD", "k"}, kWrong);
  both.CheckRefused({"SPOP", "k"}, kWrong);
  both.CheckRefused({"SPOP", "k", "1"}, kWrong);
  both.CheckRefused({"SRANDMEMBER", "k"}, kWrong);
  both.CheckRefused({"SRANDMEMBER", "k", "1"}, kWrong);
  both.CheckRefused({"SSCAN", "k", "0"}, kWrong);
  both.CheckRefused({"SMOVE", "k", "set", "a"}, kWrong);
  both.CheckRefused({"SMOVE", "set", "k", "a"}, kWrong);
  both.CheckRefused({"SMOVE", "set", "k", "b"}, kWrong);
  // Without a source nobody looks at the destination.
  both.Check({"SMOVE", "none", "k", "a"}, ":0\r\n");
}

TEST_CASE("SISMEMBER and SMISMEMBER find members in every form of a set") {
  for (const int members : {50, 600}) {
    for (const std::string prefix : {"", "m"}) {
      BothProtocols both;
      for (int i = 0; i < members; i += 2) {
        both.client2.Run({"SADD", "k", prefix + std::to_string(i)});
        both.client3.Run({"SADD", "k", prefix + std::to_string(i)});
      }
      both.Check({"SISMEMBER", "k", prefix + "10"}, ":1\r\n");
      both.Check({"SISMEMBER", "k", prefix + "11"}, ":0\r\n");
      both.Check({"SISMEMBER", "k", prefix + "010"}, ":0\r\n");
      both.Check({"SMISMEMBER", "k", prefix + "2", prefix + "3", "", prefix + "4"},
                 "*4\r\n:1\r\n:0\r\n:0\r\n:1\r\n");
      CheckKeyspace(both.resp2);
    }
  }
}

TEST_CASE("SMOVE takes a member from one set to another") {
  BothProtocols both;
  both.Check({"SADD", "a", "1", "2"}, ":2\r\n");
  both.Check({"SMOVE", "a", "b", "1"}, ":1\r\n");
  both.CheckEvents("s srem@0 a, n new@0 b, s sadd@0 b");
  both.CheckPropagated("0: SMOVE a b 1");
  both.Check({"SMOVE", "a", "b", "1"}, ":0\r\n");
  both.CheckEvents("");
  both.Check({"SADD", "b", "2"}, ":1\r\n");
  both.Check({"SMOVE", "a", "b", "2"}, ":1\r\n");
  both.CheckEvents("s srem@0 a, g del@0 a");
  both.Check({"EXISTS", "a"}, ":0\r\n");
  both.Check({"SMOVE", "b", "b", "2"}, ":1\r\n");
  both.CheckEvents("");
  both.Check({"SMOVE", "b", "b", "x"}, ":0\r\n");
  both.Check({"SCARD", "b"}, ":2\r\n");
}

TEST_CASE("Sets say intset, listpack and hashtable as the limits of the configuration tell") {
  BothProtocols both(
      {"set-max-intset-entries 4", "set-max-listpack-entries 3", "set-max-listpack-value 5"});
  both.Check({"SADD", "k", "1", "2", "3", "4"}, ":4\r\n");
  CheckSays(both, "intset");
  both.Check({"SADD", "k", "5"}, ":1\r\n");
  CheckSays(both, "hashtable");
  both.Check({"DEL", "k"}, ":1\r\n");
  both.Check({"SADD", "k", "1", "2"}, ":2\r\n");
  both.Check({"SADD", "k", "word"}, ":1\r\n");
  CheckSays(both, "listpack");
  both.Check({"SMEMBERS", "k"}, Array({Bulk("1"), Bulk("2"), Bulk("word")}),
             "~3\r\n" + Bulk("1") + Bulk("2") + Bulk("word"));
  both.Check({"SADD", "k", "more"}, ":1\r\n");
  CheckSays(both, "hashtable");
  both.Check({"DEL", "k"}, ":1\r\n");
  both.Check({"SADD", "k", "longer"}, ":1\r\n");
  CheckSays(both, "hashtable");
}

TEST_CASE("SPOP removes a random member, and tells the log which") {
  BothProtocols both;
  both.Check({"SADD", "k", "a"}, ":1\r\n");
  both.Check({"SPOP", "k"}, Bulk("a"));
  both.CheckEvents("s spop@0 k, g del@0 k");
  both.CheckPropagated("0: SREM k a");
  both.Check({"EXISTS", "k"}, ":0\r\n");
  both.Check({"SADD", "k", "a", "a"}, ":1\r\n");
  both.Check({"SPOP", "k", "0"}, "*0\r\n", "~0\r\n");
  both.CheckEvents("");
  both.Check({"SPOP", "k", "1"}, Array({Bulk("a")}), "~1\r\n" + Bulk("a"));
  both.CheckEvents("s spop@0 k, g del@0 k");
  both.CheckPropagated("0: DEL k");
  for (const char* count : {"-1", "x", "9223372036854775808", ""}) {
    both.CheckRefused({"SPOP", "k", count}, "ERR value is out of range, must be positive");
  }
  both.CheckRefused({"SPOP", "k", "1", "2"}, "ERR syntax error");
}

TEST_CASE("SPOP with a count removes as many different members, in every form") {
  for (const int members : {10, 300, 3000}) {
    for (const std::string prefix : {"", "m"}) {
      for (const int count : {1, members / 2, members - 1}) {
        CAPTURE(members);
        CAPTURE(count);
        InProcessServer server;
        auto& client = server.Connect();
        for (int i = 0; i < members; ++i) client.Run({"SADD", "k", prefix + std::to_string(i)});
        const auto popped = BulksIn(client.Run({"SPOP", "k", std::to_string(count)}));
        std::set<std::string> all(popped.begin(), popped.end());
        CHECK(all.size() == static_cast<size_t>(count));
        for (const std::string& member : BulksIn(client.Run({"SMEMBERS", "k"}))) {
          CHECK(all.insert(member).second);
        }
        CHECK(all.size() == static_cast<size_t>(members));
        CheckKeyspace(server);
      }
    }
  }
}

TEST_CASE("SRANDMEMBER picks different members, or with a negative count any") {
  BothProtocols both;
  both.Check({"SADD", "one", "a"}, ":1\r\n");
  both.Check({"SRANDMEMBER", "one"}, Bulk("a"));
  both.Check({"SRANDMEMBER", "one", "5"}, Array({Bulk("a")}));
  both.Check({"SRANDMEMBER", "one", "-3"}, Array({Bulk("a"), Bulk("a"), Bulk("a")}));
  both.Check({"SRANDMEMBER", "one", "0"}, "*0\r\n");
  both.CheckRefused({"SRANDMEMBER", "one", "1", "2"}, "ERR syntax error");
  for (const int members : {30, 1000}) {
    for (const int share : {5, 2}) {
      InProcessServer server;
      auto& client = server.Connect();
      for (int i = 0; i < members; ++i) client.Run({"SADD", "k", std::to_string(i)});
      std::map<std::string, int> picked;
      for (int i = 0; i < 100 * share; ++i) {
        const auto bulks =
            BulksIn(client.Run({"SRANDMEMBER", "k", std::to_string(members / share)}));
        CHECK(std::set<std::string>(bulks.begin(), bulks.end()).size() ==
              static_cast<size_t>(members / share));
        for (const std::string& member : bulks) ++picked[member];
      }
      CHECK(picked.size() == static_cast<size_t>(members));
      for (const auto& [member, times] : picked) CHECK((times > 50 && times < 170));
    }
  }
}

// CVE-2023-22458: counts at the ends of their range.
TEST_CASE("SRANDMEMBER survives and refuses counts that no reply could hold") {
  BothProtocols both;
  both.Check({"SADD", "k", "a"}, ":1\r\n");
  both.CheckRefused({"SRANDMEMBER", "k", "-9223372036854775808"}, kCountRange);
  for (const char* count : {"-9223372036854775807", "-4611686018427387904", "-2147483648"}) {
    both.CheckRefused({"SRANDMEMBER", "k", count}, "ERR value is out of range");
  }
  for (const char* count : {"9223372036854775807", "4611686018427387904", "2147483648"}) {
    both.Check({"SRANDMEMBER", "k", count}, Array({Bulk("a")}));
  }
  both.CheckRefused({"SRANDMEMBER", "k", "x"}, "ERR value is not an integer or out of range");
}

TEST_CASE("SSCAN meets every member that is there throughout, however the set changes") {
  InProcessServer server;
  auto& client = server.Connect();
  for (int i = 0; i < 5000; ++i) client.Run({"SADD", "k", "m" + std::to_string(i)});
  std::set<std::string> met;
  std::string cursor = "0";
  for (int calls = 0;; ++calls) {
    REQUIRE(calls < 1000);
    const auto bulks = BulksIn(client.Run({"SSCAN", "k", cursor, "COUNT", "50"}));
    cursor = bulks[0];
    met.insert(bulks.begin() + 1, bulks.end());
    for (int i = 0; i < 60; ++i)
      client.Run({"SADD", "k", "other" + std::to_string(calls * 60 + i)});
    for (int i = 0; i < 30; ++i)
      client.Run({"SREM", "k", "other" + std::to_string(calls * 60 + i)});
    if (cursor == "0") break;
  }
  for (int i = 0; i < 5000; ++i) REQUIRE(met.contains("m" + std::to_string(i)));
}

TEST_CASE("SSCAN takes MATCH and COUNT, and not NOVALUES") {
  BothProtocols both;
  both.Check({"SADD", "k", "a1", "b1", "a2"}, ":3\r\n");
  both.Check({"SSCAN", "k", "0", "MATCH", "a*", "COUNT", "100"},
             Array({Bulk("0"), Array({Bulk("a1"), Bulk("a2")})}));
  both.CheckRefused({"SSCAN", "k", "x"}, "ERR invalid cursor");
  both.CheckRefused({"SSCAN", "k", "0", "COUNT", "-1"}, "ERR syntax error");
  both.CheckRefused({"SSCAN", "k", "0", "NOVALUES"},
                    "ERR NOVALUES option can only be used in HSCAN");
}
