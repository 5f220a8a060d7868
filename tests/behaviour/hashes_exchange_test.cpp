// HGETDEL, HGETEX and HSETEX.

#include <doctest/doctest.h>

#include <string>

#include "tests/support/both_protocols.h"
#include "tests/support/contents.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

constexpr std::string_view kWrong =
    "WRONGTYPE Operation against a key holding the wrong kind of value";

std::string AtMs(BothProtocols& both, int64_t from_now_ms) {
  return std::to_string(both.resp2.clock.wall_ms() + from_now_ms);
}

}  // namespace

TEST_CASE("HGETDEL returns fields and deletes them, and the hash with the last one") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HGETDEL", "k", "FIELDS", "2", "a", "x"}, Array({Bulk("1"), kNull}),
             Array({Bulk("1"), kNull3}));
  both.CheckEvents("h hdel@0 k");
  both.CheckPropagated("0: HDEL k a");
  both.Check({"HGETDEL", "k", "FIELDS", "1", "x"}, Array({kNull}), Array({kNull3}));
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"HGETDEL", "k", "fields", "2", "b", "b"}, Array({Bulk("2"), kNull}),
             Array({Bulk("2"), kNull3}));
  both.CheckEvents("h hdel@0 k, g del@0 k");
  both.Check({"EXISTS", "k"}, ":0\r\n");
  both.Check({"HGETDEL", "k", "FIELDS", "1", "a"}, Array({kNull}), Array({kNull3}));
}

