// Memory for a value that a client sizes may be refused: the request is answered with -OOM, the
// data stays as it was, and the server goes on.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/engine_state.h"
#include "storage/types/allocation_failure.h"
#include "tests/support/in_process_server.h"

using tests::InProcessServer;

namespace {

using Request = std::vector<std::string>;

// Small enough to come in one read: larger ones stay where they are read, and ask for no memory.
const std::string kLarge(20'000, 'v');

// Requests that make large strings, in all the ways there are.
const std::vector<Request> kRequests = {
    {"SET", "new", kLarge},
    {"SET", "small", kLarge, "GET"},
    {"SET", "large", kLarge + "w", "KEEPTTL"},
    {"SETEX", "new", "100", kLarge},
    {"PSETEX", "large", "100", kLarge + "w"},
    {"SETNX", "new", kLarge},
    {"GETSET", "small", kLarge},
    {"MSET", "new", kLarge, "other", kLarge, "third", kLarge},
    {"MSETNX", "new", kLarge, "other", kLarge},
    {"APPEND", "small", kLarge},
    {"APPEND", "large", kLarge},
    {"SETRANGE", "new", "50000", kLarge},
    {"SETRANGE", "large", "500000", "x"},
    {"SETBIT", "new", "1000000", "1"},
    {"SETBIT", "large", "10000000", "1"},
    {"BITOP", "OR", "new", "large", "small"},
    {"BITOP", "NOT", "small", "large"},
    {"BITFIELD", "new", "SET", "u8", "1000000", "1"},
    {"BITFIELD", "small", "INCRBY", "u8", "1000000", "1"},
    {"COPY", "large", "new"},
    {"COPY", "large", "small", "REPLACE"},
};

struct Filled {
  Filled() {
    client.Run({"SET", "small", "s"});
    client.Run({"SET", "large", kLarge, "EX", "1000"});
    client.Run({"CONFIG", "RESETSTAT"});
  }
  // All there is: keys, values and times.
  std::string Data() {
    std::string data = client.Run({"DBSIZE"});
    for (const std::string_view key : {"small", "large", "new", "other", "third"}) {
      data += client.Run({"GET", key}) + client.Run({"TTL", key});
    }
    return data;
  }
  InProcessServer server;
  tests::TestConnection& client = server.Connect();
};

}  // namespace

TEST_CASE("Out of memory: every write of a large value answers -OOM and changes nothing") {
  for (const Request& request : kRequests) {
    CAPTURE(request[0]);
    CAPTURE(request[1]);
    uint64_t nth = 1;
    for (; nth < 100; ++nth) {
      CAPTURE(nth);
      Filled filled;
      const std::string before = filled.Data();
      storage::FailLargeStringAllocation(nth);
      const std::string reply = filled.client.Run(request);
      const bool was_refused = !storage::IsLargeStringFailurePending();
      storage::FailLargeStringAllocation(0);
      filled.server.engine->state().keyspace.CheckInvariants();
      if (!was_refused) {
        CHECK_FALSE(reply.starts_with("-"));
        break;
      }
      CHECK(reply == "-OOM not enough memory for this value\r\n");
      CHECK(filled.Data() == before);
      CHECK(filled.client.Run(request) != reply);  // and when there is memory again, it works
    }
    CHECK(nth > 1);  // the request makes at least one large string
  }
}
