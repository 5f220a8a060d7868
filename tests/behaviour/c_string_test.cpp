// Places where Redis takes an argument as a C string, so that a zero byte ends it. Found by the
// differential test.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;
using namespace std::string_view_literals;

TEST_CASE("C strings: EXPIRE repeats an unsupported option up to a zero byte") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"EXPIRE", "k", "1000", "1.5\0x"sv}) == "-ERR Unsupported option 1.5\r\n");
  CHECK(client.Run({"EXPIRE", "k", "1000", "\0"sv}) == "-ERR Unsupported option \r\n");
}

TEST_CASE("C strings: SCAN reads its cursor up to a zero byte") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"SCAN", "0\0junk"sv}) == "*2\r\n$1\r\n0\r\n*0\r\n");
  CHECK(client.Run({"SCAN", "\0"sv}) == "-ERR invalid cursor\r\n");
}
