#include "storage/memory/spare_arena.h"

#include "storage/memory/arena_mapping.h"

namespace storage {

SpareArena::Shared::~Shared() {
  if (void* unused = arena.load()) UnmapArena(unused);
}

void* SpareArena::Take() {
  if (!run_elsewhere_) return nullptr;
  void* ready = shared_->arena.exchange(nullptr, std::memory_order_acquire);
  if (!shared_->is_being_made.exchange(true)) {
    run_elsewhere_([shared = shared_] {
      void* arena = MapArena(PageSize::kHuge);
      // The first touch makes the whole page resident.
      if (arena != nullptr) *static_cast<volatile char*>(arena) = 0;
      if (void* before = shared->arena.exchange(arena, std::memory_order_release)) {
        UnmapArena(before);
      }
      shared->is_being_made = false;
    });
  }
  return ready;
}

}  // namespace storage
