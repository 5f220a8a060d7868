#include "protocol/output_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace protocol {
namespace {

// The first block holds most replies of a turn; later ones double, so that appending stays linear.
constexpr size_t kFirstBlockBytes = 1024;
constexpr size_t kFirstSplices = 4;

}  // namespace

OutputBuffer::~OutputBuffer() {
  Clear();
  std::free(data_);
  std::free(splices_);
}

void OutputBuffer::AppendShared(SharedSlice slice) {
  if (is_lost_ || (splice_count_ == splice_capacity_ && !TryGrowSplices())) {
    if (slice.release != nullptr) slice.release(slice.owner);
    return;
  }
  spliced_bytes_ += slice.size;
  splices_[splice_count_++] = {size_, slice};
}

void OutputBuffer::AppendLarge(std::string_view bytes) {
  if (is_lost_ || (capacity_ - size_ < bytes.size() && !TryGrow(bytes.size()))) return;
  std::memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void OutputBuffer::Insert(size_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  Reserve(bytes.size());
  if (is_lost_) return;
  std::memmove(data_ + offset + bytes.size(), data_ + offset, size_ - offset);
  std::memcpy(data_ + offset, bytes.data(), bytes.size());
  size_ += bytes.size();
  // A splice at `offset` belongs to what follows the inserted bytes, so it moves as well.
  for (size_t i = splice_count_; i > 0 && splices_[i - 1].offset >= offset; --i) {
    splices_[i - 1].offset += bytes.size();
  }
}

void OutputBuffer::Truncate(Mark mark) {
  while (splice_count_ > mark.splices) {
    const SharedSlice slice = splices_[--splice_count_].slice;
    spliced_bytes_ -= slice.size;
    if (slice.release != nullptr) slice.release(slice.owner);
  }
  size_ = std::min(size_, mark.bytes);  // a lost buffer may have less
}

void OutputBuffer::Swap(OutputBuffer& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(spliced_bytes_, other.spliced_bytes_);
  std::swap(splices_, other.splices_);
  std::swap(splice_count_, other.splice_count_);
  std::swap(splice_capacity_, other.splice_capacity_);
  std::swap(is_lost_, other.is_lost_);
}

void OutputBuffer::ShrinkWhenEmpty(size_t keep_bytes) {
  if (!empty() || capacity_ <= keep_bytes) return;
  std::free(std::exchange(data_, nullptr));
  capacity_ = 0;
  std::free(std::exchange(splices_, nullptr));
  splice_capacity_ = 0;
}

void OutputBuffer::Grow(size_t size) {
  if (is_lost_ || !TryGrow(size)) size_ = 0;
}

// False: the buffer is lost.
bool OutputBuffer::TryGrow(size_t size) {
  const size_t wanted = std::max({size_ + size, capacity_ * 2, kFirstBlockBytes});
  char* grown = static_cast<char*>(std::realloc(data_, wanted));
  if (grown == nullptr) {
    Lose();
    return false;
  }
  data_ = grown;
  capacity_ = wanted;
  return true;
}

bool OutputBuffer::TryGrowSplices() {
  const size_t wanted = std::max(splice_capacity_ * 2, kFirstSplices);
  void* grown = std::realloc(splices_, wanted * sizeof(Splice));
  if (grown == nullptr) {
    Lose();
    return false;
  }
  splices_ = static_cast<Splice*>(grown);
  splice_capacity_ = wanted;
  return true;
}

// From now on the block is written over and over.
void OutputBuffer::Lose() {
  Clear();
  is_lost_ = true;
  std::free(data_);
  data_ = static_cast<char*>(std::malloc(kReserveMax));
  // A process that has not even this cannot go on in any case.
  if (data_ == nullptr) std::abort();
  capacity_ = kReserveMax;
}

}  // namespace protocol
