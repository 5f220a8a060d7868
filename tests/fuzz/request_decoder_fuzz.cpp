// Property: whatever a socket delivers, and however it is cut, the decoder gives the same requests
// and the same error as a naive decoder that sees everything at once; and its views lie inside the
// bytes it was given.
//
// Input: one byte that picks the limits ('0' Redis's, '1' small ones, '2' a stranger's), one byte
// that picks the size of the pieces, then what the socket delivers.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/resp/request_decoder.h"
#include "storage/base/check.h"
#include "tests/support/naive_request_decoder.h"

using protocol::resp::ArgumentArena;
using protocol::resp::DecodeStatus;
using protocol::resp::RequestDecoder;
using protocol::resp::RequestLimits;
using test_support::NaiveRequest;
using test_support::NaiveRequestDecoder;

namespace {

const RequestLimits kLimits[] = {
    {},
    {.bulk_bytes_max = 20, .arguments_max = 3, .inline_bytes_max = 30},
    {.authenticated = false},
};

// One call on a fresh copy of `input`, so that a view into an earlier buffer is found out.
DecodeStatus DecodeCopy(RequestDecoder& decoder, std::string_view input,
                        const RequestLimits& limits, std::vector<std::string>* arguments,
                        size_t* wire_bytes) {
  const auto buffer = std::make_unique<char[]>(input.size());
  std::copy(input.begin(), input.end(), buffer.get());
  ArgumentArena arena;
  const DecodeStatus status =
      decoder.Decode({buffer.get(), input.size()}, limits, arena, wire_bytes);
  CHECK_INVARIANT(status == DecodeStatus::kRequest || arena.empty());
  for (const std::string_view argument : arena) {
    CHECK_INVARIANT(argument.data() >= buffer.get());
    CHECK_INVARIANT(argument.data() + argument.size() <= buffer.get() + input.size());
    arguments->emplace_back(argument);
  }
  return status;
}

void RequireSame(const NaiveRequest& expected, DecodeStatus status, const RequestDecoder& decoder,
                 const std::vector<std::string>& arguments, size_t wire_bytes) {
  CHECK_INVARIANT(status == expected.status);
  if (status == DecodeStatus::kError) CHECK_INVARIANT(decoder.error() == expected.error);
  if (status != DecodeStatus::kRequest) return;
  CHECK_INVARIANT(arguments == expected.arguments);
  CHECK_INVARIANT(wire_bytes == expected.wire_bytes);
  CHECK_INVARIANT(!decoder.in_request());
}

// The first request of `input`, as a whole and in pieces.
NaiveRequest Check(std::string_view input, const RequestLimits& limits, size_t piece_bytes) {
  const NaiveRequest expected = NaiveRequestDecoder(input, limits).Decode();
  RequestDecoder whole;
  std::vector<std::string> arguments;
  size_t wire_bytes = 0;
  const DecodeStatus status = DecodeCopy(whole, input, limits, &arguments, &wire_bytes);
  RequireSame(expected, status, whole, arguments, wire_bytes);

  RequestDecoder pieces;
  for (size_t seen = 0;; seen = std::min(seen + piece_bytes, input.size())) {
    arguments.clear();
    const DecodeStatus so_far =
        DecodeCopy(pieces, input.substr(0, seen), limits, &arguments, &wire_bytes);
    if (so_far == DecodeStatus::kIncomplete) CHECK_INVARIANT(pieces.bytes_wanted() > seen);
    if (so_far == DecodeStatus::kIncomplete && seen < input.size()) continue;
    RequireSame(expected, so_far, pieces, arguments, wire_bytes);
    return expected;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const RequestLimits& limits = kLimits[data[0] % 3];
  const size_t piece_bytes = 1 + data[1] % 16;
  std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  while (!input.empty()) {
    const NaiveRequest request = Check(input, limits, piece_bytes);
    if (request.status != DecodeStatus::kRequest) break;
    CHECK_INVARIANT(request.wire_bytes > 0 && request.wire_bytes <= input.size());
    input.remove_prefix(request.wire_bytes);
  }
  return 0;
}
