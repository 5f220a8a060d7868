// Members of sorted sets and their scores; places and counts; taking members out.

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "tests/support/both_protocols.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

const std::string kC = Bulk("c");
const std::string kD = Bulk("d");

void PutLetters(BothProtocols& both) {
  both.Check({"ZADD", "z", "1", "a", "2", "b", "3", "c", "4", "d"}, ":4\r\n");
}

}  // namespace

TEST_CASE("ZADD adds members and gives known ones new scores") {
  BothProtocols both;
  both.Check({"ZADD", "z", "1", "a", "2", "b"}, ":2\r\n");
  both.CheckEvents("n new@0 z, z zadd@0 z");
  both.CheckPropagated("0: ZADD z 1 a 2 b");
  both.Check({"ZADD", "z", "3", "a", "1", "c"}, ":1\r\n");
  both.Check({"ZADD", "z", "CH", "5", "a", "1", "c", "7", "d"}, ":2\r\n");
  both.Check({"ZADD", "z", "5", "a"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"ZCARD", "z"}, ":4\r\n");
  both.Check({"TYPE", "z"}, "+zset\r\n");
  both.Check({"ZSCORE", "z", "a"}, Bulk("5"), ",5\r\n");
}

TEST_CASE("ZADD changes only what its conditions allow") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZADD", "z", "NX", "CH", "9", "a", "9", "e"}, ":1\r\n");
  both.Check({"ZADD", "z", "XX", "CH", "9", "a", "9", "f"}, ":1\r\n");
  both.Check({"ZADD", "z", "GT", "CH", "1", "b", "5", "c", "1", "g"}, ":2\r\n");
  both.Check({"ZADD", "z", "LT", "CH", "1", "b", "7", "c", "1", "h"}, ":2\r\n");
  both.Check({"ZRANGE", "z", "0", "-1"},
             Array({Bulk("b"), Bulk("g"), Bulk("h"), Bulk("d"), Bulk("c"), Bulk("a"), Bulk("e")}));
  both.Check({"ZADD", "missing", "XX", "1", "a"}, ":0\r\n");
  both.Check({"EXISTS", "missing"}, ":0\r\n");
}

TEST_CASE("ZADD INCR and ZINCRBY add to a score") {
  BothProtocols both;
  both.Check({"ZINCRBY", "z", "1.5", "a"}, Bulk("1.5"), ",1.5\r\n");
  both.CheckEvents("n new@0 z, z zincr@0 z");
  both.Check({"ZADD", "z", "INCR", "2", "a"}, Bulk("3.5"), ",3.5\r\n");
  both.Check({"ZADD", "z", "NX", "INCR", "2", "a"}, kNull, kNull3);
  both.Check({"ZADD", "z", "GT", "INCR", "-2", "a"}, kNull, kNull3);
  both.Check({"ZADD", "z", "XX", "INCR", "1", "b"}, kNull, kNull3);
  both.Check({"ZADD", "missing", "XX", "INCR", "1", "b"}, kNull, kNull3);
  both.Check({"ZADD", "z", "inf", "i"}, ":1\r\n");
  both.CheckRefused({"ZINCRBY", "z", "-inf", "i"}, "ERR resulting score is not a number (NaN)");
}

