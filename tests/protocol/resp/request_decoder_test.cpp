// The request decoder: cut at every byte, at every limit, and against a naive decoder on random
// bytes. What is accepted and every error text was compared with redis-server 7.0 over a raw
// socket.
#include "protocol/resp/request_decoder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/random.h"
#include "tests/support/naive_request_decoder.h"

using protocol::resp::ArgumentArena;
using protocol::resp::DecodeStatus;
using protocol::resp::RequestDecoder;
using protocol::resp::RequestLimits;
using storage::Random;
using test_support::NaiveRequest;
using test_support::NaiveRequestDecoder;

namespace {

struct Decoded {
  DecodeStatus status = DecodeStatus::kIncomplete;
  std::vector<std::string> arguments;
  size_t wire_bytes = 0;
  std::string error;
};

// Decodes from a fresh allocation of exactly the input's size, so that a sanitizer sees a read
// behind it and views into an earlier buffer.
Decoded DecodeWith(RequestDecoder& decoder, std::string_view input,
                   const RequestLimits& limits = {}) {
  const auto buffer = std::make_unique<char[]>(input.size());
  std::copy(input.begin(), input.end(), buffer.get());
  ArgumentArena arena{"before"};
  Decoded decoded;
  decoded.status = decoder.Decode({buffer.get(), input.size()}, limits, arena, &decoded.wire_bytes);
  decoded.error = decoder.error();
  REQUIRE(arena[0] == "before");
  if (decoded.status != DecodeStatus::kRequest) REQUIRE(arena.size() == 1);
  for (size_t i = 1; i < arena.size(); ++i) {
    REQUIRE(arena[i].data() >= buffer.get());
    REQUIRE(arena[i].data() + arena[i].size() <= buffer.get() + input.size());
    decoded.arguments.emplace_back(arena[i]);
  }
  return decoded;
}

Decoded Decode(std::string_view input, const RequestLimits& limits = {}) {
  RequestDecoder decoder;
  return DecodeWith(decoder, input, limits);
}

std::string ErrorOf(std::string_view input, const RequestLimits& limits = {}) {
  const Decoded decoded = Decode(input, limits);
  return decoded.status == DecodeStatus::kError ? decoded.error : "(no error)";
}

std::string Multibulk(const std::vector<std::string>& arguments) {
  std::string request = "*" + std::to_string(arguments.size()) + "\r\n";
  for (const std::string& argument : arguments) {
    request += "$" + std::to_string(argument.size()) + "\r\n" + argument + "\r\n";
  }
  return request;
}

// Requests of every shape that the decoder has a path for.
std::vector<std::string> Requests() {
  return {
      Multibulk({"PING"}),
      Multibulk({"GET", "k"}),
      Multibulk({"SET", "key", std::string("\0\r\n$5\r\n*1", 10)}),
      Multibulk({"SET", "", ""}),
      Multibulk({""}),
      Multibulk(std::vector<std::string>(12, "twelve")),
      Multibulk(std::vector<std::string>(130, "x")),
      Multibulk({"SET", "k", std::string(99, 'a'), std::string(100, 'b'), std::string(9999, 'c')}),
      Multibulk({"SET", "k", std::string(10000, 'd'), "end"}),
      "*0\r\n",
      "*-1\r\n",
      "PING\r\n",
      "PING\n",
      "\r\n",
      "\n",
      "  SET key \"a \\\"quoted\\\" \\x41\\n\" 'single \\' one' \r\n",
  };
}

}  // namespace

