// Size classes: which sizes the slab allocator really hands out.
//
//   requested bytes   step                      classes
//   1 .. 256          8                         0 .. 31
//   257 .. 1024       16                        32 .. 79
//   1025 .. 8192      64                        80 .. 191
//   above             a quarter of the power of two below: 10 KiB, 12, 14, 16, 20, 24 ... (no slab)
//
// Steps of 8 are what saves memory: a record of 54 bytes takes 56 here and 64 in most allocators.
// The large steps are those of jemalloc, so that nothing is lost between its classes and ours, and
// so that the size of an allocation is the same in every build, whichever malloc lies below.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace storage {

inline constexpr size_t kSmallBytesMax = 8192;             // larger ones come from malloc
inline constexpr size_t kLargeBytesMax = size_t{1} << 40;  // nothing larger is ever handed out
inline constexpr size_t kSizeClasses = 192;

// The class of an object of `bytes` bytes; bytes <= kSmallBytesMax. Zero bytes count as one.
constexpr size_t SizeClassOf(size_t bytes) {
  if (bytes <= 256) return (bytes - (bytes != 0)) / 8;
  if (bytes <= 1024) return 32 + (bytes - 257) / 16;
  return 80 + (bytes - 1025) / 64;
}

constexpr size_t SizeClassBytes(size_t size_class) {
  if (size_class < 32) return (size_class + 1) * 8;
  if (size_class < 80) return 256 + (size_class - 31) * 16;
  return 1024 + (size_class - 79) * 64;
}

// What an allocation of more than kSmallBytesMax and at most kLargeBytesMax bytes takes.
constexpr size_t LargeBytes(size_t bytes) {
  const size_t step = std::bit_floor(bytes - 1) / 4;
  return (bytes + step - 1) & ~(step - 1);
}

}  // namespace storage
