// Ranges of sorted sets, and unions, intersections and differences of several.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/both_protocols.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

const std::string kA = Bulk("a");
const std::string kB = Bulk("b");
const std::string kC = Bulk("c");
const std::string kD = Bulk("d");

void PutLetters(BothProtocols& both) {
  both.Check({"ZADD", "z", "1", "a", "2", "b", "3", "c", "4", "d"}, ":4\r\n");
}

}  // namespace

TEST_CASE("ZRANGE replies places, scores or strings, upwards or downwards") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZRANGE", "z", "0", "-1"}, Array({kA, kB, kC, kD}));
  both.Check({"ZRANGE", "z", "-2", "9"}, Array({kC, kD}));
  both.Check({"ZRANGE", "z", "3", "1"}, "*0\r\n");
  both.Check({"ZRANGE", "z", "0", "1", "REV"}, Array({kD, kC}));
  both.Check({"ZRANGE", "z", "(1", "3", "BYSCORE"}, Array({kB, kC}));
  both.Check({"ZRANGE", "z", "+inf", "2", "BYSCORE", "REV"}, Array({kD, kC, kB}));
  both.Check({"ZRANGE", "z", "-inf", "+inf", "BYSCORE", "LIMIT", "1", "2"}, Array({kB, kC}));
  both.Check({"ZRANGE", "z", "+inf", "-inf", "BYSCORE", "REV", "LIMIT", "1", "-1"},
             Array({kC, kB, kA}));
  both.Check({"ZRANGE", "z", "-", "(c", "BYLEX"}, Array({kA, kB}));
  both.Check({"ZRANGE", "z", "+", "[b", "BYLEX", "REV"}, Array({kD, kC, kB}));
  both.Check({"ZRANGE", "z", "0", "1", "WITHSCORES"}, Array({kA, Bulk("1"), kB, Bulk("2")}),
             Array({Array({kA, ",1\r\n"}), Array({kB, ",2\r\n"})}));
  both.Check({"ZRANGE", "missing", "0", "-1"}, "*0\r\n");
}

TEST_CASE("ZRANGE refuses options that do not go together") {
  BothProtocols both;
  PutLetters(both);
  both.CheckRefused({"ZRANGE", "z", "0", "1", "LIMIT", "0", "1"},
                    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE "
                    "or BYLEX");
  both.CheckRefused({"ZRANGE", "z", "-", "+", "BYLEX", "WITHSCORES"},
                    "ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  both.CheckRefused({"ZRANGE", "z", "a", "1"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"ZRANGE", "z", "a", "1", "BYSCORE"}, "ERR min or max is not a float");
  both.CheckRefused({"ZRANGE", "z", "a", "[b", "BYLEX"},
                    "ERR min or max not valid string range item");
  both.CheckRefused({"ZRANGE", "z", "0", "1", "BYSCORE", "BYLEX"}, "ERR syntax error");
  both.CheckRefused({"ZREVRANGE", "z", "0", "1", "REV"}, "ERR syntax error");
  both.CheckRefused({"ZRANGEBYSCORE", "z", "0", "1", "LIMIT", "0"}, "ERR syntax error");
}

TEST_CASE("The older range commands reply as ZRANGE does") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZREVRANGE", "z", "0", "1"}, Array({kD, kC}));
  both.Check({"ZRANGEBYSCORE", "z", "2", "(4"}, Array({kB, kC}));
  both.Check({"ZREVRANGEBYSCORE", "z", "3", "-inf", "LIMIT", "0", "2"}, Array({kC, kB}));
  both.Check({"ZRANGEBYLEX", "z", "[b", "+"}, Array({kB, kC, kD}));
  both.Check({"ZREVRANGEBYLEX", "z", "(d", "-", "LIMIT", "1", "1"}, Array({kB}));
}

TEST_CASE("ZRANGESTORE makes a range a sorted set of its own, its source included") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZRANGESTORE", "t", "z", "1", "2"}, ":2\r\n");
  both.CheckEvents("n new@0 t, z zrangestore@0 t");
  both.Check({"ZRANGE", "t", "0", "-1"}, Array({kB, kC}));
  both.Check({"ZRANGESTORE", "z", "z", "2", "3", "BYSCORE"}, ":2\r\n");
  both.Check({"ZRANGE", "z", "0", "-1"}, Array({kB, kC}));
  both.Check({"ZRANGESTORE", "t", "missing", "0", "-1"}, ":0\r\n");
  both.CheckEvents("m keymiss@0 missing, g del@0 t");
  both.CheckRefused({"ZRANGESTORE", "t", "z", "0", "1", "WITHSCORES"}, "ERR syntax error");
}

TEST_CASE("ZREMRANGEBY... remove ranges, and the key with the last member") {
  BothProtocols both;
  PutLetters(both);
  both.Check({"ZREMRANGEBYRANK", "z", "0", "0"}, ":1\r\n");
  both.CheckEvents("z zremrangebyrank@0 z");
  both.Check({"ZREMRANGEBYSCORE", "z", "(2", "3"}, ":1\r\n");
  both.CheckEvents("z zremrangebyscore@0 z");
  both.Check({"ZREMRANGEBYSCORE", "z", "9", "10"}, ":0\r\n");
  both.CheckEvents("");
  both.Check({"ZREMRANGEBYLEX", "z", "-", "+"}, ":2\r\n");
  both.CheckEvents("z zremrangebylex@0 z, g del@0 z");
  both.Check({"EXISTS", "z"}, ":0\r\n");
}

