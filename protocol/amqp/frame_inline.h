// DecodeFrame, which stands in the way of every frame; declared and explained in frame.h.
#pragma once

#include "protocol/amqp/field_reader.h"
#include "protocol/amqp/frame.h"

namespace protocol::amqp {

inline FrameStatus DecodeFrame(std::string_view input, size_t payload_bytes_max, Frame& frame) {
  frame.wire_bytes = 0;
  if (input.size() < kFrameHeaderBytes) return FrameStatus::kIncomplete;
  const char* from = input.data();
  const size_t payload_bytes = LoadBigEndian<uint32_t>(from + 3);
  frame.type = static_cast<uint8_t>(from[0]);
  frame.channel = LoadBigEndian<uint16_t>(from + 1);
  frame.wire_bytes = payload_bytes + kFrameOverheadBytes;
  if (payload_bytes > payload_bytes_max) return FrameStatus::kTooLarge;
  if (input.size() < frame.wire_bytes) return FrameStatus::kIncomplete;
  frame.payload = input.substr(kFrameHeaderBytes, payload_bytes);
  return from[frame.wire_bytes - 1] == kFrameEnd ? FrameStatus::kFrame : FrameStatus::kBadEnd;
}

}  // namespace protocol::amqp