TEST_CASE("HGETEX returns fields, and sets or takes away their expiries") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1", "b", "2"}, ":2\r\n");
  both.Check({"HGETEX", "k", "FIELDS", "2", "a", "x"}, Array({Bulk("1"), kNull}),
             Array({Bulk("1"), kNull3}));
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"HGETEX", "k", "EX", "10", "FIELDS", "1", "a"}, Array({Bulk("1")}));
  both.CheckEvents("h hexpire@0 k");
  both.CheckPropagated("0: HPEXPIREAT k " + AtMs(both, 10'000) + " FIELDS 1 a");
  both.Check({"HPTTL", "k", "FIELDS", "2", "a", "b"}, "*2\r\n:10000\r\n:-1\r\n");
  both.Check({"HGETEX", "k", "PXAT", AtMs(both, 500), "FIELDS", "1", "a"}, Array({Bulk("1")}));
  both.Check({"HPTTL", "k", "FIELDS", "1", "a"}, "*1\r\n:500\r\n");
  both.Check({"HGETEX", "k", "PERSIST", "FIELDS", "2", "a", "b"}, Array({Bulk("1"), Bulk("2")}));
  both.CheckEvents("h hpersist@0 k");
  both.CheckPropagated("0: HPERSIST k FIELDS 1 a");
  both.Check({"HGETEX", "k", "EXAT", "1", "FIELDS", "2", "a", "b"}, Array({Bulk("1"), Bulk("2")}));
  both.CheckEvents("h hdel@0 k, g del@0 k");
  both.CheckPropagated("0: HDEL k a b");
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

// Redis read beyond its arguments (8.0.5).
TEST_CASE("HGETEX refuses a missing or wrong number, wherever it ends") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1"}, ":1\r\n");
  both.CheckRefused({"HGETEX", "k", "EX", "10", "FIELDS"},
                    "ERR Number of fields must be a positive integer");
  both.CheckRefused({"HGETEX", "k", "PERSIST", "FIELDS", "1"},
                    "ERR The `numfields` parameter must match the number of arguments");
  both.CheckRefused({"HGETEX", "k", "EX", "10", "x"},
                    "ERR Mandatory argument FIELDS is missing or not at the right position");
  both.CheckRefused({"HGETEX", "k", "EX", "x", "FIELDS", "1", "a"},
                    "ERR value is not an integer or out of range");
  both.CheckRefused({"HGETEX", "k", "PX", "-1", "FIELDS", "1", "a"},
                    "ERR invalid expire time, must be >= 0");
}

TEST_CASE("HSETEX sets fields with an expiry, all or none") {
  BothProtocols both;
  both.Check({"HSETEX", "k", "EX", "10", "FIELDS", "2", "a", "1", "b", "2"}, ":1\r\n");
  both.CheckEvents("n new@0 k, h hset@0 k, h hexpire@0 k");
  both.CheckPropagated("0: HSETEX k PXAT " + AtMs(both, 10'000) + " FIELDS 2 a 1 b 2");
  both.Check({"HTTL", "k", "FIELDS", "2", "a", "b"}, "*2\r\n:10\r\n:10\r\n");
  both.Check({"HSETEX", "k", "FNX", "FIELDS", "2", "c", "3", "a", "9"}, ":0\r\n");
  both.CheckEvents("");
  both.Check({"HSETEX", "k", "FXX", "FIELDS", "2", "a", "9", "c", "9"}, ":0\r\n");
  both.Check({"HSETEX", "k", "FXX", "KEEPTTL", "FIELDS", "1", "a", "9"}, ":1\r\n");
  both.CheckEvents("h hset@0 k");
  both.Check({"HSETEX", "k", "FIELDS", "1", "b", "9"}, ":1\r\n");
  both.Check({"HTTL", "k", "FIELDS", "2", "a", "b"}, "*2\r\n:10\r\n:-1\r\n");
  both.Check({"HMGET", "k", "a", "b", "c"}, Array({Bulk("9"), Bulk("9"), kNull}),
             Array({Bulk("9"), Bulk("9"), kNull3}));
  both.Check({"HSETEX", "none", "FXX", "FIELDS", "1", "a", "1"}, ":0\r\n");
  both.Check({"EXISTS", "none"}, ":0\r\n");
}

TEST_CASE("HSETEX with a time that is over leaves nothing") {
  BothProtocols both;
  both.Check({"HSETEX", "k", "PXAT", "1", "FIELDS", "1", "a", "1"}, ":1\r\n");
  both.CheckEvents("n new@0 k, h hset@0 k, h hdel@0 k, g del@0 k");
  both.CheckPropagated("0: HDEL k a");
  both.Check({"EXISTS", "k"}, ":0\r\n");
}

TEST_CASE("HSETEX refuses contradictions and wrong numbers") {
  BothProtocols both;
  both.Check({"HSET", "k", "a", "1"}, ":1\r\n");
  both.Check({"SET", "s", "text"}, "+OK\r\n");
  const std::string arity = "ERR wrong number of arguments for 'hsetex' command";
  both.CheckRefused({"HSETEX", "s", "FIELDS", "1", "a", "1"}, kWrong);
  both.CheckRefused({"HSETEX", "k", "FNX", "FXX", "FIELDS", "1", "a", "1"},
                    "ERR Only one of FXX or FNX arguments can be specified");
  both.CheckRefused({"HSETEX", "k", "EX", "1", "KEEPTTL", "FIELDS", "1", "a", "1"},
                    "ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified");
  both.CheckRefused({"HSETEX", "k", "FNX", "NONSENSE", "FIELDS", "1", "a", "1"},
                    "ERR unknown argument: NONSENSE");
  both.CheckRefused({"HSETEX", "k", "FNX", "KEEPTTL", "FNX", "EX"},
                    "ERR Only one of FXX or FNX arguments can be specified");
  both.CheckRefused({"HSETEX", "k", "FNX", "FIELDS", "1", "a"}, arity);
  for (const char* count : {"0", "-1", "x", "2147483648", "9223372036854775808"}) {
    both.CheckRefused({"HSETEX", "k", "FIELDS", count, "a", "1"}, "ERR invalid number of fields");
  }
  both.CheckRefused({"HSETEX", "k", "FIELDS", "2", "a", "1"}, arity);
  both.CheckRefused({"HSETEX", "k", "FIELDS", "1", "a", "1", "b"}, arity);
  both.CheckRefused({"HSETEX", "k", "FXX", "FIELDS", "1", "a", "1", "EX"}, arity);
  both.CheckRefused({"HSETEX", "k", "EX", "-1", "FIELDS", "1", "a", "1"},
                    "ERR invalid expire time, must be >= 0");
}