TEST_CASE("ZADD refuses what contradicts itself, and changes nothing") {
  BothProtocols both;
  PutLetters(both);
  both.CheckRefused({"ZADD", "z", "NX", "XX", "1", "a"},
                    "ERR XX and NX options at the same time are not compatible");
  for (const auto& pair : {std::pair{"NX", "GT"}, std::pair{"LT", "NX"}, std::pair{"GT", "LT"}}) {
    both.CheckRefused({"ZADD", "z", pair.first, pair.second, "1", "a"},
                      "ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  both.CheckRefused({"ZADD", "z", "INCR", "1", "a", "2", "b"},
                    "ERR INCR option supports a single increment-element pair");
  both.CheckRefused({"ZADD", "z", "1", "a", "2"}, "ERR syntax error");
  both.CheckRefused({"ZADD", "z", "NX", "CH", "XX"}, "ERR syntax error");
  for (const char* score : {"x", "nan", "", " 1", "1 ", "0x"}) {
    CAPTURE(score);
    both.CheckRefused({"ZADD", "z", "1", "new", score, "b"}, "ERR value is not a valid float");
  }
  both.Check({"SET", "s", "1"}, kOk);
  both.CheckRefused({"ZADD", "s", "1", "a"},
                    "WRONGTYPE Operation against a key holding the wrong kind of value");
}

TEST_CASE("Sorted sets: one that says listpack has no -0, however it is kept") {
  BothProtocols both;
  both.Check({"CONFIG", "SET", "zset-max-listpack-entries", "2000"}, "+OK\r\n");
  for (int i = 0; i < 500; ++i) {
    both.Check({"ZADD", "z", std::to_string(i + 1), "member" + std::to_string(i)}, ":1\r\n");
  }
  both.Check({"OBJECT", "ENCODING", "z"}, Bulk("listpack"));
  both.Check({"ZADD", "z", "-0", "member7"}, ":0\r\n");
  both.Check({"ZADD", "z", "-0", "new"}, ":1\r\n");
  both.Check({"ZSCORE", "z", "member7"}, Bulk("0"), ",0\r\n");
  both.Check({"ZSCORE", "z", "new"}, Bulk("0"), ",0\r\n");
}

TEST_CASE("Sorted sets: scores are printed in their shortest form; a small one has no -0") {
  BothProtocols both;
  both.Check({"ZADD", "z", "inf", "a", "-inf", "b", "-0", "c", "1e300", "d", "0.1", "e", "1e-7",
              "f", "17179869184", "g"},
             ":7\r\n");
  both.Check({"ZMSCORE", "z", "a", "b", "c", "d", "e", "f", "g", "x"},
             Array({Bulk("inf"), Bulk("-inf"), Bulk("0"), Bulk("1e+300"), Bulk("0.1"), Bulk("1e-7"),
                    Bulk("17179869184"), kNull}),
             Array({",inf\r\n", ",-inf\r\n", ",0\r\n", ",1e+300\r\n", ",0.1\r\n", ",1e-7\r\n",
                    ",17179869184\r\n", kNull3}));
}

TEST_CASE("ZREM removes members, and the sorted set with the last one") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZREM", "z", "a", "x", "a", "b"}, ":2\r\n");
  both.CheckEvents("z zrem@0 z");
  both.Check({"ZREM", "z", "x"}, ":0\r\n");
  both.CheckEvents("");
  both.Check({"ZREM", "z", "c", "d"}, ":2\r\n");
  both.CheckEvents("z zrem@0 z, g del@0 z");
  both.Check({"EXISTS", "z"}, ":0\r\n");
}

TEST_CASE("ZRANK and ZREVRANK tell places, with the score when asked") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZRANK", "z", "b"}, ":1\r\n");
  both.Check({"ZREVRANK", "z", "b"}, ":2\r\n");
  both.Check({"ZRANK", "z", "b", "WITHSCORE"}, Array({":1\r\n", Bulk("2")}),
             Array({":1\r\n", ",2\r\n"}));
  both.Check({"ZRANK", "z", "x"}, kNull, kNull3);
  both.Check({"ZRANK", "z", "x", "withscore"}, "*-1\r\n", kNull3);
  both.CheckRefused({"ZRANK", "z", "x", "WITHSCORES"}, "ERR syntax error");
  both.Check({"ZRANK", "missing", "x"}, kNull, kNull3);
}

TEST_CASE("ZCOUNT counts scores and ZLEXCOUNT strings between two ends") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZCOUNT", "z", "2", "3"}, ":2\r\n");
  both.Check({"ZCOUNT", "z", "(2", "+inf"}, ":2\r\n");
  both.Check({"ZCOUNT", "z", "3", "2"}, ":0\r\n");
  both.CheckRefused({"ZCOUNT", "z", "x", "2"}, "ERR min or max is not a float");
  both.CheckRefused({"ZCOUNT", "z", "1", "nan"}, "ERR min or max is not a float");
  both.Check({"ZADD", "l", "0", "a", "0", "b", "0", "c"}, ":3\r\n");
  both.Check({"ZLEXCOUNT", "l", "-", "+"}, ":3\r\n");
  both.Check({"ZLEXCOUNT", "l", "(a", "[c"}, ":2\r\n");
  both.CheckRefused({"ZLEXCOUNT", "l", "a", "[c"}, "ERR min or max not valid string range item");
}

TEST_CASE("ZPOPMIN and ZPOPMAX take members out: pairs in RESP3 when a count is given") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZPOPMIN", "z"}, Array({Bulk("a"), Bulk("1")}), Array({Bulk("a"), ",1\r\n"}));
  both.CheckEvents("z zpopmin@0 z");
  both.CheckPropagated("0: ZPOPMIN z 1");
  both.Check({"ZPOPMAX", "z", "2"}, Array({Bulk("d"), Bulk("4"), Bulk("c"), Bulk("3")}),
             Array({Array({Bulk("d"), ",4\r\n"}), Array({Bulk("c"), ",3\r\n"})}));
  both.Check({"ZPOPMIN", "z", "0"}, "*0\r\n");
  both.Check({"ZPOPMIN", "z", "9"}, Array({Bulk("b"), Bulk("2")}),
             Array({Array({Bulk("b"), ",2\r\n"})}));
  both.CheckEvents("z zpopmin@0 z, g del@0 z");
  both.Check({"ZPOPMIN", "z"}, "*0\r\n");
  for (const char* count : {"-1", "x"}) {
    both.CheckRefused({"ZPOPMIN", "z", count}, "ERR value is out of range, must be positive");
  }
}