TEST_CASE("RequestDecoder: a request cut anywhere asks for more bytes and then decodes the same") {
  for (const std::string& request : Requests()) {
    CAPTURE(request.substr(0, 60));
    const Decoded whole = Decode(request);
    REQUIRE(whole.status == DecodeStatus::kRequest);
    CHECK(whole.wire_bytes == request.size());
    RequestDecoder resumed;
    for (size_t cut = 0; cut < request.size(); ++cut) {
      CAPTURE(cut);
      REQUIRE(Decode(request.substr(0, cut)).status == DecodeStatus::kIncomplete);
      REQUIRE(DecodeWith(resumed, request.substr(0, cut)).status == DecodeStatus::kIncomplete);
      REQUIRE(resumed.in_request() == (cut > 0));
      REQUIRE(resumed.bytes_wanted() > cut);
      REQUIRE(resumed.bytes_wanted() <= request.size());
    }
    const Decoded complete = DecodeWith(resumed, request);
    REQUIRE(complete.status == DecodeStatus::kRequest);
    CHECK(complete.wire_bytes == request.size());
    CHECK(complete.arguments == whole.arguments);
    CHECK_FALSE(resumed.in_request());
  }
}

TEST_CASE("RequestDecoder: a request cut once and resumed decodes the same, wherever the cut is") {
  for (const std::string& request : Requests()) {
    const Decoded whole = Decode(request);
    for (size_t cut = 0; cut < request.size(); ++cut) {
      RequestDecoder decoder;
      REQUIRE(DecodeWith(decoder, request.substr(0, cut)).status == DecodeStatus::kIncomplete);
      const Decoded complete = DecodeWith(decoder, request + "GET trailing bytes");
      REQUIRE(complete.status == DecodeStatus::kRequest);
      REQUIRE(complete.wire_bytes == request.size());
      REQUIRE(complete.arguments == whole.arguments);
    }
  }
}

TEST_CASE("RequestDecoder: the bytes it wants are those that the request still needs") {
  RequestDecoder decoder;
  const std::string request = Multibulk({"SET", "k", std::string(50000, 'v'), "tail"});
  CHECK(DecodeWith(decoder, request.substr(0, 40)).status == DecodeStatus::kIncomplete);
  // "*4 SET k" and the header of the value take 28 bytes.
  CHECK(decoder.bytes_wanted() == 28 + 50000 + 2);
  CHECK(DecodeWith(decoder, request.substr(0, decoder.bytes_wanted())).status ==
        DecodeStatus::kIncomplete);
  CHECK(DecodeWith(decoder, request).status == DecodeStatus::kRequest);
}

TEST_CASE("RequestDecoder: requests that arrive together are decoded one after the other") {
  std::string input;
  for (const std::string& request : Requests()) input += request;
  RequestDecoder decoder;
  size_t at = 0;
  for (const std::string& request : Requests()) {
    const Decoded decoded = DecodeWith(decoder, std::string_view(input).substr(at));
    REQUIRE(decoded.status == DecodeStatus::kRequest);
    CHECK(decoded.wire_bytes == request.size());
    CHECK(decoded.arguments == Decode(request).arguments);
    at += decoded.wire_bytes;
  }
  CHECK(at == input.size());
}

TEST_CASE("RequestDecoder: arguments of several requests stay in the arena side by side") {
  std::string input = "SET a \"x y\"\r\n" + Multibulk({"GET", "b"}) + "SET c 'z z'\r\n";
  RequestDecoder decoder;
  ArgumentArena arena;
  size_t at = 0;
  for (int request = 0; request < 3; ++request) {
    size_t wire_bytes = 0;
    const std::span<char> rest(input.data() + at, input.size() - at);
    REQUIRE(decoder.Decode(rest, {}, arena, &wire_bytes) == DecodeStatus::kRequest);
    at += wire_bytes;
  }
  CHECK(arena == ArgumentArena{"SET", "a", "x y", "GET", "b", "SET", "c", "z z"});
}

TEST_CASE("RequestDecoder: a request without arguments is a request") {
  for (const std::string_view empty : {"*0\r\n", "*-1\r\n", "*-7\r\n", "\r\n", "\n", "  \t \r\n"}) {
    CAPTURE(empty);
    const Decoded decoded = Decode(empty);
    CHECK(decoded.status == DecodeStatus::kRequest);
    CHECK(decoded.wire_bytes == empty.size());
    CHECK(decoded.arguments.empty());
  }
}

