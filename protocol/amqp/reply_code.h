// ReplyCode: why an AmqpChannel or a connection is closed, or a message returned (specification
// 1.1, and RabbitMQ's choice of who closes what). A soft error closes the channel it happened on, a
// hard one the connection.
#pragma once

#include <cstdint>
#include <string_view>

namespace protocol::amqp {

enum class ReplyCode : uint16_t {
  kSuccess = 200,
  kContentTooLarge = 311,
  kNoRoute = 312,
  kNoConsumers = 313,
  kConnectionForced = 320,
  kInvalidPath = 402,
  kAccessRefused = 403,
  kNotFound = 404,
  kResourceLocked = 405,
  kPreconditionFailed = 406,
  kFrameError = 501,
  kSyntaxError = 502,
  kCommandInvalid = 503,
  kChannelError = 504,
  kUnexpectedFrame = 505,
  kResourceError = 506,
  kNotAllowed = 530,
  kNotImplemented = 540,
  kInternalError = 541,
};

// The word that a reply text begins with: "NOT_FOUND".
constexpr std::string_view ReplyName(ReplyCode code) {
  switch (code) {
    case ReplyCode::kSuccess:
      return "OK";
    case ReplyCode::kContentTooLarge:
      return "CONTENT_TOO_LARGE";
    case ReplyCode::kNoRoute:
      return "NO_ROUTE";
    case ReplyCode::kNoConsumers:
      return "NO_CONSUMERS";
    case ReplyCode::kConnectionForced:
      return "CONNECTION_FORCED";
    case ReplyCode::kInvalidPath:
      return "INVALID_PATH";
    case ReplyCode::kAccessRefused:
      return "ACCESS_REFUSED";
    case ReplyCode::kNotFound:
      return "NOT_FOUND";
    case ReplyCode::kResourceLocked:
      return "RESOURCE_LOCKED";
    case ReplyCode::kPreconditionFailed:
      return "PRECONDITION_FAILED";
    case ReplyCode::kFrameError:
      return "FRAME_ERROR";
    case ReplyCode::kSyntaxError:
      return "SYNTAX_ERROR";
    case ReplyCode::kCommandInvalid:
      return "COMMAND_INVALID";
    case ReplyCode::kChannelError:
      return "CHANNEL_ERROR";
    case ReplyCode::kUnexpectedFrame:
      return "UNEXPECTED_FRAME";
    case ReplyCode::kResourceError:
      return "RESOURCE_ERROR";
    case ReplyCode::kNotAllowed:
      return "NOT_ALLOWED";
    case ReplyCode::kNotImplemented:
      return "NOT_IMPLEMENTED";
    case ReplyCode::kInternalError:
      return "INTERNAL_ERROR";
  }
  return {};
}

// Whether it closes the whole connection.
constexpr bool IsHardError(ReplyCode code) {
  switch (code) {
    case ReplyCode::kSuccess:
    case ReplyCode::kContentTooLarge:
    case ReplyCode::kNoRoute:
    case ReplyCode::kNoConsumers:
    case ReplyCode::kAccessRefused:
    case ReplyCode::kNotFound:
    case ReplyCode::kResourceLocked:
    case ReplyCode::kPreconditionFailed:
      return false;
    case ReplyCode::kConnectionForced:
    case ReplyCode::kInvalidPath:
    case ReplyCode::kFrameError:
    case ReplyCode::kSyntaxError:
    case ReplyCode::kCommandInvalid:
    case ReplyCode::kChannelError:
    case ReplyCode::kUnexpectedFrame:
    case ReplyCode::kResourceError:
    case ReplyCode::kNotAllowed:
    case ReplyCode::kNotImplemented:
    case ReplyCode::kInternalError:
      return true;
  }
  return true;
}

}  // namespace protocol::amqp
