// Templates of AmqpChannel, for its own files.
#pragma once

#include "server/amqp/amqp_channel.h"
#include "server/amqp/amqp_session.h"
#include "server/amqp/decode_method.h"

namespace server {

template <class Method>
Answered AmqpChannel::With(std::string_view fields,
                           Answered (AmqpChannel::*handler)(const Method&)) {
  const auto method = DecodeMethod<Method>(fields);
  if (!method) return std::unexpected(method.error());
  return (this->*handler)(*method);
}

template <class Method>
void AmqpChannel::Send(const Method& method) {
  protocol::amqp::AppendMethod(session_.Output(), number_, method);
}

}  // namespace server
