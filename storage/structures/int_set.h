// IntSet: a small set of integers in one block of bytes, sorted, in 2, 4 or 8 bytes each.
//
//   [ count 2 ][ integer 0 ][ integer 1 ] ...      ascending, native order
//
// All have the width that the one with the most digits needs, so that a search is a binary search;
// the width is what count and size leave: (size - 2) / count. It grows when an integer needs more,
// and never shrinks. No element at all is no byte at all.
//
// Writes are functions of a Store, as in pack.h. Cost: Find O(log n); Add and Erase move what is
// behind, Add the whole set when the width grows. At most kPackBytesMax bytes: 511 integers of 8.
//
// Invariants, verified by CheckInvariants(): the size is 2 + count * width, the integers ascend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "storage/base/check.h"
#include "storage/structures/pack.h"

namespace storage {

class IntSet {
 public:
  static constexpr size_t kHeaderBytes = sizeof(uint16_t);
  enum class AddOutcome : uint8_t { kAdded, kThereAlready, kDoesNotFit };

  explicit IntSet(std::string_view bytes) : bytes_(bytes) {
    uint16_t count = 0;
    if (!bytes.empty()) std::memcpy(&count, bytes.data(), sizeof count);
    count_ = count;
    width_ = count == 0 ? 0 : (bytes.size() - kHeaderBytes) / count;
  }

  size_t size() const { return count_; }
  size_t width() const { return width_; }
  int64_t At(size_t index) const { return Load(bytes_.data() + kHeaderBytes, index, width_); }
  bool Contains(int64_t value) const {
    const size_t at = LowerBound(value);
    return at < count_ && At(at) == value;
  }
  // How many are smaller.
  size_t LowerBound(int64_t value) const;

  template <class Store>
  static AddOutcome Add(Store& store, int64_t value);
  template <class Store>
  static void EraseAt(Store& store, size_t index);
  // Whether it was there.
  template <class Store>
  static bool Erase(Store& store, int64_t value) {
    const IntSet set(store.pack());
    const size_t at = set.LowerBound(value);
    if (at >= set.count_ || set.At(at) != value) return false;
    EraseAt(store, at);
    return true;
  }

  void CheckInvariants() const;

 private:
  static size_t WidthOf(int64_t value) {
    if (value == static_cast<int16_t>(value)) return sizeof(int16_t);
    return value == static_cast<int32_t>(value) ? sizeof(int32_t) : sizeof(int64_t);
  }
  template <class T>
  static int64_t LoadAs(const char* integers, size_t index) {
    T value;
    std::memcpy(&value, integers + index * sizeof value, sizeof value);
    return value;
  }
  static int64_t Load(const char* integers, size_t index, size_t width) {
    if (width == sizeof(int16_t)) return LoadAs<int16_t>(integers, index);
    if (width == sizeof(int32_t)) return LoadAs<int32_t>(integers, index);
    return LoadAs<int64_t>(integers, index);
  }
  static void Put(char* integers, size_t index, size_t width, int64_t value);
  // Gives the integers another place and width; the places may overlap when the new one is behind.
  static void Widen(char* integers, size_t count, size_t width, size_t new_width);

  std::string_view bytes_;
  size_t count_;
  size_t width_;
};

template <class Store>
IntSet::AddOutcome IntSet::Add(Store& store, int64_t value) {
  const IntSet before(store.pack());
  const size_t at = before.LowerBound(value);
  if (at < before.count_ && before.At(at) == value) return AddOutcome::kThereAlready;
  const size_t needed = WidthOf(value);
  const size_t width = before.width_ > needed ? before.width_ : needed;
  const size_t size = kHeaderBytes + (before.count_ + 1) * width;
  if (size > kPackBytesMax) return AddOutcome::kDoesNotFit;
  char* bytes = store.Resize(size);
  char* integers = bytes + kHeaderBytes;
  if (width > before.width_) Widen(integers, before.count_, before.width_, width);
  char* place = integers + at * width;
  std::memmove(place + width, place, (before.count_ - at) * width);
  Put(integers, at, width, value);
  const uint16_t count = static_cast<uint16_t>(before.count_ + 1);
  std::memcpy(bytes, &count, sizeof count);
  return AddOutcome::kAdded;
}

template <class Store>
void IntSet::EraseAt(Store& store, size_t index) {
  const IntSet before(store.pack());
  CHECK_INVARIANT(index < before.count_);
  if (before.count_ == 1) {
    store.Resize(0);
    return;
  }
  const size_t width = before.width_;
  const size_t size = before.bytes_.size();
  char* bytes = store.Resize(size);
  char* place = bytes + kHeaderBytes + index * width;
  std::memmove(place, place + width, (before.count_ - index - 1) * width);
  const uint16_t count = static_cast<uint16_t>(before.count_ - 1);
  std::memcpy(bytes, &count, sizeof count);
  store.Resize(size - width);
}

}  // namespace storage
