#include "storage/memory/memory_probe.h"

#include <cstdlib>

namespace storage {

bool HasMemoryFor(size_t bytes) {
  // A compiler may leave out memory that it sees unused.
  void* volatile memory = std::malloc(bytes);
  std::free(memory);
  return memory != nullptr;
}

}  // namespace storage
