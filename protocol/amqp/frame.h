// Frames: how AMQP 0-9-1 cuts the stream of a connection (specification 2.3.5, 4.2.3).
//
//   +------+---------+------------+-------------------+------+
//   | type | channel | size       | payload           | 0xCE |
//   | u8   | u16     | u32        | size bytes        | u8   |
//   +------+---------+------------+-------------------+------+
//
//   type 1  method: class u16, method u16, its fields          (methods.gen.h)
//   type 2  content header: class, weight, size, properties    (content_header.h)
//   type 3  body: bytes of the content
//   type 8  heartbeat: empty, on AmqpChannel 0
//
// A frame is understood from its first seven bytes, so a decoder that lacks bytes has nothing to
// remember: the next call reads the same seven bytes again, and n reads cost n looks. The payload
// is a view into the input. An announced size is refused as soon as it is seen to be too large, and
// takes no memory before its bytes come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/amqp/field_writer.h"
#include "protocol/output_buffer.h"

namespace protocol::amqp {

enum class FrameType : uint8_t { kMethod = 1, kHeader = 2, kBody = 3, kHeartbeat = 8 };

inline constexpr size_t kFrameHeaderBytes = 7;
inline constexpr size_t kFrameOverheadBytes = 8;  // with the octet at the end
inline constexpr char kFrameEnd = '\xCE';
inline constexpr size_t kSmallestFrameMax = 4096;  // what every peer must take

// What a connection begins with: eight octets, specification 4.2.2.
inline constexpr std::string_view kProtocolHeader{"AMQP\0\0\x09\x01", 8};
enum class ProtocolHeader : uint8_t { kAccepted, kIncomplete, kOther };
// Looks at the first octets of a connection. kOther: answer with kProtocolHeader and close. The
// header that clients of 0-9 sent is accepted as well.
ProtocolHeader CheckProtocolHeader(std::string_view input);

struct Frame {
  uint8_t type = 0;  // a FrameType, or anything else that the peer sent
  uint16_t channel = 0;
  std::string_view payload;
  size_t wire_bytes = 0;  // of the whole frame
};

enum class FrameStatus : uint8_t {
  kFrame,
  kIncomplete,  // a good beginning; `wire_bytes` says how many bytes to wait for, or 0: unknown yet
  kTooLarge,    // `wire_bytes` is that of the frame, which has not come
  kBadEnd,      // the payload is there, but not the octet behind it
};

// Decodes the frame at the front of `input`. `payload_bytes_max`: larger ones are refused.
inline FrameStatus DecodeFrame(std::string_view input, size_t payload_bytes_max, Frame& frame);

// The text of the error that RabbitMQ closes a connection with (501) for such a frame.
std::string FrameErrorText(FrameStatus status, const Frame& frame, size_t frame_bytes_max);

// --- writing ---

inline char* WriteFrameHeader(char* to, FrameType type, uint16_t channel, size_t payload_bytes) {
  to = WriteU8(to, static_cast<uint8_t>(type));
  to = WriteU16(to, channel);
  return WriteU32(to, static_cast<uint32_t>(payload_bytes));
}

// One frame with these bytes in it.
void AppendFrame(OutputBuffer& output, FrameType type, uint16_t channel, std::string_view payload);

// A frame with a method that is longer than what a buffer reserves.
template <class Method>
void AppendLongMethod(OutputBuffer& output, uint16_t channel, const Method& method);

template <class Method>
inline void AppendMethod(OutputBuffer& output, uint16_t channel, const Method& method) {
  const size_t payload_bytes = 4 + method.wire_bytes();
  const size_t frame_bytes = payload_bytes + kFrameOverheadBytes;
  if (frame_bytes > OutputBuffer::kReserveMax) return AppendLongMethod(output, channel, method);
  char* to = output.Reserve(frame_bytes);
  to = WriteFrameHeader(to, FrameType::kMethod, channel, payload_bytes);
  to = WriteU32(to, static_cast<uint32_t>(Method::kId));
  to = method.Write(to);
  *to = kFrameEnd;
  output.Commit(frame_bytes);
}

template <class Method>
void AppendLongMethod(OutputBuffer& output, uint16_t channel, const Method& method) {
  std::string payload(4 + method.wire_bytes(), '\0');
  method.Write(WriteU32(payload.data(), static_cast<uint32_t>(Method::kId)));
  AppendFrame(output, FrameType::kMethod, channel, payload);
}

// A content's bytes as body frames of at most `frame_bytes_max` each; none for an empty body.
void AppendBody(OutputBuffer& output, uint16_t channel, size_t frame_bytes_max,
                std::string_view body);

// A body that is owned elsewhere: its bytes go out by reference. `share` makes a slice of a part of
// it, whose release gives that reference back.
struct SharedBody {
  std::string_view bytes;
  void* owner;
  SharedSlice (*share)(void* owner, std::string_view part);
};
void AppendSharedBody(OutputBuffer& output, uint16_t channel, size_t frame_bytes_max,
                      const SharedBody& body);

}  // namespace protocol::amqp

#include "protocol/amqp/frame_inline.h"
