// Strings as bytes: STRLEN, GETRANGE, SUBSTR, SETRANGE, APPEND.

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/support/contents.h"
#include "tests/support/in_process_server.h"
#include "tests/support/recorder.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

const std::string kTooLong = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
const std::string kNoMemory = "-OOM not enough memory for this value\r\n";

// GETRANGE, a byte at a time: which of the indexes it means.
std::string PartOf(const std::string& value, int64_t start, int64_t end) {
  const int64_t length = static_cast<int64_t>(value.size());
  if (start < 0 && end < 0 && start > end) return "";
  if (start < 0) start = start + length < 0 ? 0 : start + length;
  if (end < 0) end = end + length < 0 ? 0 : end + length;
  std::string part;
  for (int64_t i = 0; i < length; ++i) {
    if (start <= i && i <= end) part += value[static_cast<size_t>(i)];
  }
  return part;
}

}  // namespace

TEST_CASE("Strings: GETRANGE takes both ends, counts from the end, and cuts what is outside") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "This is a string"});
  CHECK(client.Run({"GETRANGE", "k", "0", "3"}) == Bulk("This"));
  CHECK(client.Run({"GETRANGE", "k", "-3", "-1"}) == Bulk("ing"));
  CHECK(client.Run({"GETRANGE", "k", "0", "-1"}) == Bulk("This is a string"));
  CHECK(client.Run({"GETRANGE", "k", "10", "100"}) == Bulk("string"));
  CHECK(client.Run({"SUBSTR", "k", "5", "6"}) == Bulk("is"));
  CHECK(client.Run({"GETRANGE", "k", "5", "3"}) == Bulk(""));
  CHECK(client.Run({"GETRANGE", "k", "-100", "-100"}) == Bulk("T"));
  CHECK(client.Run({"GETRANGE", "missing", "0", "-1"}) == Bulk(""));
  client.Run({"SET", "number", "-1234"});
  CHECK(client.Run({"GETRANGE", "number", "0", "2"}) == Bulk("-12"));
  CHECK(client.Run({"STRLEN", "number"}) == Integer(5));
  CHECK(client.Run({"STRLEN", "missing"}) == Integer(0));
}

TEST_CASE("Strings: GETRANGE answers the same as a walk over the bytes, for any ends") {
  InProcessServer server;
  auto& client = server.Connect();
  const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1};
  for (const std::string value : {"", "a", "abcdef", "123456"}) {
    client.Run({"SET", "k", value});
    std::vector<int64_t> ends(std::begin(extremes), std::end(extremes));
    for (int64_t i = -8; i <= 8; ++i) ends.push_back(i);
    for (const int64_t start : ends) {
      for (const int64_t end : ends) {
        CAPTURE(value);
        CAPTURE(start);
        CAPTURE(end);
        REQUIRE(client.Run({"GETRANGE", "k", std::to_string(start), std::to_string(end)}) ==
                Bulk(PartOf(value, start, end)));
      }
    }
  }
}

