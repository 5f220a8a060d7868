// BITFIELD and BITFIELD_RO.

#include <doctest/doctest.h>

#include <functional>
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
const std::string kBadType =
    "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 "
    "is.\r\n";

// A string as an array of bits, and what BITFIELD does to it, in exact arithmetic.
class Model {
 public:
  struct Field {
    bool is_signed;
    unsigned bits;
    uint64_t offset;
  };

  __int128 Get(const Field& field) const {
    __int128 value = 0;
    for (unsigned i = 0; i < field.bits; ++i) {
      const uint64_t at = field.offset + i;
      value = value * 2 + (at < bits_.size() && bits_[at] ? 1 : 0);
    }
    if (field.is_signed && value >= Range(field) / 2) value -= Range(field);
    return value;
  }
  void Put(const Field& field, __int128 value) {
    for (unsigned i = 0; i < field.bits; ++i) {
      bits_[field.offset + i] = (value >> (field.bits - 1 - i) & 1) != 0;
    }
  }
  void GrowFor(const Field& field) {
    const size_t needed = (field.offset + field.bits + 7) / 8 * 8;
    if (needed > bits_.size()) bits_.resize(needed);
  }
  // What of `value` fits; nullopt under FAIL.
  static std::optional<__int128> Fit(const Field& field, __int128 value,
                                     std::string_view overflow) {
    const __int128 most = (field.is_signed ? Range(field) / 2 : Range(field)) - 1;
    const __int128 least = field.is_signed ? -most - 1 : 0;
    if (least <= value && value <= most) return value;
    if (overflow == "FAIL") return std::nullopt;
    if (overflow == "SAT") return value > most ? most : least;
    __int128 wrapped = value % Range(field);
    if (wrapped < 0) wrapped += Range(field);
    if (field.is_signed && wrapped > most) wrapped -= Range(field);
    return wrapped;
  }
  std::string Bytes() const {
    std::string bytes(bits_.size() / 8, '\0');
    for (size_t i = 0; i < bits_.size(); ++i) {
      if (bits_[i]) bytes[i / 8] = static_cast<char>(bytes[i / 8] | 0x80 >> i % 8);
    }
    return bytes;
  }

 private:
  static __int128 Range(const Field& field) { return static_cast<__int128>(1) << field.bits; }

  std::vector<bool> bits_;
};

}  // namespace

TEST_CASE("Bitmaps: BITFIELD does its operations in order and answers each") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"BITFIELD", "k", "SET", "u8", "0", "255", "GET", "u4", "0", "INCRBY", "u8", "0",
                    "1", "get", "i8", "0"}) ==
        Array({Integer(0), Integer(15), Integer(0), Integer(0)}));
  CHECK(client.Run({"BITFIELD", "k", "SET", "i5", "#2", "-3"}) == Array({Integer(0)}));
  CHECK(client.Run({"BITFIELD", "k", "GET", "i5", "10", "GET", "u5", "#2"}) ==
        Array({Integer(-3), Integer(29)}));
  CHECK(client.Run({"BITFIELD", "k"}) == Array({}));
  CHECK(client.Run({"BITFIELD", "missing", "GET", "u63", "1000"}) == Array({Integer(0)}));
  CHECK(client.Run({"EXISTS", "missing"}) == Integer(0));
  CHECK(EncodingOf(server, "k") == "raw");
}

TEST_CASE("Bitmaps: OVERFLOW holds for the operations behind it") {
  InProcessServer server;
  auto& client = server.Connect();
  // The example of Redis's manual: the same counter under each rule.
  const std::string replies[] = {Array({Integer(1), Integer(1)}), Array({Integer(2), Integer(2)}),
                                 Array({Integer(3), Integer(3)}), Array({Integer(0), Integer(3)})};
  for (const std::string& reply : replies) {
    CHECK(client.Run({"BITFIELD", "k", "INCRBY", "u2", "100", "1", "OVERFLOW", "SAT", "INCRBY",
                      "u2", "102", "1"}) == reply);
  }
  client.Run({"BITFIELD", "k", "SET", "u2", "100", "3"});
  CHECK(client.Run({"BITFIELD", "k", "overflow", "fail", "INCRBY", "u2", "100", "1", "OVERFLOW",
                    "WRAP", "INCRBY", "u2", "100", "1"}) == Array({kNull, Integer(0)}));
  InProcessServer resp3({"client-default-resp 3"});
  CHECK(resp3.Connect().Run({"BITFIELD", "k", "OVERFLOW", "FAIL", "SET", "u2", "0", "4"}) ==
        Array({kNull3}));
}

