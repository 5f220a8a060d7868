// ByteQueue: bytes that wait, contiguous; filled at the end, consumed from the front.
//
// The bytes lie in a LargeString, so that a large value can be given away where it lies: whoever
// stores it adds a reference and narrows the string to it, and the next Consume sees that the
// buffer has gone and begins a new one. Until then all views into the queue stay good.
//
// Memory is not initialised. Room grows by half as much again, or, towards a length that the peer
// announced, to kAheadFactor times what has come, and to all of it once kEarnestBytes have come.
// That is address space: memory is what was touched.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "storage/types/large_string.h"

namespace server {

class ByteQueue {
 public:
  static constexpr size_t kAheadFactor = 8;
  static constexpr size_t kEarnestBytes = 1024 * 1024;

  ByteQueue() = default;
  ByteQueue(const ByteQueue&) = delete;
  ByteQueue& operator=(const ByteQueue&) = delete;
  ~ByteQueue() { Release(); }

  std::span<char> bytes() { return {data_, size_}; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  // Bytes of memory that it has made use of.
  size_t memory() const { return touched_; }
  bool empty() const { return size_ == 0; }

  // Room at the end for at least `least` bytes; all of it is returned. `expected`: so many bytes in
  // all are announced; 0: nothing is known. Empty when there is no memory.
  [[nodiscard]] std::span<char> Room(size_t least, size_t expected);
  void Commit(size_t count);
  // False when there is no memory.
  [[nodiscard]] bool Append(std::string_view bytes);
  // Drops bytes from the front; the others move up. An empty queue gives its memory back. False
  // when the rest cannot be kept for lack of memory.
  [[nodiscard]] bool Consume(size_t count);

  // The buffer, for one value in it to be taken over in place. nullptr: it is another's already.
  storage::LargeString* Offer();

 private:
  bool Grow(size_t capacity);
  void Release();

  storage::LargeString* buffer_ = nullptr;
  char* data_ = nullptr;  // of the buffer's first byte, whatever it was narrowed to
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t touched_ = 0;
};

}  // namespace server