TEST_CASE("Strings: a large part of a large string is sent as it was when it was asked for") {
  InProcessServer server;
  auto& client = server.Connect();
  std::string value(100'000, 'a');
  for (size_t i = 0; i < value.size(); i += 7) value[i] = static_cast<char>('a' + i % 26);
  client.Run({"SET", "k", value});
  client.reads = false;
  client.SendRaw(Encode({"GETRANGE", "k", "1000", "89999"}) +
                 Encode({"SETRANGE", "k", "0", value}) + Encode({"DEL", "k"}));
  client.reads = true;
  client.session()->OnWritten();
  CHECK(client.SendRaw("") == Bulk(value.substr(1000, 89'000)) + Integer(100'000) + Integer(1));
  CheckKeyspace(server);
}

TEST_CASE("Strings: SETRANGE and APPEND behave like a string under any sequence") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(11);
  std::string model;
  bool exists = false;
  for (int round = 0; round < 4000; ++round) {
    CAPTURE(round);
    const size_t size_max = round % 50 == 0 ? 9000 : 60;
    const std::string bytes(random() % size_max, static_cast<char>('a' + random() % 26));
    switch (random() % 5) {
      case 0:
        model += bytes;
        exists = true;
        REQUIRE(client.Run({"APPEND", "k", bytes}) == Integer(static_cast<int64_t>(model.size())));
        break;
      case 1:
      case 2: {
        const size_t offset = random() % (model.size() + 20);
        if (!bytes.empty()) {
          model.resize(std::max(model.size(), offset + bytes.size()));
          model.replace(offset, bytes.size(), bytes);
          exists = true;
        }
        REQUIRE(client.Run({"SETRANGE", "k", std::to_string(offset), bytes}) ==
                Integer(static_cast<int64_t>(model.size())));
        break;
      }
      case 3:
        if (model.size() > 20'000 || random() % 20 == 0) {
          model = random() % 2 == 0 ? bytes : std::to_string(random() % 1000);
          exists = true;
          REQUIRE(client.Run({"SET", "k", model}) == kOk);
        }
        break;
      default:
        if (random() % 30 == 0) {
          client.Run({"DEL", "k"});
          model.clear();
          exists = false;
        }
    }
    REQUIRE(client.Run({"GET", "k"}) == (exists ? Bulk(model) : std::string(kNull)));
    if (round % 100 == 0) CheckKeyspace(server);
  }
}

TEST_CASE("Strings: changes in place leave raw strings and keep the expiry") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "number", "12", "EX", "100"});
  CHECK(client.Run({"SETRANGE", "number", "0", ""}) == Integer(2));
  CHECK(EncodingOf(server, "number") == "int");
  CHECK(client.Run({"APPEND", "number", "3"}) == Integer(3));
  CHECK(EncodingOf(server, "number") == "raw");
  CHECK(client.Run({"GET", "number"}) == Bulk("123"));
  CHECK(client.Run({"TTL", "number"}) == Integer(100));
  client.Run({"SET", "text", "abc"});
  CHECK(client.Run({"SETRANGE", "text", "1", "x"}) == Integer(3));
  CHECK(EncodingOf(server, "text") == "raw");
  CHECK(client.Run({"GET", "text"}) == Bulk("axc"));
  client.Run({"SET", "text", "abc"});
  CHECK(client.Run({"APPEND", "text", ""}) == Integer(3));
  CHECK(EncodingOf(server, "text") == "raw");
}

TEST_CASE("Strings: APPEND to a missing key sets it, SETRANGE of nothing creates nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"APPEND", "number", "12"}) == Integer(2));
  CHECK(EncodingOf(server, "number") == "int");
  CHECK(client.Run({"APPEND", "empty", ""}) == Integer(0));
  CHECK(EncodingOf(server, "empty") == "embstr");
  CHECK(client.Run({"SETRANGE", "missing", "5", ""}) == Integer(0));
  CHECK(client.Run({"SETRANGE", "missing", "9223372036854775807", ""}) == Integer(0));
  CHECK(client.Run({"EXISTS", "missing"}) == Integer(0));
  CHECK(client.Run({"SETRANGE", "padded", "3", "x"}) == Integer(4));
  CHECK(client.Run({"GET", "padded"}) == Bulk(std::string("\0\0\0x", 4)));
  CHECK(EncodingOf(server, "padded") == "raw");
}

