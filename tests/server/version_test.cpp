// Shows the form of --version, which tools of the Redis world take apart.

#include "server/version.h"

#include <doctest/doctest.h>

#include <regex>

namespace server {
namespace {

TEST_CASE("VersionLine: has redis-server's fields, and the Redis version comes first") {
  const std::regex form(
      R"(Cinnabar server v=7\.4\.0 sha=[0-9a-f]{8}:0 malloc=\S+ bits=64 build=[0-9a-f]{16})"
      R"( cinnabar=\d+\.\d+\.\d+)");
  CHECK(std::regex_match(VersionLine(), form));
}

}  // namespace
}  // namespace server
