// RequestBatch: the requests of one pipeline, encoded once and refreshed in place.
//
// A load generator must cost less than the server it drives. So a connection's whole pipeline is
// laid out as RESP when the run begins, and before each send only the digits of the keys are
// written over:
//
//   *3\r\n$3\r\nSET\r\n$16\r\nkey:000000123456\r\n$32\r\nabcd...\r\n
//   *3\r\n$3\r\nSET\r\n$16\r\nkey:...
//   |<------------------------ request_bytes ---------------------->|
//                             ^ slot: the digits of a random or counted number
//
// All numbers have the same width, so every request has the same size and any number of requests is
// a prefix of the batch. Cost of Refresh: a random number and two or three copies of four bytes for
// a slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/random.h"

namespace bench {

// A command line with placeholders; its arguments are separated by single blanks.
//   __rand__   a random number below `keys`, in `digits` digits
//   __seq__    the next number of a sequence, modulo `keys`
//   __rank__   a random number of six digits, from 100000 to 999900: servers take no leading zeros
//              in a rank
//   __rank+99__  the number of the last __rank__, and 99 more
//   __value__  `value_bytes` bytes
struct RequestTemplate {
  std::string command_line;
  uint64_t keys = 1;
  size_t digits = 12;
  size_t value_bytes = 32;
};

class RequestBatch {
 public:
  // Refuses an empty command line, numbers that need more than `digits`, and batches of
  // unreasonable size.
  static std::expected<RequestBatch, std::string> Make(const RequestTemplate& request,
                                                       size_t pipeline);

  // Gives the first `requests` requests new numbers. `sequence` is the next number of __seq__.
  void Refresh(size_t requests, storage::Random& random, uint64_t& sequence);

  // The bytes of the first `requests` requests.
  std::string_view Bytes(size_t requests) const {
    return {bytes_.data(), requests * request_bytes_};
  }

 private:
  enum class Source : uint8_t { kRandom, kSequence, kRank, kRankEnd };
  struct Slot {
    size_t offset;  // of the first written digit, in its request
    Source source;
  };

  RequestBatch() = default;
  void AppendArgument(std::string_view argument, const RequestTemplate& request);

  std::string bytes_;
  size_t request_bytes_ = 0;
  std::vector<Slot> slots_;  // of one request; the others repeat it
  uint64_t keys_ = 1;
  size_t digit_groups_ = 1;  // groups of four digits that a number below keys_ needs
};

}  // namespace bench
