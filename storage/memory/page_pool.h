// PagePool: 64 KiB pages for the slab allocator, cut from 2 MiB arenas of the system.
//
// The page of an object is found from its address alone, by masking. The page headers do not lie in
// their pages, though: headers 64 KiB apart would share a handful of cache sets, and freeing an
// object would nearly always miss. They lie side by side at the front of the arena:
//
//   arena, 2 MiB, aligned to its size
//   +--------------------------+-----------------+----------+-- ... --+----------+
//   | Arena, 32 Page headers   | page 0 (60 KiB) | page 1   |         | page 31  |
//   |        4 KiB             |                 | 64 KiB   |         |          |
//   +--------------------------+-----------------+----------+-- ... --+----------+
//
// Every other arena has its headers 2 KiB further on, which spreads them over the cache.
//
// A page is in use, dirty (idle, its memory still ours) or clean (idle, never touched or given back
// to the system). Take prefers dirty ones. Nothing touches the memory of a page before its user
// does.
//
// Cost: Take and Return a few nanoseconds; a new arena is a huge page that another thread has made
// ready, or else one mmap and one page fault (a few microseconds) each 2 MiB; ReleaseIdle about 4
// us a page.
//
// Invariants, verified by CheckInvariants():
//   1. a page is dirty and on the dirty list, or clean and in its arena's clean_pages, or in use;
//   2. an arena is on the clean list exactly when it has a clean page;
//   3. the counters agree with what a walk over all arenas finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "storage/memory/arena_mapping.h"
#include "storage/memory/spare_arena.h"

namespace storage {

inline constexpr size_t kPageBytes = size_t{64} << 10;
inline constexpr size_t kPagesPerArena = kArenaBytes / kPageBytes;
inline constexpr size_t kArenaHeaderBytes = 4096;

enum class PageState : uint8_t { kClean, kDirty, kInUse };

// The header of a page. Objects are carved from the front of the page when no freed one is left.
struct Page {
  void* free_objects;  // chained through their first word
  Page* previous;      // on the dirty list or on a size class's list of available pages
  Page* next;
  uint16_t live_objects;
  uint16_t capacity;  // in objects
  uint16_t
      carved_words;  // the next object to carve, in 8-byte words from the page's aligned address
  uint8_t size_class;
  PageState state;

  bool IsFull() const { return live_objects == capacity; }
};
static_assert(sizeof(Page) == 32);

// A doubly linked list of pages; the newest is in front.
struct PageList {
  Page* front = nullptr;

  void Push(Page* page) {
    page->previous = nullptr;
    page->next = front;
    if (front != nullptr) front->previous = page;
    front = page;
  }
  void Remove(Page* page) {
    (page->previous != nullptr ? page->previous->next : front) = page->next;
    if (page->next != nullptr) page->next->previous = page->previous;
  }
};

class PagePool {
 public:
  PagePool() = default;
  ~PagePool();
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  // The page that holds the object at `address`, which must come from a page of any pool.
  static Page* PageOf(const void* address) {
    const uintptr_t bits = reinterpret_cast<uintptr_t>(address);
    return &Pages(bits & ~(kArenaBytes - 1))[(bits / kPageBytes) % kPagesPerArena];
  }
  // The aligned address of a page; the first page of an arena has the arena's header there.
  static char* AlignedAddress(const Page* page) {
    const uintptr_t arena = reinterpret_cast<uintptr_t>(page) & ~(kArenaBytes - 1);
    return reinterpret_cast<char*>(arena + static_cast<size_t>(page - Pages(arena)) * kPageBytes);
  }
  // Bytes at the aligned address that belong to the arena's header.
  static size_t HeaderBytes(const Page* page) {
    return (reinterpret_cast<uintptr_t>(AlignedAddress(page)) & (kArenaBytes - 1)) == 0
               ? kArenaHeaderBytes
               : 0;
  }

  // An idle page, or nullptr when the system gives no memory. Its header's fields are arbitrary.
  Page* Take();
  // Takes back a page without live objects.
  void Return(Page* page);

  // Where arenas are made of huge pages ahead of time (SpareArena); a small pool has none.
  void set_run_elsewhere(SpareArena::RunElsewhere run_elsewhere) {
    spare_.set_run_elsewhere(std::move(run_elsewhere));
  }

  // Gives idle pages back to the system while more than `keep_bytes` of them are dirty, at most
  // `pages_max` of them. Returns whether more are left to give.
  bool ReleaseIdle(size_t keep_bytes, size_t pages_max);

  size_t in_use_pages() const { return in_use_pages_; }
  size_t dirty_pages() const { return dirty_pages_; }
  size_t arenas() const { return arenas_; }

  // Calls visit(const Page&) for every page in use.
  template <class Visit>
  void ForEachInUse(Visit visit) const {
    for (Arena* arena = all_arenas_; arena != nullptr; arena = arena->next_of_all) {
      const Page* pages = Pages(reinterpret_cast<uintptr_t>(arena));
      for (size_t i = 0; i < kPagesPerArena; ++i) {
        if (pages[i].state == PageState::kInUse) visit(pages[i]);
      }
    }
  }

  void CheckInvariants() const;

 private:
  // A small data set takes small pages, so that no memory is resident that it does not use.
  static constexpr size_t kSmallPageArenas = 3;

  struct Arena {
    Arena* previous_of_all;
    Arena* next_of_all;
    Arena* previous_clean;
    Arena* next_clean;
    uint32_t clean_pages;  // one bit a page
  };

  static Page* Pages(uintptr_t arena) {
    const uintptr_t colour = (arena / kArenaBytes % 2) * (kArenaHeaderBytes / 2);
    return reinterpret_cast<Page*>(arena + sizeof(Page) * 2 + colour);
  }
  static Arena* ArenaOf(const Page* page) {
    return reinterpret_cast<Arena*>(reinterpret_cast<uintptr_t>(page) & ~(kArenaBytes - 1));
  }

  bool AddArena();
  void RemoveArena(Arena* arena);
  void PushClean(Arena* arena);
  void RemoveClean(Arena* arena);
  void PushDirty(Page* page);
  void RemoveDirty(Page* page);

  Arena* all_arenas_ = nullptr;
  Arena* clean_arenas_ = nullptr;
  PageList dirty_;
  Page* oldest_dirty_ = nullptr;
  size_t in_use_pages_ = 0;
  size_t dirty_pages_ = 0;
  size_t arenas_ = 0;
  SpareArena spare_;
};

}  // namespace storage