TEST_CASE("RequestDecoder: refuses what Redis refuses, in its words") {
  const std::string count = "Protocol error: invalid multibulk length";
  for (const std::string_view line :
       {"*\r\n", "*-0\r\n", "*+1\r\n", "*01\r\n", "* 1\r\n", "*1 \r\n", "*a\r\n", "*-\r\n",
        "*1048577\r\n", "*9223372036854775808\r\n"}) {
    CAPTURE(line);
    CHECK(ErrorOf(line) == count);
  }
  const std::string length = "Protocol error: invalid bulk length";
  for (const std::string line :
       {"$\r\n", "$-1\r\n", "$-0\r\n", "$+1\r\n", "$04\r\nPING\r\n", "$ 1\r\n", "$1 \r\n",
        "$1a\r\n", "$536870913\r\n", "$9223372036854775808\r\n"}) {
    CAPTURE(line);
    CHECK(ErrorOf("*1\r\n" + line) == length);
    CHECK(ErrorOf("*2\r\n$1\r\nx\r\n" + line) == length);
  }
  CHECK(ErrorOf("*1\r\nX\r\n") == "Protocol error: expected '$', got 'X'");
  CHECK(ErrorOf("*1\r\n\r\nX") == "Protocol error: expected '$', got '\r'");
  CHECK(ErrorOf("*3\r\n$3\r\nSET\r\n$1\r\nk\r\nPING\r\n") ==
        "Protocol error: expected '$', got 'P'");
  CHECK(ErrorOf("SET \"a\r\n") == "Protocol error: unbalanced quotes in request");
}

TEST_CASE("RequestDecoder: does not look at the bytes behind a CR and behind a bulk string") {
  CHECK(Decode("*1\rX$4\rXPINGXX").arguments == std::vector<std::string>{"PING"});
}

TEST_CASE("RequestDecoder: lines without an end are refused just behind the limit") {
  const RequestLimits limits{.inline_bytes_max = 100};
  const auto incomplete = [&](const std::string& input) {
    return Decode(input, limits).status == DecodeStatus::kIncomplete;
  };
  CHECK(incomplete(std::string(100, 'x')));
  CHECK(ErrorOf(std::string(101, 'x'), limits) == "Protocol error: too big inline request");
  CHECK(incomplete("*" + std::string(99, '1')));
  CHECK(ErrorOf("*" + std::string(100, '1'), limits) ==
        "Protocol error: too big mbulk count string");
  CHECK(incomplete("*1\r\n$" + std::string(99, '1')));
  CHECK(ErrorOf("*1\r\n$" + std::string(100, '1'), limits) ==
        "Protocol error: too big bulk count string");
  // A line that ends exactly at the limit is taken, even when its end arrives with it.
  CHECK(Decode(std::string(100, 'x') + "\n", limits).status == DecodeStatus::kRequest);
  CHECK(ErrorOf(std::string(101, 'x') + "\n", limits) == "Protocol error: too big inline request");
}

TEST_CASE("RequestDecoder: the limits hold at their exact value") {
  const RequestLimits limits{.bulk_bytes_max = 20, .arguments_max = 3};
  CHECK(Decode(Multibulk({"a", "b", std::string(20, 'c')}), limits).status ==
        DecodeStatus::kRequest);
  CHECK(ErrorOf(Multibulk({"a", "b", "c", "d"}), limits) ==
        "Protocol error: invalid multibulk length");
  CHECK(ErrorOf(Multibulk({"a", std::string(21, 'c')}), limits) ==
        "Protocol error: invalid bulk length");
  // Refused when announced, before a byte of it has arrived.
  CHECK(ErrorOf("*1\r\n$21\r\n", limits) == "Protocol error: invalid bulk length");
}

TEST_CASE("RequestDecoder: strangers get 10 arguments of 16 KiB") {
  const RequestLimits limits{.authenticated = false};
  CHECK(Decode(Multibulk(std::vector<std::string>(10, "x")), limits).status ==
        DecodeStatus::kRequest);
  CHECK(Decode(Multibulk({std::string(16384, 'x')}), limits).status == DecodeStatus::kRequest);
  CHECK(Decode("*10\r\n$16384\r\n", limits).status == DecodeStatus::kIncomplete);
  CHECK(ErrorOf("*11\r\n", limits) == "Protocol error: unauthenticated multibulk length");
  CHECK(ErrorOf("*1\r\n$16385\r\n", limits) == "Protocol error: unauthenticated bulk length");
  // A whole request takes another path through the decoder when there is no such limit.
  CHECK(ErrorOf(Multibulk(std::vector<std::string>(11, "x")), limits) ==
        "Protocol error: unauthenticated multibulk length");
  CHECK(Decode("*0\r\n", limits).status == DecodeStatus::kRequest);
}

