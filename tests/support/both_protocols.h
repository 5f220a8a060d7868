// BothProtocols: two equal servers, one whose client speaks RESP2 and one whose client speaks
// RESP3. Each request goes to both, so that a test of a command is a test of both its replies.
//
//   BothProtocols both;
//   both.Check({"GET", "missing"}, "$-1\r\n", "_\r\n");
//   both.CheckRefused({"EXPIRE", "k", "x"}, "ERR value is not an integer or out of range");
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "tests/support/feed_recorder.h"
#include "tests/support/in_process_server.h"

namespace tests {

class BothProtocols {
 public:
  explicit BothProtocols(std::initializer_list<std::string_view> directives = {});

  // Runs the request in both, whose replies must be these, byte for byte.
  void Check(std::initializer_list<std::string_view> request, std::string_view resp2,
             std::string_view resp3);
  void Check(std::initializer_list<std::string_view> request, std::string_view reply) {
    Check(request, reply, reply);
  }
  // The reply must be this error, and no key, no expiry and no count of changes may differ.
  void CheckRefused(std::initializer_list<std::string_view> request, std::string_view error_line);
  // What the last request in the RESP2 server announced as keyspace events and propagated.
  void CheckEvents(std::string_view events) const;
  void CheckPropagated(std::string_view requests) const;

  // Moves both clocks, with ticks and turns.
  void Advance(int64_t milliseconds);
  // A fingerprint of all data.
  static std::string DigestOf(InProcessServer& server);

  InProcessServer resp2;
  InProcessServer resp3;
  TestConnection& client2;
  TestConnection& client3;

 private:
  FeedRecorder recorder2_;
  FeedRecorder recorder3_;
};

}  // namespace tests
