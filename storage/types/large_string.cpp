#include "storage/types/large_string.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

#include "storage/base/check.h"
#include "storage/types/allocation_failure.h"

namespace storage {
namespace {

// No value comes near; what asks for more is refused without asking the system.
constexpr size_t kCapacityMax = size_t{1} << 39;

uint64_t allocations_to_failure = 0;  // tests only; 0: none fails

bool IsRefused() {
  return allocations_to_failure != 0 && --allocations_to_failure == 0;
}

}  // namespace

void FailLargeStringAllocation(uint64_t nth) {
  allocations_to_failure = nth;
}

bool IsLargeStringFailurePending() {
  return allocations_to_failure != 0;
}

LargeString* LargeString::TryCreate(size_t size, size_t capacity) {
  CHECK_INVARIANT(size <= capacity);
  if (capacity > kCapacityMax || IsRefused()) return nullptr;
  return Make(std::malloc(sizeof(LargeString) + capacity), size);
}

LargeString* LargeString::TryCreateZeroed(size_t size, size_t capacity) {
  CHECK_INVARIANT(size <= capacity);
  if (capacity > kCapacityMax || IsRefused()) return nullptr;
  return Make(std::calloc(1, sizeof(LargeString) + capacity), size);
}

LargeString* LargeString::TryResize(LargeString* string, size_t capacity) {
  const size_t size = string == nullptr ? 0 : string->size_;
  CHECK_INVARIANT(capacity >= size);
  CHECK_INVARIANT(string == nullptr || (!string->is_shared() && string->begin_ == 0));
  if (capacity > kCapacityMax) return nullptr;
  return Make(std::realloc(string, sizeof(LargeString) + capacity), size);
}

void LargeString::Narrow(std::string_view part) {
  const char* first = reinterpret_cast<const char*>(this + 1);
  CHECK_INVARIANT(part.data() >= first && part.data() + part.size() <= first + capacity_);
  CHECK_INVARIANT(part.data() - first <= UINT32_MAX);
  begin_ = static_cast<uint32_t>(part.data() - first);
  size_ = part.size();
}

LargeString* LargeString::Make(void* memory, size_t size) {
  if (memory == nullptr) return nullptr;
  return new (memory) LargeString(size, malloc_usable_size(memory) - sizeof(LargeString));
}

void LargeString::Destroy(LargeString* string) {
  std::free(string);
}

size_t LargeString::memory() const {
  return sizeof(LargeString) + capacity_;
}

}  // namespace storage
