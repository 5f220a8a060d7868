// Poison: tells AddressSanitizer which bytes of our own pages nobody may touch, since it knows only
// malloc's. In other builds these functions are nothing.
#pragma once

#include <cstddef>

#ifdef CINNABAR_SANITIZED
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>

#include <cstring>
#endif

namespace storage {

#ifdef CINNABAR_SANITIZED
inline constexpr int kFreedPattern = 0xD5;  // what a stale pointer reads where ASan does not look

inline void Poison(void* begin, size_t bytes) {
  __asan_poison_memory_region(begin, bytes);
}
inline void Unpoison(void* begin, size_t bytes) {
  __asan_unpoison_memory_region(begin, bytes);
}
inline void PoisonFreed(void* begin, size_t bytes) {
  std::memset(begin, kFreedPattern, bytes);
  Poison(begin, bytes);
}
// What lies in [begin, begin + bytes) may be all that points to a malloc'ed block: no leak then.
inline void BeginLeakRoot(void* begin, size_t bytes) {
  __lsan_register_root_region(begin, bytes);
}
inline void EndLeakRoot(void* begin, size_t bytes) {
  __lsan_unregister_root_region(begin, bytes);
}
#else
inline void Poison(void*, size_t) {}
inline void Unpoison(void*, size_t) {}
inline void PoisonFreed(void*, size_t) {}
inline void BeginLeakRoot(void*, size_t) {}
inline void EndLeakRoot(void*, size_t) {}
#endif

}  // namespace storage
