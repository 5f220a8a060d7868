// DUMP and RESTORE.

#include <doctest/doctest.h>

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "storage/rdb/checksum.h"
#include "tests/support/both_protocols.h"

using tests::BothProtocols;
using tests::InProcessServer;
using tests::TestConnection;

namespace {

// A payload of this body: type byte and value.
std::string Payload(std::string body, char version = 10) {
  body += version;
  body += '\0';
  const uint64_t checksum = storage::rdb::Checksum(0, body);
  return body.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

// What DUMP returns, without the reply's frame.
std::string DumpOf(TestConnection& client, std::string_view key) {
  const std::string reply = client.Run({"DUMP", key});
  const size_t begin = reply.find("\r\n") + 2;
  return reply.substr(begin, reply.size() - begin - 2);
}

constexpr std::string_view kBadData = "-ERR Bad data format\r\n";
constexpr std::string_view kWrongFooter = "-ERR DUMP payload version or checksum are wrong\r\n";

}  // namespace

TEST_CASE("DUMP returns nothing for a key that is missing") {
  BothProtocols both;
  both.Check({"DUMP", "missing"}, "$-1\r\n", "_\r\n");
}

TEST_CASE("DUMP writes the same bytes as Redis 7.0") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"SET", "n", "10"});
  CHECK(DumpOf(client, "n") == Payload(FromHex("00 c0 0a")));
  client.Run({"RPUSH", "l", "a", "1000"});
  // Type 18, a node, packed, a listpack of 13 bytes.
  CHECK(DumpOf(client, "l") == Payload(FromHex("12 01 02 0d 0d000000 0200 8161 02 c3e8 02 ff")));
  client.Run({"SADD", "s", "1", "2"});
  CHECK(DumpOf(client, "s") == Payload(FromHex("0b 0c 02000000 02000000 0100 0200")));
  client.Run({"HSET", "h", "f", "v"});
  CHECK(DumpOf(client, "h") == Payload(FromHex("10 0d 0d000000 0200 8166 02 8176 02 ff")));
  client.Run({"ZADD", "z", "1.5", "m"});
  CHECK(DumpOf(client, "z") == Payload(FromHex("11 0f 0f000000 0200 816d 02 83312e35 04 ff")));
}