TEST_CASE(
    "RequestDecoder: a limit that is lowered in the middle of a request does not confuse it") {
  RequestDecoder decoder;
  const std::string request = Multibulk({"SET", std::string(100, 'k'), "v"});
  CHECK(DecodeWith(decoder, request.substr(0, request.size() - 1)).status ==
        DecodeStatus::kIncomplete);
  const RequestLimits lowered{.bulk_bytes_max = 50, .arguments_max = 1, .authenticated = false};
  const Decoded decoded = DecodeWith(decoder, request, lowered);
  CHECK(decoded.status == DecodeStatus::kRequest);
  CHECK(decoded.arguments == std::vector<std::string>{"SET", std::string(100, 'k'), "v"});
}

TEST_CASE("RequestDecoder: announced lengths and counts reserve nothing") {
  RequestDecoder decoder;
  ArgumentArena arena;
  size_t wire_bytes = 0;
  std::string input = "*1000000\r\n$536870912\r\nstart";
  CHECK(decoder.Decode(input, {}, arena, &wire_bytes) == DecodeStatus::kIncomplete);
  CHECK(arena.capacity() == 0);
  CHECK(decoder.bytes_wanted() == 22 + 536870912ull + 2);
}

TEST_CASE("RequestDecoder: a web page that talks to us is told apart by its first word") {
  for (const std::string_view word : {"POST", "post", "Host:", "hOsT:"}) {
    CAPTURE(word);
    CHECK(Decode(std::string(word) + " / HTTP/1.1\r\n").status == DecodeStatus::kHttp);
    CHECK(Decode(Multibulk({std::string(word), "x"})).status == DecodeStatus::kHttp);
  }
  CHECK(Decode("POSTS x\r\n").status == DecodeStatus::kRequest);
  CHECK(Decode("GET POST\r\n").status == DecodeStatus::kRequest);
  CHECK(Decode("host\r\n").status == DecodeStatus::kRequest);
}

TEST_CASE("RequestDecoder: Reset forgets an error and half a request") {
  RequestDecoder decoder;
  CHECK(DecodeWith(decoder, "*x\r\n").status == DecodeStatus::kError);
  decoder.Reset();
  CHECK(decoder.error().empty());
  CHECK(DecodeWith(decoder, "*2\r\n$3\r\nGE").status == DecodeStatus::kIncomplete);
  decoder.Reset();
  CHECK_FALSE(decoder.in_request());
  CHECK(DecodeWith(decoder, "PING\r\n").arguments == std::vector<std::string>{"PING"});
  CHECK(DecodeWith(decoder, "a line longer than the next").status == DecodeStatus::kIncomplete);
  decoder.Reset();
  CHECK(DecodeWith(decoder, "PING\r\n").arguments == std::vector<std::string>{"PING"});
}

TEST_CASE("RequestDecoder: a request that arrives in very many reads is not scanned for each") {
  // 200,000 arguments in 200,000 reads: scanning again for each read would take minutes.
  std::string request = Multibulk(std::vector<std::string>(200000, "x"));
  RequestDecoder decoder;
  ArgumentArena arena;
  size_t wire_bytes = 0;
  for (size_t cut = 0; cut < request.size(); cut += 7) {
    REQUIRE(decoder.Decode({request.data(), cut}, {}, arena, &wire_bytes) ==
            DecodeStatus::kIncomplete);
  }
  CHECK(decoder.Decode(request, {}, arena, &wire_bytes) == DecodeStatus::kRequest);
  CHECK(arena.size() == 200000);
}

