// LPUSH, RPUSH, LPUSHX, RPUSHX, LPOP, RPOP and LMPOP.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "storage/types/allocation_failure.h"
#include "tests/support/both_protocols.h"
#include "tests/support/replies.h"

using namespace tests;

TEST_CASE("Lists: LPUSH and RPUSH add one element after the other and reply the length") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "a"}, ":1\r\n");
  both.CheckEvents("n new@0 l, l rpush@0 l");
  both.CheckPropagated("0: RPUSH l a");
  both.Check({"RPUSH", "l", "b", "c"}, ":3\r\n");
  both.CheckEvents("l rpush@0 l");
  both.Check({"LPUSH", "l", "x", "y", ""}, ":6\r\n");
  both.CheckEvents("l lpush@0 l");
  both.CheckPropagated("0: LPUSH l x y ");
  both.Check({"LRANGE", "l", "0", "-1"},
             Array({Bulk(""), Bulk("y"), Bulk("x"), Bulk("a"), Bulk("b"), Bulk("c")}));
  both.Check({"TYPE", "l"}, "+list\r\n");
  both.Check({"OBJECT", "ENCODING", "l"}, Bulk("listpack"));
  both.CheckRefused({"LPUSH", "l"}, "ERR wrong number of arguments for 'lpush' command");
}

TEST_CASE("Lists: LPUSHX and RPUSHX leave a key alone that does not exist") {
  BothProtocols both;
  both.Check({"LPUSHX", "l", "a"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"RPUSHX", "l", "a"}, ":0\r\n");
  both.Check({"EXISTS", "l"}, ":0\r\n");
  both.Check({"RPUSH", "l", "m"}, ":1\r\n");
  both.Check({"LPUSHX", "l", "a", "b"}, ":3\r\n");
  both.CheckEvents("l lpush@0 l");
  both.Check({"RPUSHX", "l", "z"}, ":4\r\n");
  both.CheckEvents("l rpush@0 l");
  both.Check({"LRANGE", "l", "0", "-1"}, Array({Bulk("b"), Bulk("a"), Bulk("m"), Bulk("z")}));
}

TEST_CASE("Lists: a list keeps its expiry when it grows and shrinks, and loses it with its key") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "a"}, ":1\r\n");
  both.Check({"PEXPIRE", "l", "5000"}, ":1\r\n");
  for (int i = 0; i < 500; ++i) both.client2.Run({"RPUSH", "l", std::string(40, 'x')});
  CHECK(both.client2.Run({"PTTL", "l"}) == ":5000\r\n");
  CHECK(both.client2.Run({"LTRIM", "l", "1", "0"}) == kOk);
  CHECK(both.client2.Run({"RPUSH", "l", "a"}) == ":1\r\n");
  CHECK(both.client2.Run({"PTTL", "l"}) == ":-1\r\n");
}

TEST_CASE("Lists: LPOP and RPOP take one element, and the key with the last one") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "a", "b", "c"}, ":3\r\n");
  both.Check({"LPOP", "l"}, Bulk("a"));
  both.CheckEvents("l lpop@0 l");
  both.CheckPropagated("0: LPOP l");
  both.Check({"RPOP", "l"}, Bulk("c"));
  both.CheckEvents("l rpop@0 l");
  both.Check({"LPOP", "l"}, Bulk("b"));
  both.CheckEvents("l lpop@0 l, g del@0 l");
  both.Check({"EXISTS", "l"}, ":0\r\n");
  both.Check({"LPOP", "l"}, "$-1\r\n", "_\r\n");
  both.CheckPropagated("");
  both.Check({"RPOP", "l"}, "$-1\r\n", "_\r\n");
}

