// The reply writer: the bytes of every type in both versions, what a user's bytes cannot do, and
// the count.
#include "protocol/resp/reply_writer.h"

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "protocol/resp/reply_decoder.h"
#include "storage/base/random.h"

using protocol::OutputBuffer;
using protocol::SharedSlice;
using protocol::resp::Reply;
using protocol::resp::ReplyDecoder;
using protocol::resp::ReplyStatus;
using protocol::resp::ReplyWriter;
using protocol::resp::Version;
using storage::Random;

namespace {

using Write = std::function<void(ReplyWriter&)>;

// What `write` puts on the wire; it must be one reply exactly.
std::string Wire(Version version, const Write& write) {
  OutputBuffer out;
  ReplyWriter writer(out, version);
  write(writer);
  CHECK(writer.replies() == 1);
  CHECK(writer.owed() == 0);
  return std::string(out.bytes());
}

}  // namespace

TEST_CASE("ReplyWriter: writes each type as its version has it") {
  const double infinity = std::numeric_limits<double>::infinity();
  const struct {
    const char* resp2;
    const char* resp3;
    Write write;
  } kCases[] = {
      {"+OK\r\n", "+OK\r\n", [](ReplyWriter& w) { w.Ok(); }},
      {"+PONG\r\n", "+PONG\r\n", [](ReplyWriter& w) { w.Simple("PONG"); }},
      {"-ERR no\r\n", "-ERR no\r\n", [](ReplyWriter& w) { w.Error("ERR no"); }},
      {":0\r\n", ":0\r\n", [](ReplyWriter& w) { w.Integer(0); }},
      {":10\r\n", ":10\r\n", [](ReplyWriter& w) { w.Integer(10); }},
      {":-1\r\n", ":-1\r\n", [](ReplyWriter& w) { w.Integer(-1); }},
      {":-9223372036854775808\r\n", ":-9223372036854775808\r\n",
       [](ReplyWriter& w) { w.Integer(std::numeric_limits<int64_t>::min()); }},
      {"$3\r\nabc\r\n", "$3\r\nabc\r\n", [](ReplyWriter& w) { w.Bulk("abc"); }},
      {"$0\r\n\r\n", "$0\r\n\r\n", [](ReplyWriter& w) { w.Bulk({}); }},
      {"$3\r\n100\r\n", "$3\r\n100\r\n", [](ReplyWriter& w) { w.BulkInteger(100); }},
      {"$-1\r\n", "_\r\n", [](ReplyWriter& w) { w.Null(); }},
      {"*-1\r\n", "_\r\n", [](ReplyWriter& w) { w.NullArray(); }},
      {":1\r\n", "#t\r\n", [](ReplyWriter& w) { w.Boolean(true); }},
      {":0\r\n", "#f\r\n", [](ReplyWriter& w) { w.Boolean(false); }},
      {"$3\r\n0.1\r\n", ",0.1\r\n", [](ReplyWriter& w) { w.Double(0.1); }},
      {"$4\r\n-inf\r\n", ",-inf\r\n", [=](ReplyWriter& w) { w.Double(-infinity); }},
      {"$2\r\n12\r\n", "(12\r\n", [](ReplyWriter& w) { w.BigNumber("12"); }},
      {"$3\r\nabc\r\n", "=7\r\ntxt:abc\r\n", [](ReplyWriter& w) { w.Verbatim("txt", "abc"); }},
      {"*0\r\n", "*0\r\n", [](ReplyWriter& w) { w.ArrayHeader(0); }},
      {"*0\r\n", "%0\r\n", [](ReplyWriter& w) { w.MapHeader(0); }},
      {"*0\r\n", "~0\r\n", [](ReplyWriter& w) { w.SetHeader(0); }},
      {"*2\r\n:1\r\n:2\r\n", "%1\r\n:1\r\n:2\r\n",
       [](ReplyWriter& w) { w.MapHeader(1), w.Integer(1), w.Integer(2); }},
      {"*1\r\n:1\r\n", "~1\r\n:1\r\n", [](ReplyWriter& w) { w.SetHeader(1), w.Integer(1); }},
  };
  for (const auto& test : kCases) {
    CHECK(Wire(Version::kResp2, test.write) == test.resp2);
    CHECK(Wire(Version::kResp3, test.write) == test.resp3);
  }
}

