#include "storage/structures/list_chunk.h"

#include <cstring>
#include <new>

#include "storage/base/check.h"

namespace storage {

ListChunk* ListChunk::Create(SlabAllocator& slab, size_t capacity, ListEnd growing) {
  const size_t bytes = SlabAllocator::UsableSize(kHeaderBytes + capacity);
  CHECK_INVARIANT(bytes <= kObjectBytes);
  return new (slab.Allocate(bytes)) ListChunk(bytes - kHeaderBytes, growing);
}

ListChunk* ListChunk::CopyTo(SlabAllocator& slab, size_t capacity, ListEnd growing) const {
  ListChunk* copy = Create(slab, capacity, growing);
  CHECK_INVARIANT(used() <= copy->capacity());
  if (growing == ListEnd::kFront) copy->begin_ = static_cast<uint16_t>(copy->capacity_ - used());
  copy->end_ = static_cast<uint16_t>(copy->begin_ + used());
  copy->count_ = count_;
  std::memcpy(copy->Bytes() + copy->begin_, begin(), used());
  return copy;
}

const char* ListChunk::Find(size_t index) const {
  if (index <= count_ / size_t{2}) {
    const char* at = begin();
    for (size_t i = 0; i < index; ++i) at += ListElement::TotalAt(at);
    return at;
  }
  const char* at = end();
  for (size_t i = count_; i > index; --i) at = ListElement::Before(at);
  return at;
}

void ListChunk::Slide(ListEnd growing) {
  const size_t bytes = used();
  const size_t to = growing == ListEnd::kFront ? capacity_ - bytes : 0;
  std::memmove(Bytes() + to, begin(), bytes);
  begin_ = static_cast<uint16_t>(to);
  end_ = static_cast<uint16_t>(to + bytes);
}

char* ListChunk::Replace(const char* at, size_t old_total, size_t new_total,
                         ptrdiff_t more_elements) {
  CHECK_INVARIANT(used() - old_total + new_total <= capacity_);
  count_ = static_cast<uint16_t>(count_ + more_elements);
  size_t before = static_cast<size_t>(at - begin());
  const size_t behind = used() - before - old_total;
  const ptrdiff_t growth = static_cast<ptrdiff_t>(new_total) - static_cast<ptrdiff_t>(old_total);
  const bool fits_front = growth <= static_cast<ptrdiff_t>(room(ListEnd::kFront));
  const bool fits_back = growth <= static_cast<ptrdiff_t>(room(ListEnd::kBack));
  if (fits_front && (before < behind || !fits_back)) {
    std::memmove(Bytes() + begin_ - growth, begin(), before);
    begin_ = static_cast<uint16_t>(begin_ - growth);
  } else {
    if (!fits_back) Slide(ListEnd::kBack);
    char* tail = Bytes() + begin_ + before + old_total;
    std::memmove(tail + growth, tail, behind);
    end_ = static_cast<uint16_t>(end_ + growth);
  }
  return Bytes() + begin_ + before;
}

void ListChunk::MoveTail(size_t index, ListChunk& target) {
  CHECK_INVARIANT(target.empty() && index <= count_);
  const char* from = Find(index);
  const size_t bytes = static_cast<size_t>(end() - from);
  CHECK_INVARIANT(bytes <= target.capacity_);
  std::memcpy(target.Bytes(), from, bytes);
  target.begin_ = 0;
  target.end_ = static_cast<uint16_t>(bytes);
  target.count_ = static_cast<uint16_t>(count_ - index);
  end_ = static_cast<uint16_t>(end_ - bytes);
  count_ = static_cast<uint16_t>(index);
}

void ListChunk::Append(const ListChunk& source) {
  if (room(ListEnd::kBack) < source.used()) Slide(ListEnd::kBack);
  CHECK_INVARIANT(room(ListEnd::kBack) >= source.used());
  std::memcpy(Bytes() + end_, source.begin(), source.used());
  end_ = static_cast<uint16_t>(end_ + source.used());
  count_ = static_cast<uint16_t>(count_ + source.count_);
}

void ListChunk::CheckInvariants() const {
  CHECK_INVARIANT(begin_ <= end_ && end_ <= capacity_);
  size_t elements = 0;
  for (const char* at = begin(); at != end(); ++elements) {
    CHECK_INVARIANT(at < end());
    const size_t total = ListElement::TotalAt(at);
    CHECK_INVARIANT(ListElement(at).total() == total);
    CHECK_INVARIANT(ListElement::Before(at + total) == at);
    at += total;
  }
  CHECK_INVARIANT(elements == count_);
}

}  // namespace storage
