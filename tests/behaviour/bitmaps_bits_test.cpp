// SETBIT, GETBIT, BITCOUNT, BITPOS and BITOP.

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/recorder.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

const std::string kBadOffset = "-ERR bit offset is not an integer or out of range\r\n";
const std::string kBadBit = "-ERR bit is not an integer or out of range\r\n";

bool BitOf(const std::string& bytes, uint64_t bit) {
  return (static_cast<uint8_t>(bytes[bit / 8]) >> (7 - bit % 8) & 1) != 0;
}

// The bits that a start and an end mean, in bytes or bits.
struct Bits {
  int64_t first;
  int64_t last;
};
Bits BitsOf(const std::string& value, int64_t start, int64_t end, bool in_bits) {
  const int64_t length = static_cast<int64_t>(value.size()) * (in_bits ? 8 : 1);
  if (start < 0) start = std::max<int64_t>(0, start + length);
  if (end < 0) end = std::max<int64_t>(0, end + length);
  if (end >= length) end = length - 1;
  if (start > end) return {0, -1};
  return in_bits ? Bits{start, end} : Bits{start * 8, end * 8 + 7};
}

std::string RandomValue(std::mt19937_64& random) {
  std::string value(random() % 12, random() % 2 == 0 ? '\0' : '\xff');
  if (!value.empty() && random() % 3 != 0) {
    value[random() % value.size()] = static_cast<char>(random());
  }
  return value;
}

}  // namespace

TEST_CASE("Bitmaps: SETBIT returns the old bit, and grows the string with zeros") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SETBIT", "k", "7", "1"}) == Integer(0));
  CHECK(client.Run({"GET", "k"}) == Bulk("\x01"));
  CHECK(client.Run({"SETBIT", "k", "7", "0"}) == Integer(1));
  CHECK(client.Run({"SETBIT", "k", "25", "1"}) == Integer(0));
  CHECK(client.Run({"GET", "k"}) == Bulk(std::string("\0\0\0\x40", 4)));
  CHECK(client.Run({"GETBIT", "k", "25"}) == Integer(1));
  CHECK(client.Run({"GETBIT", "k", "24"}) == Integer(0));
  CHECK(client.Run({"GETBIT", "k", "4000"}) == Integer(0));
  CHECK(client.Run({"GETBIT", "missing", "0"}) == Integer(0));
  CHECK(EncodingOf(server, "k") == "raw");
}

TEST_CASE("Bitmaps: SETBIT and GETBIT behave like an array of bits under any sequence") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(5);
  std::vector<bool> model;
  for (int round = 0; round < 4000; ++round) {
    CAPTURE(round);
    const uint64_t offset = random() % (round < 2000 ? 500 : 60'000);
    if (random() % 2 == 0) {
      const bool old_bit = offset < model.size() && model[offset];
      const bool bit = random() % 2 == 0;
      if (offset / 8 * 8 + 8 > model.size()) model.resize(offset / 8 * 8 + 8);
      model[offset] = bit;
      REQUIRE(client.Run({"SETBIT", "k", std::to_string(offset), bit ? "1" : "0"}) ==
              Integer(old_bit ? 1 : 0));
      REQUIRE(client.Run({"STRLEN", "k"}) == Integer(static_cast<int64_t>(model.size() / 8)));
    } else {
      const bool bit = offset < model.size() && model[offset];
      REQUIRE(client.Run({"GETBIT", "k", std::to_string(offset)}) == Integer(bit ? 1 : 0));
    }
  }
  CheckKeyspace(server);
}

TEST_CASE("Bitmaps: SETBIT on an integer changes its digits and leaves a raw string") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "12", "EX", "100"});
  CHECK(client.Run({"GETBIT", "k", "2"}) == Integer(1));
  CHECK(EncodingOf(server, "k") == "int");
  CHECK(client.Run({"SETBIT", "k", "0", "0"}) == Integer(0));
  CHECK(EncodingOf(server, "k") == "raw");
  CHECK(client.Run({"GET", "k"}) == Bulk("12"));
  CHECK(client.Run({"SETBIT", "k", "7", "0"}) == Integer(1));
  CHECK(client.Run({"GET", "k"}) == Bulk("02"));
  CHECK(client.Run({"TTL", "k"}) == Integer(100));
}

TEST_CASE("Bitmaps: a large string that is being sent is not changed under way") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string value(50'000, '\0');
  client.Run({"SET", "k", value});
  client.reads = false;
  client.SendRaw(Encode({"GET", "k"}) + Encode({"SETBIT", "k", "0", "1"}) +
                 Encode({"BITFIELD", "k", "SET", "u8", "8", "1"}));
  client.reads = true;
  client.session()->OnWritten();
  CHECK(client.SendRaw("") == Bulk(value) + Integer(0) + Array({Integer(0)}));
  CHECK(client.Run({"GETRANGE", "k", "0", "1"}) == Bulk("\x80\x01"));
  CheckKeyspace(server);
}

