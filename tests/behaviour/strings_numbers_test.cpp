// The INCR family.

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/recorder.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

const std::string kOverflow = "-ERR increment or decrement would overflow\r\n";
const std::string kNotAFloat = "-ERR value is not a valid float\r\n";
const std::string kNotFinite = "-ERR increment would produce NaN or Infinity\r\n";

}  // namespace

TEST_CASE("Strings: counters start at 0 and stay integers") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"INCR", "a"}) == Integer(1));
  CHECK(client.Run({"DECR", "b"}) == Integer(-1));
  CHECK(client.Run({"INCRBY", "c", "-7"}) == Integer(-7));
  CHECK(client.Run({"DECRBY", "d", "-7"}) == Integer(7));
  CHECK(client.Run({"GET", "d"}) == Bulk("7"));
  for (const char* key : {"a", "b", "c", "d"}) CHECK(EncodingOf(server, key) == "int");
}

TEST_CASE("Strings: a counter counts through every width of its integer") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(3);
  client.Run({"SET", "k", "0", "EX", "1000"});
  int64_t model = 0;
  for (int round = 0; round < 3000; ++round) {
    const int64_t step =
        static_cast<int64_t>(random() >> (random() % 62 + 2)) * (random() % 2 == 0 ? 1 : -1);
    int64_t sum = 0;
    if (__builtin_add_overflow(model, step, &sum)) {
      CHECK(client.Run({"INCRBY", "k", std::to_string(step)}) == kOverflow);
      model = 0;
      client.Run({"SET", "k", "0", "KEEPTTL"});
      continue;
    }
    model = sum;
    REQUIRE(client.Run({"INCRBY", "k", std::to_string(step)}) == Integer(model));
    REQUIRE(client.Run({"GET", "k"}) == Bulk(std::to_string(model)));
  }
  CHECK(client.Run({"TTL", "k"}) == Integer(1000));
  CheckKeyspace(server);
}

TEST_CASE("Strings: a text that is an integer counts, and is kept as one from then on") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "1"});
  client.Run({"APPEND", "k", "2"});
  CHECK(EncodingOf(server, "k") == "raw");
  CHECK(client.Run({"INCR", "k"}) == Integer(13));
  CHECK(EncodingOf(server, "k") == "int");
}

TEST_CASE("Strings: INCR and its kin refuse what is no integer and change nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  const char* texts[] = {"",    "abc", "1.5", " 1", "1 ", "+1", "01", "-0", "9223372036854775808",
                         "0x10"};
  for (const char* text : texts) client.Run({"SET", std::string("text ") + text, text});
  const std::string before = ContentsOf(server);
  for (const char* text : texts) {
    CAPTURE(text);
    CHECK(client.Run({"INCR", std::string("text ") + text}) == kNotAnInteger);
    CHECK(client.Run({"DECRBY", std::string("text ") + text, "5"}) == kNotAnInteger);
    CHECK(client.Run({"INCRBY", "missing", text}) == kNotAnInteger);
    CHECK(client.Run({"DECRBY", "missing", text}) == kNotAnInteger);
  }
  CHECK(client.Run({"INCR", "list"}) == kWrongType);
  CHECK(client.Run({"DECR", "list"}) == kWrongType);
  CHECK(client.Run({"INCRBY", "list", "1"}) == kWrongType);
  CHECK(client.Run({"INCRBY", "list", "x"}) == kNotAnInteger);
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Strings: a counter that would overflow stays as it is") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "max", "9223372036854775807"});
  client.Run({"SET", "min", "-9223372036854775808"});
  const std::string before = ContentsOf(server);
  CHECK(client.Run({"INCR", "max"}) == kOverflow);
  CHECK(client.Run({"INCRBY", "max", "9223372036854775807"}) == kOverflow);
  CHECK(client.Run({"DECRBY", "max", "-1"}) == kOverflow);
  CHECK(client.Run({"DECR", "min"}) == kOverflow);
  CHECK(client.Run({"INCRBY", "min", "-1"}) == kOverflow);
  CHECK(client.Run({"DECRBY", "min", "-9223372036854775808"}) ==
        "-ERR decrement would overflow\r\n");
  CHECK(ContentsOf(server) == before);
  CHECK(client.Run({"INCRBY", "min", "9223372036854775807"}) == Integer(-1));
}

