// The searches and sums of packs over arrays of bytes, 16 at a time where there is SSE2.
//
// A block of 16 may reach beyond the array, but not beyond `end`, where the memory ends: what lies
// in between is read and masked out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace storage {

// The tag of an element: 8 bits of a quick hash. Elements chosen to have equal tags make a search
// compare bytes, no more.
inline uint8_t PackTag(std::string_view element) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
  const char* bytes = element.data();
  const size_t size = element.size();
  uint64_t first = 0;
  uint64_t last = 0;
  if (size >= 8) {
    std::memcpy(&first, bytes, 8);
    std::memcpy(&last, bytes + size - 8, 8);
  } else if (size >= 4) {
    uint32_t halves[2];
    std::memcpy(&halves[0], bytes, 4);
    std::memcpy(&halves[1], bytes + size - 4, 4);
    first = halves[0];
    last = halves[1];
  } else if (size > 0) {
    first = static_cast<uint8_t>(bytes[0]);
    last = static_cast<uint64_t>(static_cast<uint8_t>(bytes[size / 2])) << 8 |
           static_cast<uint8_t>(bytes[size - 1]);
  }
  const uint64_t mixed = ((first ^ size) * kOdd) ^ last;
  return static_cast<uint8_t>(((mixed ^ mixed >> 32) * kOdd) >> 56);
}

#if defined(__SSE2__)
namespace pack_detail {

inline __m128i Load16(const uint8_t* from, const uint8_t* end) {
  if (end - from >= 16) [[likely]] {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }
  alignas(16) uint8_t block[16] = {};
  std::memcpy(block, from, static_cast<size_t>(end - from));
  return _mm_load_si128(reinterpret_cast<const __m128i*>(block));
}

}  // namespace pack_detail
#endif

// Calls visit(index) for each of the `count` bytes that equals `wanted`, until it returns true.
template <class Visit>
void VisitEqualBytes(const uint8_t* bytes, size_t count, [[maybe_unused]] const uint8_t* end,
                     uint8_t wanted, Visit&& visit) {
#if defined(__SSE2__)
  const __m128i pattern = _mm_set1_epi8(static_cast<char>(wanted));
  for (size_t at = 0; at < count; at += 16) {
    const __m128i equal = _mm_cmpeq_epi8(pack_detail::Load16(bytes + at, end), pattern);
    unsigned bits = static_cast<unsigned>(_mm_movemask_epi8(equal));
    if (count - at < 16) bits &= (1u << (count - at)) - 1;
    for (; bits != 0; bits &= bits - 1) {
      if (visit(at + static_cast<size_t>(__builtin_ctz(bits)))) return;
    }
  }
#else
  for (size_t at = 0; at < count; ++at) {
    if (bytes[at] == wanted && visit(at)) return;
  }
#endif
}

// The sum of `count` bytes.
inline size_t SumOfBytes(const uint8_t* bytes, size_t count, [[maybe_unused]] const uint8_t* end) {
#if defined(__SSE2__)
  alignas(16) static constexpr uint8_t kMasks[32] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                     0,    0,    0,    0,    0,    0,    0,    0,
                                                     0,    0,    0,    0,    0,    0,    0,    0};
  const __m128i zero = _mm_setzero_si128();
  __m128i sums = zero;
  size_t at = 0;
  for (; at + 16 <= count; at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
    sums = _mm_add_epi64(sums, _mm_sad_epu8(block, zero));
  }
  if (at < count) {
    const __m128i mask =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(kMasks + 16 - (count - at)));
    const __m128i block = _mm_and_si128(pack_detail::Load16(bytes + at, end), mask);
    sums = _mm_add_epi64(sums, _mm_sad_epu8(block, zero));
  }
  return static_cast<size_t>(_mm_cvtsi128_si64(sums)) +
         static_cast<size_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)));
#else
  size_t sum = 0;
  for (size_t at = 0; at < count; ++at) sum += bytes[at];
  return sum;
#endif
}

}  // namespace storage