TEST_CASE("Lists: LPOP and RPOP with a count take an array of elements") {
  BothProtocols both;
  both.Check({"RPUSH", "l", "a", "b", "c", "d", "e"}, ":5\r\n");
  both.Check({"LPOP", "l", "0"}, "*0\r\n");
  both.CheckEvents("");
  both.Check({"LPOP", "l", "2"}, Array({Bulk("a"), Bulk("b")}));
  both.CheckEvents("l lpop@0 l");
  both.CheckPropagated("0: LPOP l 2");
  both.Check({"RPOP", "l", "1"}, Array({Bulk("e")}));
  both.Check({"RPOP", "l", "9223372036854775807"}, Array({Bulk("d"), Bulk("c")}));
  both.CheckEvents("l rpop@0 l, g del@0 l");
  both.Check({"LPOP", "l", "1"}, "*-1\r\n", "_\r\n");
  both.Check({"LPOP", "l", "0"}, "*-1\r\n", "_\r\n");
  for (const std::string_view count : {"-1", "abc", "1.5", "9223372036854775808", ""}) {
    both.CheckRefused({"LPOP", "l", count}, "ERR value is out of range, must be positive");
  }
  both.CheckRefused({"LPOP", "l", "1", "2"}, "ERR wrong number of arguments for 'lpop' command");
  both.CheckRefused({"RPOP", "l", "1", "2"}, "ERR wrong number of arguments for 'rpop' command");
}

TEST_CASE("Lists: every command refuses a key that holds a string, and changes nothing") {
  BothProtocols both;
  both.Check({"SET", "s", "v"}, kOk);
  both.Check({"RPUSH", "l", "a"}, ":1\r\n");
  const std::string wrong = "WRONGTYPE Operation against a key holding the wrong kind of value";
  both.CheckRefused({"LPUSH", "s", "a"}, wrong);
  both.CheckRefused({"RPUSH", "s", "a"}, wrong);
  both.CheckRefused({"LPUSHX", "s", "a"}, wrong);
  both.CheckRefused({"RPUSHX", "s", "a"}, wrong);
  both.CheckRefused({"LPOP", "s"}, wrong);
  both.CheckRefused({"RPOP", "s", "0"}, wrong);
  both.CheckRefused({"LLEN", "s"}, wrong);
  both.CheckRefused({"LINDEX", "s", "x"}, wrong);
  both.CheckRefused({"LRANGE", "s", "0", "1"}, wrong);
  both.CheckRefused({"LPOS", "s", "a"}, wrong);
  both.CheckRefused({"LSET", "s", "x", "a"}, wrong);
  both.CheckRefused({"LINSERT", "s", "BEFORE", "a", "b"}, wrong);
  both.CheckRefused({"LREM", "s", "0", "a"}, wrong);
  both.CheckRefused({"LTRIM", "s", "0", "1"}, wrong);
  both.CheckRefused({"LMPOP", "2", "missing", "s", "LEFT"}, wrong);
  both.CheckRefused({"LMOVE", "s", "l", "LEFT", "LEFT"}, wrong);
  both.CheckRefused({"LMOVE", "l", "s", "LEFT", "LEFT"}, wrong);
  both.CheckRefused({"RPOPLPUSH", "l", "s"}, wrong);
  both.CheckRefused({"BLPOP", "missing", "s", "l", "0"}, wrong);
  both.CheckRefused({"BRPOP", "s", "0"}, wrong);
  both.CheckRefused({"BLMPOP", "0", "1", "s", "LEFT"}, wrong);
  both.CheckRefused({"BLMOVE", "s", "l", "LEFT", "LEFT", "0"}, wrong);
  both.CheckRefused({"BLMOVE", "l", "s", "LEFT", "LEFT", "0"}, wrong);
  both.CheckRefused({"GET", "l"}, wrong);
  both.Check({"SET", "l", "now a string"}, kOk);
}