TEST_CASE("ReplyWriter: CR, LF and NUL of a user cannot end a line (sec_CVE_2025_67733)") {
  const std::string evil("ERR a\r\n+OK\0b", 12);
  CHECK(Wire(Version::kResp2, [&](ReplyWriter& w) { w.Error(evil); }) == "-ERR a  +OK b\r\n");
  CHECK(Wire(Version::kResp2, [&](ReplyWriter& w) { w.Simple(evil); }) == "+ERR a  +OK b\r\n");
  CHECK(Wire(Version::kResp3, [&](ReplyWriter& w) { w.BigNumber("1\r\n2"); }) == "(1  2\r\n");
  // Line ends at the end of an error are dropped, as Redis does.
  CHECK(Wire(Version::kResp2, [](ReplyWriter& w) { w.Error("ERR a\r\n\r\n"); }) == "-ERR a\r\n");
  CHECK(Wire(Version::kResp2, [](ReplyWriter& w) { w.Error("\r\n"); }) == "-\r\n");
}

TEST_CASE("ReplyWriter: large values go out by reference and small ones as copies") {
  static int released;
  released = 0;
  const auto release = [](void*) { ++released; };
  const std::string large(ReplyWriter::kSharedBytesMin, 'L');
  const std::string small(ReplyWriter::kSharedBytesMin - 1, 's');
  {
    OutputBuffer out;
    ReplyWriter writer(out, Version::kResp2);
    writer.BulkShared({small.data(), small.size(), nullptr, release});
    CHECK(released == 1);
    CHECK(out.splices().empty());
    CHECK(out.bytes() == "$16383\r\n" + small + "\r\n");
    out.Clear();
    writer.BulkShared({large.data(), large.size(), nullptr, release});
    CHECK(out.bytes() == "$16384\r\n\r\n");
    REQUIRE(out.splices().size() == 1);
    CHECK(out.splices()[0].offset == 8);
    CHECK(out.splices()[0].slice.data == large.data());
    CHECK(writer.replies() == 2);
    CHECK(released == 1);
  }
  CHECK(released == 2);
}

TEST_CASE("ReplyWriter: counts a reply when its last element is written") {
  OutputBuffer out;
  ReplyWriter writer(out, Version::kResp3);
  writer.ArrayHeader(2);
  CHECK(writer.owed() == 2);
  CHECK(writer.replies() == 0);
  writer.MapHeader(1);
  CHECK(writer.owed() == 3);
  writer.Bulk("key");
  writer.ArrayHeader(0);
  CHECK(writer.owed() == 1);
  CHECK(writer.replies() == 0);
  writer.Null();
  CHECK(writer.owed() == 0);
  CHECK(writer.replies() == 1);
  writer.Error("ERR next");
  CHECK(writer.replies() == 2);
  writer.ResetCount();
  CHECK(writer.replies() == 0);
}

TEST_CASE("ReplyWriter: pushes and attributes are no replies") {
  for (const Version version : {Version::kResp2, Version::kResp3}) {
    OutputBuffer out;
    ReplyWriter writer(out, version);
    writer.PushHeader(3);
    for (int i = 0; i < 3; ++i) writer.Integer(i);
    CHECK(writer.replies() == 0);
    CHECK(writer.owed() == 0);
    CHECK(out.bytes().front() == (version == Version::kResp3 ? '>' : '*'));
  }
  OutputBuffer out;
  ReplyWriter writer(out, Version::kResp3);
  writer.AttributeHeader(1);
  writer.Simple("ttl");
  writer.Integer(1);
  CHECK(writer.replies() == 0);
  writer.ArrayHeader(1);
  writer.AttributeHeader(1);
  writer.Simple("a");
  writer.Simple("b");
  CHECK(writer.replies() == 0);
  CHECK(writer.owed() == 1);
  writer.AttributeHeader(0);
  writer.Integer(7);
  CHECK(writer.replies() == 1);
  CHECK(out.bytes() == "|1\r\n+ttl\r\n:1\r\n*1\r\n|1\r\n+a\r\n+b\r\n|0\r\n:7\r\n");
}