TEST_CASE("Strings: ranges refuse bad offsets and other types and change nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "k", "value"});
  const std::string before = ContentsOf(server);
  CHECK(client.Run({"SETRANGE", "k", "-1", "x"}) == "-ERR offset is out of range\r\n");
  CHECK(client.Run({"SETRANGE", "list", "-1", "x"}) == "-ERR offset is out of range\r\n");
  CHECK(client.Run({"SETRANGE", "k", "x", "x"}) == kNotAnInteger);
  CHECK(client.Run({"SETRANGE", "k", "9223372036854775808", "x"}) == kNotAnInteger);
  CHECK(client.Run({"SETRANGE", "list", "0", "x"}) == kWrongType);
  CHECK(client.Run({"SETRANGE", "list", "0", ""}) == kWrongType);
  CHECK(client.Run({"APPEND", "list", "x"}) == kWrongType);
  CHECK(client.Run({"STRLEN", "list"}) == kWrongType);
  CHECK(client.Run({"GETRANGE", "list", "0", "1"}) == kWrongType);
  CHECK(client.Run({"SUBSTR", "list", "0", "1"}) == kWrongType);
  CHECK(client.Run({"GETRANGE", "list", "x", "1"}) == kNotAnInteger);
  CHECK(client.Run({"GETRANGE", "missing", "0", "1.5"}) == kNotAnInteger);
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("sec_CVE_2022_35977: no offset makes a string longer than proto-max-bulk-len") {
  InProcessServer server({"proto-max-bulk-len 1mb"});
  auto& client = server.Connect();
  client.Run({"SET", "k", "value"});
  const std::string before = ContentsOf(server);
  for (const char* offset : {"9223372036854775807", "9223372036854775806", "4611686018427387904",
                             "4294967296", "1048576"}) {
    CAPTURE(offset);
    CHECK(client.Run({"SETRANGE", "k", offset, "x"}) == kTooLong);
    CHECK(client.Run({"SETRANGE", "missing", offset, "x"}) == kTooLong);
  }
  CHECK(client.Run({"SETRANGE", "missing", "1048575", "xy"}) == kTooLong);
  CHECK(ContentsOf(server) == before);
  CHECK(client.Run({"SETRANGE", "missing", "1048575", "x"}) == Integer(1048576));
  const std::string full = ContentsOf(server);
  CHECK(client.Run({"APPEND", "missing", "x"}) == kTooLong);
  CHECK(client.Run({"APPEND", "missing", ""}) == Integer(1048576));
  CHECK(ContentsOf(server) == full);
}

#ifndef CINNABAR_SANITIZED  // whose malloc ends the process instead
TEST_CASE("Strings: a size that no memory has is refused and changes nothing") {
  InProcessServer server({"proto-max-bulk-len 9223372036854775807"});
  auto& client = server.Connect();
  client.Run({"SET", "k", "value"});
  client.Run({"SET", "large", std::string(5000, 'x')});
  const std::string before = ContentsOf(server);
  for (const char* key : {"k", "large", "missing"}) {
    CAPTURE(key);
    CHECK(client.Run({"SETRANGE", key, "4611686018427387904", "x"}) == kNoMemory);
    CHECK(client.Run({"SETRANGE", key, "9223372036854775806", "x"}) == kNoMemory);
  }
  CHECK(client.Run({"SETRANGE", "k", "9223372036854775807", "x"}) == kTooLong);
  CHECK(ContentsOf(server) == before);
  CheckKeyspace(server);
}
#endif

TEST_CASE("Strings: ranges tell of changes, not of requests that change nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const auto told = [&](std::initializer_list<std::string_view> request) {
    client.Run(request);
    return recorder.TakeEvents() + " | " + recorder.TakeRequests();
  };
  CHECK(told({"APPEND", "a", "x"}) == "new a, append a | APPEND a x");
  CHECK(told({"APPEND", "a", "y"}) == "append a | APPEND a y");
  CHECK(told({"SETRANGE", "r", "1", "x"}) == "new r, setrange r | SETRANGE r 1 x");
  CHECK(told({"SETRANGE", "r", "1", "x"}) == "setrange r | SETRANGE r 1 x");
  CHECK(told({"SETRANGE", "r", "1", ""}) == " | ");
  CHECK(told({"SETRANGE", "missing", "1", ""}) == " | ");
  CHECK(told({"GETRANGE", "r", "0", "1"}) == " | ");
  CHECK(recorder.TakeClasses() == "n$$n$$");
}