TEST_CASE("RESTORE makes a key of each type with the value and the encoding that were dumped") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  std::vector<std::string> keys;
  const auto make = [&](const std::string& key, std::vector<std::string> request, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      request.resize(2);
      request[1] = key;
      if (request[0] == "HSET" || request[0] == "ZADD") request.push_back(std::to_string(i));
      request.push_back("element" + std::to_string(i));
      client.Run(request);
    }
    keys.push_back(key);
  };
  for (const size_t count : {1, 100, 1000}) {
    for (const char* command : {"RPUSH", "SADD", "HSET", "ZADD"}) {
      make(command + std::to_string(count), {command, ""}, count);
    }
  }
  client.Run({"SET", "text", std::string(10'000, 'x')});
  client.Run({"SET", "number", "-123456789012"});
  client.Run({"SADD", "integers", "1", "-70000", "5000000000"});
  client.Run({"ZADD", "scores", "inf", "a", "-inf", "b", "0.1", "c", "1e300", "d"});
  client.Run({"RPUSH", "long", std::string(100'000, 'y'), "short"});
  client.Run({"HSET", "expiring", "a", "1", "b", "2"});
  client.Run({"HPEXPIRE", "expiring", "5000", "FIELDS", "1", "a"});
  for (const char* key : {"text", "number", "integers", "scores", "long", "expiring"}) {
    keys.emplace_back(key);
  }
  for (const std::string& key : keys) {
    CAPTURE(key);
    const std::string dump = DumpOf(client, key);
    CHECK(client.Run({"RESTORE", "copy", "0", dump, "REPLACE"}) == "+OK\r\n");
    CHECK(client.Run({"DEBUG", "DIGEST-VALUE", "copy"}) ==
          client.Run({"DEBUG", "DIGEST-VALUE", key}));
    CHECK(client.Run({"OBJECT", "ENCODING", "copy"}) == client.Run({"OBJECT", "ENCODING", key}));
  }
  CHECK(client.Run({"HPTTL", "copy", "FIELDS", "2", "a", "b"}) == "*2\r\n:5000\r\n:-1\r\n");
}

TEST_CASE("RESTORE reads the forms of old versions") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  const auto restore = [&](std::string_view hex, char version) {
    CHECK(client.Run({"RESTORE", "k", "0", Payload(FromHex(hex), version), "REPLACE"}) ==
          "+OK\r\n");
  };
  restore("01 02 0161 c007", 1);  // a list of elements
  CHECK(client.Run({"LRANGE", "k", "0", "-1"}) == "*2\r\n$1\r\na\r\n$1\r\n7\r\n");
  restore("0a 11 11000000 0d000000 0200 00 0161 03 fe80 ff", 6);
  CHECK(client.Run({"TYPE", "k"}) == "+list\r\n");
  CHECK(client.Run({"LRANGE", "k", "0", "-1"}) == "*2\r\n$1\r\na\r\n$4\r\n-128\r\n");
  restore("0e 01 12 12000000 0d000000 0200 00 0161 03 c0e803 ff", 7);
  restore("03 02 0161 03312e35 0162 fe", 5);
  CHECK(client.Run({"ZRANGE", "k", "0", "-1", "WITHSCORES"}) ==
        "*4\r\n$1\r\na\r\n$3\r\n1.5\r\n$1\r\nb\r\n$3\r\ninf\r\n");
  restore("09 09 01 01 66 02 01 7677 00 ff", 2);
  CHECK(client.Run({"HGETALL", "k"}) == "*2\r\n$1\r\nf\r\n$2\r\nvw\r\n");
  restore("0d 10 10000000 0d000000 0200 00 0166 03 f6 ff", 4);
  CHECK(client.Run({"HGETALL", "k"}) == "*2\r\n$1\r\nf\r\n$1\r\n5\r\n");
  restore("0c 10 10000000 0d000000 0200 00 016d 03 f3 ff", 4);
  CHECK(client.Run({"ZSCORE", "k", "m"}) == "$1\r\n2\r\n");
  restore("14 0a 0a000000 0100 8161 02 ff", 11);
  CHECK(client.Run({"SMEMBERS", "k"}) == "*1\r\n$1\r\na\r\n");
}

TEST_CASE("RESTORE reads hashes whose fields expire, of Redis 7.4, its candidates and Valkey 9") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  const int64_t at_ms = server.clock.wall_ms() + 3000;
  const auto little = [](uint64_t value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  };
  const std::string big = "\x81" + little(std::byteswap(static_cast<uint64_t>(at_ms)));
  const std::string fields = std::string(
      "\x01"
      "f\x01"
      "v",
      4);
  std::string block =
      FromHex("18000000 0300 8166 02 8176 02 f4") + little(at_ms) + FromHex("09 ff");
  block[0] = static_cast<char>(block.size());
  const std::string listpack = static_cast<char>(block.size()) + block;
  const std::pair<std::string, char> payloads[] = {
      {"\x18" + little(at_ms) + "\x01\x01" + fields, 12},
      {"\x16\x01" + big + fields, 12},
      {"\x16\x01" + fields + little(at_ms), 80},
      {"\x19" + little(at_ms) + listpack, 12},
      {"\x17" + listpack, 12},
  };
  for (const auto& [body, version] : payloads) {
    CAPTURE(static_cast<int>(body[0]));
    CHECK(client.Run({"RESTORE", "k", "0", Payload(body, version), "REPLACE"}) == "+OK\r\n");
    CHECK(client.Run({"HPTTL", "k", "FIELDS", "1", "f"}) == "*1\r\n:3000\r\n");
    CHECK(client.Run({"HGET", "k", "f"}) == "$1\r\nv\r\n");
  }
}

TEST_CASE("DUMP and RESTORE keep a field's expiry at the first millisecond of all") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"DEBUG", "SET-ACTIVE-EXPIRE", "0"});
  // A hash of Valkey 9: one field, without text, due at 0.
  const std::string at_zero = FromHex("16 01 00 01 76") + std::string(8, '\0');
  CHECK(client.Run({"RESTORE", "k", "0", Payload(at_zero, 80)}) == "+OK\r\n");
  const std::string dump = DumpOf(client, "k");
  CHECK(client.Run({"RESTORE", "copy", "0", dump}) == "+OK\r\n");
  CHECK(DumpOf(client, "copy") == dump);
}