TEST_CASE("ReplyWriter: an aggregate of unknown size gets its header afterwards") {
  const auto write = [](ReplyWriter& writer) {
    const auto outer = writer.Begin();
    writer.Bulk("first");
    const auto map = writer.Begin();
    writer.Bulk("key");
    const auto set = writer.Begin();
    writer.EndSet(set, 0);
    writer.EndMap(map, 1);
    writer.ArrayHeader(1);
    writer.Integer(1);
    CHECK(writer.replies() == 0);
    writer.EndArray(outer, 3);
  };
  CHECK(Wire(Version::kResp2, write) ==
        "*3\r\n$5\r\nfirst\r\n*2\r\n$3\r\nkey\r\n*0\r\n*1\r\n:1\r\n");
  CHECK(Wire(Version::kResp3, write) ==
        "*3\r\n$5\r\nfirst\r\n%1\r\n$3\r\nkey\r\n~0\r\n*1\r\n:1\r\n");
}

TEST_CASE("ReplyWriter: a deferred header moves the shared values behind it") {
  const std::string large(ReplyWriter::kSharedBytesMin, 'L');
  const SharedSlice slice{large.data(), large.size(), nullptr, nullptr};
  OutputBuffer out;
  ReplyWriter writer(out, Version::kResp2);
  writer.BulkShared(slice);
  const auto begin = writer.Begin();
  writer.BulkShared(slice);
  writer.EndArray(begin, 1);
  CHECK(out.bytes() == "$16384\r\n\r\n*1\r\n$16384\r\n\r\n");
  REQUIRE(out.splices().size() == 2);
  CHECK(out.splices()[0].offset == 8);
  CHECK(out.splices()[1].offset == 22);
}

TEST_CASE("ReplyWriter: owed() shows an aggregate that got too few or too many elements") {
  OutputBuffer out;
  ReplyWriter writer(out, Version::kResp3);
  auto begin = writer.Begin();
  writer.Integer(1);
  writer.EndArray(begin, 2);
  CHECK(writer.owed() == 1);
  writer.ResetCount();
  begin = writer.Begin();
  writer.Integer(1);
  writer.EndMap(begin, 0);
  CHECK(writer.owed() == -1);
}

namespace {

// Writes a random reply, and returns what a decoder should make of it.
void WriteRandom(Random& random, ReplyWriter& writer, int depth, size_t* values) {
  ++*values;
  const uint64_t kind = random.Below(depth > 0 ? 16 : 10);
  const size_t elements = random.Below(4);
  const auto write_elements = [&](size_t count) {
    for (size_t i = 0; i < count; ++i) WriteRandom(random, writer, depth - 1, values);
  };
  switch (kind) {
    case 0:
      return writer.Ok();
    case 1:
      return writer.Error("ERR x");
    case 2:
      return writer.Integer(static_cast<int64_t>(random.Next()));
    case 3:
      return writer.Bulk(std::string(random.Below(120), 'b'));
    case 4:
      return writer.Null();
    case 5:
      return writer.NullArray();
    case 6:
      return writer.Boolean(random.Below(2) == 0);
    case 7:
      return writer.Double(random.Unit());
    case 8:
      return writer.BigNumber("123456789012345678901234567890");
    case 9:
      return writer.Verbatim("txt", "text");
    case 10:
      writer.ArrayHeader(elements);
      return write_elements(elements);
    case 11:
      writer.MapHeader(elements);
      return write_elements(elements * 2);
    case 12:
      writer.SetHeader(elements);
      return write_elements(elements);
    default:
      break;
  }
  const auto begin = writer.Begin();
  write_elements(kind == 14 ? elements * 2 : elements);
  if (kind == 13) writer.EndArray(begin, elements);
  if (kind == 14) writer.EndMap(begin, elements);
  if (kind == 15) writer.EndSet(begin, elements);
}

size_t CountValues(const Reply& reply) {
  size_t values = 1;
  for (const Reply& element : reply.elements) values += CountValues(element);
  return values;
}

}  // namespace

TEST_CASE("ReplyWriter: any tree of replies decodes as one, and is counted as one") {
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    OutputBuffer out;
    ReplyWriter writer(out, random.Below(2) == 0 ? Version::kResp2 : Version::kResp3);
    size_t values = 0;
    WriteRandom(random, writer, 4, &values);
    REQUIRE(writer.replies() == 1);
    REQUIRE(writer.owed() == 0);
    ReplyDecoder decoder;
    Reply reply;
    size_t wire_bytes = 0;
    REQUIRE(decoder.Decode(out.bytes(), {}, &reply, &wire_bytes) == ReplyStatus::kReply);
    REQUIRE(wire_bytes == out.bytes().size());
    REQUIRE(CountValues(reply) == values);
  }
}
