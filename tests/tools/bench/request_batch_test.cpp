// The bytes of a pipeline and the numbers in its keys.

#include "tools/bench/request_batch.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

namespace bench {
namespace {

RequestTemplate Template(std::string command_line, uint64_t keys) {
  RequestTemplate request;
  request.command_line = std::move(command_line);
  request.keys = keys;
  request.digits = 12;
  request.value_bytes = 5;
  return request;
}

// The bytes of the next `requests` requests.
std::string Next(RequestBatch& batch, size_t requests, uint64_t& sequence) {
  storage::Random random(1);
  batch.Refresh(requests, random, sequence);
  return std::string(batch.Bytes(requests));
}

TEST_CASE("RequestBatch: encodes a command line as RESP") {
  auto batch = RequestBatch::Make(Template("SET key:__seq__ v __value__", 1000), 2);
  REQUIRE(batch.has_value());
  uint64_t sequence = 41;
  const std::string set = "*4\r\n$3\r\nSET\r\n$16\r\nkey:000000000041\r\n$1\r\nv\r\n$5\r\nahov";
  const std::string bytes = Next(*batch, 1, sequence);
  CHECK(bytes.substr(0, set.size()) == set);
  CHECK(bytes.ends_with("\r\n"));
  CHECK(sequence == 42);
}

TEST_CASE("RequestBatch: numbers count up over requests, batches and arguments, and begin again") {
  auto batch = RequestBatch::Make(Template("MGET __seq__ __seq__", 20'003), 2);
  REQUIRE(batch.has_value());
  uint64_t sequence = 20'000;
  const std::string bytes = Next(*batch, 2, sequence);
  for (const std::string_view number :
       {"000000020000", "000000020001", "000000020002", "000000000000"}) {
    CHECK(bytes.find(number) != std::string::npos);
  }
  CHECK(Next(*batch, 1, sequence).find("000000000001") != std::string::npos);
}

TEST_CASE("RequestBatch: ranks have six digits, and their ends are 99 behind") {
  auto batch = RequestBatch::Make(Template("ZRANGE z __rank__ __rank+99__", 10), 1);
  REQUIRE(batch.has_value());
  storage::Random random(5);
  uint64_t sequence = 0;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    batch->Refresh(1, random, sequence);
    const std::string bytes(batch->Bytes(1));
    const std::string head = "*4\r\n$6\r\nZRANGE\r\n$1\r\nz\r\n$6\r\n";
    REQUIRE(bytes.starts_with(head));
    const std::string first = bytes.substr(head.size(), 6);
    const std::string last = bytes.substr(head.size() + 6 + 6, 6);
    CHECK(first.front() != '0');
    CHECK(std::stoul(first) + 99 == std::stoul(last));
    CHECK(std::stoul(last) <= 999'999);
    seen.insert(first);
  }
  CHECK(seen.size() > 900);
}

TEST_CASE("RequestBatch: random numbers reach every key and none beyond") {
  for (const uint64_t keys : {1u, 7u, 10'000u, 10'001u}) {
    CAPTURE(keys);
    auto batch = RequestBatch::Make(Template("GET __rand__", keys), 1);
    REQUIRE(batch.has_value());
    storage::Random random(5);
    uint64_t sequence = 0;
    std::set<uint64_t> seen;
    for (uint64_t i = 0; i < keys * 20; ++i) {
      batch->Refresh(1, random, sequence);
      const std::string_view bytes = batch->Bytes(1);
      const uint64_t number = std::stoull(std::string(bytes.substr(bytes.size() - 14, 12)));
      REQUIRE(number < keys);
      seen.insert(number);
    }
    CHECK(seen.size() == keys);
  }
}

TEST_CASE("RequestBatch: refuses what cannot be encoded") {
  CHECK_FALSE(RequestBatch::Make(Template("", 1), 1).has_value());
  CHECK_FALSE(RequestBatch::Make(Template("  ", 1), 1).has_value());
  CHECK_FALSE(RequestBatch::Make(Template("GET __rand__", 0), 1).has_value());
  RequestTemplate few_digits = Template("GET __rand__", 10'001);
  few_digits.digits = 7;
  CHECK_FALSE(RequestBatch::Make(few_digits, 1).has_value());
  RequestTemplate huge = Template("SET k __value__", 1);
  huge.value_bytes = 1 << 20;
  CHECK(RequestBatch::Make(huge, 1).has_value());
  CHECK_FALSE(RequestBatch::Make(huge, 64).has_value());
}

TEST_CASE("RequestBatch: other words between underscores are left alone") {
  auto batch = RequestBatch::Make(Template("SET __init__ __x", 10), 1);
  REQUIRE(batch.has_value());
  uint64_t sequence = 0;
  CHECK(Next(*batch, 1, sequence) == "*3\r\n$3\r\nSET\r\n$8\r\n__init__\r\n$3\r\n__x\r\n");
}

}  // namespace
}  // namespace bench
