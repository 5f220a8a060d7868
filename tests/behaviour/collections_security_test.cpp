// Security bugs of Redis and its like that concern collections, each a test whose name begins with
// "sec_". tests/README.md lists them all.

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "storage/base/number.h"
#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

using Words = std::vector<std::string>;

const Words kIntegerExtremes = {"0",
                                "1",
                                "-1",
                                "2147483647",
                                "2147483648",
                                "-2147483648",
                                "4611686018427387904",
                                "-4611686018427387904",
                                "9223372036854775807",
                                "-9223372036854775807",
                                "-9223372036854775808",
                                "9223372036854775808"};

// A list, a set, a hash and a sorted set, small ones and large ones.
void PutCollections(TestConnection& client) {
  for (const auto& [suffix, count] : {std::pair("small", 3), std::pair("large", 1000)}) {
    Words list = {"RPUSH", std::string("list:") + suffix};
    Words set = {"SADD", std::string("set:") + suffix};
    Words hash = {"HSET", std::string("hash:") + suffix};
    Words zset = {"ZADD", std::string("zset:") + suffix};
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      list.push_back(number);
      set.push_back("m" + number);
      hash.insert(hash.end(), {"f" + number, number});
      zset.insert(zset.end(), {number, "m" + number});
    }
    for (const Words& request : {list, set, hash, zset}) client.Run(request);
  }
}

bool IsError(std::string_view reply) {
  return reply.starts_with("-");
}

}  // namespace

TEST_CASE("sec_CVE_2022_35977: no LIMIT of SORT leaves the collection") {
  InProcessServer server;
  auto& client = server.Connect();
  PutCollections(client);
  for (const std::string& offset : kIntegerExtremes) {
    for (const std::string& count : kIntegerExtremes) {
      CAPTURE(offset);
      CAPTURE(count);
      const bool is_number =
          storage::ParseInt64(offset).has_value() && storage::ParseInt64(count).has_value();
      for (const std::string key :
           {"list:small", "list:large", "set:large", "zset:large", "none"}) {
        const std::string reply = client.Run({"SORT", key, "LIMIT", offset, count, "ALPHA"});
        CHECK(reply.starts_with("*") == is_number);
        const std::string stored =
            client.Run({"SORT", key, "BY", "nosort", "LIMIT", offset, count, "STORE", "target"});
        CHECK(stored.starts_with(":") == is_number);
      }
    }
  }
  CHECK(client.Run({"SORT", "list:small", "LIMIT", "0", "9223372036854775807"}) ==
        Array({Bulk("0"), Bulk("1"), Bulk("2")}));
  CHECK(client.Run({"SORT", "list:small", "LIMIT", "9223372036854775807", "9223372036854775807"}) ==
        "*0\r\n");
  CheckKeyspace(server);
}

TEST_CASE("sec_CVE_2023_22458, sec_CVE_2023_25155: no count of a random draw is out of bounds") {
  InProcessServer server;
  auto& client = server.Connect();
  PutCollections(client);
  const std::vector<std::pair<std::string, Words>> commands = {{"SRANDMEMBER", {}},
                                                               {"HRANDFIELD", {}},
                                                               {"ZRANDMEMBER", {}},
                                                               {"HRANDFIELD", {"WITHVALUES"}},
                                                               {"ZRANDMEMBER", {"WITHSCORES"}}};
  const auto run = [&](const std::string& name, const std::string& key, const std::string& count,
                       const Words& options) {
    Words request = {name, key, count};
    request.insert(request.end(), options.begin(), options.end());
    return client.Run(request);
  };
  for (const auto& [name, options] : commands) {
    CAPTURE(name);
    const std::string kind = name[0] == 'S' ? "set:" : name[0] == 'H' ? "hash:" : "zset:";
    for (const std::string& count : kIntegerExtremes) {
      CAPTURE(count);
      CHECK((IsError(run(name, "none", count, options)) ||
             run(name, "none", count, options) == "*0\r\n"));
      // More than 2^24 elements with repetitions are refused; all others have an end.
      for (const std::string size : {"small", "large"}) {
        const std::string reply = run(name, kind + size, count, options);
        CHECK((IsError(reply) || reply.starts_with("*")));
      }
    }
    CHECK(IsError(run(name, kind + "small", "-9223372036854775808", options)));
    if (!options.empty()) {
      CHECK(run(name, kind + "small", "4611686018427387904", options) ==
            Error("ERR value is out of range"));
    }
  }
  CheckKeyspace(server);
}

