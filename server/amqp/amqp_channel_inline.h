// Templates of AmqpChannel, for its own files.
#pragma once

#include "protocol/amqp/field_reader.h"
#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_session.h"

namespace server {

template <class Method>
Answered AmqpChannel::With(std::string_view fields,
                           Answered (AmqpChannel::*handler)(const Method&)) {
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
  return (this->*handler)(method);
}

template <class Method>
void AmqpChannel::Send(const Method& method) {
  protocol::amqp::AppendMethod(session_.Output(), number_, method);
}

}  // namespace server
