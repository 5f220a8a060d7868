// DeferredFree with another thread that the test plays itself, and once with a real one.
#include "storage/memory/deferred_free.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

using storage::DeferredFree;
using storage::SlabAllocator;

namespace {

constexpr size_t kLarge = DeferredFree::kElsewhereBytesMin;

// Collects the work instead of running it.
struct OtherThread {
  std::vector<std::function<void()>> work;

  DeferredFree::RunElsewhere hook() {
    return [this](std::function<void()> given) { work.push_back(std::move(given)); };
  }
  void Run() {
    for (const auto& one : std::exchange(work, {})) one();
  }
};

}  // namespace

TEST_CASE("DeferredFree: a large buffer is not used memory at once, and is freed elsewhere") {
  SlabAllocator slab;
  OtherThread other;
  DeferredFree deferred(slab, other.hook());
  void* buffer = slab.Allocate(kLarge);
  deferred.Free(buffer, kLarge);
  CHECK(slab.used_bytes() == 0);
  CHECK(deferred.waiting_bytes() == kLarge);
  CHECK(deferred.pending_objects() == 1);
  CHECK(other.work.empty());  // until the turn ends
  CHECK_FALSE(deferred.ReleaseSome(1));
  CHECK(other.work.size() == 1);
  CHECK(deferred.pending_objects() == 1);
  CHECK(deferred.freed_objects() == 0);
  other.Run();
  CHECK(deferred.pending_objects() == 0);
  CHECK(deferred.freed_objects() == 1);
  CHECK(deferred.waiting_bytes() == 0);
}

TEST_CASE("DeferredFree: small buffers are freed at once") {
  SlabAllocator slab;
  OtherThread other;
  DeferredFree deferred(slab, other.hook());
  for (const size_t bytes : {size_t{1}, size_t{8192}, size_t{8193}, kLarge - 1}) {
    deferred.Free(slab.Allocate(bytes), bytes);
    CHECK(deferred.pending_objects() == 0);
    CHECK(slab.used_bytes() == 0);
  }
  deferred.ReleaseSome(1);
  CHECK(other.work.empty());
}

TEST_CASE("DeferredFree: many buffers of one turn go in a few batches") {
  SlabAllocator slab;
  OtherThread other;
  DeferredFree deferred(slab, other.hook());
  constexpr size_t kBuffers = 100;
  for (size_t i = 0; i < kBuffers; ++i) deferred.Free(slab.Allocate(kLarge), kLarge);
  deferred.ReleaseSome(1);
  const size_t expected = kBuffers * kLarge / DeferredFree::kBatchBytes;
  CHECK(other.work.size() >= expected);
  CHECK(other.work.size() <= expected + 1);
  other.Run();
  CHECK(deferred.freed_objects() == kBuffers);
}

TEST_CASE("DeferredFree: when the other thread does not keep up, buffers are freed at once") {
  SlabAllocator slab;
  OtherThread other;
  DeferredFree deferred(slab, other.hook());
  constexpr size_t kHuge = size_t{256} << 20;  // never touched, so it costs nothing
  for (int i = 0; i < 4; ++i) deferred.Free(slab.Allocate(kHuge), kHuge);
  CHECK(deferred.waiting_bytes() == DeferredFree::kWaitingBytesMax);
  deferred.Free(slab.Allocate(kHuge), kHuge);
  CHECK(slab.used_bytes() == 0);
  CHECK(deferred.waiting_bytes() == DeferredFree::kWaitingBytesMax);
  CHECK(deferred.pending_objects() == 4);
  other.Run();
  CHECK(deferred.waiting_bytes() == 0);
}

TEST_CASE("DeferredFree: without another thread everything is freed at once") {
  SlabAllocator slab;
  DeferredFree deferred(slab, nullptr);
  deferred.Free(slab.Allocate(kLarge), kLarge);
  CHECK(slab.used_bytes() == 0);
  CHECK(deferred.pending_objects() == 0);
}

TEST_CASE("DeferredFree: structures are released in order, in pieces of the budget") {
  SlabAllocator slab;
  DeferredFree deferred(slab, nullptr);
  std::vector<int> order;
  const auto defer = [&](int name, size_t pieces) {
    deferred.Defer(
        [&order, name, pieces](size_t& budget) mutable {
          order.push_back(name);
          const size_t released = std::min(pieces, budget);
          pieces -= released;
          budget -= released;
          return pieces > 0;
        },
        pieces);
  };
  defer(1, 25);
  defer(2, 10);
  CHECK(deferred.pending_objects() == 35);
  CHECK(deferred.ReleaseSome(10));
  CHECK(deferred.ReleaseSome(10));
  CHECK(deferred.pending_objects() == 35);
  CHECK(deferred.ReleaseSome(10));  // the last 5 of the first, 5 of the second
  CHECK(deferred.pending_objects() == 10);
  CHECK_FALSE(deferred.ReleaseSome(10));
  CHECK(deferred.freed_objects() == 35);
  CHECK(order == std::vector<int>{1, 1, 1, 2, 2});
}

TEST_CASE("DeferredFree: a step that finds nothing to free does not keep the turn") {
  SlabAllocator slab;
  DeferredFree deferred(slab, nullptr);
  int calls = 0;
  deferred.Defer([&](size_t&) { return ++calls < 1000; }, 1);
  CHECK(deferred.ReleaseSome(10));
  CHECK(calls == 10);
}

TEST_CASE("DeferredFree: a structure's release may defer its buffers and other structures") {
  SlabAllocator slab;
  OtherThread other;
  DeferredFree deferred(slab, other.hook());
  void* buffer = slab.Allocate(kLarge);
  int released = 0;
  deferred.Defer(
      [&, buffer](size_t&) {
        deferred.Free(buffer, kLarge);
        for (int i = 0; i < 100; ++i) {
          deferred.Defer([&](size_t&) { return ++released < 0; }, 1);
        }
        return false;
      },
      1);
  while (deferred.ReleaseSome(1)) {
  }
  CHECK(released == 100);
  CHECK(slab.used_bytes() == 0);
  other.Run();
  CHECK(deferred.freed_objects() == 102);
}

TEST_CASE("DeferredFree: what is queued is freed with it, and the other thread may outlive it") {
  SlabAllocator slab;
  OtherThread other;
  {
    DeferredFree deferred(slab, other.hook());
    deferred.Free(slab.Allocate(kLarge), kLarge);
    void* object = slab.Allocate(100);
    deferred.Defer([&slab, object](size_t&) { return slab.Free(object, 100), false; }, 1);
  }
  CHECK(slab.used_bytes() == 0);
  CHECK(other.work.size() == 1);
  other.Run();
}

TEST_CASE("DeferredFree: a real thread frees buffers while this one goes on") {
  SlabAllocator slab;
  std::vector<std::thread> threads;
  DeferredFree deferred(slab,
                        [&](std::function<void()> work) { threads.emplace_back(std::move(work)); });
  for (int i = 0; i < 50; ++i) {
    void* buffer = slab.Allocate(kLarge);
    std::memset(buffer, i, kLarge);
    deferred.Free(buffer, kLarge);
    deferred.ReleaseSome(1);
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(deferred.freed_objects() == 50);
  CHECK(slab.used_bytes() == 0);
}