TEST_CASE("Bitmaps: BITFIELD behaves like exact arithmetic on an array of bits") {
  InProcessServer server;
  auto& client = server.Connect();
  std::mt19937_64 random(12);
  Model model;
  std::string expected_value;
  for (int round = 0; round < 5000; ++round) {
    CAPTURE(round);
    std::vector<std::string> request = {"BITFIELD", "k"};
    std::vector<std::function<std::string()>> steps;
    std::string overflow = "WRAP";
    const size_t operations = 1 + random() % 4;
    std::vector<Model::Field> written;
    std::string replies;
    for (size_t i = 0; i < operations; ++i) {
      if (random() % 3 == 0) {
        const char* words[] = {"WRAP", "SAT", "FAIL"};
        overflow = words[random() % 3];
        request.insert(request.end(), {"OVERFLOW", overflow});
      }
      const bool is_signed = random() % 2 == 0;
      Model::Field field{is_signed, 1 + static_cast<unsigned>(random() % (is_signed ? 64 : 63)),
                         random() % 300};
      std::string offset = std::to_string(field.offset);
      if (random() % 3 == 0) {
        const uint64_t index = random() % 6;
        offset = "#" + std::to_string(index);
        field.offset = index * field.bits;
      }
      const std::string type = (is_signed ? "i" : "u") + std::to_string(field.bits);
      // Around the limits of the field, and sometimes anything.
      int64_t value = static_cast<int64_t>(random()) >> random() % 64;
      const uint64_t kind = random() % 3;
      if (kind == 0) {
        request.insert(request.end(), {"GET", type, offset});
        steps.push_back(
            [&model, field] { return Integer(static_cast<int64_t>(model.Get(field))); });
        continue;
      }
      // SET takes numbers for unsigned fields as unsigned; see also the next test.
      if (kind == 1 && is_signed && value < INT64_MIN / 4) value /= 4;
      if (kind == 1 && is_signed && field.bits == 63) value /= 2;
      request.insert(request.end(),
                     {kind == 1 ? "SET" : "INCRBY", type, offset, std::to_string(value)});
      written.push_back(field);
      steps.push_back([&model, field, kind, value, overflow]() -> std::string {
        const __int128 old = model.Get(field);
        __int128 exact = old + value;
        if (kind == 1) {
          exact = field.is_signed ? static_cast<__int128>(value)
                                  : static_cast<__int128>(static_cast<uint64_t>(value));
        }
        const auto fitting = Model::Fit(field, exact, overflow);
        if (!fitting) return std::string(kNull);
        model.Put(field, *fitting);
        return Integer(static_cast<int64_t>(kind == 1 ? old : *fitting));
      });
    }
    for (const Model::Field& field : written) model.GrowFor(field);
    std::string expected = "*" + std::to_string(steps.size()) + "\r\n";
    for (const auto& step : steps) expected += step();
    CAPTURE(request);
    REQUIRE(client.Run(request) == expected);
    const std::string bytes = model.Bytes();
    REQUIRE(client.Run({"GET", "k"}) == (bytes.empty() ? std::string(kNull) : Bulk(bytes)));
  }
  CheckKeyspace(server);
}