TEST_CASE("Bitmaps: bit commands refuse bad offsets, bits and types and change nothing") {
  InProcessServer server({"proto-max-bulk-len 1mb"});
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "k", "value"});
  const std::string before = ContentsOf(server);
  for (const char* offset :
       {"-1", "x", "", "1.5", "8388608", "9223372036854775807", "9223372036854775808", "#1"}) {
    CAPTURE(offset);
    CHECK(client.Run({"SETBIT", "k", offset, "1"}) == kBadOffset);
    CHECK(client.Run({"SETBIT", "list", offset, "x"}) == kBadOffset);
    CHECK(client.Run({"GETBIT", "k", offset}) == kBadOffset);
  }
  for (const char* bit : {"2", "-1", "x", "", "01", "9223372036854775808"}) {
    CAPTURE(bit);
    CHECK(client.Run({"SETBIT", "list", "0", bit}) == kBadBit);
  }
  CHECK(client.Run({"SETBIT", "list", "0", "1"}) == kWrongType);
  CHECK(client.Run({"GETBIT", "list", "0"}) == kWrongType);
  CHECK(ContentsOf(server) == before);
  CHECK(client.Run({"SETBIT", "full", "8388607", "1"}) == Integer(0));
  CHECK(client.Run({"STRLEN", "full"}) == Integer(1 << 20));
}

#ifndef CINNABAR_SANITIZED  // whose malloc ends the process instead
TEST_CASE("Bitmaps: a size that no memory has is refused and changes nothing") {
  InProcessServer server({"proto-max-bulk-len 9223372036854775807"});
  auto& client = server.Connect();
  client.Run({"SET", "k", "value"});
  const std::string before = ContentsOf(server);
  const std::string no_memory = "-OOM not enough memory for this value\r\n";
  CHECK(client.Run({"SETBIT", "k", "9223372036854775807", "1"}) == no_memory);
  CHECK(client.Run({"SETBIT", "missing", "9223372036854775807", "1"}) == no_memory);
  CHECK(client.Run({"BITFIELD", "k", "GET", "u8", "0", "SET", "i64", "9223372036854775807", "1"}) ==
        no_memory);
  CHECK(ContentsOf(server) == before);
}
#endif

TEST_CASE("Bitmaps: BITCOUNT counts the same as a walk over the bits, for any part") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(6);
  for (int round = 0; round < 3000; ++round) {
    CAPTURE(round);
    const std::string value = RandomValue(random);
    client.Run({"SET", "k", value});
    const int64_t start = static_cast<int64_t>(random() % 200) - 100;
    const int64_t end = static_cast<int64_t>(random() % 200) - 100;
    const bool in_bits = random() % 2 == 0;
    const Bits bits = BitsOf(value, start, end, in_bits);
    int64_t ones = 0;
    for (int64_t i = bits.first; i <= bits.last; ++i) {
      ones += BitOf(value, static_cast<uint64_t>(i)) ? 1 : 0;
    }
    // Redis: from the end and in the wrong order is nothing, even where both are cut to 0.
    if (start < 0 && end < 0 && start > end) ones = 0;
    REQUIRE(client.Run({"BITCOUNT", "k", std::to_string(start), std::to_string(end),
                        in_bits ? "bit" : "BYTE"}) == Integer(ones));
  }
}

TEST_CASE("Bitmaps: BITPOS finds the same as a walk over the bits, for any part") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(7);
  for (int round = 0; round < 6000; ++round) {
    CAPTURE(round);
    const std::string value = RandomValue(random);
    client.Run({"SET", "k", value});
    const bool wanted = random() % 2 == 0;
    const int64_t start = static_cast<int64_t>(random() % 200) - 100;
    const int64_t end = static_cast<int64_t>(random() % 200) - 100;
    const int given = static_cast<int>(random() % 5);
    const bool in_bits = given == 4;
    const Bits bits = BitsOf(value, given >= 1 ? start : 0, given >= 2 ? end : -1, in_bits);
    int64_t position = -1;
    for (int64_t i = bits.last; i >= bits.first; --i) {
      if (BitOf(value, static_cast<uint64_t>(i)) == wanted) position = i;
    }
    if (position == -1 && !wanted && given < 2 && bits.first <= bits.last) {
      position = static_cast<int64_t>(value.size() * 8);
    }
    std::vector<std::string> request = {"BITPOS", "k", wanted ? "1" : "0"};
    if (given >= 1) request.push_back(std::to_string(start));
    if (given >= 2) request.push_back(std::to_string(end));
    if (given >= 3) request.push_back(in_bits ? "BIT" : "byte");
    CAPTURE(request);
    REQUIRE(client.Run(request) == Integer(position));
  }
}

