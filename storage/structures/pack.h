// Pack: a small collection in one block of bytes, searched 16 elements at a time.
//
// Most collections hold a dozen short elements. A structure for each would spend more on pointers
// than on the data, and a walk from element to element looks at every byte. Here what a search
// needs lies side by side: a tag of 8 bits for each entry, compared by SIMD, and the lengths, whose
// sum up to an entry is its place:
//
//   [ count 2 ][ tags: count ][ lengths: count x columns ][ records ]
//
//   record    [ fixed part ][ column 0 ][ column 1 ] ...
//
//   A hash has two columns, field and value; a set has one; a sorted set has one and a score as
//   fixed part. Column 0 is what Find looks for; the tag is made of its bytes.
//
// No element at all is no byte at all. The entries keep the order in which they were put, which is
// the caller's; so is that no element occurs twice.
//
// Writes are functions of a Store, the owner of the bytes (CollectionHandle is one):
//   std::string_view pack()   the bytes as they are
//   char* Resize(size_t)      as many bytes to be written, those in front kept; Resize(same) = Edit
//
// Cost: Find about 10 ns at 16 entries, 15 at 128. At() adds up the lengths in front, 16 in a step.
// Insert, Erase and Replace move what is behind. Lifetime: views are good until the next write;
// what is written must not lie in the pack itself.
//
// Invariants, verified by CheckInvariants():
//   1. the parts fill the bytes exactly, and those are at most kPackBytesMax;
//   2. each tag is that of its entry's column 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "storage/base/check.h"
#include "storage/structures/pack_scan.h"

namespace storage {

inline constexpr size_t kPackBytesMax = 4096;
inline constexpr size_t kPackLengthMax = 254;  // of an element
inline constexpr size_t kNotInPack = SIZE_MAX;

template <size_t kColumns, size_t kFixedBytes = 0>
class Pack {
 public:
  using Parts = std::array<std::string_view, kColumns>;
  static constexpr size_t kHeaderBytes = sizeof(uint16_t);

  // One entry. Next() goes to the one behind, if there is one.
  class Entry {
   public:
    Entry(const uint8_t* lengths, const char* record) : lengths_(lengths), record_(record) {}
    std::string_view operator[](size_t column) const {
      const char* from = record_ + kFixedBytes;
      for (size_t i = 0; i < column; ++i) from += lengths_[i];
      return {from, lengths_[column]};
    }
    const char* fixed() const { return record_; }
    void Next() {
      record_ += kFixedBytes;
      for (size_t i = 0; i < kColumns; ++i) record_ += lengths_[i];
      lengths_ += kColumns;
    }

   private:
    const uint8_t* lengths_;
    const char* record_;
  };

  explicit Pack(std::string_view bytes)
      : bytes_(bytes.empty() ? std::string_view(kNothing, 0) : bytes) {
    uint16_t count = 0;
    if (!bytes.empty()) std::memcpy(&count, bytes.data(), sizeof count);
    count_ = count;
  }

  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  std::string_view bytes() const { return bytes_; }

  // The place of the entry with this element; kNotInPack: none.
  size_t Find(std::string_view element) const;
  // The entry at a place below size(); First() even when there is none.
  Entry First() const { return Entry(Lengths(), Records()); }
  Entry At(size_t index) const {
    return Entry(Lengths() + index * kColumns, Records() + OffsetOf(index));
  }
  // Calls visit(entry) for each entry in order.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    Entry entry = First();
    for (size_t i = 0; i < count_; ++i, entry.Next()) visit(entry);
  }

  // Bytes that an entry adds to a pack that is not empty.
  static size_t BytesFor(const Parts& parts) {
    size_t bytes = 1 + kColumns + kFixedBytes;
    for (const std::string_view part : parts) bytes += part.size();
    return bytes;
  }
  // Whether these could be an entry of this pack as well.
  bool HasRoomFor(const Parts& parts) const {
    for (const std::string_view part : parts) {
      if (part.size() > kPackLengthMax) return false;
    }
    return (empty() ? kHeaderBytes : bytes_.size()) + BytesFor(parts) <= kPackBytesMax;
  }
  // Whether this could stand in the place of an element of `size` bytes.
  bool HasRoomInstead(size_t size, std::string_view part) const {
    return part.size() <= kPackLengthMax && bytes_.size() - size + part.size() <= kPackBytesMax;
  }

