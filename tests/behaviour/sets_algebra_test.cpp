// SINTER, SUNION, SDIFF, SINTERCARD and what stores their results.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/both_protocols.h"
#include "tests/support/contents.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

using Members = std::set<std::string>;

constexpr std::string_view kWrong =
    "WRONGTYPE Operation against a key holding the wrong kind of value";

Members MembersIn(const std::string& reply) {
  Members members;
  for (size_t at = reply.find("\r\n") + 2; at < reply.size();) {
    const size_t end = reply.find("\r\n", at);
    const size_t size = std::stoul(reply.substr(at + 1));
    CHECK(members.insert(reply.substr(end + 2, size)).second);
    at = end + 2 + size + 2;
  }
  return members;
}

Members Expected(const std::string& operation, const std::vector<Members>& sets) {
  Members result = sets[0];
  for (size_t i = 1; i < sets.size(); ++i) {
    Members next;
    const auto out = std::inserter(next, next.end());
    const auto& other = sets[i];
    if (operation == "SINTER") {
      std::set_intersection(result.begin(), result.end(), other.begin(), other.end(), out);
    } else if (operation == "SUNION") {
      std::set_union(result.begin(), result.end(), other.begin(), other.end(), out);
    } else {
      std::set_difference(result.begin(), result.end(), other.begin(), other.end(), out);
    }
    result = next;
  }
  return result;
}

void CheckOperation(InProcessServer& server, TestConnection& client, const std::string& operation,
                    const std::vector<std::string>& keys, const std::vector<Members>& sets) {
  CAPTURE(operation);
  const Members expected = Expected(operation, sets);
  std::vector<std::string> request = {operation};
  request.insert(request.end(), keys.begin(), keys.end());
  CHECK(MembersIn(client.Run(request)) == expected);
  // Into a new key, and into one of the operands.
  for (const std::string& destination : {std::string("result"), keys[0]}) {
    std::vector<std::string> store = {operation + "STORE", destination};
    store.insert(store.end(), keys.begin(), keys.end());
    client.Run({"COPY", keys[0], "saved", "REPLACE"});
    CHECK(client.Run(store) == Integer(static_cast<int64_t>(expected.size())));
    CHECK(MembersIn(client.Run({"SMEMBERS", destination})) == expected);
    CheckKeyspace(server);
    client.Run({"DEL", keys[0]});
    client.Run({"COPY", "saved", keys[0]});
    client.Run({"DEL", "saved"});
  }
}

}  // namespace

TEST_CASE("Set algebra: agrees with a model for sets of every form") {
  std::mt19937_64 random(11);
  const auto below = [&](size_t bound) { return random() % bound; };
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    InProcessServer server;
    auto& client = server.Connect();
    std::vector<std::string> keys;
    std::vector<Members> sets;
    const size_t count = 1 + below(7);
    const size_t universe = 10 + below(round % 4 == 0 ? 3000 : 200);
    for (size_t i = 0; i < count; ++i) {
      keys.push_back("key" + std::to_string(below(8)));
      Members members;
      const bool are_integers = below(2) == 0;
      for (size_t n = below(universe); n > 0; --n) {
        members.insert((are_integers || below(3) > 0 ? "" : "m") + std::to_string(below(universe)));
      }
      client.Run({"DEL", keys.back()});
      for (const std::string& member : members) client.Run({"SADD", keys.back(), member});
      for (size_t j = 0; j < i; ++j) {
        if (keys[j] == keys[i]) sets[j] = members;
      }
      sets.push_back(members);
    }
    for (const char* operation : {"SINTER", "SUNION", "SDIFF"}) {
      CheckOperation(server, client, operation, keys, sets);
    }
  }
}

TEST_CASE("Set algebra: results are sets in RESP3 and arrays in RESP2") {
  BothProtocols both;
  both.Check({"SADD", "a", "1", "2"}, ":2\r\n");
  both.Check({"SADD", "b", "2", "3"}, ":2\r\n");
  both.Check({"SINTER", "a", "b"}, Array({Bulk("2")}), "~1\r\n" + Bulk("2"));
  both.Check({"SDIFF", "a", "b"}, Array({Bulk("1")}), "~1\r\n" + Bulk("1"));
  both.Check({"SUNION", "a", "b"}, Array({Bulk("1"), Bulk("2"), Bulk("3")}),
             "~3\r\n" + Bulk("1") + Bulk("2") + Bulk("3"));
  both.Check({"SINTER", "a", "none"}, "*0\r\n", "~0\r\n");
}