TEST_CASE("Bitmaps: BITCOUNT and BITPOS know the examples of Redis's manual") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "foobar"});
  CHECK(client.Run({"BITCOUNT", "k"}) == Integer(26));
  CHECK(client.Run({"BITCOUNT", "k", "0", "0"}) == Integer(4));
  CHECK(client.Run({"BITCOUNT", "k", "1", "1", "BYTE"}) == Integer(6));
  CHECK(client.Run({"BITCOUNT", "k", "5", "30", "BIT"}) == Integer(17));
  CHECK(client.Run({"BITCOUNT", "missing"}) == Integer(0));
  CHECK(client.Run({"BITCOUNT", "missing", "0", "-1", "BIT"}) == Integer(0));
  client.Run({"SET", "k", std::string("\xff\xf0\x00", 3)});
  CHECK(client.Run({"BITPOS", "k", "0"}) == Integer(12));
  client.Run({"SET", "k", std::string("\x00\xff\xf0", 3)});
  CHECK(client.Run({"BITPOS", "k", "1", "2"}) == Integer(16));
  CHECK(client.Run({"BITPOS", "k", "1", "7", "15", "BIT"}) == Integer(8));
  CHECK(client.Run({"BITPOS", "k", "1", "7", "-3", "BIT"}) == Integer(8));
  client.Run({"SET", "k", std::string(3, '\xff')});
  CHECK(client.Run({"BITPOS", "k", "0"}) == Integer(24));
  CHECK(client.Run({"BITPOS", "k", "0", "0", "-1"}) == Integer(-1));
  CHECK(client.Run({"BITPOS", "missing", "0"}) == Integer(0));
  CHECK(client.Run({"BITPOS", "missing", "1"}) == Integer(-1));
  client.Run({"SET", "empty", ""});
  CHECK(client.Run({"BITPOS", "empty", "0"}) == Integer(-1));
  CHECK(client.Run({"BITCOUNT", "empty"}) == Integer(0));
}

TEST_CASE("Bitmaps: ends at the limits of integers are cut to the string") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "\xff\xff"});
  const std::string min = "-9223372036854775808";
  const std::string max = "9223372036854775807";
  for (const char* unit : {"BYTE", "BIT"}) {
    CHECK(client.Run({"BITCOUNT", "k", min, max, unit}) == Integer(16));
    CHECK(client.Run({"BITCOUNT", "k", max, min, unit}) == Integer(0));
    CHECK(client.Run({"BITCOUNT", "k", max, max, unit}) == Integer(0));
    CHECK(client.Run({"BITPOS", "k", "1", min, max, unit}) == Integer(0));
    CHECK(client.Run({"BITPOS", "k", "1", max, max, unit}) == Integer(-1));
  }
  CHECK(client.Run({"BITCOUNT", "k", min, min, "BIT"}) == Integer(1));
  CHECK(client.Run({"BITCOUNT", "k", min, min, "BYTE"}) == Integer(8));
}

TEST_CASE("Bitmaps: BITCOUNT and BITPOS refuse bad arguments before they look at the key") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  for (const char* key : {"missing", "list"}) {
    CAPTURE(key);
    CHECK(client.Run({"BITCOUNT", key, "0"}) == kSyntaxError);
    CHECK(client.Run({"BITCOUNT", key, "x"}) == kSyntaxError);
    CHECK(client.Run({"BITCOUNT", key, "0", "x"}) == kNotAnInteger);
    CHECK(client.Run({"BITCOUNT", key, "0", "1", "FOO"}) == kSyntaxError);
    CHECK(client.Run({"BITCOUNT", key, "0", "1", "BIT", "x"}) == kSyntaxError);
    CHECK(client.Run({"BITPOS", key, "x"}) == kNotAnInteger);
    CHECK(client.Run({"BITPOS", key, "2"}) == "-ERR The bit argument must be 1 or 0.\r\n");
    CHECK(client.Run({"BITPOS", key, "1", "x"}) == kNotAnInteger);
    CHECK(client.Run({"BITPOS", key, "1", "0", "x"}) == kNotAnInteger);
    CHECK(client.Run({"BITPOS", key, "1", "0", "x", "FOO"}) == kSyntaxError);
    CHECK(client.Run({"BITPOS", key, "1", "x", "0", "FOO"}) == kNotAnInteger);
    CHECK(client.Run({"BITPOS", key, "1", "0", "1", "BIT", "x"}) == kSyntaxError);
  }
  CHECK(client.Run({"BITCOUNT", "list"}) == kWrongType);
  CHECK(client.Run({"BITPOS", "list", "1"}) == kWrongType);
}