TEST_CASE("Strings: INCRBYFLOAT prints what Redis prints, as a bulk string in both protocols") {
  struct Sum {
    std::string_view value, increment, result;
  };
  const Sum sums[] = {
      {"3.0", "1.1", "4.1"},
      {"10.50", "0.1", "10.6"},
      {"5.0e3", "2.0e2", "5200"},
      {"0", "1e-7", "0.0000001"},
      {"1", "-1", "0"},
      {"-0.5", "0.5", "0"},
      {"1e19", "1", "10000000000000000001"},
      {"0.1", "0.2", "0.3"},
      {"17179869184", "1.5", "17179869185.5"},
      {"0x10", "1", "17"},
      {"9223372036854775807", "1", "9223372036854775808"},
      {"+1", "+1", "2"},
  };
  for (const std::string_view protocol : {"2", "3"}) {
    InProcessServer server({"client-default-resp " + std::string(protocol)});
    auto& client = server.Connect();
    for (const Sum& sum : sums) {
      CAPTURE(sum.value);
      client.Run({"SET", "k", sum.value});
      CHECK(client.Run({"INCRBYFLOAT", "k", sum.increment}) == Bulk(sum.result));
      CHECK(client.Run({"GET", "k"}) == Bulk(sum.result));
    }
    CHECK(client.Run({"INCRBYFLOAT", "missing", "1.5"}) == Bulk("1.5"));
  }
}

TEST_CASE("Strings: INCRBYFLOAT leaves a text, even where it looks like an integer") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "1", "EX", "100"});
  client.Run({"INCRBYFLOAT", "k", "2"});
  CHECK(EncodingOf(server, "k") == "embstr");
  CHECK(client.Run({"TTL", "k"}) == Integer(100));
  client.Run({"INCRBYFLOAT", "k", "1e60"});
  CHECK(EncodingOf(server, "k") == "raw");
  client.Run({"SET", "k", "5"});
  client.Run({"INCRBYFLOAT", "k", "0"});
  CHECK(client.Run({"INCR", "k"}) == Integer(6));
  CHECK(EncodingOf(server, "k") == "int");
}

TEST_CASE("sec_CVE_2023_28856: INCRBYFLOAT never stores what it could not read again") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "huge", "1e4932"});
  client.Run({"SET", "text", "abc"});
  client.Run({"SET", "infinite", "inf"});
  client.Run({"SET", "one", "1"});
  const std::string before = ContentsOf(server);
  for (const char* increment : {"nan", "-nan", "NaN", "", "abc", "1 ", " 1", "1e99999", "1.5x"}) {
    CAPTURE(increment);
    CHECK(client.Run({"INCRBYFLOAT", "one", increment}) == kNotAFloat);
    CHECK(client.Run({"INCRBYFLOAT", "missing", increment}) == kNotAFloat);
  }
  CHECK(client.Run({"INCRBYFLOAT", "one", std::string(6000, '1')}) == kNotAFloat);
  for (const char* increment : {"inf", "-inf", "+infinity", "INF"}) {
    CAPTURE(increment);
    CHECK(client.Run({"INCRBYFLOAT", "one", increment}) == kNotFinite);
    CHECK(client.Run({"INCRBYFLOAT", "missing", increment}) == kNotFinite);
  }
  CHECK(client.Run({"INCRBYFLOAT", "infinite", "-inf"}) == kNotFinite);
  CHECK(client.Run({"INCRBYFLOAT", "huge", "1e4932"}) == kNotFinite);
  CHECK(client.Run({"INCRBYFLOAT", "text", "1"}) == kNotAFloat);
  CHECK(client.Run({"INCRBYFLOAT", "list", "1"}) == kWrongType);
  CHECK(client.Run({"INCRBYFLOAT", "list", "x"}) == kWrongType);
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Strings: counters tell incrby and incrbyfloat, and log sums instead of fractions") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const auto told = [&](std::initializer_list<std::string_view> request) {
    client.Run(request);
    return recorder.TakeEvents() + " | " + recorder.TakeRequests();
  };
  CHECK(told({"INCR", "k"}) == "new k, incrby k | INCR k");
  CHECK(told({"DECR", "k"}) == "incrby k | DECR k");
  CHECK(told({"INCRBY", "k", "5"}) == "incrby k | INCRBY k 5");
  CHECK(told({"DECRBY", "k", "5"}) == "incrby k | DECRBY k 5");
  CHECK(told({"INCRBYFLOAT", "k", "1.5"}) == "incrbyfloat k | SET k 1.5 KEEPTTL");
  CHECK(told({"INCRBYFLOAT", "f", "0.1"}) == "new f, incrbyfloat f | SET f 0.1 KEEPTTL");
  CHECK(told({"INCR", "k"}) == " | ");
  CHECK(recorder.TakeClasses() == "n$$$$$n$");
}
