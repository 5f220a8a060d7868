// Property: however a reply is cut, the decoder gives the same value or error as with all bytes at
// once, and it agrees with a naive recursive decoder as long as no limit is met.
//
// Input: one byte that picks the size of the pieces, then what the socket delivers.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/resp/reply_decoder.h"
#include "storage/base/check.h"
#include "tests/support/naive_reply_decoder.h"

using protocol::resp::Reply;
using protocol::resp::ReplyDecoder;
using protocol::resp::ReplyLimits;
using protocol::resp::ReplyStatus;
using test_support::NaiveReplyDecoder;

namespace {

const ReplyLimits kLimits{.depth_max = 16,
                          .values_max = 300,
                          .line_bytes_max = 200,
                          .bulk_bytes_max = 500,
                          .reply_bytes_max = 900};

struct Outcome {
  ReplyStatus status = ReplyStatus::kIncomplete;
  Reply reply;
  size_t wire_bytes = 0;
  std::string error;
};

Outcome DecodeCopy(ReplyDecoder& decoder, std::string_view input) {
  const auto buffer = std::make_unique<char[]>(input.size());
  std::copy(input.begin(), input.end(), buffer.get());
  Outcome outcome;
  outcome.status =
      decoder.Decode({buffer.get(), input.size()}, kLimits, &outcome.reply, &outcome.wire_bytes);
  outcome.error = decoder.error();
  return outcome;
}

Outcome DecodePieces(std::string_view input, size_t piece_bytes) {
  ReplyDecoder decoder;
  for (size_t seen = 0;; seen = std::min(seen + piece_bytes, input.size())) {
    Outcome outcome = DecodeCopy(decoder, input.substr(0, seen));
    if (outcome.status != ReplyStatus::kIncomplete || seen == input.size()) return outcome;
  }
}

bool IsLimit(std::string_view error) {
  return error.ends_with("too long") || error.ends_with("too deep") ||
         error.ends_with("too many values");
}

void RequireNaive(std::string_view input, const Outcome& whole) {
  if (IsLimit(whole.error)) return;
  NaiveReplyDecoder naive(input);
  Reply reply;
  CHECK_INVARIANT(naive.Decode(&reply) == whole.status);
  if (whole.status != ReplyStatus::kReply) return;
  CHECK_INVARIANT(reply == whole.reply);
  CHECK_INVARIANT(naive.wire_bytes() == whole.wire_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const size_t piece_bytes = 1 + data[0] % 16;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (;;) {
    ReplyDecoder decoder;
    const Outcome whole = DecodeCopy(decoder, input);
    const Outcome pieces = DecodePieces(input, piece_bytes);
    CHECK_INVARIANT(pieces.status == whole.status);
    CHECK_INVARIANT(pieces.error == whole.error);
    RequireNaive(input, whole);
    if (whole.status != ReplyStatus::kReply) return 0;
    CHECK_INVARIANT(pieces.reply == whole.reply);
    CHECK_INVARIANT(pieces.wire_bytes == whole.wire_bytes);
    input.remove_prefix(whole.wire_bytes);
  }
}
