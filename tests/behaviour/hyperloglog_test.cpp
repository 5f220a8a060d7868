// PFADD, PFCOUNT, PFMERGE, PFDEBUG and PFSELFTEST. What the bytes are after them is compared with
// Redis by the differential test.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "storage/types/hyperloglog.h"
#include "tests/support/both_protocols.h"
#include "tests/support/in_process_server.h"
#include "tests/support/replies.h"

using namespace tests;

namespace {

constexpr std::string_view kNoHll = "WRONGTYPE Key is not a valid HyperLogLog string value.";
constexpr std::string_view kCorrupt = "INVALIDOBJ Corrupted HLL object detected";

std::string Header() {
  return storage::NewHyperLogLog().substr(0, storage::kHllHeaderBytes);
}

// PFADD key of `count` numbers from `first` on.
std::vector<std::string> Add(const std::string& key, int first, int count) {
  std::vector<std::string> request = {"PFADD", key};
  for (int i = first; i < first + count; ++i) request.push_back(std::to_string(i));
  return request;
}

}  // namespace

TEST_CASE("PFADD: tells whether the estimate may have changed") {
  BothProtocols both;
  both.Check({"PFADD", "h", "a", "b", "c"}, ":1\r\n");
  both.CheckEvents("n new@0 h, $ pfadd@0 h");
  both.CheckPropagated("0: PFADD h a b c");
  both.Check({"PFADD", "h", "a", "c"}, ":0\r\n");
  both.CheckEvents("");
  both.CheckPropagated("");
  both.Check({"PFADD", "empty"}, ":1\r\n");
  both.Check({"PFADD", "empty"}, ":0\r\n");
  both.Check({"PFCOUNT", "empty"}, ":0\r\n");
  both.Check({"OBJECT", "ENCODING", "empty"}, "$3\r\nraw\r\n");
  both.Check({"PFCOUNT", "h"}, ":3\r\n");
}

TEST_CASE("PFADD: keeps the time to live") {
  BothProtocols both;
  both.Check({"PFADD", "h", "a"}, ":1\r\n");
  both.Check({"EXPIRE", "h", "100"}, ":1\r\n");
  both.Check({"PFADD", "h", "b"}, ":1\r\n");
  both.Check({"PFMERGE", "h"}, "+OK\r\n");
  both.Check({"TTL", "h"}, ":100\r\n");
}

