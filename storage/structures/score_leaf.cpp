#include "storage/structures/score_leaf.h"

#include <cmath>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "storage/base/check.h"

namespace storage {
namespace {

// A bit for each of the 64 bytes that is equal to `wanted`.
uint64_t EqualBytes(const uint8_t* bytes, uint8_t wanted) {
#if defined(__SSE2__)
  const __m128i pattern = _mm_set1_epi8(static_cast<char>(wanted));
  uint64_t bits = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes) + i);
    const auto equal = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(chunk, pattern)));
    bits |= uint64_t{equal} << (16 * i);
  }
  return bits;
#else
  uint64_t bits = 0;
  for (unsigned i = 0; i < 64; ++i) bits |= uint64_t{bytes[i] == wanted} << i;
  return bits;
#endif
}

uint64_t LowBits(unsigned bits) {
  return bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
}

// Opens a gap of `by` bits at `index`.
uint64_t OpenBits(uint64_t bits, unsigned index, unsigned by) {
  const uint64_t low = LowBits(index);
  return (bits & low) | (by >= 64 ? 0 : (bits & ~low) << by);
}

}  // namespace

int Compare(const ScoredMember& a, const ScoredMember& b) {
  if (a.score != b.score) return a.score < b.score ? -1 : 1;
  return a.member.compare(b.member);
}

size_t ScoreLeaf::BytesBefore(unsigned index) const {
#if defined(__SSE2__)
  // Zeros behind ones: read from the right place, it masks the bytes behind `index`.
  alignas(16) static constexpr uint8_t kMask[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                    255, 255, 255, 255, 255, 255, 255, 255};
  __m128i sum = _mm_setzero_si128();
  const __m128i* chunk = reinterpret_cast<const __m128i*>(lengths);
  for (; index >= 16; index -= 16, ++chunk) {
    sum = _mm_add_epi64(sum, _mm_sad_epu8(_mm_loadu_si128(chunk), _mm_setzero_si128()));
  }
  if (index > 0) {
    const __m128i mask = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kMask + 16 - index));
    const __m128i bytes = _mm_and_si128(_mm_loadu_si128(chunk), mask);
    sum = _mm_add_epi64(sum, _mm_sad_epu8(bytes, _mm_setzero_si128()));
  }
  return static_cast<size_t>(_mm_cvtsi128_si64(sum)) +
         static_cast<size_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum)));
#else
  size_t sum = 0;
  for (unsigned i = 0; i < index; ++i) sum += lengths[i];
  return sum;
#endif
}

unsigned ScoreLeaf::LowerBound(const ScoredMember& wanted) const {
  // The scores are counted through: fewer surprises for the processor than a binary search.
  unsigned less = 0;
  unsigned not_greater = 0;
  for (unsigned i = 0; i < count; ++i) {
    less += scores()[i] < wanted.score ? 1 : 0;
    not_greater += scores()[i] <= wanted.score ? 1 : 0;
  }
  while (less < not_greater) {
    const unsigned middle = (less + not_greater) / 2;
    if (Member(middle) < wanted.member) {
      less = middle + 1;
    } else {
      not_greater = middle;
    }
  }
  return less;
}

int ScoreLeaf::FindMember(uint8_t hash, std::string_view member) const {
  for (uint64_t bits = EqualBytes(hashes, hash) & LowBits(count); bits != 0; bits &= bits - 1) {
    const auto index = static_cast<unsigned>(std::countr_zero(bits));
    if (!IsLong(index) && lengths[index] != member.size()) continue;
    if (Member(index) == member) return static_cast<int>(index);
  }
  return -1;
}

void ScoreLeaf::Insert(unsigned index, const Stored& entry) {
  const unsigned behind = count - index;
  // Members behind the new one lie before it in memory.
  const size_t before_bytes = BytesBefore(index);
  char* const begin = members_begin();
  std::memmove(begin - entry.length, begin, member_bytes - before_bytes);
  std::memcpy(data + kDataBytes - before_bytes - entry.length, entry.bytes, entry.length);
  std::memmove(scores() + index + 1, scores() + index, behind * sizeof(double));
  scores()[index] = entry.score;
  std::memmove(hashes + index + 1, hashes + index, behind);
  hashes[index] = entry.hash;
  std::memmove(lengths + index + 1, lengths + index, behind);
  lengths[index] = entry.length;
  long_members = OpenBits(long_members, index, 1) | uint64_t{entry.is_long} << index;
  member_bytes = static_cast<uint16_t>(member_bytes + entry.length);
  ++count;
}

