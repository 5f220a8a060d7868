// SORT and SORT_RO: orders, patterns, parts, and what is stored.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/both_protocols.h"
#include "tests/support/replies.h"

using namespace tests;

TEST_CASE("SORT: by number, by bytes, up and down") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "10", "9", "-1.5", "1e1", "2"}, ":5\r\n");
  both.Check({"SORT", "l"}, Array({Bulk("-1.5"), Bulk("2"), Bulk("9"), Bulk("10"), Bulk("1e1")}));
  both.Check({"SORT_RO", "l", "DESC"},
             Array({Bulk("1e1"), Bulk("10"), Bulk("9"), Bulk("2"), Bulk("-1.5")}));
  both.Check({"SORT", "l", "ALPHA", "asc"},
             Array({Bulk("-1.5"), Bulk("10"), Bulk("1e1"), Bulk("2"), Bulk("9")}));
  both.Check({"SORT", "l", "alpha", "desc"},
             Array({Bulk("9"), Bulk("2"), Bulk("1e1"), Bulk("10"), Bulk("-1.5")}));
  both.Check({"SADD", "s", "3", "1", "2"}, ":3\r\n");
  both.Check({"SORT", "s"}, Array({Bulk("1"), Bulk("2"), Bulk("3")}));
  both.Check({"SORT", "missing"}, "*0\r\n");
  both.CheckEvents("m keymiss@0 missing");
}

TEST_CASE("SORT: the members of a sorted set, in its own order without another") {
  BothProtocols both;
  both.Check({"ZADD", "z", "1", "30", "2", "4", "3", "500"}, ":3\r\n");
  both.Check({"SORT", "z", "DESC"}, Array({Bulk("500"), Bulk("30"), Bulk("4")}));
  both.Check({"SORT", "z", "BY", "nosort"}, Array({Bulk("30"), Bulk("4"), Bulk("500")}));
  both.Check({"SORT", "z", "BY", "nosort", "DESC", "LIMIT", "0", "2"},
             Array({Bulk("500"), Bulk("4")}));
  both.Check({"SORT", "z", "ALPHA", "STORE", "l"}, ":3\r\n");
  both.Check({"LRANGE", "l", "0", "-1"}, Array({Bulk("30"), Bulk("4"), Bulk("500")}));
}

TEST_CASE("SORT: LIMIT cuts, and takes any numbers") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "3", "1", "2", "5", "4"}, ":5\r\n");
  both.Check({"SORT", "l", "LIMIT", "1", "2"}, Array({Bulk("2"), Bulk("3")}));
  both.Check({"SORT", "l", "LIMIT", "-5", "1"}, Array({Bulk("1")}));
  both.Check({"SORT", "l", "LIMIT", "3", "-1"}, Array({Bulk("4"), Bulk("5")}));
  both.Check({"SORT", "l", "LIMIT", "4", "9223372036854775807"}, Array({Bulk("5")}));
  both.Check({"SORT", "l", "LIMIT", "5", "1"}, "*0\r\n");
  both.Check({"SORT", "l", "LIMIT", "0", "0"}, "*0\r\n");
  both.Check({"SORT", "l", "LIMIT", "9223372036854775807", "9223372036854775807"}, "*0\r\n");
  both.CheckRefused({"SORT", "l", "LIMIT", "0"}, "ERR syntax error");
  both.CheckRefused({"SORT", "l", "LIMIT", "a", "1"},
                    "ERR value is not an integer or out of range");
}

TEST_CASE("SORT: BY and GET look at other keys and at fields of hashes") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "a", "b", "c"}, ":3\r\n");
  both.Check({"MSET", "w_a", "3", "w_b", "1", "w_c", "2", "d_a", "A", "d_c", "C"}, kOk);
  both.Check({"HSET", "h_a", "f", "x", "g", "1"}, ":2\r\n");
  both.Check({"HSET", "h_b", "f", "y", "g", "3"}, ":2\r\n");
  both.Check({"SORT", "l", "BY", "w_*"}, Array({Bulk("b"), Bulk("c"), Bulk("a")}));
  both.Check({"SORT", "l", "BY", "w_*", "GET", "#", "GET", "d_*"},
             Array({Bulk("b"), kNull, Bulk("c"), Bulk("C"), Bulk("a"), Bulk("A")}),
             Array({Bulk("b"), kNull3, Bulk("c"), Bulk("C"), Bulk("a"), Bulk("A")}));
  both.Check({"SORT", "l", "BY", "h_*->g", "DESC"}, Array({Bulk("b"), Bulk("a"), Bulk("c")}));
  both.Check({"SORT", "l", "BY", "h_*->f", "ALPHA"}, Array({Bulk("c"), Bulk("a"), Bulk("b")}));
  both.Check({"SORT", "l", "BY", "nosort", "GET", "h_*->f", "GET", "h_*->", "GET", "constant"},
             Array({Bulk("x"), kNull, kNull, Bulk("y"), kNull, kNull, kNull, kNull, kNull}),
             Array({Bulk("x"), kNull3, kNull3, Bulk("y"), kNull3, kNull3, kNull3, kNull3, kNull3}));
  both.Check({"SORT", "l", "BY", "d_*"},
             Error("ERR One or more scores can't be converted into double"));
}

