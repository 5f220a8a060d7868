// ListChunk: a run of a list's elements in one piece of memory, with free space at both ends, so
// that pushing at either end moves nothing.
//
//   +----------+-------+-----+-------+------------+-------------------------+------------+
//   | capacity | begin | end | count | free space | element 0, element 1 .. | free space |
//   |    2     |   2   |  2  |   2   |            |                         |            |
//   +----------+-------+-----+-------+------------+-------------------------+------------+
//                                    ^ 0          ^ begin                   ^ end        ^ capacity
//
// Positions count from behind the header. Elements lie as storage/structures/list_element.h says.
// What an element keeps apart is the list's business: a chunk moves and forgets pointers only.
//
// Cost: O(1) at the ends; elsewhere a walk from the nearer end, and a move of the shorter side.
// Lifetime: views into a chunk are valid until it is changed.
//
// Invariants, verified by CheckInvariants():
//   1. begin <= end <= capacity; the elements fill begin..end exactly, read from either end;
//   2. there are `count` of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "storage/structures/list_element.h"

namespace storage {

class ListChunk {
 public:
  static constexpr size_t kHeaderBytes = 8;
  // Sixteen of them fill a page of the slab.
  static constexpr size_t kObjectBytes = 4032;
  static constexpr size_t kCapacityMax = kObjectBytes - kHeaderBytes;

  // An empty chunk for at least `capacity` bytes; what is pushed at the end `growing` has all of
  // its space.
  static ListChunk* Create(SlabAllocator& slab, size_t capacity, ListEnd growing);
  static void Destroy(SlabAllocator& slab, ListChunk* chunk) {
    slab.Free(chunk, kHeaderBytes + chunk->capacity_);
  }
  // A chunk for at least `capacity` bytes with the same elements; all free space at `growing`.
  ListChunk* CopyTo(SlabAllocator& slab, size_t capacity, ListEnd growing) const;

  size_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  size_t capacity() const { return capacity_; }
  size_t used() const { return static_cast<size_t>(end_ - begin_); }
  size_t room(ListEnd end) const {
    return end == ListEnd::kFront ? begin_ : static_cast<size_t>(capacity_ - end_);
  }
  // Bytes of memory that it takes.
  size_t memory() const { return SlabAllocator::UsableSize(kHeaderBytes + capacity_); }

  const char* begin() const { return Bytes() + begin_; }
  const char* end() const { return Bytes() + end_; }
  // The element at the end.
  ListElement At(ListEnd end) const {
    return ListElement(end == ListEnd::kFront ? begin() : ListElement::Before(this->end()));
  }
  // Where element `index` begins; end() for index == count().
  const char* Find(size_t index) const;

  // Makes room for an element of `total` bytes at an end that has as much, and returns where to
  // write it.
  char* Push(ListEnd end, size_t total) {
    ++count_;
    if (end == ListEnd::kFront) {
      begin_ = static_cast<uint16_t>(begin_ - total);
      return Bytes() + begin_;
    }
    end_ = static_cast<uint16_t>(end_ + total);
    return Bytes() + end_ - total;
  }
  // Forgets the element at the end, of `total` bytes.
  void Pop(ListEnd end, size_t total) {
    --count_;
    if (end == ListEnd::kFront) {
      begin_ = static_cast<uint16_t>(begin_ + total);
    } else {
      end_ = static_cast<uint16_t>(end_ - total);
    }
  }
  // Moves the elements so that all free space is at `growing`.
  void Slide(ListEnd growing);

  // Makes the `old_total` bytes at `at`, which are whole elements, `new_total` bytes, and returns
  // where they begin. The free space suffices. The caller fills them, and tells how many elements
  // there are more than before.
  char* Replace(const char* at, size_t old_total, size_t new_total, ptrdiff_t more_elements);
  // Moves the elements from `index` on to the front of the empty chunk `target`.
  void MoveTail(size_t index, ListChunk& target);
  // Adds the elements of `source`, which fit, behind one's own.
  void Append(const ListChunk& source);

  void CheckInvariants() const;

 private:
  ListChunk(size_t capacity, ListEnd growing)
      : capacity_(static_cast<uint16_t>(capacity)),
        begin_(growing == ListEnd::kFront ? capacity_ : uint16_t{0}),
        end_(begin_) {}
  char* Bytes() { return reinterpret_cast<char*>(this) + kHeaderBytes; }
  const char* Bytes() const { return reinterpret_cast<const char*>(this) + kHeaderBytes; }

  uint16_t capacity_;
  uint16_t begin_;
  uint16_t end_;
  uint16_t count_ = 0;
};

static_assert(sizeof(ListChunk) == ListChunk::kHeaderBytes);

}  // namespace storage
