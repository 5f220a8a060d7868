// LargeString: bytes in a buffer of their own, shared by reference.
//
// Values that are too large for their record live here. A reply sends them without a copy by
// holding a reference; whoever wants to change a shared one makes a copy first (copy on write), so
// a reader's bytes never move. One thread owns all references.
//
// What was received need not be copied to become a value: the buffer into which a connection reads
// is one of these, and Narrow makes it the string of that part of its bytes which is the value.
//
//   LargeString   [ references 4 | begin 4 | size 8 | capacity 8 | unused ... begin | bytes ... ]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace storage {

class LargeString {
 public:
  // A string of `size` uninitialised bytes with room for `capacity`, one reference; nullptr when
  // the memory is not to be had: the size may come from a peer.
  static LargeString* TryCreate(size_t size, size_t capacity);
  // The same with zero bytes, which for a large string the system has already: none is touched.
  static LargeString* TryCreateZeroed(size_t size, size_t capacity);

  // Gives a string that begins at its buffer's first byte room for `capacity` bytes, at least
  // size(); without one, makes an empty one. It may move, so nobody else may refer to it. nullptr:
  // no memory, and it stays as it was.
  static LargeString* TryResize(LargeString* string, size_t capacity);

  LargeString(const LargeString&) = delete;
  LargeString& operator=(const LargeString&) = delete;

  void AddReference() { ++references_; }
  // Drops a reference; true when it was the last one: then the caller frees it (Destroy, or
  // elsewhere).
  [[nodiscard]] bool DropReference() { return --references_ == 0; }
  static void Destroy(LargeString* string);

  bool is_shared() const { return references_ > 1; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_ - begin_; }
  // Bytes taken from the allocator.
  size_t memory() const;
  char* data() { return reinterpret_cast<char*>(this + 1) + begin_; }
  const char* data() const { return reinterpret_cast<const char*>(this + 1) + begin_; }
  std::string_view view() const { return {data(), size_}; }
  // At most capacity(); the bytes added are whatever was there.
  void set_size(size_t size) { size_ = size; }
  // Makes it the string of this part of its bytes, which stay where they are.
  void Narrow(std::string_view part);

 private:
  static LargeString* Make(void* memory, size_t size);
  LargeString(size_t size, size_t capacity) : size_(size), capacity_(capacity) {}

  uint32_t references_ = 1;
  uint32_t begin_ = 0;
  size_t size_;
  size_t capacity_;  // with what is unused at the front
};

static_assert(sizeof(LargeString) == 24);

}  // namespace storage
