// ByteQueue: bytes that wait, contiguous; filled at the end, consumed from the front. Memory is not
// initialised, and doubles at most.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include "storage/base/check.h"

namespace server {

class ByteQueue {
 public:
  ByteQueue() = default;
  ByteQueue(const ByteQueue&) = delete;
  ByteQueue& operator=(const ByteQueue&) = delete;
  ~ByteQueue() { std::free(data_); }

  std::span<char> bytes() { return {data_, size_}; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }

  // Room at the end for at least `least` bytes; all of it is returned.
  std::span<char> Room(size_t least) {
    if (capacity_ - size_ < least) {
      capacity_ = std::max(size_ + least, capacity_ + capacity_ / 2);
      data_ = static_cast<char*>(std::realloc(data_, capacity_));
      CHECK_INVARIANT(data_ != nullptr);
    }
    return {data_ + size_, capacity_ - size_};
  }
  void Commit(size_t count) { size_ += count; }
  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(Room(bytes.size()).data(), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  // Drops bytes from the front; the others move up. An empty queue gives its memory back.
  void Consume(size_t count) {
    size_ -= count;
    if (size_ == 0) {
      std::free(data_);
      data_ = nullptr;
      capacity_ = 0;
    } else if (count > 0) {
      std::memmove(data_, data_ + count, size_);
    }
  }

 private:
  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace server