TEST_CASE("Bitmaps: SET saturates far numbers as Redis does") {
  InProcessServer server;
  auto& client = server.Connect();
  const auto saturated = [&](std::string_view type, std::string_view value) {
    client.Run({"BITFIELD", "k", "OVERFLOW", "SAT", "SET", type, "0", value});
    return client.Run({"BITFIELD", "k", "GET", type, "0"});
  };
  CHECK(saturated("u8", "-1") == Array({Integer(255)}));
  CHECK(saturated("i8", "-1000") == Array({Integer(-128)}));
  CHECK(saturated("i8", "1000") == Array({Integer(127)}));
  CHECK(saturated("i31", "-9223372036854775808") == Array({Integer((1 << 30) - 1)}));
  CHECK(saturated("i64", "-9223372036854775808") == Array({Integer(INT64_MIN)}));
}

TEST_CASE("Bitmaps: BITFIELD keeps the expiry and changes an integer's digits") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "12", "EX", "100"});
  CHECK(client.Run({"BITFIELD", "k", "GET", "u8", "0"}) == Array({Integer('1')}));
  CHECK(EncodingOf(server, "k") == "int");
  CHECK(client.Run({"BITFIELD", "k", "SET", "u8", "#1", "57"}) == Array({Integer('2')}));
  CHECK(client.Run({"GET", "k"}) == Bulk("19"));
  CHECK(EncodingOf(server, "k") == "raw");
  CHECK(client.Run({"TTL", "k"}) == Integer(100));
}

