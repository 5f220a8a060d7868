#include "protocol/output_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace protocol {
namespace {

// The first block holds most replies of a turn; later ones double, so that appending stays linear.
constexpr size_t kFirstBlockBytes = 1024;

}  // namespace

OutputBuffer::~OutputBuffer() {
  Clear();
  std::free(data_);
}

void OutputBuffer::AppendShared(SharedSlice slice) {
  spliced_bytes_ += slice.size;
  splices_.push_back({size_, slice});
}

void OutputBuffer::Insert(size_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  Reserve(bytes.size());
  std::memmove(data_ + offset + bytes.size(), data_ + offset, size_ - offset);
  std::memcpy(data_ + offset, bytes.data(), bytes.size());
  size_ += bytes.size();
  // A splice at `offset` belongs to what follows the inserted bytes, so it moves as well.
  for (auto splice = splices_.rbegin(); splice != splices_.rend() && splice->offset >= offset;
       ++splice) {
    splice->offset += bytes.size();
  }
}

void OutputBuffer::Truncate(Mark mark) {
  while (splices_.size() > mark.splices) {
    const SharedSlice slice = splices_.back().slice;
    splices_.pop_back();
    spliced_bytes_ -= slice.size;
    if (slice.release != nullptr) slice.release(slice.owner);
  }
  size_ = mark.bytes;
}

void OutputBuffer::Swap(OutputBuffer& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(spliced_bytes_, other.spliced_bytes_);
  std::swap(splices_, other.splices_);
}

void OutputBuffer::ShrinkWhenEmpty(size_t keep_bytes) {
  if (!empty() || capacity_ <= keep_bytes) return;
  std::free(std::exchange(data_, nullptr));
  capacity_ = 0;
  splices_ = {};
}

void OutputBuffer::Grow(size_t size) {
  const size_t wanted = std::max({size_ + size, capacity_ * 2, kFirstBlockBytes});
  char* grown = static_cast<char*>(std::realloc(data_, wanted));
  // Replies are bounded by the output limits; a machine without memory for one cannot go on in
  // order.
  if (grown == nullptr) std::abort();
  data_ = grown;
  capacity_ = wanted;
}

}  // namespace protocol