TEST_CASE("Set algebra: what is stored replaces whatever was there, and its expiry") {
  BothProtocols both;
  both.Check({"SADD", "a", "1", "2"}, ":2\r\n");
  both.Check({"SADD", "b", "2", "3"}, ":2\r\n");
  both.Check({"SET", "to", "text", "EX", "100"}, "+OK\r\n");
  both.Check({"SINTERSTORE", "to", "a", "b"}, ":1\r\n");
  both.CheckEvents("s sinterstore@0 to");
  both.CheckPropagated("0: SINTERSTORE to a b");
  both.Check({"TYPE", "to"}, "+set\r\n");
  both.Check({"TTL", "to"}, ":-1\r\n");
  both.Check({"SUNIONSTORE", "new", "a", "b"}, ":3\r\n");
  both.CheckEvents("n new@0 new, s sunionstore@0 new");
  both.Check({"SDIFFSTORE", "to", "a", "a"}, ":0\r\n");
  both.CheckEvents("g del@0 to");
  both.CheckPropagated("0: SDIFFSTORE to a a");
  both.Check({"EXISTS", "to"}, ":0\r\n");
  both.Check({"SINTERSTORE", "to", "a", "none"}, ":0\r\n");
  both.CheckEvents("m keymiss@0 none");
  both.CheckPropagated("");
}

TEST_CASE("Set algebra: a key that holds something else refuses the whole, the destination may") {
  BothProtocols both;
  both.Check({"SADD", "a", "1"}, ":1\r\n");
  both.Check({"SET", "s", "text"}, "+OK\r\n");
  for (const char* command : {"SINTER", "SUNION", "SDIFF"}) {
    both.CheckRefused({command, "a", "s"}, kWrong);
    both.Check({command, "none", "s"}, kWrongType);
    both.CheckRefused({command, "s", "a"}, kWrong);
  }
  both.Check({"SINTERSTORE", "a", "none", "s"}, kWrongType);
  both.Check({"SMEMBERS", "a"}, Array({Bulk("1")}), "~1\r\n" + Bulk("1"));
  both.CheckRefused({"SUNIONSTORE", "a", "a", "s"}, kWrong);
  both.CheckRefused({"SINTERCARD", "2", "a", "s"}, kWrong);
}

TEST_CASE("Set algebra: stored sets say what Redis would say") {
  BothProtocols both;
  for (int i = 0; i < 600; ++i) {
    for (TestConnection* client : {&both.client2, &both.client3}) {
      client->Run({"SADD", "large", std::to_string(i)});
      if (i < 100) client->Run({"SADD", "small", std::to_string(i)});
      if (i < 3) client->Run({"SADD", "words", "w" + std::to_string(i)});
    }
  }
  const auto check = [&](std::string_view encoding) {
    both.Check({"OBJECT", "ENCODING", "to"}, Bulk(encoding));
  };
  both.Check({"SINTERSTORE", "to", "large", "small"}, ":100\r\n");
  check("intset");
  both.Check({"SINTERSTORE", "to", "large", "large"}, ":600\r\n");
  check("hashtable");
  both.Check({"SUNIONSTORE", "to", "small", "words"}, ":103\r\n");
  check("listpack");
  both.Check({"SUNIONSTORE", "to", "large", "words"}, ":603\r\n");
  check("hashtable");
  both.Check({"SDIFFSTORE", "to", "small", "words"}, ":100\r\n");
  check("intset");
  both.Check({"SADD", "mixed", "1", "w1", "2"}, ":3\r\n");
  both.Check({"SINTERSTORE", "to", "mixed", "large"}, ":2\r\n");
  check("intset");
}

TEST_CASE("SINTERCARD counts, up to its limit") {
  BothProtocols both;
  both.Check({"SADD", "a", "1", "2", "3", "4"}, ":4\r\n");
  both.Check({"SADD", "b", "2", "3", "4", "5"}, ":4\r\n");
  both.Check({"SINTERCARD", "2", "a", "b"}, ":3\r\n");
  both.Check({"SINTERCARD", "2", "a", "b", "LIMIT", "2"}, ":2\r\n");
  both.Check({"SINTERCARD", "2", "a", "b", "limit", "0"}, ":3\r\n");
  both.Check({"SINTERCARD", "2", "a", "none", "LIMIT", "1"}, ":0\r\n");
  both.Check({"SINTERCARD", "1", "a", "LIMIT", "1", "LIMIT", "3"}, ":3\r\n");
  for (const char* number : {"0", "-1", "x", "9223372036854775808"}) {
    both.CheckRefused({"SINTERCARD", number, "a"}, "ERR numkeys should be greater than 0");
  }
  for (const char* number : {"2", "9223372036854775807"}) {
    both.CheckRefused({"SINTERCARD", number, "a"},
                      "ERR Number of keys can't be greater than number of args");
  }
  both.CheckRefused({"SINTERCARD", "1", "a", "LIMIT"}, "ERR syntax error");
  both.CheckRefused({"SINTERCARD", "1", "a", "x", "1"}, "ERR syntax error");
  both.CheckRefused({"SINTERCARD", "1", "a", "LIMIT", "-1"}, "ERR LIMIT can't be negative");
  both.CheckRefused({"SINTERCARD", "1", "a", "LIMIT", "x"}, "ERR LIMIT can't be negative");
}
