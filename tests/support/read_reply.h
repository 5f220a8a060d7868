// One reply as a tree, for tests that look at parts of it or do not know its order.
#pragma once

#include <doctest/doctest.h>

#include <string_view>

#include "protocol/resp/reply_decoder.h"

namespace tests {

// `bytes` must be exactly one reply.
inline protocol::resp::Reply ReadReply(std::string_view bytes) {
  protocol::resp::ReplyDecoder decoder;
  protocol::resp::Reply reply;
  size_t wire_bytes = 0;
  const auto status = decoder.Decode(bytes, {}, &reply, &wire_bytes);
  REQUIRE_MESSAGE(status == protocol::resp::ReplyStatus::kReply, bytes.substr(0, 100));
  REQUIRE(wire_bytes == bytes.size());
  return reply;
}

}  // namespace tests
