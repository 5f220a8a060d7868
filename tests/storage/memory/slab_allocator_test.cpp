// The slab allocator against a model: patterns in every usable byte show overlap, sums show the
// counters.
#include "storage/memory/slab_allocator.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "storage/base/random.h"

using storage::Random;
using storage::SlabAllocator;

namespace {

// A live object with bytes that only it may have: a byte made from its own number, everywhere.
struct Object {
  unsigned char* memory = nullptr;
  size_t bytes = 0;
  unsigned char pattern = 0;
};

class Model {
 public:
  explicit Model(uint64_t seed) : random_(seed) {}

  void Allocate(size_t bytes) {
    Object object;
    object.memory = static_cast<unsigned char*>(slab_.Allocate(bytes));
    object.bytes = bytes;
    object.pattern = static_cast<unsigned char>(random_.Next());
    REQUIRE(reinterpret_cast<uintptr_t>(object.memory) % 8 == 0);
    // All that may be used is used, so that an overlap cannot hide.
    std::memset(object.memory, object.pattern, SlabAllocator::UsableSize(bytes));
    used_bytes_ += SlabAllocator::UsableSize(bytes);
    objects_.push_back(object);
    REQUIRE(slab_.used_bytes() == used_bytes_);
  }

  void FreeAt(size_t index) {
    std::swap(objects_[index], objects_.back());
    const Object object = objects_.back();
    objects_.pop_back();
    Verify(object);
    slab_.Free(object.memory, object.bytes);
    used_bytes_ -= SlabAllocator::UsableSize(object.bytes);
    REQUIRE(slab_.used_bytes() == used_bytes_);
  }

  void FreeRandom() { FreeAt(random_.Below(objects_.size())); }

  // Returns how many objects were moved.
  size_t MoveSparse() {
    size_t moved_objects = 0;
    for (Object& object : objects_) {
      if (!slab_.IsSparse(object.memory, object.bytes)) continue;
      auto* moved = static_cast<unsigned char*>(slab_.Allocate(object.bytes));
      std::memcpy(moved, object.memory, SlabAllocator::UsableSize(object.bytes));
      slab_.Free(object.memory, object.bytes);
      object.memory = moved;
      ++moved_objects;
    }
    return moved_objects;
  }

  void VerifyAll() const {
    for (const Object& object : objects_) Verify(object);
    slab_.CheckInvariants();
  }

  SlabAllocator& slab() { return slab_; }
  Random& random() { return random_; }
  size_t size() const { return objects_.size(); }
  size_t used_bytes() const { return used_bytes_; }

 private:
  static void Verify(const Object& object) {
    const size_t usable = SlabAllocator::UsableSize(object.bytes);
    const bool is_intact = std::all_of(object.memory, object.memory + usable,
                                       [&](unsigned char byte) { return byte == object.pattern; });
    REQUIRE(is_intact);
  }

  Random random_;
  SlabAllocator slab_;
  std::vector<Object> objects_;
  size_t used_bytes_ = 0;
};

size_t RandomSize(Random& random) {
  switch (random.Below(8)) {
    case 0:
      return random.Below(40'000);
    case 1:
      return random.Below(8193);
    case 2:
      return random.Below(1025);
    default:
      return random.Below(257);
  }
}

}  // namespace

TEST_CASE("SizeClasses: every size has the smallest class that holds it") {
  size_t classes_seen = 0;
  for (size_t bytes = 0; bytes <= storage::kSmallBytesMax; ++bytes) {
    CAPTURE(bytes);
    const size_t size_class = storage::SizeClassOf(bytes);
    REQUIRE(size_class < storage::kSizeClasses);
    REQUIRE(storage::SizeClassBytes(size_class) >= bytes);
    REQUIRE(storage::SizeClassBytes(size_class) % 8 == 0);
    if (size_class > 0)
      REQUIRE(storage::SizeClassBytes(size_class - 1) < std::max<size_t>(bytes, 9));
    classes_seen = std::max(classes_seen, size_class + 1);
  }
  CHECK(classes_seen == storage::kSizeClasses);
  CHECK(SlabAllocator::UsableSize(54) == 56);
  CHECK(SlabAllocator::UsableSize(257) == 272);
  CHECK(SlabAllocator::UsableSize(8192) == 8192);
}

TEST_CASE("SizeClasses: large sizes are rounded up by less than a quarter") {
  CHECK(SlabAllocator::UsableSize(8193) == 10240);
  CHECK(SlabAllocator::UsableSize(16384) == 16384);
  CHECK(SlabAllocator::UsableSize(16385) == 20480);
  Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    const size_t bytes = 8193 + random.Next() % (size_t{1} << (14 + random.Below(26)));
    CAPTURE(bytes);
    const size_t usable = SlabAllocator::UsableSize(bytes);
    REQUIRE(usable >= bytes);
    REQUIRE(usable - bytes < bytes / 4);
    REQUIRE(SlabAllocator::UsableSize(usable) == usable);
  }
}

