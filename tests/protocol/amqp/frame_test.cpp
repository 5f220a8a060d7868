#include "protocol/amqp/frame.h"

#include <doctest/doctest.h>

#include <string>

#include "protocol/amqp/methods.gen.h"

using namespace protocol::amqp;
using protocol::OutputBuffer;
using protocol::SharedSlice;

namespace {

constexpr size_t kPayloadMax = 4096;

std::string FrameOf(FrameType type, uint16_t channel, std::string_view payload) {
  OutputBuffer output;
  AppendFrame(output, type, channel, payload);
  return std::string(output.bytes());
}

}  // namespace

TEST_CASE("AmqpFrame: a frame cut anywhere asks for more bytes, and then decodes the same") {
  const std::string wire = FrameOf(FrameType::kBody, 0x1234, "payload");
  Frame frame;
  for (size_t cut = 0; cut < wire.size(); ++cut) {
    CAPTURE(cut);
    REQUIRE(DecodeFrame(wire.substr(0, cut), kPayloadMax, frame) == FrameStatus::kIncomplete);
    CHECK(frame.wire_bytes == (cut < kFrameHeaderBytes ? 0 : wire.size()));
  }
  const std::string followed = wire + "\x01\x02";
  REQUIRE(DecodeFrame(followed, kPayloadMax, frame) == FrameStatus::kFrame);
  CHECK(frame.type == 3);
  CHECK(frame.channel == 0x1234);
  CHECK(frame.payload == "payload");
  CHECK(frame.payload.data() == followed.data() + kFrameHeaderBytes);
  CHECK(frame.wire_bytes == wire.size());
}

TEST_CASE("AmqpFrame: a payload over the limit is refused before it comes") {
  std::string header(kFrameHeaderBytes, '\0');
  Frame frame;
  WriteFrameHeader(header.data(), FrameType::kBody, 1, kPayloadMax);
  CHECK(DecodeFrame(header, kPayloadMax, frame) == FrameStatus::kIncomplete);
  WriteFrameHeader(header.data(), FrameType::kBody, 1, 4100);
  REQUIRE(DecodeFrame(header, kPayloadMax, frame) == FrameStatus::kTooLarge);
  CHECK(FrameErrorText(FrameStatus::kTooLarge, frame, 4096) ==
        "type 3, all octets = <<>>: {frame_too_large,4100,4088}");
}

TEST_CASE("AmqpFrame: a wrong octet at the end is told with the first octets of the payload") {
  Frame frame;
  std::string wire = FrameOf(FrameType::kMethod, 1, "abc");
  wire.back() = '\0';
  REQUIRE(DecodeFrame(wire, kPayloadMax, frame) == FrameStatus::kBadEnd);
  CHECK(FrameErrorText(FrameStatus::kBadEnd, frame, 4096) ==
        "type 1, all octets = <<\"abc\">>: {invalid_frame_end_marker,0}");
  wire = FrameOf(FrameType::kBody, 1, std::string("\0\1\xFF", 3) + std::string(20, 'x'));
  wire.back() = '\x7';
  REQUIRE(DecodeFrame(wire, kPayloadMax, frame) == FrameStatus::kBadEnd);
  CHECK(FrameErrorText(FrameStatus::kBadEnd, frame, 4096) ==
        "type 3, first 16 octets = <<0,1,255,120,120,120,120,120,120,120,120,120,120,120,120,120"
        ">>: {invalid_frame_end_marker,7}");
}

TEST_CASE("AmqpFrame: the protocol header is known from its first octets") {
  for (size_t cut = 0; cut < kProtocolHeader.size(); ++cut) {
    CHECK(CheckProtocolHeader(kProtocolHeader.substr(0, cut)) == ProtocolHeader::kIncomplete);
  }
  CHECK(CheckProtocolHeader(kProtocolHeader) == ProtocolHeader::kAccepted);
  CHECK(CheckProtocolHeader(std::string(kProtocolHeader) + "more") == ProtocolHeader::kAccepted);
  CHECK(CheckProtocolHeader({"AMQP\x01\x01\0\x09", 8}) == ProtocolHeader::kAccepted);
  CHECK(CheckProtocolHeader({"AMQP\0\0\x0A\0", 8}) == ProtocolHeader::kOther);
  CHECK(CheckProtocolHeader({"AMQP\0\x01\0\0", 8}) == ProtocolHeader::kOther);
  CHECK(CheckProtocolHeader("GET / HTTP/1.1") == ProtocolHeader::kOther);
  CHECK(CheckProtocolHeader("\x16") == ProtocolHeader::kOther);
}

TEST_CASE("AmqpFrame: a body is cut so that no frame is larger than agreed") {
  for (const size_t size : {0, 1, 4087, 4088, 4089, 8176, 10000}) {
    CAPTURE(size);
    const std::string body(size, 'b');
    OutputBuffer output;
    AppendBody(output, 7, 4096, body);
    std::string_view wire = output.bytes();
    std::string joined;
    while (!wire.empty()) {
      Frame frame;
      REQUIRE(DecodeFrame(wire, kPayloadMax, frame) == FrameStatus::kFrame);
      CHECK(frame.wire_bytes <= 4096);
      CHECK(frame.type == 3);
      CHECK(!frame.payload.empty());
      joined += frame.payload;
      wire.remove_prefix(frame.wire_bytes);
    }
    CHECK(joined == body);
  }
}

TEST_CASE("AmqpFrame: a shared body goes out by reference, one for each frame") {
  struct Owner {
    int references = 0;
  } owner;
  const std::string body(10000, 's');
  {
    OutputBuffer output;
    AppendSharedBody(output, 7, 4096, {body, &owner, [](void* of, std::string_view part) {
                                         ++static_cast<Owner*>(of)->references;
                                         return SharedSlice{
                                             part.data(), part.size(), of, [](void* released) {
                                               --static_cast<Owner*>(released)->references;
                                             }};
                                       }});
    CHECK(owner.references == 3);
    CHECK(output.wire_size() == body.size() + 3 * kFrameOverheadBytes);
    CHECK(output.splices()[0].slice.data == body.data());
  }
  CHECK(owner.references == 0);
}

TEST_CASE("AmqpFrame: a method longer than a buffer's reserve is written as well") {
  const std::string long_text(20000, 't');
  OutputBuffer output;
  AppendMethod(output, 0, ConnectionSecure{.challenge = long_text});
  Frame frame;
  REQUIRE(DecodeFrame(output.bytes(), 100000, frame) == FrameStatus::kFrame);
  CHECK(frame.payload.size() == 4 + 4 + long_text.size());
  CHECK(frame.wire_bytes == output.bytes().size());
}