TEST_CASE("PFADD: a large one becomes dense, and goes on counting in place") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run(Add("h", 0, 5000));
  CHECK(client.Run({"PFDEBUG", "ENCODING", "h"}) == "+dense\r\n");
  CHECK(client.Run({"STRLEN", "h"}) == Integer(12304));
  CHECK(client.Run({"PFCOUNT", "h"}) == client.Run({"PFCOUNT", "h"}));
  CHECK(client.Run(Add("h", 0, 5000)) == Integer(0));
  CHECK(client.Run(Add("h", 5000, 5000)) == Integer(1));
  client.Run(Add("same", 0, 10'000));
  client.Run({"PFCOUNT", "h"});
  client.Run({"PFCOUNT", "same"});
  CHECK(client.Run({"GET", "h"}) == client.Run({"GET", "same"}));
}

TEST_CASE("PFADD: hll-sparse-max-bytes says how long a sparse one may be") {
  InProcessServer server({"hll-sparse-max-bytes 30"});
  auto& client = server.Connect();
  client.Run({"PFADD", "h", "a"});
  CHECK(client.Run({"PFDEBUG", "ENCODING", "h"}) == "+sparse\r\n");
  client.Run(Add("h", 0, 10));
  CHECK(client.Run({"PFDEBUG", "ENCODING", "h"}) == "+dense\r\n");
  client.Run({"CONFIG", "SET", "hll-sparse-max-bytes", "0"});
  client.Run({"PFADD", "other", "a"});
  CHECK(client.Run({"PFDEBUG", "ENCODING", "other"}) == "+dense\r\n");
}

TEST_CASE("PFCOUNT: remembers what it counted in the value, which propagates but is no event") {
  BothProtocols both;
  both.Check({"PFADD", "h", "a", "b"}, ":1\r\n");
  both.Check({"PFCOUNT", "h"}, ":2\r\n");
  both.CheckEvents("");
  both.CheckPropagated("0: PFCOUNT h");
  both.Check({"PFCOUNT", "h"}, ":2\r\n");
  both.CheckPropagated("");
  both.Check({"PFCOUNT", "missing"}, ":0\r\n");
}

TEST_CASE("PFCOUNT: of several counts their union and changes none of them") {
  BothProtocols both;
  both.Check({"PFADD", "a", "1", "2", "3"}, ":1\r\n");
  both.Check({"PFADD", "b", "3", "4"}, ":1\r\n");
  both.Check({"PFCOUNT", "a", "b", "missing"}, ":4\r\n");
  both.CheckPropagated("");
  both.Check({"PFDEBUG", "TODENSE", "b"}, ":1\r\n");
  both.Check({"PFCOUNT", "a", "b"}, ":4\r\n");
}

TEST_CASE("PFMERGE: the target has seen what it and the sources saw") {
  BothProtocols both;
  both.Check({"PFADD", "a", "1", "2", "3"}, ":1\r\n");
  both.Check({"PFADD", "b", "3", "4"}, ":1\r\n");
  both.Check({"PFMERGE", "b", "a", "missing"}, "+OK\r\n");
  both.CheckEvents("m keymiss@0 missing, $ pfadd@0 b");
  both.CheckPropagated("0: PFMERGE b a missing");
  both.Check({"PFCOUNT", "b"}, ":4\r\n");
  both.Check({"PFCOUNT", "a"}, ":3\r\n");
  both.Check({"PFDEBUG", "ENCODING", "b"}, "+sparse\r\n");
  both.Check({"PFDEBUG", "TODENSE", "a"}, ":1\r\n");
  both.Check({"PFMERGE", "new", "a"}, "+OK\r\n");
  both.CheckEvents("m keymiss@0 new, n new@0 new, $ pfadd@0 new");
  both.Check({"PFDEBUG", "ENCODING", "new"}, "+dense\r\n");
}

TEST_CASE("HyperLogLog: another type or another string is refused, and stays as it is") {
  BothProtocols both;
  std::string dense = Header();
  dense[4] = 0;
  both.Check({"PFADD", "h", "a"}, ":1\r\n");
  for (const std::string& value :
       {std::string("12"), std::string("text"), std::string("HYLL"), dense,
        dense + std::string(12'289, '\0'), "hyll" + dense.substr(4)}) {
    CAPTURE(value.size());
    both.Check({"SET", "k", value}, "+OK\r\n");
    both.CheckRefused({"PFADD", "k", "a"}, kNoHll);
    both.CheckRefused({"PFCOUNT", "k"}, kNoHll);
    both.CheckRefused({"PFCOUNT", "h", "k"}, kNoHll);
    both.CheckRefused({"PFMERGE", "k", "h"}, kNoHll);
    both.CheckRefused({"PFMERGE", "h", "k"}, kNoHll);
    both.CheckRefused({"PFDEBUG", "ENCODING", "k"}, kNoHll);
  }
}

// CVE-2025-32023: sparse runs that stand for more registers than there are.
TEST_CASE("HyperLogLog: corrupt sparse runs are refused by every command, and stay as they are") {
  BothProtocols both;
  std::string overlong = Header();
  for (int i = 0; i < 140'000; ++i) overlong += "\x7f\xff";
  both.Check({"PFADD", "h", "a"}, ":1\r\n");
  for (std::string value :
       {Header(), Header() + std::string("\x7f\xff\x7f\xff\x84", 5), Header() + "\x7f", overlong,
        Header() + std::string(16'383, '\0'), Header() + std::string(20'000, '\xff')}) {
    CAPTURE(value.size());
    storage::InvalidateCount(value.data());
    both.Check({"SET", "k", value}, "+OK\r\n");
    both.CheckRefused({"PFADD", "k", "a"}, kCorrupt);
    both.CheckRefused({"PFCOUNT", "k"}, kCorrupt);
    both.CheckRefused({"PFCOUNT", "h", "k"}, kCorrupt);
    both.CheckRefused({"PFMERGE", "k", "h"}, kCorrupt);
    both.CheckRefused({"PFMERGE", "h", "k"}, kCorrupt);
    both.CheckRefused({"PFDEBUG", "DECODE", "k"}, kCorrupt);
    both.CheckRefused({"PFDEBUG", "GETREG", "k"}, kCorrupt);
    both.CheckRefused({"PFDEBUG", "TODENSE", "k"}, kCorrupt);
  }
}

TEST_CASE("PFDEBUG: shows runs and registers, and makes dense") {
  BothProtocols both;
  both.Check({"PFADD", "h", "a", "b", "c"}, ":1\r\n");
  both.Check({"PFDEBUG", "decode", "h"}, Bulk("Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603"));
  both.Check({"PFDEBUG", "ENCODING", "h"}, "+sparse\r\n");
  both.CheckPropagated("");
  std::string registers = "*16384\r\n";
  for (int i = 0; i < 16384; ++i) {
    registers += Integer(i == 8436 || i == 15780 ? 1 : i == 12711 ? 2 : 0);
  }
  both.Check({"PFDEBUG", "GETREG", "h"}, registers);
  both.CheckPropagated("0: PFDEBUG GETREG h");  // it is dense now
  both.Check({"PFDEBUG", "TODENSE", "h"}, ":0\r\n");
  both.CheckRefused({"PFDEBUG", "DECODE", "h"}, "ERR HLL encoding is not sparse");
  both.CheckRefused({"PFDEBUG", "NONSENSE", "h"}, "ERR Unknown PFDEBUG subcommand 'NONSENSE'");
  both.Check({"PFDEBUG", "ENCODING", "missing"}, "-ERR The specified key does not exist\r\n");
}

TEST_CASE("PFSELFTEST: passes") {
  BothProtocols both;
  both.Check({"PFSELFTEST"}, "+OK\r\n");
}
