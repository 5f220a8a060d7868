// BrokerError: why the broker refused something. server/amqp turns it into a code and RabbitMQ's
// text.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace storage::broker {

struct BrokerError {
  enum class Kind : uint8_t {
    kNoQueue,
    kNoExchange,
    kReservedName,     // "amq." is the broker's own
    kDefaultExchange,  // may not be changed
    kInequivalent,     // declared again with another `argument`
    kLocked,           // exclusive, and another's
    kInvalidArgument,  // `argument` is not what it must be: `received` says why
    kInUse,
    kNotEmpty,
  };
  Kind kind;
  std::string subject = {};  // the queue's or exchange's name
  std::string argument = {};
  std::string received = {};
  std::string current = {};
};

template <class T>
using Outcome = std::expected<T, BrokerError>;

}  // namespace storage::broker
