#include "server/dispatch/command_error.h"

#include <fmt/format.h>

#include <algorithm>

namespace server {
namespace {

// However long the client's words are, errors take no memory that would have to be asked for.
constexpr size_t kEchoedBytesMax = 64 * 1024;

}  // namespace

CommandError CommandError::From(storage::Error error) {
  switch (error) {
    case storage::Error::kWrongType:
      return CommandError("WRONGTYPE Operation against a key holding the wrong kind of value");
    case storage::Error::kNotAnInteger:
      return NotAnInteger();
    case storage::Error::kNotAFloat:
      return NotAFloat();
    case storage::Error::kOverflow:
      return Err("increment or decrement would overflow");
    case storage::Error::kTooLong:
      return Err("string exceeds maximum allowed size (proto-max-bulk-len)");
    case storage::Error::kOutOfMemory:
      return NoMemory();
  }
  return Err("unknown error");
}

CommandError CommandError::Err(std::string_view text) {
  return CommandError(fmt::format("ERR {}", text));
}

CommandError CommandError::InvalidExpire(std::string_view command) {
  return CommandError(fmt::format("ERR invalid expire time in '{}' command", command));
}

CommandError CommandError::WrongArguments(std::string_view full_name) {
  return CommandError(fmt::format("ERR wrong number of arguments for '{}' command", full_name));
}

CommandError CommandError::SubcommandSyntax(std::string_view as_sent, std::string_view container) {
  return Err(fmt::format("unknown subcommand or wrong number of arguments for '{}'. Try {} HELP.",
                         EchoedInError(as_sent), container));
}

CommandError CommandError::NoMemory() {
  return CommandError("OOM not enough memory for this value");
}

CommandError CommandError::NoMemoryForRequest() {
  return CommandError("OOM not enough memory for this request");
}

std::string_view EchoedInError(std::string_view sent, size_t bytes_max) {
  sent = sent.substr(0, std::min(bytes_max, kEchoedBytesMax));
  return sent.substr(0, sent.find('\0'));
}

}  // namespace server
