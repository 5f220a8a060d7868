#include "storage/memory/arena_mapping.h"

#include <sys/mman.h>

#include <cstdint>

#include "storage/base/check.h"

namespace storage {
namespace {

void* Map(size_t bytes) {
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapped == MAP_FAILED ? nullptr : mapped;
}

void Unmap(uintptr_t begin, uintptr_t end) {
  if (begin != end) CHECK_INVARIANT(munmap(reinterpret_cast<void*>(begin), end - begin) == 0);
}

// The system usually puts a mapping next to the one before, which is aligned already; only
// otherwise a larger one is cut to size.
void* MapAligned() {
  void* mapped = Map(kArenaBytes);
  if (mapped == nullptr || reinterpret_cast<uintptr_t>(mapped) % kArenaBytes == 0) return mapped;
  Unmap(reinterpret_cast<uintptr_t>(mapped), reinterpret_cast<uintptr_t>(mapped) + kArenaBytes);
  mapped = Map(2 * kArenaBytes);
  if (mapped == nullptr) return nullptr;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(mapped);
  const uintptr_t aligned = (begin + kArenaBytes - 1) & ~(kArenaBytes - 1);
  Unmap(begin, aligned);
  Unmap(aligned + kArenaBytes, begin + 2 * kArenaBytes);
  return reinterpret_cast<void*>(aligned);
}

}  // namespace

void* MapArena(PageSize page_size) {
  void* arena = MapAligned();
  // Where the system has no huge pages, the advice is refused, and the pages are small ones.
  if (arena != nullptr) {
    madvise(arena, kArenaBytes, page_size == PageSize::kHuge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  }
  return arena;
}

void UnmapArena(void* arena) {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(arena);
  Unmap(begin, begin + kArenaBytes);
}

}  // namespace storage
