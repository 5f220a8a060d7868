#include "server/amqp/failure.h"

#include <fmt/format.h>

namespace server {

using Kind = storage::broker::BrokerError::Kind;
using protocol::amqp::ReplyCode;

std::string Failure::Text() const {
  constexpr size_t kShortStringMax = 255;
  std::string text = fmt::format("{} - {}", protocol::amqp::ReplyName(code), detail);
  if (text.size() > kShortStringMax) text.resize(kShortStringMax);
  return text;
}

std::unexpected<Failure> Fail(ReplyCode code, std::string detail) {
  return std::unexpected(Failure{code, std::move(detail)});
}

Failure ToFailure(const storage::broker::BrokerError& error, Subject subject,
                  std::string_view vhost) {
  const std::string_view noun = subject == Subject::kQueue ? "queue" : "exchange";
  const std::string where = fmt::format("'{}' in vhost '{}'", error.subject, vhost);
  switch (error.kind) {
    case Kind::kNoQueue:
      return {ReplyCode::kNotFound, "no queue " + where};
    case Kind::kNoExchange:
      return {ReplyCode::kNotFound, "no exchange " + where};
    case Kind::kReservedName:
      return {ReplyCode::kAccessRefused,
              fmt::format("{} name '{}' contains reserved prefix 'amq.*'", noun, error.subject)};
    case Kind::kDefaultExchange:
      return {ReplyCode::kAccessRefused, "operation not permitted on the default exchange"};
    case Kind::kInequivalent:
      return {ReplyCode::kPreconditionFailed,
              fmt::format("inequivalent arg '{}' for {} {}: received {} but current is {}",
                          error.argument, noun, where, error.received, error.current)};
    case Kind::kLocked:
      return {ReplyCode::kResourceLocked,
              fmt::format("cannot obtain exclusive access to locked queue {}. It could be "
                          "originally declared on another connection or the exclusive property "
                          "value does not match that of the original declaration.",
                          where)};
    case Kind::kInvalidArgument:
      if (error.argument.empty()) return {ReplyCode::kPreconditionFailed, error.received};
      return {ReplyCode::kPreconditionFailed,
              fmt::format("invalid arg '{}' for {} {}: {}", error.argument, noun, where,
                          error.received)};
    case Kind::kInUse:
      return {ReplyCode::kPreconditionFailed, fmt::format("{} {} in use", noun, where)};
    case Kind::kNotEmpty:
      return {ReplyCode::kPreconditionFailed, fmt::format("{} {} not empty", noun, where)};
  }
  return {ReplyCode::kInternalError, "unknown"};
}

}  // namespace server
