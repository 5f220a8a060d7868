// Failure: a mistake of an AMQP client, as it goes into channel.close or connection.close; which of
// the two, the code says (IsHardError).
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "protocol/amqp/reply_code.h"
#include "storage/broker/broker_error.h"

namespace server {

struct Failure {
  protocol::amqp::ReplyCode code;
  std::string detail;

  // "NOT_FOUND - no queue 'x' in vhost '/'", cut to what a short string holds.
  std::string Text() const;
};

using Answered = std::expected<void, Failure>;

std::unexpected<Failure> Fail(protocol::amqp::ReplyCode code, std::string detail);

// What the broker was asked about; its errors do not always say it.
enum class Subject : uint8_t { kQueue, kExchange };

// In RabbitMQ's words.
Failure ToFailure(const storage::broker::BrokerError& error, Subject subject,
                  std::string_view vhost);

}  // namespace server