  // Puts an entry at place `index` <= size(). There must be room. `fixed`: kFixedBytes bytes.
  template <class Store>
  static void Insert(Store& store, size_t index, const Parts& parts, const char* fixed = nullptr);
  template <class Store>
  static void Append(Store& store, const Parts& parts, const char* fixed = nullptr) {
    Insert(store, Pack(store.pack()).size(), parts, fixed);
  }
  template <class Store>
  static void Erase(Store& store, size_t index, size_t count = 1);
  // Replaces one element of an entry. There must be room.
  template <class Store>
  static void Replace(Store& store, size_t index, size_t column, std::string_view part);
  template <class Store>
  static void ReplaceFixed(Store& store, size_t index, const char* fixed) {
    const size_t at =
        static_cast<size_t>(Pack(store.pack()).At(index).fixed() - store.pack().data());
    std::memcpy(store.Resize(store.pack().size()) + at, fixed, kFixedBytes);
  }

  void CheckInvariants() const;

 private:
  static void WriteCount(char* bytes, size_t count) {
    const uint16_t narrow = static_cast<uint16_t>(count);
    std::memcpy(bytes, &narrow, sizeof narrow);
  }

  const uint8_t* Tags() const {
    return reinterpret_cast<const uint8_t*>(bytes_.data()) + kHeaderBytes;
  }
  const uint8_t* Lengths() const { return Tags() + count_; }
  const char* Records() const { return bytes_.data() + kHeaderBytes + count_ * (1 + kColumns); }
  const uint8_t* End() const {
    return reinterpret_cast<const uint8_t*>(bytes_.data()) + bytes_.size();
  }
  // Of a record behind the first one.
  size_t OffsetOf(size_t index) const {
    return SumOfBytes(Lengths(), index * kColumns, End()) + index * kFixedBytes;
  }

  // Where an empty pack is said to lie: nothing may be added to a null pointer.
  static constexpr char kNothing[kHeaderBytes] = {};

  std::string_view bytes_;
  size_t count_;
};

template <size_t kColumns, size_t kFixedBytes>
size_t Pack<kColumns, kFixedBytes>::Find(std::string_view element) const {
  if (element.size() > kPackLengthMax) return kNotInPack;
  const uint8_t* lengths = Lengths();
  size_t found = kNotInPack;
  VisitEqualBytes(Tags(), count_, End(), PackTag(element), [&](size_t index) {
    if (lengths[index * kColumns] != element.size()) return false;
    const char* at = Records() + OffsetOf(index) + kFixedBytes;
    if (std::memcmp(at, element.data(), element.size()) != 0) return false;
    found = index;
    return true;
  });
  return found;
}

template <size_t kColumns, size_t kFixedBytes>
template <class Store>
void Pack<kColumns, kFixedBytes>::Insert(Store& store, size_t index, const Parts& parts,
                                         const char* fixed) {
  const Pack before(store.pack());
  const size_t count = before.count_;
  CHECK_INVARIANT(index <= count && before.HasRoomFor(parts));
  const size_t size_before = count == 0 ? kHeaderBytes : before.bytes_.size();
  const size_t record_at = count == 0 ? 0 : before.OffsetOf(index);
  const size_t added = BytesFor(parts);
  char* bytes = store.Resize(size_before + added);
  // From the back: each part makes room for the ones in front of it.
  char* tags = bytes + kHeaderBytes;
  char* lengths = tags + count;
  char* records = lengths + count * kColumns;
  const size_t behind = size_before - static_cast<size_t>(records + record_at - bytes);
  std::memmove(records + record_at + added, records + record_at, behind);
  std::memmove(records + 1 + kColumns, records, record_at);
  char* length_at = lengths + index * kColumns;
  std::memmove(length_at + 1 + kColumns, length_at, (count - index) * kColumns);
  std::memmove(lengths + 1, lengths, index * kColumns);
  std::memmove(tags + index + 1, tags + index, count - index);
  tags[index] = static_cast<char>(PackTag(parts[0]));
  char* record = records + 1 + kColumns + record_at;
  if constexpr (kFixedBytes > 0) std::memcpy(record, fixed, kFixedBytes);
  record += kFixedBytes;
  for (size_t i = 0; i < kColumns; ++i) {
    length_at[1 + i] = static_cast<char>(parts[i].size());
    if (!parts[i].empty()) std::memcpy(record, parts[i].data(), parts[i].size());
    record += parts[i].size();
  }
  WriteCount(bytes, count + 1);
}

