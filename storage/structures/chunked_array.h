// ChunkedArray: an array that grows and shrinks at its end without ever moving an element.
//
// A vector that doubles copies everything it holds, which stalls when that is millions of elements.
// Here every chunk is as long as all before it together, so that a handful of pointers finds any
// element, and growing is one allocation that nothing is copied into.
//
//   chunks_[0]  kFirst elements          0 .. kFirst - 1
//   chunks_[1]  kFirst elements     kFirst .. 2 kFirst - 1
//   chunks_[2]  2 kFirst elements
//   chunks_[3]  4 kFirst elements  ...
//
// Cost: an access is a count of leading zeros and two loads. Memory: at most twice what is needed,
// and what was never written costs no pages. Lifetime: references stay valid until Pop. Elements
// are plain data, not constructed and not destroyed.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "storage/memory/slab_allocator.h"

namespace storage {

template <class T>
class ChunkedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit ChunkedArray(SlabAllocator& slab) : slab_(slab) {}
  ChunkedArray(const ChunkedArray&) = delete;
  ChunkedArray& operator=(const ChunkedArray&) = delete;
  ~ChunkedArray() {
    while (chunk_count_ > 0) FreeLastChunk();
  }

  size_t size() const { return size_; }
  size_t memory() const { return memory_; }

  T& operator[](size_t index) {
    const size_t chunk = ChunkOf(index);
    return chunks_[chunk][index - Begin(chunk)];
  }
  const T& operator[](size_t index) const { return const_cast<ChunkedArray&>(*this)[index]; }

  void Push(const T& element) {
    if (size_ == Begin(chunk_count_)) {
      const size_t bytes = Length(chunk_count_) * sizeof(T);
      chunks_[chunk_count_++] = static_cast<T*>(slab_.Allocate(bytes));
      memory_ += SlabAllocator::UsableSize(bytes);
    }
    (*this)[size_++] = element;
  }
  void Pop() {
    --size_;
    // One empty chunk stays, so that an array that wavers at a border does not allocate each time.
    if (chunk_count_ > 1 && size_ <= Begin(chunk_count_ - 2)) FreeLastChunk();
  }

 private:
  static constexpr size_t kFirst = 8;
  static constexpr size_t kChunksMax = 40;

  static size_t ChunkOf(size_t index) {
    return static_cast<size_t>(std::bit_width(index / kFirst));
  }
  static size_t Begin(size_t chunk) { return chunk == 0 ? 0 : kFirst << (chunk - 1); }
  static size_t Length(size_t chunk) { return chunk == 0 ? kFirst : Begin(chunk); }
  void FreeLastChunk() {
    const size_t bytes = Length(--chunk_count_) * sizeof(T);
    slab_.Free(chunks_[chunk_count_], bytes);
    memory_ -= SlabAllocator::UsableSize(bytes);
  }

  SlabAllocator& slab_;
  std::array<T*, kChunksMax> chunks_ = {};
  size_t chunk_count_ = 0;
  size_t size_ = 0;
  size_t memory_ = 0;
};

}  // namespace storage
