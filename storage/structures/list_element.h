// ListElement: how one element of a list lies in memory, in a pack and in a chunk alike. It can be
// read from both ends, so that a list can be walked in both directions:
//
//   short    [ length 1 ][ bytes, at most 126 ][ total 1 ]
//   medium   [ 0x80 | length / 256 ][ length % 256 ][ bytes ][ total % 256 ][ 0x80 | total / 256 ]
//   apart    [ 0xff ][ pointer 8 ][ total 1 ]         pointer -> [ length 8 ][ bytes ]
//
// "total" counts what lies before it. Bytes over kInlineBytesMax lie apart, in memory of their own:
// a chunk of 4 KiB could hold few of them, and moving its neighbours would move them as well.
//
// Lifetime: views point into the memory that is read, or into the memory apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "storage/memory/slab_allocator.h"

namespace storage {

enum class ListEnd : uint8_t { kFront, kBack };
constexpr ListEnd Opposite(ListEnd end) {
  return end == ListEnd::kFront ? ListEnd::kBack : ListEnd::kFront;
}

class ListElement {
 public:
  static constexpr size_t kShortBytesMax = 126;
  static constexpr size_t kInlineBytesMax = 2048;
  static constexpr size_t kApartTotal = 10;

  // Bytes that an element of this length takes where it lies.
  static constexpr size_t TotalFor(size_t length) {
    if (length <= kShortBytesMax) return length + 2;
    return length <= kInlineBytesMax ? length + 4 : kApartTotal;
  }

  // The element that begins at `at`.
  explicit ListElement(const char* at) {
    const uint8_t first = static_cast<uint8_t>(*at);
    if (first <= kShortBytesMax) [[likely]] {
      bytes_ = {at + 1, first};
      total_ = first + size_t{2};
    } else if (first != kApart) {
      const size_t length = (first & 0x7f) * size_t{256} + static_cast<uint8_t>(at[1]);
      bytes_ = {at + 2, length};
      total_ = length + 4;
    } else {
      const char* memory = MemoryAt(at);
      uint64_t length;
      std::memcpy(&length, memory, sizeof length);
      bytes_ = {memory + sizeof length, length};
      total_ = kApartTotal;
    }
  }
  std::string_view bytes() const { return bytes_; }
  // Bytes that it takes where it lies; the next element begins behind them.
  size_t total() const { return total_; }
  bool is_apart() const { return total_ != TotalOfInline(); }

  // total() of the element at `at`, without looking at what lies apart.
  static size_t TotalAt(const char* at) {
    const uint8_t first = static_cast<uint8_t>(*at);
    if (first <= kShortBytesMax) [[likely]]
      return first + size_t{2};
    if (first == kApart) return kApartTotal;
    return (first & 0x7f) * size_t{256} + static_cast<uint8_t>(at[1]) + 4;
  }
  // Where the element begins that ends before `end`.
  static const char* Before(const char* end) {
    const uint8_t last = static_cast<uint8_t>(end[-1]);
    if (last < 0x80) [[likely]]
      return end - 1 - last;
    return end - 2 - ((last & 0x7f) * size_t{256} + static_cast<uint8_t>(end[-2]));
  }

  // Writes an element of at most kInlineBytesMax bytes, which may not overlap with `to`.
  static void Write(char* to, std::string_view bytes) {
    const size_t length = bytes.size();
    if (length <= kShortBytesMax) [[likely]] {
      *to = static_cast<char>(length);
      if (length != 0) std::memcpy(to + 1, bytes.data(), length);
      to[1 + length] = static_cast<char>(length + 1);
      return;
    }
    WriteMedium(to, bytes);
  }

  // Memory apart for longer bytes; nullptr when there is none.
  static char* TryMakeApart(SlabAllocator& slab, std::string_view bytes) {
    auto* memory = static_cast<char*>(slab.TryAllocateLarge(ApartBytes(bytes.size())));
    if (memory == nullptr) return nullptr;
    const uint64_t length = bytes.size();
    std::memcpy(memory, &length, sizeof length);
    std::memcpy(memory + sizeof length, bytes.data(), bytes.size());
    return memory;
  }
  static void WriteApart(char* to, const char* memory) {
    to[0] = static_cast<char>(kApart);
    std::memcpy(to + 1, &memory, sizeof memory);
    to[9] = kApartTotal - 1;
  }
  // Bytes to ask the allocator for, and to free.
  static constexpr size_t ApartBytes(size_t length) { return sizeof(uint64_t) + length; }
  // is_apart(): gives its memory back.
  void FreeApart(SlabAllocator& slab) const {
    slab.Free(const_cast<char*>(bytes_.data() - sizeof(uint64_t)), ApartBytes(bytes_.size()));
  }
  // Bytes that it takes besides those where it lies.
  size_t memory_apart() const {
    return is_apart() ? SlabAllocator::UsableSize(ApartBytes(bytes_.size())) : 0;
  }

 private:
  static constexpr uint8_t kApart = 0xff;

  static const char* MemoryAt(const char* at) {
    const char* memory;
    std::memcpy(&memory, at + 1, sizeof memory);
    return memory;
  }
  size_t TotalOfInline() const {
    return bytes_.size() + (bytes_.size() <= kShortBytesMax ? size_t{2} : size_t{4});
  }
  static void WriteMedium(char* to, std::string_view bytes) {
    const size_t length = bytes.size();
    const size_t total = length + 2;
    to[0] = static_cast<char>(0x80 | (length >> 8));
    to[1] = static_cast<char>(length & 0xff);
    std::memcpy(to + 2, bytes.data(), length);
    to[2 + length] = static_cast<char>(total & 0xff);
    to[3 + length] = static_cast<char>(0x80 | (total >> 8));
  }

  std::string_view bytes_;
  size_t total_;
};

}  // namespace storage
