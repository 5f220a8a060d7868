// Fields of hashes by their names, and as numbers.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/both_protocols.h"
#include "tests/support/contents.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

constexpr std::string_view kWrong =
    "WRONGTYPE Operation against a key holding the wrong kind of value";

// OBJECT ENCODING's reply for the key k.
void CheckSays(BothProtocols& both, std::string_view encoding) {
  both.Check({"OBJECT", "ENCODING", "k"}, Bulk(encoding));
}

}  // namespace

TEST_CASE("HSET sets fields and says how many are new") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.CheckEvents("n new@0 k, h hset@0 k");
  both.CheckPropagated("0: HSET k a 1 b 2");
  both.Check({"HSET", "k", "b", "3", "c", "4", "c", "5"}, ":1\r\n");
  both.CheckEvents("h hset@0 k");
  both.Check({"HMGET", "k", "a", "b", "c", "d"}, Array({Bulk("1"), Bulk("3"), Bulk("5"), kNull}),
             Array({Bulk("1"), Bulk("3"), Bulk("5"), kNull3}));
  both.Check({"TYPE", "k"}, "+hash\r\n");
  both.Check({"HLEN", "k"}, ":3\r\n");
}

TEST_CASE("HMSET is HSET with another reply") {
  BothProtocols both;
  both.Check({"HMSET", "k", "a", "1", "b", "2"}, "+OK\r\n");
  both.CheckEvents("n new@0 k, h hset@0 k");
  both.CheckPropagated("0: HMSET k a 1 b 2");
  both.CheckRefused({"HMSET", "k", "a", "1", "b"},
                    "ERR wrong number of arguments for 'hmset' command");
}

TEST_CASE("HSETNX sets a field only if it does not exist") {
  BothProtocols both;
  both.Check({"HSETNX", "k", "a", "1"}, ":1\r\n");
  both.CheckEvents("n new@0 k, h hset@0 k");
  both.Check({"HSETNX", "k", "a", "2"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"HGET", "k", "a"}, Bulk("1"));
}

