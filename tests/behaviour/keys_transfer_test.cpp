// RENAME, RENAMENX, COPY and MOVE.

#include <doctest/doctest.h>

#include <string>

#include "server/engine_state.h"
#include "tests/support/both_protocols.h"

using tests::BothProtocols;
using tests::InProcessServer;

TEST_CASE("RENAME gives the value with its expiry another name, in place of what had it") {
  BothProtocols both;
  both.Check({"SET", "a", "value"}, "+OK\r\n");
  both.Check({"EXPIRE", "a", "100"}, ":1\r\n");
  both.Check({"SET", "b", "old"}, "+OK\r\n");
  both.Check({"EXPIRE", "b", "7"}, ":1\r\n");
  both.Check({"RENAME", "a", "b"}, "+OK\r\n");
  both.CheckEvents("n new@0 b, g rename_from@0 a, g rename_to@0 b");
  both.CheckPropagated("0: RENAME a b");
  both.Check({"EXISTS", "a"}, ":0\r\n");
  both.Check({"GET", "b"}, "$5\r\nvalue\r\n");
  both.Check({"TTL", "b"}, ":100\r\n");
  both.Advance(100'000);
  both.Check({"DBSIZE"}, ":0\r\n");
}

TEST_CASE("RENAME takes the expiry of the value that it replaces away") {
  BothProtocols both;
  both.Check({"SET", "a", "value"}, "+OK\r\n");
  both.Check({"SET", "b", "old", "EX", "10"}, "+OK\r\n");
  both.Check({"RENAME", "a", "b"}, "+OK\r\n");
  both.Check({"TTL", "b"}, ":-1\r\n");
  both.Advance(20'000);
  both.Check({"GET", "b"}, "$5\r\nvalue\r\n");
}

TEST_CASE("RENAME to its own name changes nothing") {
  BothProtocols both;
  both.Check({"SET", "a", "v"}, "+OK\r\n");
  both.Check({"RENAME", "a", "a"}, "+OK\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"RENAMENX", "a", "a"}, ":0\r\n");
  both.Check({"GET", "a"}, "$1\r\nv\r\n");
}

TEST_CASE("RENAME and RENAMENX refuse a key that is missing or has expired") {
  BothProtocols both;
  both.Check({"SET", "b", "v"}, "+OK\r\n");
  for (const char* command : {"RENAME", "RENAMENX"}) {
    both.CheckRefused({command, "a", "b"}, "ERR no such key");
    both.CheckRefused({command, "a", "a"}, "ERR no such key");
  }
  both.Check({"SET", "a", "v", "PX", "5"}, "+OK\r\n");
  both.Advance(5);
  both.CheckRefused({"RENAME", "a", "b"}, "ERR no such key");
}

TEST_CASE("RENAMENX leaves a name that is taken alone, unless its key has expired") {
  BothProtocols both;
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.Check({"SET", "b", "2", "PX", "100"}, "+OK\r\n");
  both.Check({"RENAMENX", "a", "b"}, ":0\r\n");
  both.CheckEvents("");
  both.resp2.clock.AdvanceMs(100);
  both.resp3.clock.AdvanceMs(100);
  both.Check({"RENAMENX", "a", "b"}, ":1\r\n");
  both.CheckEvents("x expired@0 b, n new@0 b, g rename_from@0 a, g rename_to@0 b");
  both.CheckPropagated("0: DEL b; 0: RENAMENX a b");
  both.Check({"GET", "b"}, "$1\r\n1\r\n");
  both.Check({"TTL", "b"}, ":-1\r\n");
}

TEST_CASE("COPY copies value and expiry, and says so only of the copy") {
  BothProtocols both;
  both.Check({"SET", "a", "value", "EX", "100"}, "+OK\r\n");
  both.Check({"COPY", "a", "b"}, ":1\r\n");
  both.CheckEvents("n new@0 b, g copy_to@0 b");
  both.CheckPropagated("0: COPY a b");
  both.Check({"TTL", "b"}, ":100\r\n");
  both.Check({"APPEND", "b", "!"}, ":6\r\n");
  both.Check({"GET", "a"}, "$5\r\nvalue\r\n");
}

TEST_CASE("COPY refuses a name that is taken, unless it may REPLACE") {
  BothProtocols both;
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.Check({"SET", "b", "2", "EX", "50"}, "+OK\r\n");
  both.Check({"COPY", "a", "b"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"GET", "b"}, "$1\r\n2\r\n");
  both.Check({"COPY", "a", "b", "REPLACE"}, ":1\r\n");
  both.Check({"GET", "b"}, "$1\r\n1\r\n");
  both.Check({"TTL", "b"}, ":-1\r\n");
}

TEST_CASE("COPY goes to another database when it is told to") {
  BothProtocols both;
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.Check({"COPY", "a", "a", "DB", "3"}, ":1\r\n");
  both.CheckEvents("n new@3 a, g copy_to@3 a");
  both.CheckPropagated("0: COPY a a DB 3");
  both.Check({"COPY", "a", "a", "db", "3"}, ":0\r\n");
  both.Check({"COPY", "a", "a", "replace", "db", "9", "DB", "3"}, ":1\r\n");
  both.Check({"SELECT", "3"}, "+OK\r\n");
  both.Check({"GET", "a"}, "$1\r\n1\r\n");
}

TEST_CASE("COPY of a missing key copies nothing") {
  BothProtocols both;
  both.Check({"SET", "b", "2"}, "+OK\r\n");
  both.Check({"COPY", "a", "b", "REPLACE"}, ":0\r\n");
  both.Check({"GET", "b"}, "$1\r\n2\r\n");
}

TEST_CASE("COPY refuses wrong options in Redis's words") {
  BothProtocols both;
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  const std::string_view same = "ERR source and destination objects are the same";
  both.CheckRefused({"COPY", "a", "a"}, same);
  both.CheckRefused({"COPY", "missing", "missing"}, same);
  both.CheckRefused({"COPY", "a", "a", "DB", "0", "REPLACE"}, same);
  both.CheckRefused({"COPY", "a", "b", "DB"}, "ERR syntax error");
  both.CheckRefused({"COPY", "a", "b", "FOO"}, "ERR syntax error");
  both.CheckRefused({"COPY", "a", "b", "REPLACE", "DB"}, "ERR syntax error");
  both.CheckRefused({"COPY", "a", "b", "DB", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"COPY", "a", "b", "DB", "16"}, "ERR DB index is out of range");
  both.CheckRefused({"COPY", "a", "b", "DB", "-1"}, "ERR DB index is out of range");
  both.CheckRefused({"COPY", "a", "b", "DB", "2147483648"},
                    "ERR value is out of range, value must between -2147483648 and 2147483647");
}

TEST_CASE("COPY of a large value is a value of its own") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string value(300'000, 'x');
  client.Run({"SET", "a", value});
  CHECK(client.Run({"COPY", "a", "b"}) == ":1\r\n");
  client.Run({"SETRANGE", "b", "0", "y"});
  CHECK(client.Run({"GET", "a"}) == "$300000\r\n" + value + "\r\n");
  CHECK(client.Run({"GET", "b"}).substr(0, 12) == "$300000\r\nyxx");
  server.engine->state().keyspace.CheckInvariants();
}

TEST_CASE("COPY is refused when memory is used up, and RENAME and MOVE are not") {
  InProcessServer server({"maxmemory 1mb"});
  auto& client = server.Connect();
  client.Run({"SET", "a", std::string(2 << 20, 'x')});
  CHECK(client.Run({"COPY", "a", "b"}) ==
        "-OOM command not allowed when used memory > 'maxmemory'.\r\n");
  CHECK(client.Run({"RENAME", "a", "b"}) == "+OK\r\n");
  CHECK(client.Run({"MOVE", "b", "1"}) == ":1\r\n");
  CHECK(client.Run({"DBSIZE"}) == ":0\r\n");
}

TEST_CASE("MOVE takes a key with its expiry to another database") {
  BothProtocols both;
  both.Check({"SET", "a", "1", "EX", "100"}, "+OK\r\n");
  both.Check({"MOVE", "a", "2"}, ":1\r\n");
  both.CheckEvents("n new@2 a, g move_from@0 a, g move_to@2 a");
  both.CheckPropagated("0: MOVE a 2");
  both.Check({"EXISTS", "a"}, ":0\r\n");
  both.Check({"SELECT", "2"}, "+OK\r\n");
  both.Check({"TTL", "a"}, ":100\r\n");
  both.Advance(100'000);
  both.CheckEvents("x expired@2 a");
}

TEST_CASE("MOVE does nothing when the key is missing here or taken there") {
  BothProtocols both;
  both.Check({"MOVE", "a", "2"}, ":0\r\n");
  both.Check({"SET", "a", "here"}, "+OK\r\n");
  both.Check({"COPY", "a", "a", "DB", "2"}, ":1\r\n");
  both.Check({"MOVE", "a", "2"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"GET", "a"}, "$4\r\nhere\r\n");
}

TEST_CASE("MOVE refuses databases that do not exist, and its own") {
  BothProtocols both;
  both.Check({"SET", "a", "1"}, "+OK\r\n");
  both.CheckRefused({"MOVE", "a", "0"}, "ERR source and destination objects are the same");
  both.CheckRefused({"MOVE", "a", "16"}, "ERR DB index is out of range");
  both.CheckRefused({"MOVE", "a", "-1"}, "ERR DB index is out of range");
  both.CheckRefused({"MOVE", "a", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"MOVE", "a", "4294967296"},
                    "ERR value is out of range, value must between -2147483648 and 2147483647");
  both.CheckRefused({"MOVE", "a", "9223372036854775808"},
                    "ERR value is not an integer or out of range");
}