TEST_CASE("sec_CVE_2023_28856: no increment of a field or score leaves what cannot be read again") {
  InProcessServer server;
  auto& client = server.Connect();
  const Words increments = {"inf",      "-inf",     "nan",     "1e308",     "1.7e308",
                            "-1.7e308", "1e4931",   "1e-4940", "0x1p16383", "1e400",
                            "-0",       "5.0e-324", "+inf",    "infinity"};
  for (const std::string& first : increments) {
    for (const std::string& second : increments) {
      CAPTURE(first);
      CAPTURE(second);
      client.Run({"DEL", "h", "z"});
      for (const std::string& increment : {first, second, first}) {
        client.Run({"HINCRBYFLOAT", "h", "f", increment});
        client.Run({"ZINCRBY", "z", increment, "m"});
        client.Run({"ZADD", "z", "INCR", increment, "m"});
      }
      const std::string field = client.Run({"HGET", "h", "f"});
      if (field != kNull) {
        CHECK(client.Run({"HINCRBYFLOAT", "h", "f", "0"}) == field);
        CHECK(field.find("inf") == std::string::npos);
        CHECK(field.find("nan") == std::string::npos);
      }
      const std::string score = client.Run({"ZSCORE", "z", "m"});
      CHECK(score.find("nan") == std::string::npos);
      if (score != kNull) CHECK(client.Run({"ZINCRBY", "z", "0", "m"}) == score);
    }
  }
  client.Run({"HSET", "h", "g", "not a number"});
  CHECK(client.Run({"HINCRBYFLOAT", "h", "g", "1"}) == Error("ERR hash value is not a float"));
  CheckKeyspace(server);
}

TEST_CASE("sec_redis_15021: FIELDS without its number, or with any number, is refused or right") {
  InProcessServer server;
  auto& client = server.Connect();
  PutCollections(client);
  const std::vector<Words> heads = {{"HEXPIRE", "100"},
                                    {"HPEXPIRE", "100"},
                                    {"HEXPIREAT", "9999999999"},
                                    {"HPEXPIREAT", "9999999999999"},
                                    {"HTTL"},
                                    {"HPTTL"},
                                    {"HEXPIRETIME"},
                                    {"HPEXPIRETIME"},
                                    {"HPERSIST"},
                                    {"HGETDEL"},
                                    {"HGETEX"},
                                    {"HGETEX", "PERSIST"},
                                    {"HGETEX", "EX", "100"},
                                    {"HSETEX"},
                                    {"HSETEX", "FNX"},
                                    {"HSETEX", "EX", "100"}};
  for (const Words& head : heads) {
    CAPTURE(head[0]);
    Words request = {head[0], "hash:small"};
    request.insert(request.end(), head.begin() + 1, head.end());
    CHECK(IsError(client.Run(request)));
    request.push_back("FIELDS");
    CHECK(IsError(client.Run(request)));
    for (const std::string& number : kIntegerExtremes) {
      CAPTURE(number);
      for (const size_t fields : {0, 1, 2, 3}) {
        Words whole = request;
        whole.push_back(number);
        for (size_t i = 0; i < fields; ++i) whole.push_back("none" + std::to_string(i));
        const size_t wanted = head[0] == "HSETEX" ? 2 : 1;
        CHECK(IsError(client.Run(whole)) == (number != "1" || fields != wanted));
      }
    }
    // An option as the last word, with nothing behind it.
    for (const std::string option : {"EX", "PX", "EXAT", "PXAT", "NX", "KEEPTTL", "FIELDS"}) {
      CHECK(IsError(client.Run({head[0], "hash:small", option})));
    }
  }
  CHECK(client.Run({"HGET", "hash:small", "f2"}) == Bulk("2"));
  CheckKeyspace(server);
}

