// OutputBuffer: the bytes on their way to one connection.
//
// Replies are small and many, so they are encoded end to end into one contiguous block. A large
// value is not copied: it stands in the stream as a splice, a reference to bytes that somebody else
// owns.
//
//   bytes_    [ reply reply $1048576\r\n | \r\n reply reply ]
//                                        ^ splice 0 {offset, data, size}
//
//   the wire  bytes_[0, offset) data[0, size) bytes_[offset, size)
//
// Memory may run out, since clients choose how large replies are. Then the buffer is lost: it drops
// what it has, takes whatever is still written and forgets it, in one small block. So nobody who
// writes has to look; whoever sends must (is_lost), and close the connection, whose peer could not
// make sense of half a reply.
//
// Cost: Append is a bounds check and a copy. Lifetime: a splice holds its owner until the bytes are
// dropped (Clear, Truncate, the destructor), and then calls `release` exactly once.
//
// Invariants: splices are sorted by offset, and every offset <= bytes().size().
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace protocol {

// Bytes owned elsewhere. `release(owner)` is called once, when they are no longer needed.
struct SharedSlice {
  const char* data = nullptr;
  size_t size = 0;
  void* owner = nullptr;
  void (*release)(void* owner) = nullptr;
};

class OutputBuffer {
 public:
  struct Splice {
    size_t offset;  // into bytes
    SharedSlice slice;
  };
  // A place in the stream to which Truncate can return.
  struct Mark {
    size_t bytes;
    size_t splices;
  };

  OutputBuffer() = default;
  OutputBuffer(const OutputBuffer&) = delete;
  OutputBuffer& operator=(const OutputBuffer&) = delete;
  OutputBuffer(OutputBuffer&& other) noexcept { Swap(other); }
  OutputBuffer& operator=(OutputBuffer&& other) noexcept {
    Swap(other);
    return *this;
  }
  ~OutputBuffer();

  // What can always be reserved: the size of a lost buffer's block.
  static constexpr size_t kReserveMax = 8 * 1024;

  // Room for `size` more bytes (at most kReserveMax), to be written by the caller and then taken
  // with Commit(used <= size).
  char* Reserve(size_t size) {
    if (capacity_ - size_ < size) [[unlikely]]
      Grow(size);
    return data_ + size_;
  }
  void Commit(size_t used) { size_ += used; }

  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (bytes.size() > kReserveMax) [[unlikely]]
      return AppendLarge(bytes);
    char* to = Reserve(bytes.size());
    std::memcpy(to, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void Append(char byte) {
    *Reserve(1) = byte;
    ++size_;
  }
  // Puts bytes that are owned elsewhere into the stream. Takes over the duty to release them.
  void AppendShared(SharedSlice slice);

  // Inserts `bytes` at `offset` of the contiguous bytes. A splice that stands exactly there counts
  // as behind them. Used for counts that are known only afterwards; costs a move of all that
  // follows.
  void Insert(size_t offset, std::string_view bytes);

  Mark mark() const { return {size_, splice_count_}; }
  // Forgets everything after `mark`.
  void Truncate(Mark mark);
  void Clear() { Truncate({0, 0}); }
  void Swap(OutputBuffer& other) noexcept;
  // Gives memory back when the buffer has grown beyond `keep_bytes` and is empty.
  void ShrinkWhenEmpty(size_t keep_bytes);

  // There was no memory for all that was written. Nothing of it must be sent.
  bool is_lost() const { return is_lost_; }
  bool empty() const { return size_ == 0 && splice_count_ == 0; }
  // Bytes on the wire, splices included.
  size_t wire_size() const { return size_ + spliced_bytes_; }
  // Memory held by this buffer itself; spliced bytes are counted too, since it keeps them alive.
  size_t memory() const { return capacity_ + spliced_bytes_ + splice_capacity_ * sizeof(Splice); }

  std::string_view bytes() const { return {data_, size_}; }
  std::span<const Splice> splices() const { return {splices_, splice_count_}; }

 private:
  void Grow(size_t size);
  [[nodiscard]] bool TryGrow(size_t size);
  [[nodiscard]] bool TryGrowSplices();
  void AppendLarge(std::string_view bytes);
  void Lose();

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  size_t spliced_bytes_ = 0;
  Splice* splices_ = nullptr;
  size_t splice_count_ = 0;
  size_t splice_capacity_ = 0;
  bool is_lost_ = false;
};

}  // namespace protocol
