// What others may see of a request (slow log, MONITOR): its arguments, with "(redacted)" in place
// of passwords and of the values of sensitive directives.
//
//   AUTH user secret               AUTH (redacted) (redacted)
//   HELLO 3 AUTH user secret       HELLO 3 AUTH (redacted) (redacted)
//   CONFIG SET requirepass secret  CONFIG SET requirepass (redacted)
//
// A command that takes a secret gets a row in redact.cpp.
//
// Lifetime: views into the request's own arguments. Cost: nothing is copied unless the command
// takes secrets.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "server/dispatch/command_table.h"

namespace server {

class RedactedArguments {
 public:
  RedactedArguments(const CommandInTable& command, std::span<const std::string_view> arguments);
  RedactedArguments(const RedactedArguments&) = delete;
  RedactedArguments& operator=(const RedactedArguments&) = delete;

  // As many as the request has.
  std::span<const std::string_view> shown() const { return shown_; }

 private:
  std::vector<std::string_view> copy_;
  std::span<const std::string_view> shown_;
};

}  // namespace server