TEST_CASE("sec_redis_15407, sec_redis_14982: positions, ranges and counts at their extremes") {
  InProcessServer server;
  auto& client = server.Connect();
  for (const std::string& first : kIntegerExtremes) {
    for (const std::string& second : kIntegerExtremes) {
      CAPTURE(first);
      CAPTURE(second);
      PutCollections(client);
      const bool is_number =
          storage::ParseInt64(first).has_value() && storage::ParseInt64(second).has_value();
      for (const std::string size : {"small", "large"}) {
        const std::string list = "list:" + size;
        const std::string zset = "zset:" + size;
        CHECK(IsError(client.Run({"LRANGE", list, first, second})) == !is_number);
        CHECK(IsError(client.Run({"ZRANGE", zset, first, second, "REV", "WITHSCORES"})) ==
              !is_number);
        CHECK(IsError(client.Run({"ZREMRANGEBYRANK", zset, first, second})) == !is_number);
        CHECK(IsError(client.Run({"LTRIM", list, first, second})) == !is_number);
        client.Run({"LSET", list, first, second});
        client.Run({"LINDEX", list, first});
        client.Run({"LPOS", list, "1", "RANK", first, "COUNT", second, "MAXLEN", second});
        client.Run({"LREM", list, first, "1"});
        client.Run({"ZRANGE", zset, "-inf", "+inf", "BYSCORE", "LIMIT", first, second});
        client.Run({"ZRANGEBYLEX", zset, "-", "+", "LIMIT", first, second});
        for (const std::string kind : {"set:", "hash:", "zset:"}) {
          const std::string scan = kind[0] == 's' ? "SSCAN" : kind[0] == 'h' ? "HSCAN" : "ZSCAN";
          client.Run({scan, kind + size, first, "COUNT", second});
        }
        client.Run({"SPOP", "set:" + size, first});
        client.Run({"LPOP", list, second});
        client.Run({"ZPOPMAX", zset, second});
      }
      client.Run({"FLUSHALL"});
    }
  }
  CheckKeyspace(server);
}

TEST_CASE("sec_CVE_2025_32023: HyperLogLogs of any bytes behind their beginning do no harm") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"PFADD", "good", "a", "b"});
  const auto try_all = [&](const std::string& bytes) {
    client.Run({"SET", "bad", bytes});
    for (const Words& request :
         {Words{"PFCOUNT", "bad"}, Words{"PFCOUNT", "bad", "good"}, Words{"PFADD", "bad", "c"},
          Words{"PFMERGE", "target", "bad", "good"}, Words{"PFDEBUG", "DECODE", "bad"},
          Words{"PFDEBUG", "GETREG", "bad"}, Words{"PFDEBUG", "TODENSE", "bad"}}) {
      CHECK_FALSE(client.Run(request).empty());
    }
  };
  const std::string header("HYLL\1\0\0\0\0\0\0\0\0\0\0\x80", 16);  // sparse, nothing remembered
  // Runs of zeros that together are far longer than there are registers.
  for (const size_t runs : {1u, 2u, 4u, 5u, 1000u, 100'000u}) {
    std::string zeros;
    for (size_t i = 0; i < runs; ++i) zeros += "\x7f\xff";
    try_all(header + zeros);
    try_all(header + zeros + "\x80");
    try_all(header + "\xfc" + zeros);
    CHECK(client.Run({"PFCOUNT", "good"}) == ":2\r\n");
  }
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    storage::Random random(seed);
    std::string bytes = header;
    bytes[4] = static_cast<char>(random.Below(3));
    const size_t length = bytes[4] == 0 ? 12288 : random.Below(200);
    for (size_t i = 0; i < length; ++i) bytes.push_back(static_cast<char>(random.Below(256)));
    try_all(bytes);
  }
  CheckKeyspace(server);
}

TEST_CASE("sec_redis_15594: who is closed for its output while it is served harms nobody") {
  const std::string large(40'000, 'x');
  for (const std::string command : {"BLPOP", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZMPOP"}) {
    CAPTURE(command);
    InProcessServer server({"client-output-buffer-limit normal 10000 0 0"});
    auto& first = server.Connect();
    auto& second = server.Connect();
    auto& writer = server.Connect();
    const auto wait = [&](TestConnection& client) {
      if (command == "BLPOP" || command == "BZPOPMIN") return client.Run({command, "k", "0"});
      if (command == "BLMOVE") return client.Run({command, "k", "l", "LEFT", "LEFT", "0"});
      return client.Run({command, "0", "1", "k", command == "BLMPOP" ? "LEFT" : "MIN"});
    };
    CHECK(wait(first).empty());
    CHECK(wait(second).empty());
    const bool is_list = command[1] == 'L';
    // Both wait for one key; who is served first has a reply beyond its limit.
    CHECK(is_list ? writer.Run({"RPUSH", "k", large, "y"}) == ":2\r\n"
                  : writer.Run({"ZADD", "k", "1", large, "2", "y"}) == ":2\r\n");
    CHECK(second.TakeOutput().find("$1\r\ny\r\n") != std::string::npos);
    CHECK(second.Run({"PING"}) == "+PONG\r\n");
    CHECK_FALSE(first.is_open());
    CHECK(server.engine->state().blocked.size() == 0);
    CHECK(writer.Run({"EXISTS", "k"}) == ":0\r\n");
    server.engine->state().key_waiters.CheckInvariants();
    CheckKeyspace(server);
  }
}
