#include "storage/memory/slab_allocator.h"

#include <cstdlib>

namespace storage {
namespace {

constexpr size_t kWordBytes = 8;
static_assert(kPageBytes / kWordBytes <= UINT16_MAX, "Page counts in 16 bits");

void* NextFree(void* object) {
  Unpoison(object, sizeof(void*));
  void* next = *static_cast<void**>(object);
  Poison(object, sizeof(void*));
  return next;
}

}  // namespace

SlabAllocator::SlabAllocator() {
  for (size_t i = 0; i < kSizeClasses; ++i) {
    classes_[i].object_bytes = static_cast<uint32_t>(SizeClassBytes(i));
  }
}

// An object from the untouched part of a page; nullptr when the system gives no page.
void* SlabAllocator::CarveObject(SizeClass& size_class) {
  Page* page = size_class.available.front;
  if (page == nullptr) page = OpenPage(size_class);
  if (page == nullptr) return nullptr;
  void* object = PagePool::AlignedAddress(page) + page->carved_words * kWordBytes;
  page->carved_words =
      static_cast<uint16_t>(page->carved_words + size_class.object_bytes / kWordBytes);
  Unpoison(object, size_class.object_bytes);
  NoteAllocated(size_class, page);
  return object;
}

Page* SlabAllocator::OpenPage(SizeClass& size_class) {
  Page* page = pages_.Take();
  if (page == nullptr) return nullptr;
  const size_t header_bytes = PagePool::HeaderBytes(page);
  page->free_objects = nullptr;
  page->live_objects = 0;
  page->capacity = static_cast<uint16_t>((kPageBytes - header_bytes) / size_class.object_bytes);
  page->carved_words = static_cast<uint16_t>(header_bytes / kWordBytes);
  page->size_class = static_cast<uint8_t>(&size_class - classes_.data());
  Poison(PagePool::AlignedAddress(page) + header_bytes, kPageBytes - header_bytes);
  size_class.available.Push(page);
  size_class.capacity += page->capacity;
  ++size_class.pages;
  return page;
}

void SlabAllocator::ReturnPage(SizeClass& size_class, Page* page) {
  size_class.available.Remove(page);
  size_class.capacity -= page->capacity;
  --size_class.pages;
  pages_.Return(page);
}

void* SlabAllocator::AllocateLarge(size_t bytes) {
  if (bytes > kLargeBytesMax) return nullptr;
  const size_t usable = LargeBytes(bytes);
  void* memory = std::malloc(usable);
  if (memory == nullptr) return nullptr;
  used_bytes_ += usable;
  large_bytes_ += usable;
  return memory;
}

void SlabAllocator::DisownLarge(size_t bytes) {
  CHECK_INVARIANT(bytes > kSmallBytesMax && large_bytes_ >= LargeBytes(bytes));
  used_bytes_ -= LargeBytes(bytes);
  large_bytes_ -= LargeBytes(bytes);
}

void SlabAllocator::FreeDisowned(void* object) {
  std::free(object);
}

void SlabAllocator::FreeLarge(void* object, size_t bytes) {
  DisownLarge(bytes);
  FreeDisowned(object);
}

void* SlabAllocator::TryAllocateLarge(size_t bytes, size_t bytes_max) {
  if (bytes > bytes_max) return nullptr;
  if (bytes > kSmallBytesMax) return AllocateLarge(bytes);
  SizeClass& size_class = classes_[SizeClassOf(bytes)];
  if (size_class.available.front == nullptr) return CarveObject(size_class);
  return Allocate(bytes);
}

bool SlabAllocator::IsSparse(const void* object, size_t bytes) const {
  if (bytes > kSmallBytesMax) return false;
  const SizeClass& size_class = classes_[SizeClassOf(bytes)];
  if (size_class.live_objects * 8 > size_class.capacity * 7) return false;
  const Page* page = PagePool::PageOf(object);
  // The front page is where a moved object would go.
  if (page->IsFull() || page == size_class.available.front) return false;
  return page->live_objects * size_class.capacity <= size_class.live_objects * page->capacity;
}

SlabAllocator::ClassStatistics SlabAllocator::class_statistics(size_t class_index) const {
  const SizeClass& size_class = classes_[class_index];
  return {.object_bytes = size_class.object_bytes,
          .live_objects = size_class.live_objects,
          .capacity = size_class.capacity,
          .pages = size_class.pages};
}

// Checks one page in use and returns the bytes of its live objects.
size_t SlabAllocator::CheckPage(const Page& page) const {
  const SizeClass& size_class = classes_[page.size_class];
  const size_t object_bytes = size_class.object_bytes;
  const size_t header_bytes = PagePool::HeaderBytes(&page);
  const size_t carved_bytes = page.carved_words * kWordBytes - header_bytes;
  CHECK_INVARIANT(carved_bytes % object_bytes == 0);
  CHECK_INVARIANT(carved_bytes / object_bytes <= page.capacity);
  CHECK_INVARIANT(page.live_objects > 0);
  size_t freed_objects = 0;
  for (void* object = page.free_objects; object != nullptr; object = NextFree(object)) {
    CHECK_INVARIANT(PagePool::PageOf(object) == &page);
    const size_t offset =
        static_cast<size_t>(static_cast<char*>(object) - PagePool::AlignedAddress(&page));
    CHECK_INVARIANT(offset >= header_bytes && offset - header_bytes < carved_bytes);
    CHECK_INVARIANT((offset - header_bytes) % object_bytes == 0);
    ++freed_objects;
    CHECK_INVARIANT(freed_objects <= page.capacity);
  }
  CHECK_INVARIANT(page.live_objects + freed_objects == carved_bytes / object_bytes);
  return page.live_objects * object_bytes;
}

void SlabAllocator::CheckInvariants() const {
  pages_.CheckInvariants();
  size_t live_bytes = 0;
  std::array<size_t, kSizeClasses> pages{};
  std::array<size_t, kSizeClasses> available_pages{};
  std::array<size_t, kSizeClasses> live_objects{};
  std::array<size_t, kSizeClasses> capacity{};
  pages_.ForEachInUse([&](const Page& page) {
    live_bytes += CheckPage(page);
    ++pages[page.size_class];
    available_pages[page.size_class] += !page.IsFull();
    live_objects[page.size_class] += page.live_objects;
    capacity[page.size_class] += page.capacity;
  });
  CHECK_INVARIANT(live_bytes + large_bytes_ == used_bytes_);
  for (size_t i = 0; i < kSizeClasses; ++i) {
    CHECK_INVARIANT(pages[i] == classes_[i].pages);
    CHECK_INVARIANT(live_objects[i] == classes_[i].live_objects);
    CHECK_INVARIANT(capacity[i] == classes_[i].capacity);
    const Page* previous = nullptr;
    for (const Page* page = classes_[i].available.front; page != nullptr; page = page->next) {
      CHECK_INVARIANT(page->size_class == i && !page->IsFull() && page->previous == previous);
      previous = page;
      --available_pages[i];
    }
    CHECK_INVARIANT(available_pages[i] == 0);
  }
}

}  // namespace storage
