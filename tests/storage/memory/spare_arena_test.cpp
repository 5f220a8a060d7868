// Arenas that another thread makes ready, which the test plays itself, and once is a real one.

#include "storage/memory/spare_arena.h"

#include <doctest/doctest.h>

#include <cstring>
#include <deque>
#include <thread>
#include <vector>

#include "storage/memory/arena_mapping.h"
#include "storage/memory/slab_allocator.h"

namespace {

using storage::kArenaBytes;
using storage::SlabAllocator;
using storage::SpareArena;

class Elsewhere {
 public:
  SpareArena::RunElsewhere hook() {
    return [this](std::function<void()> work) { work_.push_back(std::move(work)); };
  }
  size_t waiting() const { return work_.size(); }
  void RunAll() {
    while (!work_.empty()) {
      work_.front()();
      work_.pop_front();
    }
  }

 private:
  std::deque<std::function<void()>> work_;
};

TEST_CASE("SpareArena: without another thread there is none") {
  SpareArena spare;
  CHECK(spare.Take() == nullptr);
  CHECK(spare.Take() == nullptr);
}

TEST_CASE("SpareArena: one is made at a time, ready when it is taken") {
  Elsewhere elsewhere;
  SpareArena spare;
  spare.set_run_elsewhere(elsewhere.hook());
  CHECK(spare.Take() == nullptr);
  CHECK(spare.Take() == nullptr);
  CHECK(elsewhere.waiting() == 1);
  elsewhere.RunAll();
  void* arena = spare.Take();
  REQUIRE(arena != nullptr);
  CHECK(reinterpret_cast<uintptr_t>(arena) % kArenaBytes == 0);
  const std::vector<char> zeros(kArenaBytes);
  CHECK(std::memcmp(arena, zeros.data(), kArenaBytes) == 0);
  CHECK(elsewhere.waiting() == 1);  // the next
  storage::UnmapArena(arena);
}

TEST_CASE("SpareArena: what is made after its owner has gone is not lost") {
  Elsewhere elsewhere;
  {
    SpareArena spare;
    spare.set_run_elsewhere(elsewhere.hook());
    CHECK(spare.Take() == nullptr);
  }
  elsewhere.RunAll();  // unmaps it with the work; a leak would be seen by its address space only
}

TEST_CASE("SlabAllocator: a large one lives in arenas made elsewhere, with and without delay") {
  for (const bool is_prompt : {true, false}) {
    SlabAllocator slab;
    Elsewhere elsewhere;
    size_t made = 0;
    slab.set_run_elsewhere([&, hook = elsewhere.hook()](std::function<void()> work) {
      ++made;
      if (is_prompt) return work();
      hook(std::move(work));
    });
    std::vector<void*> objects;
    for (size_t bytes = 0; bytes < 40 * kArenaBytes; bytes += 4096) {
      objects.push_back(slab.Allocate(4096));
      std::memset(objects.back(), static_cast<int>(objects.size()), 4096);
      if (objects.size() % 5000 == 0) elsewhere.RunAll();
    }
    CHECK(made >= (is_prompt ? 30u : 2u));
    slab.CheckInvariants();
    for (size_t i = 0; i < objects.size(); ++i) {
      CHECK(*static_cast<unsigned char*>(objects[i]) == static_cast<unsigned char>(i + 1));
      slab.Free(objects[i], 4096);
    }
    slab.CheckInvariants();
    while (slab.ReleaseIdle(SIZE_MAX, 0)) {
    }
    slab.CheckInvariants();
    CHECK(slab.reserved_bytes() == 0);
  }
}

TEST_CASE("SpareArena: a real thread") {
  SpareArena spare;
  std::vector<std::thread> threads;
  spare.set_run_elsewhere(
      [&](std::function<void()> work) { threads.emplace_back(std::move(work)); });
  size_t taken = 0;
  while (taken < 20) {
    if (void* arena = spare.Take()) {
      ++taken;
      CHECK(*static_cast<char*>(arena) == 0);
      std::memset(arena, 1, kArenaBytes);
      storage::UnmapArena(arena);
    }
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
