#include "storage/memory/page_pool.h"

#include <sys/mman.h>

#include <bit>

#include "storage/base/check.h"
#include "storage/memory/arena_mapping.h"
#include "storage/memory/poison.h"

namespace storage {
namespace {

constexpr uint32_t kAllPages = UINT32_MAX;
static_assert(kPagesPerArena == 32, "Arena::clean_pages has a bit for each");

}  // namespace

PagePool::~PagePool() {
  while (all_arenas_ != nullptr) RemoveArena(all_arenas_);
}

bool PagePool::AddArena() {
  void* memory = arenas_ >= kSmallPageArenas ? spare_.Take() : nullptr;
  if (memory == nullptr) memory = MapArena(PageSize::kSmall);
  if (memory == nullptr) return false;
  BeginLeakRoot(memory, kArenaBytes);
  Arena* arena = static_cast<Arena*>(memory);
  arena->clean_pages = kAllPages;
  arena->previous_of_all = nullptr;
  arena->next_of_all = all_arenas_;
  if (all_arenas_ != nullptr) all_arenas_->previous_of_all = arena;
  all_arenas_ = arena;
  static_assert(static_cast<int>(PageState::kClean) == 0, "fresh memory is a table of clean pages");
  PushClean(arena);
  ++arenas_;
  return true;
}

void PagePool::RemoveArena(Arena* arena) {
  if (arena->clean_pages != 0) RemoveClean(arena);
  (arena->previous_of_all != nullptr ? arena->previous_of_all->next_of_all : all_arenas_) =
      arena->next_of_all;
  if (arena->next_of_all != nullptr) arena->next_of_all->previous_of_all = arena->previous_of_all;
  --arenas_;
  EndLeakRoot(arena, kArenaBytes);
  Unpoison(arena, kArenaBytes);
  UnmapArena(arena);
}

void PagePool::PushClean(Arena* arena) {
  arena->previous_clean = nullptr;
  arena->next_clean = clean_arenas_;
  if (clean_arenas_ != nullptr) clean_arenas_->previous_clean = arena;
  clean_arenas_ = arena;
}

void PagePool::RemoveClean(Arena* arena) {
  (arena->previous_clean != nullptr ? arena->previous_clean->next_clean : clean_arenas_) =
      arena->next_clean;
  if (arena->next_clean != nullptr) arena->next_clean->previous_clean = arena->previous_clean;
}

void PagePool::PushDirty(Page* page) {
  page->state = PageState::kDirty;
  if (dirty_.front == nullptr) oldest_dirty_ = page;
  dirty_.Push(page);
  ++dirty_pages_;
}

void PagePool::RemoveDirty(Page* page) {
  if (oldest_dirty_ == page) oldest_dirty_ = page->previous;
  dirty_.Remove(page);
  --dirty_pages_;
}

Page* PagePool::Take() {
  Page* page = dirty_.front;
  if (page != nullptr) {
    RemoveDirty(page);
  } else {
    if (clean_arenas_ == nullptr && !AddArena()) return nullptr;
    Arena* arena = clean_arenas_;
    page = &Pages(reinterpret_cast<uintptr_t>(arena))[std::countr_zero(arena->clean_pages)];
    arena->clean_pages &= arena->clean_pages - 1;
    if (arena->clean_pages == 0) RemoveClean(arena);
  }
  page->state = PageState::kInUse;
  ++in_use_pages_;
  return page;
}

void PagePool::Return(Page* page) {
  CHECK_INVARIANT(page->state == PageState::kInUse);
  --in_use_pages_;
  PushDirty(page);
}

bool PagePool::ReleaseIdle(size_t keep_bytes, size_t pages_max) {
  const size_t keep_pages = keep_bytes / kPageBytes;
  for (size_t released = 0; released < pages_max && dirty_pages_ > keep_pages; ++released) {
    Page* page = oldest_dirty_;
    RemoveDirty(page);
    page->state = PageState::kClean;
    const size_t header_bytes = HeaderBytes(page);
    // Failure (memory locked by the administrator) leaves the page resident, which does no harm.
    madvise(AlignedAddress(page) + header_bytes, kPageBytes - header_bytes, MADV_DONTNEED);
    Arena* arena = ArenaOf(page);
    if (arena->clean_pages == 0) PushClean(arena);
    arena->clean_pages |= uint32_t{1} << (page - Pages(reinterpret_cast<uintptr_t>(arena)));
    if (arena->clean_pages == kAllPages && arenas_ > 1) RemoveArena(arena);
  }
  return dirty_pages_ > keep_pages;
}

void PagePool::CheckInvariants() const {
  size_t arenas = 0;
  size_t clean_arenas = 0;
  size_t dirty_pages = 0;
  size_t in_use_pages = 0;
  for (const Arena* arena = all_arenas_; arena != nullptr; arena = arena->next_of_all) {
    ++arenas;
    clean_arenas += arena->clean_pages != 0;
    const Page* pages = Pages(reinterpret_cast<uintptr_t>(arena));
    for (size_t i = 0; i < kPagesPerArena; ++i) {
      CHECK_INVARIANT((pages[i].state == PageState::kClean) ==
                      ((arena->clean_pages >> i & 1) != 0));
      dirty_pages += pages[i].state == PageState::kDirty;
      in_use_pages += pages[i].state == PageState::kInUse;
    }
  }
  CHECK_INVARIANT(arenas == arenas_);
  CHECK_INVARIANT(dirty_pages == dirty_pages_);
  CHECK_INVARIANT(in_use_pages == in_use_pages_);
  for (const Arena* arena = clean_arenas_; arena != nullptr; arena = arena->next_clean) {
    CHECK_INVARIANT(arena->clean_pages != 0);
    --clean_arenas;
  }
  CHECK_INVARIANT(clean_arenas == 0);
  const Page* last = nullptr;
  for (const Page* page = dirty_.front; page != nullptr; page = page->next) {
    CHECK_INVARIANT(page->state == PageState::kDirty);
    CHECK_INVARIANT(page->previous == last);
    last = page;
    --dirty_pages;
  }
  CHECK_INVARIANT(dirty_pages == 0);
  CHECK_INVARIANT(dirty_pages_ == 0 || last == oldest_dirty_);
}

}  // namespace storage
