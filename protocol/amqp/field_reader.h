// FieldReader: the fields of a method or a header, one after the other, from bytes in network
// order.
//
// It keeps the first mistake and gives zeros and empty texts from then on, so one look at the end
// is enough. Texts are views into the payload.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace protocol::amqp {

template <class Number>
inline Number LoadBigEndian(const char* from) {
  Number number;
  std::memcpy(&number, from, sizeof(number));
  if constexpr (sizeof(number) > 1 && std::endian::native == std::endian::little) {
    number = std::byteswap(number);
  }
  return number;
}

class FieldReader {
 public:
  explicit FieldReader(std::string_view payload)
      : at_(payload.data()), end_(payload.data() + payload.size()) {}

  uint8_t U8() { return Number<uint8_t>(); }
  uint16_t U16() { return Number<uint16_t>(); }
  uint32_t U32() { return Number<uint32_t>(); }
  uint64_t U64() { return Number<uint64_t>(); }
  std::string_view ShortString() { return Bytes(U8()); }
  std::string_view LongString() { return Bytes(U32()); }
  std::string_view Bytes(size_t size) {
    if (left() < size) return Fail();
    const char* from = at_;
    at_ += size;
    return {from, size};
  }

  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool has_failed() const { return has_failed_; }
  // Everything was understood and nothing is left.
  bool IsAtEnd() const { return !has_failed_ && at_ == end_; }

 private:
  template <class Type>
  Type Number() {
    if (left() < sizeof(Type)) {
      Fail();
      return 0;
    }
    const Type number = LoadBigEndian<Type>(at_);
    at_ += sizeof(Type);
    return number;
  }
  std::string_view Fail() {
    has_failed_ = true;
    at_ = end_;
    return {};
  }

  const char* at_;
  const char* end_;
  bool has_failed_ = false;
};

}  // namespace protocol::amqp