TEST_CASE("SlabAllocator: random allocations never overlap and are counted exactly") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    Model model(seed);
    for (int step = 0; step < 12'000; ++step) {
      // Waves: mostly allocating, then mostly freeing.
      const bool is_growing = step / 1500 % 2 == 0;
      if (model.size() == 0 || model.random().Below(10) < (is_growing ? 7u : 3u)) {
        model.Allocate(RandomSize(model.random()));
      } else {
        model.FreeRandom();
      }
      if (step % 64 == 0) model.slab().ReleaseIdle(256 << 10, 64 << 10);
      if (step % 400 == 0) model.VerifyAll();
    }
    model.VerifyAll();
    while (model.size() > 0) model.FreeRandom();
    model.VerifyAll();
    CHECK(model.slab().used_bytes() == 0);
    CHECK(model.slab().large_bytes() == 0);
  }
}

TEST_CASE("SlabAllocator: invariants hold after every step, for a class with few objects a page") {
  Model model(9);
  for (int step = 0; step < 2500; ++step) {
    if (model.size() == 0 || model.random().Below(2) == 0) {
      model.Allocate(8192 - model.random().Below(3) * 1500);
    } else {
      model.FreeRandom();
    }
    model.slab().CheckInvariants();
  }
  while (model.size() > 0) model.FreeRandom();
}