TEST_CASE("ZUNION, ZINTER and ZDIFF combine sorted sets and sets, with weights") {
  BothProtocols both;
  both.Check({"ZADD", "x", "1", "a", "2", "b", "3", "c"}, ":3\r\n");
  both.Check({"ZADD", "y", "10", "b", "20", "c", "30", "d"}, ":3\r\n");
  both.Check({"SADD", "s", "c", "d"}, ":2\r\n");
  both.Check({"ZUNION", "2", "x", "y", "WITHSCORES"},
             Array({kA, Bulk("1"), kB, Bulk("12"), kC, Bulk("23"), kD, Bulk("30")}),
             Array({Array({kA, ",1\r\n"}), Array({kB, ",12\r\n"}), Array({kC, ",23\r\n"}),
                    Array({kD, ",30\r\n"})}));
  both.Check({"ZUNION", "2", "x", "y", "WEIGHTS", "-1", "1", "AGGREGATE", "MIN"},
             Array({kC, kB, kA, kD}));
  both.Check({"ZINTER", "2", "x", "y"}, Array({kB, kC}));
  both.Check({"ZINTER", "3", "x", "y", "s", "AGGREGATE", "MAX", "WITHSCORES"},
             Array({kC, Bulk("20")}), Array({Array({kC, ",20\r\n"})}));
  both.Check({"ZDIFF", "2", "x", "s", "WITHSCORES"}, Array({kA, Bulk("1"), kB, Bulk("2")}),
             Array({Array({kA, ",1\r\n"}), Array({kB, ",2\r\n"})}));
  both.Check({"ZINTERCARD", "2", "x", "y"}, ":2\r\n");
  both.Check({"ZINTERCARD", "2", "x", "y", "LIMIT", "1"}, ":1\r\n");
  both.Check({"ZINTER", "2", "x", "missing"}, "*0\r\n");
}

TEST_CASE("Sorted set algebra: a sum of opposite infinities is 0") {
  BothProtocols both;
  both.Check({"ZADD", "x", "inf", "a"}, ":1\r\n");
  both.Check({"ZADD", "y", "-inf", "a"}, ":1\r\n");
  both.Check({"ZUNION", "2", "x", "y", "WITHSCORES"}, Array({kA, Bulk("0")}),
             Array({Array({kA, ",0\r\n"})}));
  both.Check({"ZUNION", "1", "x", "WEIGHTS", "0", "WITHSCORES"}, Array({kA, Bulk("0")}),
             Array({Array({kA, ",0\r\n"})}));
}

TEST_CASE("ZUNIONSTORE and its like replace what the target held") {
  BothProtocols both;
  both.Check({"ZADD", "x", "1", "a", "2", "b"}, ":2\r\n");
  both.Check({"ZADD", "y", "10", "b"}, ":1\r\n");
  both.Check({"SET", "t", "string"}, kOk);
  both.Check({"ZUNIONSTORE", "t", "2", "x", "y"}, ":2\r\n");
  both.CheckEvents("z zunionstore@0 t");
  both.Check({"ZRANGE", "t", "0", "-1"}, Array({kA, kB}));
  both.Check({"ZINTERSTORE", "x", "2", "x", "y"}, ":1\r\n");
  both.CheckEvents("z zinterstore@0 x");
  both.Check({"ZDIFFSTORE", "x", "2", "x", "y"}, ":0\r\n");
  both.CheckEvents("g del@0 x");
  both.Check({"ZDIFFSTORE", "x", "1", "missing"}, ":0\r\n");
  both.CheckEvents("m keymiss@0 missing");
}

TEST_CASE("Sorted set algebra refuses wrong arguments in Redis's words") {
  BothProtocols both;
  both.Check({"SET", "s", "x"}, kOk);
  both.Check({"ZADD", "x", "1", "a"}, ":1\r\n");
  both.CheckRefused({"ZUNION", "0", "x"},
                    "ERR at least 1 input key is needed for 'zunion' command");
  both.CheckRefused({"ZUNIONSTORE", "t", "x", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"ZINTER", "2", "x"}, "ERR syntax error");
  both.CheckRefused({"ZINTER", "1", "s", "nonsense"},
                    "WRONGTYPE Operation against a key holding the wrong kind of value");
  both.CheckRefused({"ZUNION", "1", "x", "WEIGHTS", "a"}, "ERR weight value is not a float");
  both.CheckRefused({"ZUNION", "1", "x", "AGGREGATE", "AVG"}, "ERR syntax error");
  both.CheckRefused({"ZUNIONSTORE", "t", "1", "x", "WITHSCORES"}, "ERR syntax error");
  both.CheckRefused({"ZDIFF", "1", "x", "WEIGHTS", "1"}, "ERR syntax error");
  both.CheckRefused({"ZINTERCARD", "1", "x", "LIMIT", "-1"}, "ERR LIMIT can't be negative");
}
