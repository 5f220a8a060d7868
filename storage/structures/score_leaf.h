// ScoreLeaf: a block of 1 KiB with up to 64 scored members, in order.
//
// The leaf of a ScoreTree. A node for each member, as in a skiplist, costs several pointers and a
// cache miss for each step of a walk; here about thirty members share a header, and a walk reads
// memory from one end to the other.
//
//   header  [ parent | previous | next | long bits | id | bytes | count ]     40 bytes
//   hashes  [ u8 * 64 ]     the last byte of each member's hash: finds a member without reading any
//   lengths [ u8 * 64 ]     bytes that each member takes at the end
//   data    [ score 0 | score 1 | ... >        free        < ... | member 1 | member 0 ]
//
// A member of more than kInlineMax bytes lies outside, and a pointer to it here (its "long" bit is
// set):
//
//   long member   [ length 4 ][ bytes ]
//
// Entries are ordered by score, equal scores by the members' bytes; -0 and 0 are equal.
//
// Cost: finding by hash compares 64 bytes at once; where a member begins is the sum of the lengths
// before it, which is four instructions. Insert and Remove move the bytes behind the entry.
// Lifetime: views are valid until the next change of the leaf.
//
// Invariants, verified by CheckInvariants():
//   1. entries are strictly in order, and no score is NaN;
//   2. bytes is the sum of the lengths, and scores and members do not overlap;
//   3. exactly the long members are more than kInlineMax bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace storage {

struct ScoreInner;

struct ScoredMember {
  double score;
  std::string_view member;
};

// Less than 0, 0 or more than 0.
int Compare(const ScoredMember& a, const ScoredMember& b);

struct ScoreLeaf {
  static constexpr size_t kBytes = 1024;
  static constexpr unsigned kEntriesMax = 64;
  static constexpr size_t kInlineMax = 128;
  static constexpr size_t kDataBytes = kBytes - 40 - 2 * kEntriesMax;

  ScoreInner* parent;
  ScoreLeaf* previous;
  ScoreLeaf* next;
  uint64_t long_members;  // a bit an entry
  uint32_t id;
  uint16_t member_bytes;
  uint8_t count;
  uint8_t unused;
  uint8_t hashes[kEntriesMax];
  uint8_t lengths[kEntriesMax];
  char data[kDataBytes];

  // An entry as it lies in a leaf: what Insert takes and Extract gives.
  struct Stored {
    double score;
    const char* bytes;  // of the member, or of the pointer to it
    uint8_t length;
    uint8_t hash;
    bool is_long;
  };
  static constexpr size_t StoredBytes(size_t member_bytes) {
    return member_bytes <= kInlineMax ? member_bytes : sizeof(char*);
  }

  double* scores() { return reinterpret_cast<double*>(data); }
  const double* scores() const { return reinterpret_cast<const double*>(data); }
  bool IsLong(unsigned index) const { return (long_members >> index & 1) != 0; }
  std::string_view Member(unsigned index) const {
    return MemberAt(index, data + kDataBytes - BytesBefore(index) - lengths[index]);
  }
  ScoredMember Entry(unsigned index) const { return {scores()[index], Member(index)}; }
  Stored StoredAt(unsigned index) const {
    return {scores()[index], data + kDataBytes - BytesBefore(index) - lengths[index],
            lengths[index], hashes[index], IsLong(index)};
  }

  // How many bytes of data are taken, counting an entry as at least a 64th of all.
  size_t used() const {
    const size_t bytes = count * sizeof(double) + member_bytes;
    const size_t share = count * kDataBytes / kEntriesMax;
    return bytes > share ? bytes : share;
  }
  bool Fits(size_t stored_bytes) const {
    return count < kEntriesMax &&
           (count + size_t{1}) * sizeof(double) + member_bytes + stored_bytes <= kDataBytes;
  }

  // The first entry that is not less; count if all are.
  unsigned LowerBound(const ScoredMember& wanted) const;
  // The entry with this member; -1: none.
  int FindMember(uint8_t hash, std::string_view member) const;

  // Calls visit(score, member) for entries from `begin` to `end` (exclusive), in order.
  template <class Visit>
  void Walk(unsigned begin, unsigned end, Visit&& visit) const;

  void Insert(unsigned index, const Stored& entry);
  void Remove(unsigned index);
  // Moves the last `entries` of this leaf in front of those of `to`.
  void MoveTail(unsigned entries, ScoreLeaf& to);
  // Moves the first `entries` of this leaf behind those of `to`.
  void MoveHead(unsigned entries, ScoreLeaf& to);

  void CheckInvariants() const;

 private:
  // The sum of the lengths of the entries before `index`.
  size_t BytesBefore(unsigned index) const;
  std::string_view MemberAt(unsigned index, const char* bytes) const {
    if (!IsLong(index)) [[likely]]
      return {bytes, lengths[index]};
    const char* outside;
    std::memcpy(&outside, bytes, sizeof outside);
    uint32_t length;
    std::memcpy(&length, outside, sizeof length);
    return {outside + sizeof length, length};
  }
  char* members_begin() { return data + kDataBytes - member_bytes; }
};
static_assert(sizeof(ScoreLeaf) == ScoreLeaf::kBytes);

template <class Visit>
void ScoreLeaf::Walk(unsigned begin, unsigned end, Visit&& visit) const {
  const char* bytes = data + kDataBytes - BytesBefore(begin);
  for (unsigned i = begin; i < end; ++i) {
    bytes -= lengths[i];
    visit(scores()[i], MemberAt(i, bytes));
  }
}

}  // namespace storage
