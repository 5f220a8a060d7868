// Replies of every type, cut anywhere, are counted the same.

#include "tools/bench/reply_counter.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace bench {
namespace {

struct Example {
  std::string_view bytes;
  uint64_t replies;
};

const std::vector<Example> kExamples = {
    {"+PONG\r\n", 1},
    {":-12\r\n", 1},
    {"$5\r\nhello\r\n", 1},
    {"$4\r\n\r\n\r\n\r\n", 1},  // a bulk string made of line ends
    {"$0\r\n\r\n", 1},
    {"$-1\r\n", 1},
    {"*-1\r\n", 1},
    {"*0\r\n", 1},
    {"*3\r\n$1\r\na\r\n$-1\r\n:3\r\n", 1},
    {"*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n+x\r\n", 1},
    {"_\r\n#t\r\n,1.5\r\n(123\r\n=7\r\ntxt:abc\r\n", 5},
    {"%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n~2\r\n:1\r\n:2\r\n", 2},
    {">2\r\n+message\r\n$1\r\nx\r\n:1\r\n", 1},  // a push is no reply
    {"+a\r\n+b\r\n$1\r\nc\r\n-ERR d\r\n", 4},
};

TEST_CASE("ReplyCounter: counts the same wherever the stream is cut") {
  for (const Example& example : kExamples) {
    CAPTURE(example.bytes);
    ReplyCounter whole;
    CHECK(whole.Consume(example.bytes) == example.replies);
    for (size_t cut = 0; cut <= example.bytes.size(); ++cut) {
      ReplyCounter counter;
      const uint64_t before = counter.Consume(example.bytes.substr(0, cut));
      const uint64_t after = counter.Consume(example.bytes.substr(cut));
      CHECK(before + after == example.replies);
      CHECK_FALSE(counter.is_broken());
    }
    ReplyCounter bytewise;
    uint64_t replies = 0;
    for (const char byte : example.bytes) replies += bytewise.Consume({&byte, 1});
    CHECK(replies == example.replies);
  }
}

TEST_CASE("ReplyCounter: a reply counts only when its last byte has come") {
  for (const Example& example : kExamples) {
    CAPTURE(example.bytes);
    ReplyCounter counter;
    CHECK(counter.Consume(example.bytes.substr(0, example.bytes.size() - 1)) ==
          example.replies - 1);
  }
}

TEST_CASE("ReplyCounter: keeps the first error and counts all, inside of arrays too") {
  ReplyCounter counter;
  CHECK(counter.Consume("*2\r\n-ERR first\r\n:1\r\n-WRONGTYPE second\r\n") == 2);
  CHECK(counter.errors() == 2);
  CHECK(counter.first_error() == "ERR first");
}

TEST_CASE("ReplyCounter: what is not RESP breaks it") {
  for (const std::string_view bytes :
       {"HTTP/1.1 400\r\n", "\r\n", "$x\r\n", "$-2\r\n", "*\r\n", "$5 \r\n", "?1\r\n"}) {
    CAPTURE(bytes);
    ReplyCounter counter;
    CHECK(counter.Consume(bytes) == 0);
    CHECK(counter.is_broken());
    CHECK(counter.Consume("+PONG\r\n") == 0);
  }
  ReplyCounter endless;
  CHECK(endless.Consume(std::string(100'000, '+')) == 0);
  CHECK(endless.is_broken());
}

}  // namespace
}  // namespace bench
