// ByteReader: RDB's numbers and strings from the front of bytes that nobody has checked yet.
//
// The first problem is kept, and whatever is read after it is zero or empty: so a decoder reads on
// and asks once, but every loop must ask ok(). A length is only a claim: nothing is reserved for
// it, and no text gets memory that the bytes do not justify.
//
// Lifetime: strings are views into the bytes, or into the arena.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/rdb/text_arena.h"

namespace storage::rdb {

class ByteReader {
 public:
  enum class Problem : uint8_t {
    kNone,
    kTruncated,  // good so far, but it goes on behind the bytes
    kCorrupt,
    kUnsupported,  // well-formed, as far as one can see, but beyond us
    kNoMemory,
  };

  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return problem_ == Problem::kNone; }
  Problem problem() const { return problem_; }
  // What is wrong, for people; a literal.
  const char* reason() const { return reason_; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  bool AtEnd() const { return remaining() == 0; }

  void Fail(const char* reason) { Fail(Problem::kCorrupt, reason); }
  void Fail(Problem problem, const char* reason) {
    if (!ok()) return;
    problem_ = problem;
    reason_ = reason;
  }

  std::string_view Bytes(uint64_t count) {
    if (count > remaining()) [[unlikely]]
      Fail(Problem::kTruncated, "it ends too early");
    if (!ok()) [[unlikely]]
      return {};
    const std::string_view bytes = bytes_.substr(position_, count);
    position_ += count;
    return bytes;
  }
  uint8_t Byte() { return Little<uint8_t>(); }
  uint32_t U32() { return Little<uint32_t>(); }
  uint64_t U64() { return Little<uint64_t>(); }
  double Double() { return Little<double>(); }

  uint64_t Length();
  // The number of elements that follow, of at least `bytes_each` bytes each.
  uint64_t Count(size_t bytes_each);
  std::string_view String(TextArena& arena);

 private:
  struct LengthOrForm {
    uint64_t length;
    bool is_form;
  };

  template <class T>
  T Little() {
    T value = {};
    const std::string_view bytes = Bytes(sizeof value);
    if (ok()) [[likely]]
      std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  LengthOrForm ReadLength();
  std::string_view Compressed(TextArena& arena);

  std::string_view bytes_;
  size_t position_ = 0;
  Problem problem_ = Problem::kNone;
  const char* reason_ = "";
};

}  // namespace storage::rdb