TEST_CASE("RESTORE refuses a payload whose version or checksum are wrong") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"SET", "k", "value"});
  const std::string dump = DumpOf(client, "k");
  for (size_t i = 0; i < dump.size() * 8; ++i) {
    std::string damaged = dump;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << i % 8));
    CHECK(client.Run({"RESTORE", "new", "0", damaged}) == kWrongFooter);
  }
  for (size_t size = 0; size < dump.size(); ++size) {
    CHECK(client.Run({"RESTORE", "new", "0", dump.substr(0, size)}) == kWrongFooter);
  }
  for (const char version : {'\0', '\x0e', '\x4f', '\x51'}) {
    CHECK(client.Run({"RESTORE", "new", "0", Payload(FromHex("00 0161"), version)}) ==
          kWrongFooter);
  }
  CHECK(client.Run({"EXISTS", "new"}) == ":0\r\n");
}

TEST_CASE("RESTORE refuses what is damaged below a right checksum, and changes nothing") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  client.Run({"SET", "k", "before"});
  for (const std::string_view body : {
           "",
           "00",
           "00 0261",
           "00 c4",
           "00 82 00000001",  // no string
           "00 c3 02 05 0161",
           "00 c3 04 bfff 0061 0000",  // compressed
           "01 00",
           "02 00",
           "04 00",
           "05 00",
           "12 00",  // empty
           "02 02 0161 0161",
           "04 02 0161 0162 0161 0163",                          // duplicates
           "05 02 0161 0000000000000000 0161 0000000000000000",  //
           "05 01 0161 000000000000f87f",
           "03 01 0161 fd",                                    // not a number
           "10 0a 0a000000 0100 8161 02 ff",                   // a field without a value
           "14 0a 0a000000 0200 8161 02 ff",                   // a wrong count
           "14 0a 0a000000 0100 8161 03 ff",                   // a wrong back-length
           "14 0a 0b000000 0100 8161 02 ff",                   // a wrong size
           "14 0a 0a000000 0100 8161 02 fe",                   // a wrong end
           "0b 0c 02000000 02000000 0200 0100",                // not ascending
           "0b 0c 03000000 02000000 0100 0200",                // of an unknown width
           "0a 11 11000000 0c000000 0200 00 0161 03 fe80 ff",  // the last is elsewhere
           "0a 11 11000000 0d000000 0200 00 0161 02 fe80 ff",  // the one before is longer
           "12 01 03 0161",                                    // an unknown node
           "00 0161 00",                                       // bytes behind
           "07 00",
           "0f 00",
           "ff",
           "08",
           "1b",  // types we do not have
       }) {
    CAPTURE(body);
    CHECK(client.Run({"RESTORE", "k", "0", Payload(FromHex(body), 12), "REPLACE"}) == kBadData);
  }
  CHECK(client.Run({"GET", "k"}) == "$6\r\nbefore\r\n");
}

TEST_CASE("RESTORE takes any damaged value of any type without harm") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  const std::string_view bodies[] = {
      "12 01 02 0d 0d000000 0200 8161 02 c3e8 02 ff",
      "0b 0c 02000000 02000000 0100 0200",
      "11 0f 0f000000 0200 816d 02 83312e35 04 ff",
      "0d 10 10000000 0d000000 0200 00 0166 03 f6 ff",
      "09 09 01 01 66 02 01 7677 00 ff",
      "18 0100000000000000 02 01 0166 0176 00 0167 0177",
  };
  for (const std::string_view hex : bodies) {
    const std::string body = FromHex(hex);
    for (size_t at = 0; at < body.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string damaged = body;
        damaged[at] = static_cast<char>(byte);
        const std::string reply =
            client.Run({"RESTORE", "k", "0", Payload(damaged, 12), "REPLACE"});
        CHECK((reply == "+OK\r\n" || reply == kBadData));
        client.Run({"DEBUG", "DIGEST-VALUE", "k"});
        client.Run({"DUMP", "k"});
      }
    }
  }
  server.engine->state().keyspace.CheckInvariants();
}

