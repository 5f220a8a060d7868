#include "protocol/amqp/frame.h"

#include <algorithm>
#include <cctype>

namespace protocol::amqp {
namespace {

constexpr std::string_view kHeader_0_9{"AMQP\x01\x01\0\x09", 8};

// A binary as RabbitMQ shows it: <<"text">> when all of it is printable, else <<1,2,3>>.
std::string BinaryText(std::string_view bytes) {
  if (bytes.empty()) return "<<>>";
  const bool is_printable =
      std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  std::string text = "<<";
  if (is_printable) {
    text += '"';
    for (const char c : bytes) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    return text + "\">>";
  }
  for (const char c : bytes) {
    if (text.size() > 2) text += ',';
    text += std::to_string(static_cast<uint8_t>(c));
  }
  return text + ">>";
}

// Calls `append(header and what else stands around it, part)` for each frame of a body.
template <class AppendPart>
void ForEachBodyFrame(OutputBuffer& output, uint16_t channel, size_t frame_bytes_max,
                      std::string_view body, AppendPart append_part) {
  const size_t part_max = frame_bytes_max - kFrameOverheadBytes;
  while (!body.empty()) {
    const std::string_view part = body.substr(0, part_max);
    body.remove_prefix(part.size());
    WriteFrameHeader(output.Reserve(kFrameHeaderBytes), FrameType::kBody, channel, part.size());
    output.Commit(kFrameHeaderBytes);
    append_part(part);
    output.Append(kFrameEnd);
  }
}

}  // namespace

ProtocolHeader CheckProtocolHeader(std::string_view input) {
  const std::string_view seen = input.substr(0, kProtocolHeader.size());
  if (!kProtocolHeader.starts_with(seen) && !kHeader_0_9.starts_with(seen)) {
    return ProtocolHeader::kOther;
  }
  return seen.size() < kProtocolHeader.size() ? ProtocolHeader::kIncomplete
                                              : ProtocolHeader::kAccepted;
}

std::string FrameErrorText(FrameStatus status, const Frame& frame, size_t frame_bytes_max) {
  constexpr size_t kShownBytes = 16;
  const bool is_too_large = status == FrameStatus::kTooLarge;
  const std::string_view payload = is_too_large ? std::string_view() : frame.payload;
  const size_t payload_bytes = frame.wire_bytes - kFrameOverheadBytes;
  std::string text = "type " + std::to_string(frame.type) + ", ";
  text += payload.size() > kShownBytes ? "first 16 octets = " : "all octets = ";
  text += BinaryText(payload.substr(0, kShownBytes)) + ": ";
  if (is_too_large) {
    return text + "{frame_too_large," + std::to_string(payload_bytes) + "," +
           std::to_string(frame_bytes_max - kFrameOverheadBytes) + "}";
  }
  const auto end = static_cast<uint8_t>(frame.payload.data()[payload_bytes]);
  return text + "{invalid_frame_end_marker," + std::to_string(end) + "}";
}

void AppendFrame(OutputBuffer& output, FrameType type, uint16_t channel, std::string_view payload) {
  WriteFrameHeader(output.Reserve(kFrameHeaderBytes), type, channel, payload.size());
  output.Commit(kFrameHeaderBytes);
  output.Append(payload);
  output.Append(kFrameEnd);
}

void AppendBody(OutputBuffer& output, uint16_t channel, size_t frame_bytes_max,
                std::string_view body) {
  ForEachBodyFrame(output, channel, frame_bytes_max, body,
                   [&](std::string_view part) { output.Append(part); });
}

void AppendSharedBody(OutputBuffer& output, uint16_t channel, size_t frame_bytes_max,
                      const SharedBody& body) {
  ForEachBodyFrame(output, channel, frame_bytes_max, body.bytes, [&](std::string_view part) {
    output.AppendShared(body.share(body.owner, part));
  });
}

}  // namespace protocol::amqp
