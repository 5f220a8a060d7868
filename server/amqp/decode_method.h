// From frames to methods, for connections and channels alike.
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "protocol/amqp/field_reader.h"
#include "protocol/amqp/field_table.h"
#include "protocol/amqp/frame.h"
#include "protocol/amqp/methods.gen.h"
#include "server/amqp/failure.h"

namespace server {

// Its fields follow as `frame.payload.substr(4)`. nullopt: the frame holds no method.
inline std::optional<protocol::amqp::MethodId> MethodOf(const protocol::amqp::Frame& frame) {
  const bool is_method = frame.type == static_cast<uint8_t>(protocol::amqp::FrameType::kMethod);
  if (!is_method || frame.payload.size() < 4) return std::nullopt;
  return protocol::amqp::MethodId{protocol::amqp::LoadBigEndian<uint32_t>(frame.payload.data())};
}

// The method, its table checked; it points into the fields.
template <class Method>
std::expected<Method, Failure> DecodeMethod(std::string_view fields) {
  Method method;
  protocol::amqp::FieldReader reader(fields);
  if (!method.Decode(reader)) {
    return Fail(protocol::amqp::ReplyCode::kSyntaxError, "illegal method fields");
  }
  if constexpr (requires { method.arguments; }) {
    if (!protocol::amqp::IsValidTable(method.arguments, {})) {
      return Fail(protocol::amqp::ReplyCode::kSyntaxError, "illegal field table");
    }
  }
  return method;
}

}  // namespace server
