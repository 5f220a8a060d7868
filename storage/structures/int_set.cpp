#include "storage/structures/int_set.h"

namespace storage {

size_t IntSet::LowerBound(int64_t value) const {
  size_t from = 0;
  size_t count = count_;
  while (count > 0) {
    const size_t half = count / 2;
    const bool is_smaller = At(from + half) < value;
    from = is_smaller ? from + half + 1 : from;
    count = is_smaller ? count - half - 1 : half;
  }
  return from;
}

void IntSet::Put(char* integers, size_t index, size_t width, int64_t value) {
  char* to = integers + index * width;
  if (width == sizeof(int16_t)) {
    const int16_t narrow = static_cast<int16_t>(value);
    std::memcpy(to, &narrow, sizeof narrow);
  } else if (width == sizeof(int32_t)) {
    const int32_t narrow = static_cast<int32_t>(value);
    std::memcpy(to, &narrow, sizeof narrow);
  } else {
    std::memcpy(to, &value, sizeof value);
  }
}

void IntSet::Widen(char* integers, size_t count, size_t width, size_t new_width) {
  for (size_t i = count; i-- > 0;) Put(integers, i, new_width, Load(integers, i, width));
}

void IntSet::CheckInvariants() const {
  CHECK_INVARIANT(bytes_.empty() == (count_ == 0) && bytes_.size() <= kPackBytesMax);
  if (count_ == 0) return;
  CHECK_INVARIANT(width_ == 2 || width_ == 4 || width_ == 8);
  CHECK_INVARIANT(bytes_.size() == kHeaderBytes + count_ * width_);
  for (size_t i = 1; i < count_; ++i) CHECK_INVARIANT(At(i - 1) < At(i));
}

}  // namespace storage