TEST_CASE("ZMPOP takes from the first sorted set that has any") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZMPOP", "2", "none", "z", "MAX", "COUNT", "2"},
             Array({Bulk("z"), Array({Array({kD, Bulk("4")}), Array({kC, Bulk("3")})})}),
             Array({Bulk("z"), Array({Array({kD, ",4\r\n"}), Array({kC, ",3\r\n"})})}));
  both.CheckPropagated("0: ZPOPMAX z 2");
  both.Check({"ZMPOP", "1", "none", "MIN"}, "*-1\r\n", kNull3);
  both.CheckRefused({"ZMPOP", "0", "z", "MIN"}, "ERR numkeys should be greater than 0");
  both.CheckRefused({"ZMPOP", "1", "z", "UP"}, "ERR syntax error");
  both.CheckRefused({"ZMPOP", "3", "z", "MIN"}, "ERR syntax error");
  both.CheckRefused({"ZMPOP", "1", "z", "MIN", "COUNT", "0"}, "ERR count should be greater than 0");
}

TEST_CASE("BZPOPMIN waits for a member, and whoever came first gets it") {
  InProcessServer server;
  auto& first = server.Connect();
  auto& second = server.Connect();
  auto& other = server.Connect();
  CHECK(first.Run({"BZPOPMIN", "x", "z", "0"}).empty());
  CHECK(second.Run({"BZMPOP", "0", "2", "z", "y", "MAX", "COUNT", "5"}).empty());
  CHECK(other.Run({"ZADD", "z", "1", "a"}) == ":1\r\n");
  CHECK(first.TakeOutput() == Array({Bulk("z"), Bulk("a"), Bulk("1")}));
  CHECK(second.TakeOutput().empty());
  CHECK(other.Run({"ZADD", "z", "1", "a", "2", "b"}) == ":2\r\n");
  CHECK(second.TakeOutput() ==
        Array({Bulk("z"), Array({Array({Bulk("b"), Bulk("2")}), Array({Bulk("a"), Bulk("1")})})}));
  CHECK(other.Run({"EXISTS", "z"}) == ":0\r\n");
  CHECK(first.Run({"BZPOPMAX", "z", "0.5"}).empty());
  server.Advance(501);
  CHECK(first.TakeOutput() == "*-1\r\n");
}

TEST_CASE("ZRANDMEMBER draws members, different ones or with repetitions") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZRANDMEMBER", "missing"}, kNull, kNull3);
  both.Check({"ZRANDMEMBER", "missing", "3"}, "*0\r\n");
  both.Check({"ZRANDMEMBER", "z", "0"}, "*0\r\n");
  both.Check({"ZRANDMEMBER", "z", "9", "WITHSCORES"},
             Array({Bulk("a"), Bulk("1"), Bulk("b"), Bulk("2"), Bulk("c"), Bulk("3"), Bulk("d"),
                    Bulk("4")}),
             Array({Array({Bulk("a"), ",1\r\n"}), Array({Bulk("b"), ",2\r\n"}),
                    Array({Bulk("c"), ",3\r\n"}), Array({Bulk("d"), ",4\r\n"})}));
  CHECK(both.client2.Run({"ZRANDMEMBER", "z", "-9"}).starts_with("*9\r\n"));
  CHECK(both.client2.Run({"ZRANDMEMBER", "z", "3"}).starts_with("*3\r\n"));
  both.CheckRefused({"ZRANDMEMBER", "z", "3", "x"}, "ERR syntax error");
}

TEST_CASE("ZSCAN walks through a large sorted set, members and scores") {
  InProcessServer server;
  auto& client = server.Connect();
  for (int i = 0; i < 1000; ++i) {
    client.Run({"ZADD", "z", std::to_string(i), "member:" + std::to_string(i)});
  }
  CHECK(client.Run({"OBJECT", "ENCODING", "z"}) == Bulk("skiplist"));
  std::string cursor = "0";
  size_t members = 0;
  do {
    const std::string reply = client.Run({"ZSCAN", "z", cursor, "COUNT", "100"});
    for (size_t at = 0; (at = reply.find("member:", at)) != std::string::npos; ++at) ++members;
    const size_t begin = reply.find("\r\n", reply.find('$')) + 2;
    cursor = reply.substr(begin, reply.find('\r', begin) - begin);
  } while (cursor != "0");
  CHECK(members == 1000);
}
