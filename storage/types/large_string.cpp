#include "storage/types/large_string.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

#include "storage/base/check.h"

namespace storage {

LargeString* LargeString::TryCreate(size_t size, size_t capacity) {
  CHECK_INVARIANT(size <= capacity);
  if (capacity > SIZE_MAX / 2) return nullptr;
  return Make(std::malloc(sizeof(LargeString) + capacity), size);
}

LargeString* LargeString::TryCreateZeroed(size_t size, size_t capacity) {
  CHECK_INVARIANT(size <= capacity);
  if (capacity > SIZE_MAX / 2) return nullptr;
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
