// ChunkedList against a deque: every operation, elements of all sizes, lists from nothing to
// thousands of chunks.

#include "storage/structures/chunked_list.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <deque>
#include <string>

#include "storage/base/random.h"

using storage::ChunkedList;
using storage::ListChunk;
using storage::ListEnd;
using storage::Random;
using storage::SlabAllocator;

namespace {

// More in long runs: CINNABAR_TEST_STEPS=5000000.
size_t Steps(size_t usual) {
  const char* wanted = std::getenv("CINNABAR_TEST_STEPS");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

struct Fixture {
  explicit Fixture(uint64_t seed) : random(seed) {}

  SlabAllocator slab;
  ChunkedList list{slab};
  std::deque<std::string> model;
  Random random;
  uint64_t serial = 0;
  size_t usual_bytes = 40;

  std::string NewElement() {
    const uint64_t kind = random.Below(200);
    size_t bytes = random.Below(usual_bytes);
    if (kind < 8) bytes = random.Below(300);
    if (kind == 8) bytes = 2000 + random.Below(60);
    if (kind == 9) bytes = random.Below(20000);
    std::string element = std::to_string(serial++);
    element.resize(bytes, static_cast<char>('a' + serial % 26));
    return element;
  }
  auto At(size_t position) { return model.begin() + static_cast<ptrdiff_t>(position); }

  void Push(ListEnd end) {
    const std::string element = NewElement();
    REQUIRE(list.Push(end, element));
    model.insert(end == ListEnd::kFront ? model.begin() : model.end(), element);
  }
  void Pop(ListEnd end) {
    if (model.empty()) return;
    REQUIRE(list.At(end) == (end == ListEnd::kFront ? model.front() : model.back()));
    list.Pop(end);
    model.erase(end == ListEnd::kFront ? model.begin() : model.end() - 1);
  }
  void Insert(size_t position) {
    const std::string element = NewElement();
    REQUIRE(list.Insert(position, element));
    model.insert(At(position), element);
  }
  void Set(size_t position) {
    const std::string element = NewElement();
    REQUIRE(list.Set(position, element));
    *At(position) = element;
  }
  void Erase(size_t position) {
    list.Erase(position);
    model.erase(At(position));
  }
  void Trim(ListEnd end, size_t count) {
    list.Trim(end, count);
    if (end == ListEnd::kFront) {
      model.erase(model.begin(), At(count));
    } else {
      model.erase(model.end() - static_cast<ptrdiff_t>(count), model.end());
    }
  }
  // One random operation; `growth` of 0 to 10 says how likely elements are added.
  void Step(uint64_t growth) {
    const auto end = static_cast<ListEnd>(random.Below(2));
    const bool adds = random.Below(10) < growth;
    const size_t position = random.Below(model.size() + 1);
    switch (random.Below(8)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return adds ? Push(end) : Pop(end);
      case 4:
      case 5:
        if (adds) return Insert(position);
        if (position < model.size()) Erase(position);
        return;
      case 6:
        if (position < model.size()) Set(position);
        return;
      default:
        if (!adds && random.Below(50) == 0) Trim(end, random.Below(model.size() + 1) / 8);
    }
  }
  void Check() {
    list.CheckInvariants();
    REQUIRE(list.size() == model.size());
    REQUIRE(slab.used_bytes() == list.memory());
    size_t at = 0;
    list.ForEach(0, model.size(), [&](std::string_view bytes) { REQUIRE(bytes == model[at++]); });
    if (model.empty()) return;
    const size_t position = random.Below(model.size());
    REQUIRE(list.Get(position) == model[position]);
  }
};

}  // namespace

TEST_CASE("ChunkedList: behaves like a deque under any sequence of operations") {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Fixture f(seed);
    f.usual_bytes = seed % 3 == 0 ? 1500 : 10 * seed;
    const size_t steps = Steps(12'000);
    for (size_t step = 0; step < steps; ++step) {
      // It grows for a while, then shrinks to nothing, again and again.
      f.Step((step / 1500) % 3 == 2 ? 2 : 7);
      if (step % 64 == 0) f.Check();
    }
    f.Check();
    f.Trim(ListEnd::kFront, f.model.size());
    f.Check();
  }
}

TEST_CASE("ChunkedList: small lists, where both ends share a chunk, behave like a deque") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Fixture f(seed);
    for (size_t step = 0; step < 1500; ++step) {
      f.Step(5);
      f.Check();
    }
  }
}

TEST_CASE("ChunkedList: cursors walk in both directions from anywhere") {
  Fixture f(5);
  for (int i = 0; i < 3000; ++i) f.Push(static_cast<ListEnd>(f.random.Below(2)));
  for (const size_t from : {size_t{0}, size_t{1}, size_t{1499}, size_t{2999}}) {
    size_t position = from;
    for (ChunkedList::Cursor at(f.list, from); at.IsValid(); at.Next()) {
      REQUIRE(at.position() == position);
      REQUIRE(at.bytes() == f.model[position++]);
    }
    CHECK(position == 3000);
    position = from + 1;
    for (ChunkedList::Cursor at(f.list, from); at.IsValid(); at.Previous()) {
      REQUIRE(at.bytes() == f.model[--position]);
    }
    CHECK(position == 0);
  }
  CHECK_FALSE(ChunkedList::Cursor(f.list, 3000).IsValid());
  f.list.ForEach(1234, 0, [](std::string_view) { FAIL("no element was asked for"); });
}

