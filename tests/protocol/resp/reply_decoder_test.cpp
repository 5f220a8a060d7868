// The reply decoder: every type, cut at every byte, at every limit, and against a naive one on
// random bytes.
#include "protocol/resp/reply_decoder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/random.h"
#include "tests/support/naive_reply_decoder.h"

using protocol::resp::Reply;
using protocol::resp::ReplyDecoder;
using protocol::resp::ReplyLimits;
using protocol::resp::ReplyStatus;
using protocol::resp::ReplyType;
using storage::Random;
using test_support::NaiveReplyDecoder;

namespace {

struct Decoded {
  ReplyStatus status = ReplyStatus::kIncomplete;
  Reply reply;
  size_t wire_bytes = 0;
  std::string error;
};

// From a fresh allocation of exactly the input's size, for the sanitizers.
Decoded DecodeWith(ReplyDecoder& decoder, std::string_view input, const ReplyLimits& limits = {}) {
  const auto buffer = std::make_unique<char[]>(input.size());
  std::copy(input.begin(), input.end(), buffer.get());
  Decoded decoded;
  decoded.status =
      decoder.Decode({buffer.get(), input.size()}, limits, &decoded.reply, &decoded.wire_bytes);
  decoded.error = decoder.error();
  return decoded;
}

Decoded Decode(std::string_view input, const ReplyLimits& limits = {}) {
  ReplyDecoder decoder;
  return DecodeWith(decoder, input, limits);
}

Reply Get(std::string_view input) {
  const Decoded decoded = Decode(input);
  REQUIRE(decoded.status == ReplyStatus::kReply);
  REQUIRE(decoded.wire_bytes == input.size());
  return decoded.reply;
}

std::string ErrorOf(std::string_view input, const ReplyLimits& limits = {}) {
  const Decoded decoded = Decode(input, limits);
  return decoded.status == ReplyStatus::kError ? decoded.error : "(no error)";
}

const std::vector<std::string> kReplies = {
    "+OK\r\n",
    "+\r\n",
    "-ERR no\r\n",
    ":-42\r\n",
    "$0\r\n\r\n",
    std::string("$5\r\na\r\nb\0\r\n", 11),
    "$-1\r\n",
    "*-1\r\n",
    "*0\r\n",
    "_\r\n",
    "#t\r\n",
    ",-1.5e+300\r\n",
    "(-12345678901234567890\r\n",
    "!6\r\nERR no\r\n",
    "=7\r\ntxt:abc\r\n",
    "%2\r\n+a\r\n:1\r\n+b\r\n*2\r\n:2\r\n_\r\n",
    "~2\r\n:1\r\n:2\r\n",
    ">3\r\n+message\r\n$1\r\nc\r\n$1\r\nm\r\n",
    "|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+a\r\n+b\r\n*1\r\n:2\r\n",
    "*1\r\n*1\r\n*1\r\n*1\r\n*0\r\n",
};

}  // namespace

TEST_CASE("ReplyDecoder: reads every type of RESP2 and RESP3") {
  CHECK(Get("+OK\r\n").text == "OK");
  CHECK(Get("-ERR no\r\n").is_error());
  CHECK(Get("-ERR no\r\n").text == "ERR no");
  CHECK(Get(":-42\r\n").integer == -42);
  CHECK(Get(":+42\r\n").integer == 42);
  CHECK(Get("$5\r\na\r\nbc\r\n").text == "a\r\nbc");
  CHECK(Get("$0\r\n\r\n").text.empty());
  CHECK_FALSE(Get("$0\r\n\r\n").is_null);
  for (const std::string_view null : {"$-1\r\n", "*-1\r\n", "_\r\n"}) CHECK(Get(null).is_null);
  CHECK(Get("$-1\r\n").type == ReplyType::kBulk);
  CHECK(Get("*-1\r\n").type == ReplyType::kArray);
  CHECK(Get("#t\r\n").integer == 1);
  CHECK(Get("#f\r\n").integer == 0);
  CHECK(Get(",1.5\r\n").number == 1.5);
  CHECK(Get(",1e-7\r\n").text == "1e-7");
  CHECK(Get(",inf\r\n").number == std::numeric_limits<double>::infinity());
  CHECK(Get(",-inf\r\n").number == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(Get(",nan\r\n").number));
  CHECK(Get("(-123456789012345678901234567890\r\n").text == "-123456789012345678901234567890");
  CHECK(Get("!6\r\nERR no\r\n").is_error());
  CHECK(Get("=7\r\ntxt:abc\r\n").text == "abc");
  CHECK(Get("=4\r\nmkd:\r\n").format == "mkd");
}

