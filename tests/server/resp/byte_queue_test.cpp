// ByteQueue: a queue of bytes like any other, whose buffer can become a value's.

#include "server/resp/byte_queue.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "storage/base/random.h"

using server::ByteQueue;
using storage::LargeString;

namespace {

std::string Content(ByteQueue& queue) {
  const std::span<char> bytes = queue.bytes();
  return {bytes.data(), bytes.size()};
}

}  // namespace

TEST_CASE("ByteQueue: behaves like a text, whatever is added, dropped or given away") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    storage::Random random(seed);
    ByteQueue queue;
    std::string model;
    LargeString* given = nullptr;
    std::string given_text;
    for (int step = 0; step < 500; ++step) {
      const size_t count = random.Below(3000);
      const std::string piece(count, static_cast<char>('a' + random.Below(26)));
      if (random.Below(2) == 0) {
        REQUIRE(queue.Append(piece));
        model += piece;
      } else {
        const std::span<char> room = queue.Room(count + 1, random.Below(100'000));
        REQUIRE(room.size() > count);
        if (!piece.empty()) std::memcpy(room.data(), piece.data(), piece.size());
        queue.Commit(piece.size());
        model += piece;
      }
      if (LargeString* offer = queue.Offer(); given == nullptr && model.size() > 2000 && offer) {
        offer->AddReference();
        offer->Narrow(std::string_view(queue.bytes().data(), queue.size()).substr(100, 1500));
        given = offer;
        given_text = model.substr(100, 1500);
        CHECK(queue.Offer() == nullptr);
        CHECK(Content(queue) == model);  // until it is consumed, all stays
      }
      const size_t dropped = random.Below(2) * random.Below(model.size() + 1);
      REQUIRE(queue.Consume(dropped));
      model.erase(0, dropped);
      REQUIRE(Content(queue) == model);
      CHECK(queue.memory() <= queue.capacity());
      if (given == nullptr) continue;
      CHECK(given->view() == given_text);
      if (random.Below(3) > 0) continue;
      if (given->DropReference()) LargeString::Destroy(given);
      given = nullptr;
    }
    if (given != nullptr && given->DropReference()) LargeString::Destroy(given);
  }
}

TEST_CASE(
    "ByteQueue: an announced length takes no memory, and address space for a few times more") {
  ByteQueue queue;
  REQUIRE(queue.Append(std::string(40'000, 'x')));
  const std::span<char> room = queue.Room(16 * 1024, size_t{512} * 1024 * 1024);
  CHECK(room.size() >= 16 * 1024);
  CHECK(queue.capacity() <= 2 * 40'000 * ByteQueue::kAheadFactor);
  CHECK(queue.memory() == 40'000);
}

TEST_CASE("ByteQueue: an empty one holds nothing") {
  ByteQueue queue;
  REQUIRE(queue.Append("some"));
  REQUIRE(queue.Consume(4));
  CHECK(queue.capacity() == 0);
  CHECK(queue.memory() == 0);
  CHECK(queue.Offer() == nullptr);
  REQUIRE(queue.Consume(0));
}