TEST_CASE("Hashes: what is missing is null, empty or zero") {
  BothProtocols both;
  both.Check({"HGET", "k", "f"}, kNull, kNull3);
  both.Check({"HMGET", "k", "f", "g"}, Array({kNull, kNull}), Array({kNull3, kNull3}));
  both.Check({"HGETALL", "k"}, "*0\r\n", "%0\r\n");
  both.Check({"HKEYS", "k"}, "*0\r\n");
  both.Check({"HVALS", "k"}, "*0\r\n");
  both.Check({"HDEL", "k", "f"}, ":0\r\n");
  both.CheckEvents("");
  both.Check({"HEXISTS", "k", "f"}, ":0\r\n");
  both.Check({"HSTRLEN", "k", "f"}, ":0\r\n");
  both.Check({"HLEN", "k"}, ":0\r\n");
  both.Check({"HRANDFIELD", "k"}, kNull, kNull3);
  both.Check({"HRANDFIELD", "k", "3", "WITHVALUES"}, "*0\r\n");
  both.Check({"HSCAN", "k", "7"}, Array({Bulk("0"), "*0\r\n"}));
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

TEST_CASE("HDEL deletes fields, and the hash with the last one") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2", "c", "3"}, ":3\r\n");
  both.Check({"HDEL", "k", "a", "x", "a"}, ":1\r\n");
  both.CheckEvents("h hdel@0 k");
  both.CheckPropagated("0: HDEL k a x a");
  both.Check({"HDEL", "k", "x"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"HDEL", "k", "c", "b"}, ":2\r\n");
  both.CheckEvents("h hdel@0 k, g del@0 k");
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

TEST_CASE("Hashes: every command refuses a key that holds something else, and changes nothing") {
  BothProtocols both;
  both.Check({"SET", "k", "1"}, "+OK\r\n");
  both.CheckRefused({"HSET", "k", "f", "v"}, kWrong);
  both.CheckRefused({"HMSET", "k", "f", "v"}, kWrong);
  both.CheckRefused({"HSETNX", "k", "f", "v"}, kWrong);
  both.CheckRefused({"HGET", "k", "f"}, kWrong);
  both.CheckRefused({"HMGET", "k", "f"}, kWrong);
  both.CheckRefused({"HGETALL", "k"}, kWrong);
  both.CheckRefused({"HKEYS", "k"}, kWrong);
  both.CheckRefused({"HVALS", "k"}, kWrong);
  both.CheckRefused({"HDEL", "k", "f"}, kWrong);
  both.CheckRefused({"HEXISTS", "k", "f"}, kWrong);
  both.CheckRefused({"HSTRLEN", "k", "f"}, kWrong);
  both.CheckRefused({"HLEN", "k"}, kWrong);
  both.CheckRefused({"HINCRBY", "k", "f", "1"}, kWrong);
  both.CheckRefused({"HINCRBYFLOAT", "k", "f", "1"}, kWrong);
  both.CheckRefused({"HRANDFIELD", "k"}, kWrong);
  both.CheckRefused({"HRANDFIELD", "k", "1"}, kWrong);
  both.CheckRefused({"HSCAN", "k", "0"}, kWrong);
}

TEST_CASE("HINCRBY adds to integers, from 0, and refuses texts and overflow") {
  BothProtocols both;
  both.Check({"HINCRBY", "k", "n", "5"}, ":5\r\n");
  both.CheckEvents("n new@0 k, h hincrby@0 k");
  both.CheckPropagated("0: HINCRBY k n 5");
  both.Check({"HINCRBY", "k", "n", "-7"}, ":-2\r\n");
  both.Check({"HGET", "k", "n"}, Bulk("-2"));
  both.Check({"HSET", "k", "max", "9223372036854775807", "text", "one", "space", " 1"}, ":3\r\n");
  both.CheckRefused({"HINCRBY", "k", "max", "1"}, "ERR increment or decrement would overflow");
  both.CheckRefused({"HINCRBY", "k", "n", "-9223372036854775808"},
                    "ERR increment or decrement would overflow");
  both.CheckRefused({"HINCRBY", "k", "text", "1"}, "ERR hash value is not an integer");
  both.CheckRefused({"HINCRBY", "k", "space", "1"}, "ERR hash value is not an integer");
  both.CheckRefused({"HINCRBY", "k", "n", "x"}, "ERR value is not an integer or out of range");
  both.CheckRefused({"HINCRBY", "new", "n", "x"}, "ERR value is not an integer or out of range");
}

TEST_CASE("HINCRBYFLOAT leaves a number that can be read again, and propagates the result") {
  BothProtocols both;
  both.Check({"HINCRBYFLOAT", "k", "n", "10.5"}, Bulk("10.5"));
  both.CheckEvents("n new@0 k, h hincrbyfloat@0 k");
  both.CheckPropagated("0: HSET k n 10.5");
  both.Check({"HINCRBYFLOAT", "k", "n", "-5e-1"}, Bulk("10"));
  both.Check({"HSET", "k", "text", "one", "large", "1e4932"}, ":2\r\n");
  both.CheckRefused({"HINCRBYFLOAT", "k", "text", "1"}, "ERR hash value is not a float");
  // CVE-2023-28856: a result that no command can read.
  for (const char* increment : {"inf", "-inf", "+infinity"}) {
    both.CheckRefused({"HINCRBYFLOAT", "k", "n", increment}, "ERR value is NaN or Infinity");
    both.CheckRefused({"HINCRBYFLOAT", "new", "n", increment}, "ERR value is NaN or Infinity");
  }
  both.CheckRefused({"HINCRBYFLOAT", "k", "n", "nan"}, "ERR value is not a valid float");
  both.CheckRefused({"HINCRBYFLOAT", "k", "large", "1e4932"},
                    "ERR increment would produce NaN or Infinity");
  both.Check({"HGET", "k", "n"}, Bulk("10"));
}

TEST_CASE("Hashes: fields and values may be any bytes, empty and long") {
  BothProtocols both;
  const std::string binary("\0\r\n\xff", 4);
  const std::string longer(100'000, 'x');
  both.Check({"HSET", "k", "", "", binary, binary, longer, longer}, ":3\r\n");
  both.Check({"HGET", "k", ""}, Bulk(""));
  both.Check({"HGET", "k", binary}, Bulk(binary));
  both.Check({"HGET", "k", longer}, Bulk(longer));
  both.Check({"HSTRLEN", "k", longer}, ":100000\r\n");
  both.Check({"HEXISTS", "k", ""}, ":1\r\n");
  both.Check({"HDEL", "k", "", binary, longer}, ":3\r\n");
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

TEST_CASE("Hashes say listpack up to the limits of the configuration, and hashtable from then on") {
  BothProtocols both({"hash-max-listpack-entries 3", "hash-max-listpack-value 5"});
  both.Check({"HSET", "k", "a", "1", "b", "2", "c", "12345"}, ":3\r\n");
  CheckSays(both, "listpack");
  both.Check({"HSET", "k", "d", "4"}, ":1\r\n");
  CheckSays(both, "hashtable");
  both.Check({"HDEL", "k", "a", "b", "c"}, ":3\r\n");
  CheckSays(both, "hashtable");
  both.Check({"HSET", "k2", "a", "123456"}, ":1\r\n");
  both.Check({"RENAME", "k2", "k"}, "+OK\r\n");
  CheckSays(both, "hashtable");
  // More fields than may be, even if they are all the same.
  both.Check({"DEL", "k"}, ":1\r\n");
  both.Check({"HSET", "k", "a", "1", "a", "1", "a", "1", "a", "1"}, ":1\r\n");
  CheckSays(both, "hashtable");
  both.Check({"CONFIG", "SET", "hash-max-listpack-entries", "10"}, "+OK\r\n");
  both.Check({"DEL", "k"}, ":1\r\n");
  both.Check({"HSET", "k", "a", "1", "b", "1", "c", "1", "d", "1"}, ":4\r\n");
  CheckSays(both, "listpack");
}

TEST_CASE("Hashes are copied, renamed, moved and removed whole") {
  for (const int fields : {10, 5000}) {
    BothProtocols both;
    for (int i = 0; i < fields; ++i) {
      both.client2.Run({"HSET", "k", "f" + std::to_string(i), std::to_string(i)});
      both.client3.Run({"HSET", "k", "f" + std::to_string(i), std::to_string(i)});
    }
    both.Check({"COPY", "k", "copy"}, ":1\r\n");
    both.Check({"HDEL", "k", "f1"}, ":1\r\n");
    both.Check({"HGET", "copy", "f1"}, Bulk("1"));
    both.Check({"HLEN", "copy"}, Integer(fields));
    both.Check({"RENAME", "k", "renamed"}, "+OK\r\n");
    both.Check({"HLEN", "renamed"}, Integer(fields - 1));
    both.Check({"MOVE", "renamed", "3"}, ":1\r\n");
    both.Check({"UNLINK", "copy"}, ":1\r\n");
    both.Check({"SELECT", "3"}, "+OK\r\n");
    both.Check({"HGET", "renamed", "f2"}, Bulk("2"));
    both.Check({"SET", "renamed", "string"}, "+OK\r\n");
    both.Advance(1000);
    CheckKeyspace(both.resp2);
  }
}