void ScoreLeaf::Remove(unsigned index) {
  const unsigned behind = count - index - 1;
  const size_t before_bytes = BytesBefore(index);
  const uint8_t length = lengths[index];
  char* const begin = members_begin();
  std::memmove(begin + length, begin, member_bytes - before_bytes - length);
  std::memmove(scores() + index, scores() + index + 1, behind * sizeof(double));
  std::memmove(hashes + index, hashes + index + 1, behind);
  std::memmove(lengths + index, lengths + index + 1, behind);
  const uint64_t low = LowBits(index);
  long_members = (long_members & low) | (long_members >> 1 & ~low);
  member_bytes = static_cast<uint16_t>(member_bytes - length);
  --count;
}

void ScoreLeaf::MoveTail(unsigned entries, ScoreLeaf& to) {
  const unsigned first = count - entries;
  const size_t bytes = member_bytes - BytesBefore(first);
  std::memmove(to.members_begin() - bytes, to.members_begin(), to.member_bytes);
  std::memcpy(to.data + kDataBytes - bytes, members_begin(), bytes);
  std::memmove(to.scores() + entries, to.scores(), to.count * sizeof(double));
  std::memcpy(to.scores(), scores() + first, entries * sizeof(double));
  std::memmove(to.hashes + entries, to.hashes, to.count);
  std::memcpy(to.hashes, hashes + first, entries);
  std::memmove(to.lengths + entries, to.lengths, to.count);
  std::memcpy(to.lengths, lengths + first, entries);
  to.long_members = OpenBits(to.long_members, 0, entries) | long_members >> first;
  long_members &= LowBits(first);
  to.member_bytes = static_cast<uint16_t>(to.member_bytes + bytes);
  member_bytes = static_cast<uint16_t>(member_bytes - bytes);
  to.count = static_cast<uint8_t>(to.count + entries);
  count = static_cast<uint8_t>(first);
}

void ScoreLeaf::MoveHead(unsigned entries, ScoreLeaf& to) {
  const unsigned rest = count - entries;
  const size_t bytes = BytesBefore(entries);
  std::memcpy(to.members_begin() - bytes, data + kDataBytes - bytes, bytes);
  std::memmove(members_begin() + bytes, members_begin(), member_bytes - bytes);
  std::memcpy(to.scores() + to.count, scores(), entries * sizeof(double));
  std::memmove(scores(), scores() + entries, rest * sizeof(double));
  std::memcpy(to.hashes + to.count, hashes, entries);
  std::memmove(hashes, hashes + entries, rest);
  std::memcpy(to.lengths + to.count, lengths, entries);
  std::memmove(lengths, lengths + entries, rest);
  to.long_members |= (long_members & LowBits(entries)) << to.count;
  long_members = entries >= 64 ? 0 : long_members >> entries;
  to.member_bytes = static_cast<uint16_t>(to.member_bytes + bytes);
  member_bytes = static_cast<uint16_t>(member_bytes - bytes);
  to.count = static_cast<uint8_t>(to.count + entries);
  count = static_cast<uint8_t>(rest);
}

void ScoreLeaf::CheckInvariants() const {
  CHECK_INVARIANT(count <= kEntriesMax && member_bytes == BytesBefore(count));
  CHECK_INVARIANT(count * sizeof(double) + member_bytes <= kDataBytes);
  CHECK_INVARIANT((long_members & ~LowBits(count)) == 0);
  for (unsigned i = 0; i < count; ++i) {
    CHECK_INVARIANT(!std::isnan(scores()[i]));
    CHECK_INVARIANT(IsLong(i) == (Member(i).size() > kInlineMax));
    CHECK_INVARIANT(i == 0 || Compare(Entry(i - 1), Entry(i)) < 0);
  }
}

}  // namespace storage