TEST_CASE("RESTORE refuses a key that exists, unless it may replace it") {
  BothProtocols both;
  const std::string a = Payload(FromHex("00 0161"));
  both.Check({"RESTORE", "k", "0", a}, "+OK\r\n");
  both.CheckEvents("n new@0 k, g restore@0 k");
  both.CheckRefused({"RESTORE", "k", "0", a}, "BUSYKEY Target key name already exists.");
  both.Check({"EXPIRE", "k", "10"}, ":1\r\n");
  both.Check({"RESTORE", "k", "0", Payload(FromHex("02 01 0161")), "replace"}, "+OK\r\n");
  both.Check({"TYPE", "k"}, "+set\r\n");
  both.Check({"TTL", "k"}, ":-1\r\n");
}

TEST_CASE("RESTORE sets the expiry, from now or from the epoch on") {
  BothProtocols both;
  const std::string a = Payload(FromHex("00 0161"));
  both.Check({"RESTORE", "k", "5000", a}, "+OK\r\n");
  both.Check({"PTTL", "k"}, ":5000\r\n");
  both.Check({"RESTORE", "far", "9223372036854775807", a}, "+OK\r\n");
  both.Check({"RESTORE", "abs", "9000000000000", a, "ABSTTL"}, "+OK\r\n");
  both.Check({"PEXPIRETIME", "abs"}, ":9000000000000\r\n");
  // A moment that has passed: the key goes.
  both.Check({"RESTORE", "abs", "1", a, "ABSTTL", "REPLACE"}, "+OK\r\n");
  both.CheckEvents("g del@0 abs");
  both.CheckPropagated("0: DEL abs");
  both.Check({"EXISTS", "abs"}, ":0\r\n");
  both.Check({"RESTORE", "abs", "1", a, "ABSTTL"}, "+OK\r\n");
  both.CheckEvents("");
  both.CheckRefused({"RESTORE", "n", "-1", a}, "ERR Invalid TTL value, must be >= 0");
  both.CheckRefused({"RESTORE", "n", "x", a}, "ERR value is not an integer or out of range");
}

TEST_CASE("RESTORE sets the idle time or the frequency, as the policy remembers them") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  const std::string a = Payload(FromHex("00 0161"));
  CHECK(client.Run({"RESTORE", "k", "0", a, "IDLETIME", "1000"}) == "+OK\r\n");
  CHECK(client.Run({"OBJECT", "IDLETIME", "k"}) == ":1000\r\n");
  CHECK(client.Run({"RESTORE", "k", "0", a, "FREQ", "7", "REPLACE"}) == "+OK\r\n");
  CHECK(client.Run({"OBJECT", "IDLETIME", "k"}) == ":0\r\n");
  CHECK(client.Run({"CONFIG", "SET", "maxmemory-policy", "allkeys-lfu"}) == "+OK\r\n");
  CHECK(client.Run({"RESTORE", "k", "0", a, "FREQ", "200", "REPLACE"}) == "+OK\r\n");
  CHECK(client.Run({"OBJECT", "FREQ", "k"}) == ":200\r\n");
}

TEST_CASE("RESTORE refuses options that make no sense") {
  BothProtocols both;
  const std::string a = Payload(FromHex("00 0161"));
  const std::string syntax = "ERR syntax error";
  both.CheckRefused({"RESTORE", "k", "0", a, "WHAT"}, syntax);
  both.CheckRefused({"RESTORE", "k", "0", a, "IDLETIME"}, syntax);
  both.CheckRefused({"RESTORE", "k", "0", a, "FREQ"}, syntax);
  both.CheckRefused({"RESTORE", "k", "0", a, "IDLETIME", "1", "FREQ", "1"}, syntax);
  both.CheckRefused({"RESTORE", "k", "0", a, "IDLETIME", "-1"},
                    "ERR Invalid IDLETIME value, must be >= 0");
  for (const char* frequency : {"-1", "256"}) {
    both.CheckRefused({"RESTORE", "k", "0", a, "FREQ", frequency},
                      "ERR Invalid FREQ value, must be >= 0 and <= 255");
  }
  both.CheckRefused({"RESTORE", "k", "0", a, "FREQ", "x"},
                    "ERR value is not an integer or out of range");
}
