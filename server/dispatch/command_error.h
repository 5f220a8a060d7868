// CommandError: the error line a client gets, code first and without '-'. The common ones are made
// here, so that each text exists once; they are Redis 7.4's to the letter.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "storage/error.h"

namespace server {

class [[nodiscard]] CommandError {
 public:
  explicit CommandError(std::string line) : line_(std::move(line)) {}
  const std::string& line() const { return line_; }

  static CommandError From(storage::Error error);
  // "ERR " and the text.
  static CommandError Err(std::string_view text);
  static CommandError Syntax() { return Err("syntax error"); }
  static CommandError NotAnInteger() { return Err("value is not an integer or out of range"); }
  static CommandError NotAFloat() { return Err("value is not a valid float"); }
  static CommandError OutOfRange() { return Err("index out of range"); }
  static CommandError NoSuchKey() { return Err("no such key"); }
  static CommandError InvalidExpire(std::string_view command);  // the command's name in lower case
  static CommandError WrongArguments(std::string_view full_name);  // "config|set" in lower case
  // A subcommand that exists, called in a way that does not: "SLOWLOG GET 1 2".
  static CommandError SubcommandSyntax(std::string_view as_sent, std::string_view container);
  static CommandError NoMemory();
  static CommandError NoMemoryForRequest();

 private:
  std::string line_;
};

// What an error repeats of bytes that a client sent: at most 128 (or as said, up to 64 KiB), and
// nothing from a zero byte on, as Redis formats them as C strings.
std::string_view EchoedInError(std::string_view sent, size_t bytes_max = 128);

}  // namespace server
