// Shows what the words of `bind` mean, and how addresses are written for clients to read.

#include "server/net/bind_address.h"

#include <doctest/doctest.h>

namespace server {
namespace {

std::string Resolved(std::string_view text, uint16_t port) {
  const auto address = Resolve(ParseBindAddress(text), port);
  return address ? FormatAddress(*address) : "error";
}

TEST_CASE("BindAddress: numbers and stars become addresses without a resolver") {
  CHECK(Resolved("127.0.0.1", 6379) == "127.0.0.1:6379");
  CHECK(Resolved("::1", 1) == "[::1]:1");
  CHECK(Resolved("2001:db8:0:0::7", 65535) == "[2001:db8::7]:65535");
  CHECK(Resolved("*", 6379) == "0.0.0.0:6379");
  CHECK(Resolved("::*", 6379) == "[::]:6379");
}

TEST_CASE("BindAddress: a leading minus makes any of them optional and changes nothing else") {
  for (const std::string text : {"127.0.0.1", "::1", "*", "::*"}) {
    CHECK_FALSE(ParseBindAddress(text).is_optional);
    CHECK(ParseBindAddress("-" + text).is_optional);
    CHECK(Resolved("-" + text, 7) == Resolved(text, 7));
  }
}

TEST_CASE("BindAddress: what is no address is an error and not every address") {
  CHECK(Resolved("256.0.0.1.invalid", 6379) == "error");
  CHECK(Resolved(":::", 6379) == "error");
}

TEST_CASE("BindAddress: loopback is 127.0.0.0/8 and ::1") {
  const auto is_loopback = [](std::string_view text) {
    return IsLoopback(*Resolve(ParseBindAddress(text), 1));
  };
  CHECK(is_loopback("127.0.0.1"));
  CHECK(is_loopback("127.255.255.254"));
  CHECK(is_loopback("::1"));
  CHECK_FALSE(is_loopback("128.0.0.1"));
  CHECK_FALSE(is_loopback("126.0.0.1"));
  CHECK_FALSE(is_loopback("10.0.0.127"));
  CHECK_FALSE(is_loopback("::"));
  CHECK_FALSE(is_loopback("2001:db8::1"));
  CHECK_FALSE(IsLoopback(SocketAddress()));
}

}  // namespace
}  // namespace server
