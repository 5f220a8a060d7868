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