TEST_CASE("Bitmaps: BITFIELD refuses bad requests and changes nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "k", "v"});
  const std::string before = ContentsOf(server);
  struct Refusal {
    std::vector<std::string> operations;
    std::string_view reply;
  };
  const Refusal refusals[] = {
      {{"FOO"}, kSyntaxError},
      {{"GET"}, kSyntaxError},
      {{"GET", "u8"}, kSyntaxError},
      {{"SET", "u8", "0"}, kSyntaxError},
      {{"INCRBY", "u8", "0"}, kSyntaxError},
      {{"OVERFLOW"}, kSyntaxError},
      {{"OVERFLOW", "FOO"}, "-ERR Invalid OVERFLOW type specified\r\n"},
      {{"GET", "u64", "0"}, kBadType},
      {{"GET", "i65", "0"}, kBadType},
      {{"GET", "u0", "0"}, kBadType},
      {{"GET", "U8", "0"}, kBadType},
      {{"GET", "x8", "-1"}, kBadType},
      {{"GET", "u8", "-1"}, kBadOffset},
      {{"GET", "u8", "x"}, kBadOffset},
      {{"GET", "u8", "#"}, kBadOffset},
      {{"GET", "u8", "#-1"}, kBadOffset},
      {{"SET", "u8", "0", "x"}, kNotAnInteger},
      {{"INCRBY", "u8", "0", "9223372036854775808"}, kNotAnInteger},
      {{"SET", "u8", "0", "1", "SET", "u8", "0", "x"}, kNotAnInteger},
  };
  for (const char* key : {"k", "missing", "list"}) {
    for (const Refusal& refusal : refusals) {
      std::vector<std::string> request = {"BITFIELD", key};
      request.insert(request.end(), refusal.operations.begin(), refusal.operations.end());
      CAPTURE(request);
      CHECK(client.Run(request) == refusal.reply);
      request[0] = "BITFIELD_RO";
      CHECK(client.Run(request) == refusal.reply);
    }
  }
  CHECK(client.Run({"BITFIELD", "list", "GET", "u8", "0"}) == kWrongType);
  CHECK(client.Run({"BITFIELD", "list", "SET", "u8", "0", "1"}) == kWrongType);
  CHECK(client.Run({"BITFIELD", "list"}) == kWrongType);
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("Bitmaps: BITFIELD_RO reads and never writes") {
  InProcessServer server;
  auto& client = server.Connect();
  PutList(server, "list");
  client.Run({"SET", "k", "A"});
  const std::string before = ContentsOf(server);
  CHECK(client.Run({"BITFIELD_RO", "k", "GET", "u8", "0", "GET", "u8", "4"}) ==
        Array({Integer('A'), Integer(16)}));
  CHECK(client.Run({"BITFIELD_RO", "k", "OVERFLOW", "SAT", "GET", "u8", "0"}) ==
        Array({Integer('A')}));
  CHECK(client.Run({"BITFIELD_RO", "k", "SET", "u8", "0", "1"}) ==
        "-ERR BITFIELD_RO only supports the GET subcommand\r\n");
  CHECK(client.Run({"BITFIELD_RO", "list", "GET", "u8", "0", "INCRBY", "u8", "0", "1"}) ==
        "-ERR BITFIELD_RO only supports the GET subcommand\r\n");
  CHECK(client.Run({"BITFIELD_RO", "list", "GET", "u8", "0"}) == kWrongType);
  CHECK(ContentsOf(server) == before);
}

TEST_CASE("sec_redis_15433: no offset of BITFIELD, counted in fields or not, leaves the limit") {
  InProcessServer server({"proto-max-bulk-len 1mb"});
  auto& client = server.Connect();
  client.Run({"SET", "k", "v"});
  const std::string before = ContentsOf(server);
  const char* offsets[] = {"8388608",
                           "9223372036854775807",
                           "9223372036854775808",
                           "#1048576",
                           "#9223372036854775807",
                           "#1152921504606846976",   // * 8 = 2^63
                           "#2305843009213693952",   // * 8 = 2^64, which looks like 0
                           "#2305843009213693953"};  // * 8 = 2^64 + 8
  for (const char* offset : offsets) {
    CAPTURE(offset);
    CHECK(client.Run({"BITFIELD", "k", "GET", "u8", offset}) == kBadOffset);
    CHECK(client.Run({"BITFIELD", "k", "SET", "u8", offset, "1"}) == kBadOffset);
    CHECK(client.Run({"BITFIELD", "k", "INCRBY", "u8", offset, "1"}) == kBadOffset);
    CHECK(client.Run({"BITFIELD_RO", "k", "GET", "u8", offset}) == kBadOffset);
  }
  CHECK(client.Run({"BITFIELD", "k", "GET", "i64", "#288230376151711744"}) == kBadOffset);
  CHECK(ContentsOf(server) == before);
  // A field may begin at the last bit of the limit and end behind it.
  CHECK(client.Run({"BITFIELD", "k", "SET", "i64", "8388607", "-1"}) == Array({Integer(0)}));
  CHECK(client.Run({"BITFIELD", "k", "GET", "i64", "8388607"}) == Array({Integer(-1)}));
  CHECK(client.Run({"STRLEN", "k"}) == Integer((1 << 20) + 8));
}

TEST_CASE("Bitmaps: BITFIELD tells once of any number of changes") {
  InProcessServer server;
  auto& client = server.Connect();
  Recorder recorder(server);
  const auto events_of = [&](std::initializer_list<std::string_view> request) {
    client.Run(request);
    return recorder.TakeEvents();
  };
  CHECK(events_of({"BITFIELD", "k", "GET", "u8", "0"}) == "");
  CHECK(events_of({"BITFIELD", "k", "SET", "u8", "0", "0"}) == "new k, setbit k");
  CHECK(events_of({"BITFIELD", "k", "SET", "u8", "0", "0"}) == "");
  CHECK(events_of({"BITFIELD", "k", "SET", "u4", "0", "1", "SET", "u4", "4", "1"}) == "setbit k");
  CHECK(recorder.TakeRequests() == "BITFIELD k SET u8 0 0; BITFIELD k SET u4 0 1 SET u4 4 1");
  // Redis grows the string even when every write fails; replicas and the log have to know.
  CHECK(events_of({"BITFIELD", "k", "OVERFLOW", "FAIL", "SET", "u2", "100", "4"}) == "setbit k");
  CHECK(recorder.TakeRequests() == "BITFIELD k OVERFLOW FAIL SET u2 100 4");
  CHECK(client.Run({"STRLEN", "k"}) == Integer(13));
}
