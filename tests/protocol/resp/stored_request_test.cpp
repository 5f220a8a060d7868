#include "protocol/resp/stored_request.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using protocol::resp::StoredRequest;
using Status = protocol::resp::StoredRequest::Status;

namespace {

TEST_CASE("StoredRequest: what is appended is read back, and every cut of it is incomplete") {
  const std::string large(100'000, 'x');
  const std::vector<std::string_view> arguments = {"SET", "k\r\n*", "", large};
  std::string bytes = "before";
  protocol::resp::AppendStoredRequest(arguments, bytes);
  const std::string_view request = std::string_view(bytes).substr(6);
  StoredRequest read;
  REQUIRE(read.Read(std::string(request) + "*1\r\n") == Status::kWhole);
  CHECK(read.bytes() == request.size());
  REQUIRE(read.Read(request) == Status::kWhole);
  CHECK(std::vector(read.arguments().begin(), read.arguments().end()) == arguments);
  for (size_t cut = 0; cut < 64; ++cut) {
    CAPTURE(cut);
    CHECK(read.Read(request.substr(0, cut)) == Status::kIncomplete);
    CHECK(read.Read(request.substr(0, request.size() - 1 - cut)) == Status::kIncomplete);
  }
}

TEST_CASE("StoredRequest: what no server writes is malformed") {
  StoredRequest read;
  for (const char* bytes :
       {"SET k v\r\n", "*0\r\n", "*-1\r\n", "*x\r\n", "*01\r\n$1\r\na\r\n", "*1\n$1\r\na\r\n",
        "*1\r\n:1\r\na\r\n", "*1\r\n$-1\r\n", "*1\r\n$1\r\nab\r\n", "*1\r\n$1\r\na\rb",
        "*1\r\n$99999999999999\r\n", "*1\r\n$0\r\nx", "*1\r\n$1\ra", "*99999999999\r\n"}) {
    CAPTURE(bytes);
    CHECK(read.Read(bytes) == Status::kMalformed);
  }
}

}  // namespace