TEST_CASE("RequestDecoder: a line that arrives byte by byte is not scanned for each") {
  // Two million reads: scanning again for each would take minutes.
  const RequestLimits limits{.inline_bytes_max = 1 << 22};
  std::string line(2000000, 'x');
  line += "\r\n";
  RequestDecoder decoder;
  ArgumentArena arena;
  size_t wire_bytes = 0;
  for (size_t cut = 0; cut < line.size(); ++cut) {
    const DecodeStatus status = decoder.Decode({line.data(), cut}, limits, arena, &wire_bytes);
    if (status != DecodeStatus::kIncomplete) FAIL("complete after ", cut, " bytes");
  }
  CHECK(decoder.Decode(line, limits, arena, &wire_bytes) == DecodeStatus::kRequest);
  CHECK(arena[0].size() == 2000000);
}

namespace {

// Mostly requests, with the mistakes that a random byte would hit too rarely.
std::string RandomInput(Random& random) {
  static const std::string_view kPieces[] = {"*1\r\n",
                                             "*2\r\n",
                                             "*3\r\n",
                                             "*0\r\n",
                                             "*-1\r\n",
                                             "*12\r\n",
                                             "$0\r\n\r\n",
                                             "$1\r\nx\r\n",
                                             "$3\r\nGET\r\n",
                                             "$4\r\nPOST\r\n",
                                             "$10\r\n0123456789\r\n",
                                             "$03\r\nabc\r\n",
                                             "$-1\r\n",
                                             "$21\r\n",
                                             "*",
                                             "$",
                                             "\r",
                                             "\n",
                                             "\r\n",
                                             "1",
                                             "9",
                                             "-",
                                             " ",
                                             "\"",
                                             "'",
                                             "\\",
                                             "\\x4",
                                             "a",
                                             "PING",
                                             "Host:",
                                             "PING\r\n",
                                             "SET \"a b\" 'c'\r\n",
                                             "$1\rxx\r\n",
                                             "111111111111111111111"};
  std::string input;
  const uint64_t pieces = random.Below(14);
  for (uint64_t i = 0; i < pieces; ++i) input += kPieces[random.Below(std::size(kPieces))];
  if (random.Below(4) == 0 && !input.empty()) {
    input[random.Below(input.size())] = static_cast<char>(random.Below(256));
  }
  return input;
}

void RequireSame(const Decoded& decoded, const NaiveRequest& expected) {
  REQUIRE(decoded.status == expected.status);
  if (expected.status == DecodeStatus::kRequest) {
    REQUIRE(decoded.arguments == expected.arguments);
    REQUIRE(decoded.wire_bytes == expected.wire_bytes);
  }
  if (expected.status == DecodeStatus::kError) REQUIRE(decoded.error == expected.error);
}

}  // namespace

TEST_CASE(
    "RequestDecoder: agrees with a naive decoder on random bytes, whole and in random pieces") {
  const RequestLimits kLimits[] = {
      {},
      {.bulk_bytes_max = 20, .arguments_max = 2, .inline_bytes_max = 24},
      {.authenticated = false}};
  for (uint64_t seed = 1; seed <= 60000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const RequestLimits& limits = kLimits[random.Below(std::size(kLimits))];
    std::string input = RandomInput(random);
    RequestDecoder in_pieces;
    size_t seen = 0;
    for (;;) {
      const NaiveRequest expected = NaiveRequestDecoder(input, limits).Decode();
      RequireSame(Decode(input, limits), expected);
      // What is decoded early must not differ: only errors and requests may come before all bytes
      // are there.
      Decoded decoded;
      for (; seen <= input.size(); seen += 1 + random.Below(9)) {
        decoded = DecodeWith(in_pieces, input.substr(0, seen), limits);
        if (decoded.status != DecodeStatus::kIncomplete) break;
      }
      if (decoded.status == DecodeStatus::kIncomplete)
        decoded = DecodeWith(in_pieces, input, limits);
      RequireSame(decoded, expected);
      if (expected.status != DecodeStatus::kRequest) break;
      input.erase(0, expected.wire_bytes);
      seen = 0;
    }
  }
}
