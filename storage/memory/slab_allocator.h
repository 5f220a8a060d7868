// SlabAllocator: memory for records and the nodes of structures, at nearly no overhead and exactly
// counted.
//
// A cache is millions of small objects of a few sizes. A general allocator rounds 54 bytes to 64
// and cannot say at once how much is in use. Here objects of one size class lie side by side in a
// 64 KiB page without headers of their own; the caller says the size again when it frees, and the
// page is found by masking the address. Classes are in size_classes.h, pages in page_pool.h.
//
//   classes_[6] (56 bytes): available -> Page <-> Page     pages with room; the front one is used
//                                         |
//              free_objects ---> [ next | free ] ... [ next | free ]      freed, chained, last in
//              first out carved_words ---> the part of the page that was never handed out, and
//              never touched
//
// Larger objects (over 8 KiB) come from malloc, in steps of our own, so that they are counted
// alike.
//
// Cost: Allocate and Free O(1), 5 to 15 ns plus the cache misses of the object itself; at worst a
// few microseconds, when the system must give another arena. Lifetime: small objects die with the
// allocator at the latest; large ones must be freed by their owner. Addresses are multiples of 8.
// Not for several threads.
//
// Invariants, verified by CheckInvariants():
//   1. in each page: live objects + freed objects = carved objects <= capacity; an empty page is
//   idle;
//   2. a page is on its class's list exactly when it is not full;
//   3. used_bytes() is the sum of UsableSize() over what was allocated and not freed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "storage/base/check.h"
#include "storage/memory/page_pool.h"
#include "storage/memory/poison.h"
#include "storage/memory/size_classes.h"

namespace storage {

class SlabAllocator {
 public:
  struct ClassStatistics {
    size_t object_bytes = 0;
    size_t live_objects = 0;
    size_t capacity = 0;  // objects that the class's pages can hold
    size_t pages = 0;
  };

  SlabAllocator();
  SlabAllocator(const SlabAllocator&) = delete;
  SlabAllocator& operator=(const SlabAllocator&) = delete;

  // Memory of UsableSize(bytes) bytes. When the system has none left the process ends: where a
  // client chooses the size, TryAllocateLarge must be asked.
  void* Allocate(size_t bytes) {
    if (bytes > kSmallBytesMax) return Required(AllocateLarge(bytes));
    SizeClass& size_class = classes_[SizeClassOf(bytes)];
    Page* page = size_class.available.front;
    if (page == nullptr || page->free_objects == nullptr) return Required(CarveObject(size_class));
    void* object = page->free_objects;
    Unpoison(object, size_class.object_bytes);
    page->free_objects = *static_cast<void**>(object);
    NoteAllocated(size_class, page);
    return object;
  }

  // Frees what Allocate(bytes) gave, or Allocate of another size with the same UsableSize.
  void Free(void* object, size_t bytes) {
    if (bytes > kSmallBytesMax) return FreeLarge(object, bytes);
    const size_t class_index = SizeClassOf(bytes);
    SizeClass& size_class = classes_[class_index];
    Page* page = PagePool::PageOf(object);
    CHECK_INVARIANT(page->size_class == class_index && page->state == PageState::kInUse);
    *static_cast<void**>(object) = page->free_objects;
    page->free_objects = object;
    FillFreed(object, size_class.object_bytes);
    used_bytes_ -= size_class.object_bytes;
    --size_class.live_objects;
    if (page->IsFull()) size_class.available.Push(page);
    if (--page->live_objects == 0) ReturnPage(size_class, page);
  }

  // Like Allocate, for sizes that a client chooses: nullptr when `bytes` is over `bytes_max` or the
  // system refuses. Small sizes are welcome too. Free it as any other.
  [[nodiscard]] void* TryAllocateLarge(size_t bytes, size_t bytes_max = kLargeBytesMax);

  // For DeferredFree: a large object (more than kSmallBytesMax bytes) is not counted any more.
  // Whoever has it calls FreeDisowned once, on any thread.
  void DisownLarge(size_t bytes);
  static void FreeDisowned(void* object);

  // How many bytes an allocation of `bytes` may really use, and is counted with.
  static constexpr size_t UsableSize(size_t bytes) {
    return bytes <= kSmallBytesMax ? SizeClassBytes(SizeClassOf(bytes)) : LargeBytes(bytes);
  }

  // The sum of UsableSize over all that is allocated.
  size_t used_bytes() const { return used_bytes_; }
  // The part of it that came from malloc.
  size_t large_bytes() const { return large_bytes_; }
  // What is held of the system for it: pages in use and idle ones not given back, and large
  // objects.
  size_t reserved_bytes() const {
    return (pages_.in_use_pages() + pages_.dirty_pages()) * kPageBytes + large_bytes_;
  }
  // The part of it that ReleaseIdle could give back.
  size_t idle_bytes() const { return pages_.dirty_pages() * kPageBytes; }

  // Gives idle memory above `keep_bytes` back to the system, at most `bytes_budget` now (about 4 us
  // each 64 KiB). Returns whether more is left to give.
  bool ReleaseIdle(size_t bytes_budget, size_t keep_bytes = kIdleBytesKept) {
    return pages_.ReleaseIdle(keep_bytes, bytes_budget / kPageBytes);
  }

  // Another thread, on which memory is made ready ahead of time.
  void set_run_elsewhere(SpareArena::RunElsewhere run_elsewhere) {
    pages_.set_run_elsewhere(std::move(run_elsewhere));
  }

  // Whether moving the object elsewhere (Allocate, copy, Free) would help to empty a page: its
  // class wastes more than an eighth, and its page is no fuller than the class's average. When an
  // owner moves every such object, pages become empty and the answer becomes "no". Large objects
  // are never sparse.
  bool IsSparse(const void* object, size_t bytes) const;

  ClassStatistics class_statistics(size_t class_index) const;

  // Walks everything.
  void CheckInvariants() const;

  static constexpr size_t kIdleBytesKept = size_t{4} << 20;

 private:
  struct SizeClass {
    PageList available;  // pages that are not full
    size_t live_objects = 0;
    size_t capacity = 0;
    uint32_t object_bytes = 0;
    uint32_t pages = 0;
  };

  static void* Required(void* memory) {
    CHECK_INVARIANT(memory != nullptr && "out of memory");
    return memory;
  }

  static void FillFreed([[maybe_unused]] void* object, [[maybe_unused]] size_t bytes) {
    // The first word is the chain's.
    if (bytes > sizeof(void*)) {
      PoisonFreed(static_cast<char*>(object) + sizeof(void*), bytes - sizeof(void*));
    }
    Poison(object, sizeof(void*));
  }

  void NoteAllocated(SizeClass& size_class, Page* page) {
    used_bytes_ += size_class.object_bytes;
    ++size_class.live_objects;
    ++page->live_objects;
    if (page->IsFull()) size_class.available.Remove(page);
  }

  void* CarveObject(SizeClass& size_class);
  Page* OpenPage(SizeClass& size_class);
  void ReturnPage(SizeClass& size_class, Page* page);
  void* AllocateLarge(size_t bytes);
  void FreeLarge(void* object, size_t bytes);
  size_t CheckPage(const Page& page) const;

  size_t used_bytes_ = 0;
  size_t large_bytes_ = 0;
  std::array<SizeClass, kSizeClasses> classes_;
  PagePool pages_;
};

}  // namespace storage