TEST_CASE("SlabAllocator: objects of one size lie side by side") {
  SlabAllocator slab;
  std::vector<void*> objects(100'000);
  for (void*& object : objects) object = slab.Allocate(54);
  CHECK(slab.used_bytes() == 5'600'000);
  CHECK(slab.reserved_bytes() <= 5'600'000 * 1.02);
  CHECK(slab.class_statistics(storage::SizeClassOf(54)).live_objects == 100'000);
  CHECK(slab.class_statistics(storage::SizeClassOf(54)).object_bytes == 56);
  for (void* object : objects) slab.Free(object, 54);
  CHECK(slab.class_statistics(storage::SizeClassOf(54)).pages == 0);
}

TEST_CASE("SlabAllocator: a fresh page is not touched before its objects are handed out") {
  SlabAllocator slab;
  char* first = static_cast<char*>(slab.Allocate(64));
  const uintptr_t page = reinterpret_cast<uintptr_t>(first) & ~(storage::kPageBytes - 1);
  unsigned char resident[storage::kPageBytes / 4096];
  REQUIRE(mincore(reinterpret_cast<void*>(page), storage::kPageBytes, resident) == 0);
  const auto touched = std::count_if(std::begin(resident), std::end(resident),
                                     [](unsigned char flags) { return (flags & 1) != 0; });
  CHECK(touched <= 2);
  slab.Free(first, 64);
}

TEST_CASE("SlabAllocator: idle pages are given back within the budget and down to the bound") {
  SlabAllocator slab;
  std::vector<void*> objects(200'000);
  for (void*& object : objects) object = slab.Allocate(100);
  for (void* object : objects) slab.Free(object, 100);
  const size_t idle_bytes = slab.idle_bytes();
  CHECK(idle_bytes >= 200'000 * 104);
  CHECK(slab.ReleaseIdle(1 << 20, 2 << 20));
  CHECK(slab.idle_bytes() == idle_bytes - (1 << 20));
  slab.CheckInvariants();
  int calls = 1;
  while (slab.ReleaseIdle(1 << 20, 2 << 20)) ++calls;
  CHECK(calls >= 17);
  CHECK(slab.idle_bytes() == 2 << 20);
  CHECK_FALSE(slab.ReleaseIdle(1 << 20, 2 << 20));
  CHECK_FALSE(slab.ReleaseIdle(SIZE_MAX, 0));
  CHECK(slab.reserved_bytes() == 0);
  slab.CheckInvariants();
  // What was given back serves again.
  void* again = slab.Allocate(100);
  std::memset(again, 1, 104);
  slab.Free(again, 100);
}

TEST_CASE("SlabAllocator: moving sparse objects gives the memory of deleted ones back") {
  for (const size_t percent_deleted : {30, 50, 90}) {
    CAPTURE(percent_deleted);
    Model model(percent_deleted);
    for (int i = 0; i < 60'000; ++i) model.Allocate(54 + model.random().Below(20));
    const size_t deletions = model.size() * percent_deleted / 100;
    for (size_t i = 0; i < deletions; ++i) model.FreeRandom();
    CHECK(model.slab().reserved_bytes() > model.used_bytes() * 13 / 10);
    int passes = 0;
    while (model.MoveSparse() > 0) REQUIRE(++passes < 6);
    model.VerifyAll();
    while (model.slab().ReleaseIdle(1 << 20, 0)) {
    }
    // Four classes, each with a page that objects go to now.
    CHECK(model.slab().reserved_bytes() < model.used_bytes() * 115 / 100 + 4 * storage::kPageBytes);
    while (model.size() > 0) model.FreeRandom();
  }
}

TEST_CASE("SlabAllocator: nothing is sparse in a class that is full") {
  SlabAllocator slab;
  std::vector<void*> objects(10'000);
  for (void*& object : objects) object = slab.Allocate(48);
  for (void* object : objects) CHECK_FALSE(slab.IsSparse(object, 48));
  for (void* object : objects) slab.Free(object, 48);
}

TEST_CASE("SlabAllocator: a size over the limit is refused, not attempted") {
  SlabAllocator slab;
  for (const size_t bytes : {size_t{1} << 41, size_t{1} << 62, std::numeric_limits<size_t>::max(),
                             std::numeric_limits<size_t>::max() - 4096}) {
    CAPTURE(bytes);
    CHECK(slab.TryAllocateLarge(bytes) == nullptr);
  }
  CHECK(slab.TryAllocateLarge(1001, 1000) == nullptr);
  CHECK(slab.used_bytes() == 0);
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{1000}, size_t{100'000}}) {
    void* memory = slab.TryAllocateLarge(bytes, 100'000);
    REQUIRE(memory != nullptr);
    CHECK(slab.used_bytes() == SlabAllocator::UsableSize(bytes));
    slab.Free(memory, bytes);
  }
  slab.CheckInvariants();
}

#ifndef CINNABAR_SANITIZED  // whose malloc ends the process instead
TEST_CASE("SlabAllocator: an allocation that the system refuses is nullptr and counts nothing") {
  SlabAllocator slab;
  rlimit limit_before;
  REQUIRE(getrlimit(RLIMIT_AS, &limit_before) == 0);
  const rlimit limit{size_t{4} << 30, limit_before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
  void* memory = slab.TryAllocateLarge(size_t{8} << 30);
  REQUIRE(setrlimit(RLIMIT_AS, &limit_before) == 0);
  CHECK(memory == nullptr);
  CHECK(slab.used_bytes() == 0);
  slab.CheckInvariants();
}
#endif

#ifdef CINNABAR_SANITIZED
TEST_CASE("SlabAllocator: AddressSanitizer knows freed objects and those never handed out") {
  SlabAllocator slab;
  char* object = static_cast<char*>(slab.Allocate(40));
  char* neighbour = static_cast<char*>(slab.Allocate(40));
  CHECK(__asan_region_is_poisoned(object, 40) == nullptr);
  CHECK(__asan_address_is_poisoned(neighbour + 40) != 0);
  slab.Free(object, 40);
  for (int i = 0; i < 40; ++i) CHECK(__asan_address_is_poisoned(object + i) != 0);
  CHECK(__asan_region_is_poisoned(neighbour, 40) == nullptr);
  slab.Free(neighbour, 40);
}
#endif
