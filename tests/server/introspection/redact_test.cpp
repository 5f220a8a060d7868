// Which arguments of a request are kept out of the slow log and of MONITOR.

#include "server/introspection/redact.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using Arguments = std::vector<std::string_view>;

// The request as others see it, with spaces between its arguments.
std::string Shown(std::string_view full_name, const Arguments& arguments) {
  server::CommandInTable command;
  command.full_name = full_name;
  const server::RedactedArguments redacted(command, arguments);
  std::string line;
  for (const std::string_view argument : redacted.shown()) {
    if (!line.empty()) line += ' ';
    line += argument;
  }
  return line;
}

}  // namespace

TEST_CASE("Redact: AUTH shows neither user nor password") {
  CHECK(Shown("auth", {"AUTH", "secret"}) == "AUTH (redacted)");
  CHECK(Shown("auth", {"auth", "user", "secret"}) == "auth (redacted) (redacted)");
  CHECK(Shown("auth", {"auth", "a", "b", "c"}) == "auth (redacted) (redacted) (redacted)");
}

TEST_CASE("Redact: HELLO hides what follows AUTH, wherever that stands") {
  CHECK(Shown("hello", {"HELLO", "3"}) == "HELLO 3");
  CHECK(Shown("hello", {"HELLO", "3", "auth", "user", "secret", "SETNAME", "me"}) ==
        "HELLO 3 auth (redacted) (redacted) SETNAME me");
  CHECK(Shown("hello", {"HELLO", "3", "SETNAME", "AUTH", "AUTH", "user", "secret"}) ==
        "HELLO 3 SETNAME AUTH AUTH (redacted) (redacted)");
  CHECK(Shown("hello", {"HELLO", "2", "AUTH", "a", "b", "AUTH", "c", "d"}) ==
        "HELLO 2 AUTH (redacted) (redacted) AUTH (redacted) (redacted)");
}

TEST_CASE("Redact: HELLO that is cut off hides what is there") {
  CHECK(Shown("hello", {"HELLO"}) == "HELLO");
  CHECK(Shown("hello", {"HELLO", "3", "AUTH"}) == "HELLO 3 AUTH");
  CHECK(Shown("hello", {"HELLO", "3", "AUTH", "secret"}) == "HELLO 3 AUTH (redacted)");
}

TEST_CASE("Redact: CONFIG SET hides the values of sensitive directives alone") {
  CHECK(Shown("config|set", {"CONFIG", "SET", "maxmemory", "0", "REQUIREPASS", "secret"}) ==
        "CONFIG SET maxmemory 0 REQUIREPASS (redacted)");
  CHECK(Shown("config|set", {"CONFIG", "SET", "requirepass"}) == "CONFIG SET requirepass");
  CHECK(Shown("config|get", {"CONFIG", "GET", "requirepass", "x"}) == "CONFIG GET requirepass x");
}

TEST_CASE("Redact: other commands show the request's own arguments, not copies") {
  server::CommandInTable command;
  command.full_name = "set";
  const Arguments arguments = {"SET", "auth", "secret"};
  const server::RedactedArguments redacted(command, arguments);
  CHECK(redacted.shown().data() == arguments.data());
  CHECK(redacted.shown().size() == 3);
}