TEST_CASE("ReplyDecoder: reads aggregates, one inside another") {
  const Reply map = Get("%2\r\n+a\r\n:1\r\n+b\r\n*2\r\n:2\r\n_\r\n");
  CHECK(map.type == ReplyType::kMap);
  REQUIRE(map.elements.size() == 4);
  CHECK(map.elements[2].text == "b");
  REQUIRE(map.elements[3].elements.size() == 2);
  CHECK(map.elements[3].elements[0].integer == 2);
  CHECK(map.elements[3].elements[1].is_null);
  CHECK(Get("~1\r\n:1\r\n").type == ReplyType::kSet);
  CHECK(Get(">1\r\n:1\r\n").type == ReplyType::kPush);
  CHECK(Get("*0\r\n").elements.empty());
  CHECK_FALSE(Get("*0\r\n").is_null);
}

TEST_CASE("ReplyDecoder: attributes belong to the value behind them") {
  const Reply reply =
      Get("|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+a\r\n+b\r\n|0\r\n|1\r\n+c\r\n+d\r\n:2\r\n");
  CHECK(reply.type == ReplyType::kArray);
  REQUIRE(reply.attributes.size() == 2);
  CHECK(reply.attributes[1].integer == 3600);
  REQUIRE(reply.elements.size() == 2);
  CHECK(reply.elements[0].attributes.empty());
  REQUIRE(reply.elements[1].attributes.size() == 4);
  CHECK(reply.elements[1].attributes[3].text == "d");
  // Alone it is no reply.
  CHECK(Decode("|1\r\n+a\r\n+b\r\n").status == ReplyStatus::kIncomplete);
}

TEST_CASE("ReplyDecoder: a reply cut anywhere asks for more bytes and then decodes the same") {
  for (const std::string& wire : kReplies) {
    CAPTURE(wire);
    const Reply whole = Get(wire);
    ReplyDecoder resumed;
    for (size_t cut = 0; cut < wire.size(); ++cut) {
      CAPTURE(cut);
      REQUIRE(Decode(wire.substr(0, cut)).status == ReplyStatus::kIncomplete);
      REQUIRE(DecodeWith(resumed, wire.substr(0, cut)).status == ReplyStatus::kIncomplete);
      ReplyDecoder once;
      REQUIRE(DecodeWith(once, wire.substr(0, cut)).status == ReplyStatus::kIncomplete);
      REQUIRE(DecodeWith(once, wire + "+more").reply == whole);
    }
    const Decoded complete = DecodeWith(resumed, wire);
    REQUIRE(complete.status == ReplyStatus::kReply);
    CHECK(complete.wire_bytes == wire.size());
    CHECK(complete.reply == whole);
  }
}

TEST_CASE("ReplyDecoder: refuses malformed replies") {
  for (const std::string_view wire : {"\r\n",
                                      "x\r\n",
                                      "OK\r\n",
                                      "+a\nb\r\n",
                                      "+a\rb",
                                      ":\r\n",
                                      ":1a\r\n",
                                      ":01\r\n",
                                      ":--1\r\n",
                                      ":+-1\r\n",
                                      ":9223372036854775808\r\n",
                                      "$\r\n",
                                      "$-2\r\n",
                                      "$01\r\nx\r\n",
                                      "$1\r\nxyz",
                                      "$?\r\n",
                                      "*-2\r\n",
                                      "*?\r\n",
                                      "%-1\r\n",
                                      "~-1\r\n",
                                      ">-1\r\n",
                                      "|-1\r\n",
                                      "_x\r\n",
                                      "#\r\n",
                                      "#x\r\n",
                                      "#tt\r\n",
                                      ",\r\n",
                                      ",x\r\n",
                                      ",1.5x\r\n",
                                      ",.5\r\n",
                                      ",0x10\r\n",
                                      ",infinity\r\n",
                                      "(\r\n",
                                      "(-\r\n",
                                      "(1x\r\n",
                                      "!-1\r\n",
                                      "=-1\r\n",
                                      "=3\r\ntxt\r\n",
                                      "=4\r\ntxtx\r\n",
                                      "*2\r\n:1\r\n:x\r\n",
                                      ".\r\n",
                                      ";1\r\n"}) {
    CAPTURE(wire);
    CHECK(Decode(wire).status == ReplyStatus::kError);
  }
}

TEST_CASE("ReplyDecoder: the limits hold at their exact value") {
  const ReplyLimits limits{
      .depth_max = 2, .values_max = 5, .line_bytes_max = 10, .bulk_bytes_max = 8};
  CHECK(Decode("*1\r\n*1\r\n:1\r\n", limits).status == ReplyStatus::kReply);
  CHECK(ErrorOf("*1\r\n*1\r\n*1\r\n:1\r\n", limits) == "reply is too deep");
  CHECK(Decode("*1\r\n*1\r\n*0\r\n", limits).status == ReplyStatus::kReply);
  CHECK(Decode("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", limits).status == ReplyStatus::kReply);
  CHECK(ErrorOf("*5\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n", limits) == "reply has too many values");
  CHECK(ErrorOf("*6\r\n", limits) == "reply has too many values");
  CHECK(ErrorOf("%9223372036854775807\r\n") == "reply has too many values");
  CHECK(Decode("+123456789\r\n", limits).status == ReplyStatus::kReply);
  CHECK(ErrorOf("+1234567890\r\n", limits) == "line is too long");
  CHECK(ErrorOf("+1234567890", limits) == "line is too long");
  CHECK(Decode("+123456789", limits).status == ReplyStatus::kIncomplete);
  CHECK(Decode("$8\r\n12345678\r\n", limits).status == ReplyStatus::kReply);
  CHECK(ErrorOf("$9\r\n", limits) == "bulk string is too long");
  const ReplyLimits small{.reply_bytes_max = 20};
  CHECK(Decode("$12\r\n123456789012\r\n", small).status == ReplyStatus::kReply);
  CHECK(ErrorOf("*2\r\n:1\r\n$12\r\n", small) == "reply is too long");
  CHECK(ErrorOf("*4\r\n+234\r\n+234\r\n+34\r\n", small) == "reply is too long");
}