TEST_CASE("ChunkedList: a queue that never gets long keeps to a few chunks") {
  for (const ListEnd in : {ListEnd::kFront, ListEnd::kBack}) {
    Fixture f(7);
    for (int i = 0; i < 20'000; ++i) {
      REQUIRE(f.list.Push(in, "an element of some thirty bytes"));
      if (i >= 100) f.list.Pop(Opposite(in));
    }
    f.list.CheckInvariants();
    CHECK(f.list.size() == 100);
    CHECK(f.list.memory() <= size_t{4} * 4032);
  }
}

TEST_CASE("ChunkedList: pushing costs little memory besides the elements, at either end") {
  for (const ListEnd end : {ListEnd::kFront, ListEnd::kBack}) {
    SlabAllocator slab;
    ChunkedList list(slab);
    constexpr size_t kElements = 200'000;
    for (size_t i = 0; i < kElements; ++i) {
      REQUIRE(list.Push(end, "32 bytes, as in the measurements"));
    }
    CHECK(static_cast<double>(list.memory()) / kElements < 34.6);
    CHECK(slab.used_bytes() == list.memory());
  }
}

TEST_CASE("ChunkedList: elements of a few hundred bytes to 2 KiB waste no more than a fifth") {
  for (const size_t bytes : {300u, 700u, 1400u, 2048u}) {
    CAPTURE(bytes);
    SlabAllocator slab;
    ChunkedList list(slab);
    for (size_t i = 0; i < 5000; ++i) REQUIRE(list.Push(ListEnd::kBack, std::string(bytes, 'x')));
    CHECK(list.memory() < 5000 * bytes * 6 / 5);
  }
}

TEST_CASE("ChunkedList: what random insertions and erasures leave is not sparse") {
  Fixture f(11);
  f.usual_bytes = 30;
  for (int i = 0; i < 30'000; ++i) {
    REQUIRE(f.list.Insert(f.random.Below(f.list.size() + 1), "twenty bytes of text"));
  }
  CHECK(f.list.memory() < size_t{30'000} * 22 * 17 / 10);
  while (f.list.size() > 3000) f.list.Erase(f.random.Below(f.list.size()));
  f.list.CheckInvariants();
  CHECK(f.list.memory() < size_t{3000} * 22 * 2);
}

TEST_CASE("ChunkedList: cut off at an end, both parts hold what they should") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Fixture f(seed);
    if (seed % 3 == 0) f.usual_bytes = 400;
    const size_t size = f.random.Below(seed % 5 == 0 ? 30 : 6000);
    while (f.model.size() < size) f.Push(static_cast<ListEnd>(f.random.Below(seed % 2 + 1)));
    for (size_t i = 0; i < size / 10; ++i) f.Pop(static_cast<ListEnd>(f.random.Below(2)));
    const ListEnd end = static_cast<ListEnd>(f.random.Below(2));
    const size_t count = f.random.Below(f.model.size() + 1);
    {
      ChunkedList cut(f.slab);
      f.list.CutOff(end, count, cut);
      cut.CheckInvariants();
      f.list.CheckInvariants();
      REQUIRE(cut.size() <= count);
      CHECK(count - cut.size() <= ListChunk::kCapacityMax);  // two chunks of empty elements
      REQUIRE(cut.size() + f.list.size() == f.model.size());
      CHECK(f.slab.used_bytes() == f.list.memory() + cut.memory());
      const bool is_front = end == ListEnd::kFront;
      size_t at = is_front ? 0 : f.model.size() - cut.size();
      cut.ForEach(0, cut.size(), [&](std::string_view e) { REQUIRE(e == f.model[at++]); });
      const auto gone = static_cast<ptrdiff_t>(cut.size());
      is_front ? f.model.erase(f.model.begin(), f.model.begin() + gone)
               : f.model.erase(f.model.end() - gone, f.model.end());
    }
    f.Check();
    for (int i = 0; i < 300; ++i) f.Step(5);
    f.Check();
  }
}

TEST_CASE("ChunkedList: is taken apart in pieces") {
  Fixture f(13);
  for (int i = 0; i < 50'000; ++i) f.Push(ListEnd::kBack);
  int rounds = 0;
  for (bool more = true; more; ++rounds) {
    size_t budget = 64;
    more = f.list.ReleaseSome(budget);
    f.list.CheckInvariants();
    REQUIRE(rounds < 10'000);
  }
  CHECK(rounds > 100);
  CHECK(f.list.empty());
  CHECK(f.slab.used_bytes() == 0);
}