TEST_CASE("Bitmaps: BITOP combines strings of any lengths as if filled up with zero bytes") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(8);
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    const std::string names[] = {"AND", "OR", "XOR", "NOT"};
    const size_t operation = random() % 4;
    const size_t sources = operation == 3 ? 1 : 1 + random() % 4;
    std::vector<std::string> request = {"BITOP", names[operation], "target"};
    std::string expected;
    for (size_t s = 0; s < sources; ++s) {
      const std::string key = "source" + std::to_string(s);
      std::string value(random() % (round % 20 == 0 ? 40'000 : 30), '\0');
      for (char& byte : value) byte = static_cast<char>(random());
      if (random() % 5 == 0) value = std::to_string(random() % 1000);
      client.Run({"SET", key, value});
      if (random() % 8 == 0) {
        value.clear();
        client.Run({"DEL", key});
      }
      request.push_back(key);
      const size_t size = std::max(expected.size(), value.size());
      expected.resize(size);
      value.resize(size);
      for (size_t i = 0; i < size; ++i) {
        const char byte = value[i];
        expected[i] = s == 0           ? (operation == 3 ? static_cast<char>(~byte) : byte)
                      : operation == 0 ? static_cast<char>(expected[i] & byte)
                      : operation == 1 ? static_cast<char>(expected[i] | byte)
                                       : static_cast<char>(expected[i] ^ byte);
      }
    }
    REQUIRE(client.Run(request) == Integer(static_cast<int64_t>(expected.size())));
    REQUIRE(client.Run({"GET", "target"}) ==
            (expected.empty() ? std::string(kNull) : Bulk(expected)));
    if (!expected.empty()) REQUIRE(EncodingOf(server, "target") == "raw");
  }
  CheckKeyspace(server);
}

TEST_CASE("Bitmaps: BITOP may read its target, and replaces what it held") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "k", "\x0f", "EX", "100"});
  CHECK(client.Run({"BITOP", "not", "k", "k"}) == Integer(1));
  CHECK(client.Run({"GET", "k"}) == Bulk("\xf0"));
  CHECK(client.Run({"TTL", "k"}) == Integer(-1));
  CHECK(client.Run({"BITOP", "OR", "list", "k", "k"}) == Integer(1));
  CHECK(client.Run({"GET", "list"}) == Bulk("\xf0"));
  CHECK(client.Run({"BITOP", "XOR", "k", "missing", "missing"}) == Integer(0));
  CHECK(client.Run({"EXISTS", "k"}) == Integer(0));
  CHECK(client.Run({"BITOP", "AND", "k", "missing", "list"}) == Integer(1));
  CHECK(client.Run({"GET", "k"}) == Bulk(std::string(1, '\0')));
}

TEST_CASE("Bitmaps: BITOP refuses bad requests and changes nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "k", "v"});
  const std::string before = ContentsOf(server);
  CHECK(client.Run({"BITOP", "FOO", "k", "list"}) == kSyntaxError);
  CHECK(client.Run({"BITOP", "NOT", "k", "list", "k"}) ==
        "-ERR BITOP NOT must be called with a single source key.\r\n");
  CHECK(client.Run({"BITOP", "NOT", "k", "list"}) == kWrongType);
  CHECK(client.Run({"BITOP", "AND", "k", "k", "missing", "list", "k"}) == kWrongType);
  CHECK(client.Run({"BITOP", "AND", "k"}) ==
        "-ERR wrong number of arguments for 'bitop' command\r\n");
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Bitmaps: bit commands tell of changes, not of requests that change nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const auto told = [&](std::initializer_list<std::string_view> request) {
    client.Run(request);
    return recorder.TakeEvents() + " | " + recorder.TakeRequests();
  };
  CHECK(told({"SETBIT", "k", "7", "1"}) == "new k, setbit k | SETBIT k 7 1");
  CHECK(told({"SETBIT", "k", "7", "1"}) == " | ");
  CHECK(told({"SETBIT", "k", "8", "0"}) == "setbit k | SETBIT k 8 0");
  CHECK(told({"SETBIT", "k", "8", "0"}) == " | ");
  CHECK(told({"SETBIT", "zero", "0", "0"}) == "new zero, setbit zero | SETBIT zero 0 0");
  CHECK(told({"BITOP", "NOT", "t", "k"}) == "new t, set t | BITOP NOT t k");
  CHECK(told({"BITOP", "NOT", "t", "k"}) == "set t | BITOP NOT t k");
  CHECK(told({"BITOP", "AND", "t", "missing"}) == "del t | BITOP AND t missing");
  CHECK(told({"BITOP", "AND", "t", "missing"}) == " | ");
  CHECK(recorder.TakeClasses() == "n$$n$n$$g");
}