TEST_CASE("ReplyDecoder: replies that arrive together are decoded one after the other") {
  std::string input;
  for (const std::string& wire : kReplies) input += wire;
  ReplyDecoder decoder;
  for (const std::string& wire : kReplies) {
    const Decoded decoded = DecodeWith(decoder, input);
    REQUIRE(decoded.status == ReplyStatus::kReply);
    CHECK(decoded.reply == Get(wire));
    input.erase(0, decoded.wire_bytes);
  }
  CHECK(input.empty());
}

TEST_CASE("ReplyDecoder: Reset forgets an error and half a reply") {
  ReplyDecoder decoder;
  CHECK(DecodeWith(decoder, "|1\r\n+a\r\n+b\r\n*2\r\n:1\r\n").status == ReplyStatus::kIncomplete);
  decoder.Reset();
  CHECK(DecodeWith(decoder, "x\r\n").status == ReplyStatus::kError);
  decoder.Reset();
  const Decoded decoded = DecodeWith(decoder, ":1\r\n");
  CHECK(decoded.status == ReplyStatus::kReply);
  CHECK(decoded.reply == Get(":1\r\n"));
}

TEST_CASE("ReplyDecoder: a reply that arrives in very many reads is not scanned for each") {
  std::string wire = "*200000\r\n";
  for (int i = 0; i < 200000; ++i) wire += "$1\r\nx\r\n";
  ReplyDecoder decoder;
  Reply reply;
  size_t wire_bytes = 0;
  for (size_t cut = 0; cut < wire.size(); cut += 7) {
    REQUIRE(decoder.Decode({wire.data(), cut}, {}, &reply, &wire_bytes) ==
            ReplyStatus::kIncomplete);
  }
  CHECK(decoder.Decode(wire, {}, &reply, &wire_bytes) == ReplyStatus::kReply);
  CHECK(reply.elements.size() == 200000);
}

TEST_CASE("ReplyDecoder: agrees with a naive decoder on random bytes, whole and in random pieces") {
  static const std::string_view kPieces[] = {"*1\r\n",
                                             "*2\r\n",
                                             "*0\r\n",
                                             "*-1\r\n",
                                             "%1\r\n",
                                             "~2\r\n",
                                             ">1\r\n",
                                             "|1\r\n",
                                             "|0\r\n",
                                             "+a\r\n",
                                             "-b\r\n",
                                             ":1\r\n",
                                             ":-7\r\n",
                                             "$1\r\nx\r\n",
                                             "$-1\r\n",
                                             "$0\r\n\r\n",
                                             "=5\r\ntxt:a\r\n",
                                             "!1\r\ne\r\n",
                                             "_\r\n",
                                             "#t\r\n",
                                             "#f\r\n",
                                             ",1.5\r\n",
                                             ",inf\r\n",
                                             "(12\r\n",
                                             "\r",
                                             "\n",
                                             "1",
                                             "-",
                                             "+",
                                             "$",
                                             "e"};
  for (uint64_t seed = 1; seed <= 60000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::string input;
    for (uint64_t i = random.Below(12); i > 0; --i)
      input += kPieces[random.Below(std::size(kPieces))];
    if (random.Below(4) == 0 && !input.empty()) {
      input[random.Below(input.size())] = "0123456789\r\n+-:$*%~>|_#,(!=tfx"[random.Below(31)];
    }
    CAPTURE(input);
    Reply reply;
    NaiveReplyDecoder naive(input);
    const ReplyStatus expected = naive.Decode(&reply);
    const Decoded whole = Decode(input);
    REQUIRE(whole.status == expected);
    ReplyDecoder in_pieces;
    Decoded decoded;
    for (size_t seen = 0; seen <= input.size(); seen += 1 + random.Below(7)) {
      decoded = DecodeWith(in_pieces, input.substr(0, seen));
      if (decoded.status != ReplyStatus::kIncomplete) break;
    }
    if (decoded.status == ReplyStatus::kIncomplete) decoded = DecodeWith(in_pieces, input);
    REQUIRE(decoded.status == expected);
    if (expected != ReplyStatus::kReply) continue;
    REQUIRE(whole.reply == reply);
    REQUIRE(whole.wire_bytes == naive.wire_bytes());
    REQUIRE(decoded.reply == reply);
    REQUIRE(decoded.wire_bytes == naive.wire_bytes());
  }
}