template <size_t kColumns, size_t kFixedBytes>
template <class Store>
void Pack<kColumns, kFixedBytes>::Erase(Store& store, size_t index, size_t erased) {
  const Pack before(store.pack());
  const size_t count = before.count_;
  CHECK_INVARIANT(index <= count && erased <= count - index);
  if (erased == 0) return;
  if (erased == count) {
    store.Resize(0);
    return;
  }
  const size_t size_before = before.bytes_.size();
  const size_t from = before.OffsetOf(index);
  const size_t to = before.OffsetOf(index + erased);
  char* bytes = store.Resize(size_before);
  char* tags = bytes + kHeaderBytes;
  char* lengths = tags + count;
  char* records = lengths + count * kColumns;
  const size_t behind = size_before - static_cast<size_t>(records + to - bytes);
  std::memmove(tags + index, tags + index + erased, count - index - erased);
  char* new_lengths = lengths - erased;
  std::memmove(new_lengths, lengths, index * kColumns);
  std::memmove(new_lengths + index * kColumns, lengths + (index + erased) * kColumns,
               (count - index - erased) * kColumns);
  char* new_records = records - erased * (1 + kColumns);
  std::memmove(new_records, records, from);
  std::memmove(new_records + from, records + to, behind);
  WriteCount(bytes, count - erased);
  store.Resize(size_before - erased * (1 + kColumns) - (to - from));
}

template <size_t kColumns, size_t kFixedBytes>
template <class Store>
void Pack<kColumns, kFixedBytes>::Replace(Store& store, size_t index, size_t column,
                                          std::string_view part) {
  const Pack before(store.pack());
  CHECK_INVARIANT(index < before.count_);
  const std::string_view old = before.At(index)[column];
  CHECK_INVARIANT(before.HasRoomInstead(old.size(), part));
  const size_t at = static_cast<size_t>(old.data() - before.bytes_.data());
  const size_t size_before = before.bytes_.size();
  const size_t old_size = old.size();
  const size_t behind = size_before - at - old_size;
  const size_t size_after = size_before - old_size + part.size();
  char* bytes = store.Resize(size_after > size_before ? size_after : size_before);
  if (part.size() != old_size) {
    std::memmove(bytes + at + part.size(), bytes + at + old_size, behind);
    bytes[kHeaderBytes + before.count_ + index * kColumns + column] =
        static_cast<char>(part.size());
  }
  if (!part.empty()) std::memcpy(bytes + at, part.data(), part.size());
  if (column == 0) bytes[kHeaderBytes + index] = static_cast<char>(PackTag(part));
  if (size_after < size_before) store.Resize(size_after);
}

template <size_t kColumns, size_t kFixedBytes>
void Pack<kColumns, kFixedBytes>::CheckInvariants() const {
  CHECK_INVARIANT(bytes_.empty() == (count_ == 0) && bytes_.size() <= kPackBytesMax);
  if (empty()) return;
  CHECK_INVARIANT(kHeaderBytes + count_ * (1 + kColumns) <= bytes_.size());
  CHECK_INVARIANT(Records() + OffsetOf(count_) == bytes_.data() + bytes_.size());
  Entry entry = First();
  for (size_t i = 0; i < count_; ++i, entry.Next()) {
    CHECK_INVARIANT(Tags()[i] == PackTag(entry[0]));
    CHECK_INVARIANT(entry.fixed() == At(i).fixed());
  }
}

}  // namespace storage
