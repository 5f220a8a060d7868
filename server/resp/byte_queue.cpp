#include "server/resp/byte_queue.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "storage/base/check.h"

namespace server {

using storage::LargeString;

std::span<char> ByteQueue::Room(size_t least, size_t expected) {
  if (capacity_ - size_ < least) {
    const size_t needed = size_ + least;
    const size_t ahead =
        size_ >= kEarnestBytes ? expected : std::min(expected, size_ * kAheadFactor);
    const size_t wanted = std::max({needed, ahead, expected > 0 ? 0 : capacity_ + capacity_ / 2});
    // Where memory is short, what is needed now may still be there.
    if (!Grow(wanted) && !Grow(needed)) return {};
  }
  return {data_ + size_, capacity_ - size_};
}

bool ByteQueue::Grow(size_t capacity) {
  CHECK_INVARIANT(buffer_ == nullptr || !buffer_->is_shared());
  // A value that was taken over from it may be gone again.
  if (buffer_ != nullptr) buffer_->Narrow({data_, size_});
  LargeString* grown = LargeString::TryResize(buffer_, capacity);
  if (grown == nullptr) return false;
  buffer_ = grown;
  data_ = grown->data();
  capacity_ = grown->capacity();
  return true;
}

void ByteQueue::Commit(size_t count) {
  size_ += count;
  touched_ = std::max(touched_, size_);
}

bool ByteQueue::Append(std::string_view bytes) {
  if (bytes.empty()) return true;
  const std::span<char> room = Room(bytes.size(), 0);
  if (room.empty()) return false;
  std::memcpy(room.data(), bytes.data(), bytes.size());
  Commit(bytes.size());
  return true;
}

bool ByteQueue::Consume(size_t count) {
  const std::string_view rest(data_ + count, size_ - count);
  if (rest.empty()) {
    Release();
    return true;
  }
  if (buffer_->is_shared()) {
    ByteQueue fresh;
    if (!fresh.Append(rest)) return false;
    std::swap(buffer_, fresh.buffer_);
    data_ = fresh.data_;
    size_ = fresh.size_;
    capacity_ = fresh.capacity_;
    touched_ = fresh.touched_;
    return true;
  }
  if (count > 0) std::memmove(data_, rest.data(), rest.size());
  size_ = rest.size();
  return true;
}

LargeString* ByteQueue::Offer() {
  if (buffer_ == nullptr || buffer_->is_shared()) return nullptr;
  buffer_->Narrow({data_, size_});
  return buffer_;
}

void ByteQueue::Release() {
  if (buffer_ != nullptr && buffer_->DropReference()) LargeString::Destroy(buffer_);
  buffer_ = nullptr;
  data_ = nullptr;
  size_ = capacity_ = touched_ = 0;
}

}  // namespace server
