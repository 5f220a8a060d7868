// Property: however the bytes are cut, the frames and the end are the same; a payload lies inside
// the input; what was decoded is written back the same.
//
// Input: one byte that picks the size of the pieces, then what the socket delivers.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/amqp/frame.h"
#include "storage/base/check.h"

using namespace protocol::amqp;

namespace {

constexpr size_t kPayloadMax = 256;

// One call on a fresh copy, so that a look behind the input is found out.
FrameStatus DecodeCopy(std::string_view input, Frame& frame, std::string& payload) {
  const auto copy = std::make_unique<char[]>(input.size());
  std::copy(input.begin(), input.end(), copy.get());
  const FrameStatus status = DecodeFrame({copy.get(), input.size()}, kPayloadMax, frame);
  if (status == FrameStatus::kFrame) payload = frame.payload;
  if (status == FrameStatus::kBadEnd || status == FrameStatus::kTooLarge) {
    CHECK_INVARIANT(FrameErrorText(status, frame, kPayloadMax).size() < 255);
  }
  return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const size_t piece_bytes = 1 + data[0] % 16;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!input.empty()) {
    Frame frame;
    Frame piecewise;
    std::string payload;
    std::string of_pieces;
    const FrameStatus status = DecodeCopy(input, frame, payload);
    FrameStatus so_far = FrameStatus::kIncomplete;
    for (size_t seen = 0; so_far == FrameStatus::kIncomplete;) {
      so_far = DecodeCopy(input.substr(0, seen), piecewise, of_pieces);
      if (so_far == FrameStatus::kIncomplete && piecewise.wire_bytes != 0) {
        CHECK_INVARIANT(piecewise.wire_bytes > seen);
      }
      if (seen == input.size()) break;
      seen = std::min(seen + piece_bytes, input.size());
    }
    CHECK_INVARIANT(so_far == status && of_pieces == payload);
    if (status != FrameStatus::kFrame) break;
    protocol::OutputBuffer output;
    AppendFrame(output, static_cast<FrameType>(frame.type), frame.channel, payload);
    CHECK_INVARIANT(output.bytes() == input.substr(0, frame.wire_bytes));
    input.remove_prefix(frame.wire_bytes);
  }
  return 0;
}