TEST_CASE("Lists: LMPOP takes from the first key that has elements") {
  BothProtocols both;
  both.Check({"RPUSH", "b", "1", "2", "3"}, ":3\r\n");
  both.Check({"RPUSH", "c", "x"}, ":1\r\n");
  both.Check({"LMPOP", "3", "a", "b", "c", "LEFT"}, Array({Bulk("b"), Array({Bulk("1")})}));
  both.CheckEvents("l lpop@0 b");
  both.CheckPropagated("0: LPOP b 1");
  both.Check({"LMPOP", "2", "a", "b", "right", "count", "10"},
             Array({Bulk("b"), Array({Bulk("3"), Bulk("2")})}));
  both.CheckEvents("l rpop@0 b, g del@0 b");
  both.CheckPropagated("0: RPOP b 2");
  both.Check({"LMPOP", "1", "b", "LEFT"}, "*-1\r\n", "_\r\n");
  both.CheckPropagated("");
  both.CheckRefused({"LMPOP", "0", "b", "LEFT"}, "ERR numkeys should be greater than 0");
  both.CheckRefused({"LMPOP", "x", "b", "LEFT"}, "ERR numkeys should be greater than 0");
  both.CheckRefused({"LMPOP", "2", "b", "LEFT"}, "ERR syntax error");
  both.CheckRefused({"LMPOP", "9223372036854775807", "b", "LEFT"}, "ERR syntax error");
  both.CheckRefused({"LMPOP", "1", "b", "MIDDLE"}, "ERR syntax error");
  both.CheckRefused({"LMPOP", "1", "b", "LEFT", "COUNT"}, "ERR syntax error");
  both.CheckRefused({"LMPOP", "1", "b", "LEFT", "NUMBER", "1"}, "ERR syntax error");
  both.CheckRefused({"LMPOP", "1", "b", "LEFT", "COUNT", "1", "COUNT", "1"}, "ERR syntax error");
  both.CheckRefused({"LMPOP", "1", "b", "LEFT", "COUNT", "0"},
                    "ERR count should be greater than 0");
  both.CheckRefused({"LMPOP", "1", "b", "LEFT", "COUNT", "x"},
                    "ERR count should be greater than 0");
}

TEST_CASE("Lists: elements of any bytes and sizes come back as they went in") {
  InProcessServer server;
  auto& client = server.Connect();
  std::vector<std::string> elements;
  for (const size_t size : {0u, 1u, 126u, 127u, 2048u, 2049u, 70'000u, 1'000'000u}) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7);
    elements.push_back(bytes);
  }
  std::vector<std::string> push = {"RPUSH", "l"};
  push.insert(push.end(), elements.begin(), elements.end());
  CHECK(client.Run(push) == ":8\r\n");
  std::string all = "*8\r\n";
  for (const std::string& element : elements) all += Bulk(element);
  CHECK(client.Run({"LRANGE", "l", "0", "-1"}) == all);
  for (const std::string& element : elements) CHECK(client.Run({"LPOP", "l"}) == Bulk(element));
  CHECK(client.Run({"EXISTS", "l"}) == ":0\r\n");
}

TEST_CASE("OBJECT ENCODING: a list is a listpack until 8 KiB, and again below 4 KiB") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string element(1000, 'x');
  for (int i = 0; i < 8; ++i) client.Run({"RPUSH", "l", element});
  CHECK(client.Run({"OBJECT", "ENCODING", "l"}) == Bulk("listpack"));
  client.Run({"RPUSH", "l", element});
  CHECK(client.Run({"OBJECT", "ENCODING", "l"}) == Bulk("quicklist"));
  client.Run({"LPOP", "l", "4"});
  CHECK(client.Run({"OBJECT", "ENCODING", "l"}) == Bulk("quicklist"));
  client.Run({"RPOP", "l"});
  CHECK(client.Run({"OBJECT", "ENCODING", "l"}) == Bulk("listpack"));
  CHECK(client.Run({"CONFIG", "SET", "list-max-listpack-size", "3"}) == kOk);
  client.Run({"RPUSH", "m", "1", "2", "3"});
  CHECK(client.Run({"OBJECT", "ENCODING", "m"}) == Bulk("listpack"));
  client.Run({"LINSERT", "m", "BEFORE", "2", "x"});
  CHECK(client.Run({"OBJECT", "ENCODING", "m"}) == Bulk("quicklist"));
  client.Run({"LREM", "m", "0", "x"});
  client.Run({"LTRIM", "m", "0", "0"});
  CHECK(client.Run({"OBJECT", "ENCODING", "m"}) == Bulk("listpack"));
}