TEST_CASE("SORT: BY a constant leaves a list as it is, or turns it round") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "c", "a", "b"}, ":3\r\n");
  both.Check({"SORT", "l", "BY", "nosort"}, Array({Bulk("c"), Bulk("a"), Bulk("b")}));
  both.Check({"SORT", "l", "BY", "nosort", "DESC"}, Array({Bulk("b"), Bulk("a"), Bulk("c")}));
  both.Check({"SORT", "l", "BY", "nosort", "LIMIT", "1", "1"}, Array({Bulk("a")}));
  both.Check({"SORT", "l", "BY", "nosort", "DESC", "LIMIT", "0", "2"},
             Array({Bulk("b"), Bulk("a")}));
  both.Check({"SADD", "s", "c", "a", "b"}, ":3\r\n");
  both.Check({"SORT", "s", "BY", "nosort", "STORE", "t"}, ":3\r\n");
  both.Check({"LRANGE", "t", "0", "-1"}, Array({Bulk("a"), Bulk("b"), Bulk("c")}));
}

TEST_CASE("SORT: what is no number is refused, after C's rules") {
  BothProtocols both;
  both.Check({"RPUSH", "l", " 1", "0x10", "inf", ""}, ":4\r\n");
  both.Check({"SORT", "l"}, Array({Bulk(""), Bulk(" 1"), Bulk("0x10"), Bulk("inf")}));
  for (const std::string_view element : {"a", "1x", "nan", "1e999", "1 "}) {
    both.Check({"DEL", "m"}, element == "a" ? ":0\r\n" : ":1\r\n");
    both.Check({"RPUSH", "m", "1", element}, ":2\r\n");
    both.CheckRefused({"SORT", "m"}, "ERR One or more scores can't be converted into double");
  }
}

TEST_CASE("SORT: STORE makes a list, whatever the key held, or removes the key") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "2", "1"}, ":2\r\n");
  both.Check({"SORT", "l", "STORE", "t"}, ":2\r\n");
  both.CheckEvents("n new@0 t, l sortstore@0 t");
  both.CheckPropagated("0: SORT l STORE t");
  both.Check({"LRANGE", "t", "0", "-1"}, Array({Bulk("1"), Bulk("2")}));
  both.Check({"SET", "t", "v", "EX", "100"}, kOk);
  both.Check({"SORT", "l", "DESC", "STORE", "t"}, ":2\r\n");
  both.CheckEvents("l sortstore@0 t");
  both.Check({"TTL", "t"}, ":-1\r\n");
  both.Check({"SORT", "l", "GET", "missing_*", "STORE", "t"}, ":2\r\n");
  both.Check({"LRANGE", "t", "0", "-1"}, Array({Bulk(""), Bulk("")}));
  both.Check({"SORT", "l", "LIMIT", "5", "1", "STORE", "t"}, ":0\r\n");
  both.CheckEvents("g del@0 t");
  both.Check({"EXISTS", "t"}, ":0\r\n");
  both.Check({"SORT", "missing", "STORE", "t"}, ":0\r\n");
  both.CheckPropagated("");
  both.Check({"SORT", "l", "STORE", "l"}, ":2\r\n");
  both.Check({"LRANGE", "l", "0", "-1"}, Array({Bulk("1"), Bulk("2")}));
  both.CheckRefused({"SORT_RO", "l", "STORE", "t"}, "ERR syntax error");
  both.CheckRefused({"SORT", "l", "STORE"}, "ERR syntax error");
  both.CheckRefused({"SORT", "l", "UPWARDS"}, "ERR syntax error");
  both.Check({"SET", "s", "v"}, kOk);
  both.CheckRefused({"SORT", "s"},
                    "WRONGTYPE Operation against a key holding the wrong kind of value");
}

TEST_CASE("SORT: wakes those who wait for the list that it stores") {
  InProcessServer server;
  auto& waiter = server.Connect();
  auto& client = server.Connect();
  CHECK(waiter.Run({"BLPOP", "t", "0"}).empty());
  client.Run({"RPUSH", "l", "2", "1"});
  CHECK(client.Run({"SORT", "l", "STORE", "t"}) == ":2\r\n");
  CHECK(waiter.TakeOutput() == Array({Bulk("t"), Bulk("1")}));
}

TEST_CASE("SORT: COMMAND GETKEYS names the key and where it stores") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"COMMAND", "GETKEYS", "SORT", "l", "BY", "store", "STORE", "a", "GET", "STORE",
                    "STORE", "b", "DESC"}) == Array({Bulk("l"), Bulk("b")}));
  CHECK(client.Run({"COMMAND", "GETKEYS", "SORT_RO", "l", "GET", "STORE"}) == Array({Bulk("l")}));
}
