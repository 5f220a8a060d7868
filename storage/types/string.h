// Strings: when a text is kept as an integer, and how a record's string is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "storage/base/number.h"
#include "storage/types/value.h"

namespace storage {

// Strings of up to this many bytes that are set as a whole are "embstr" to OBJECT ENCODING, as in
// Redis.
inline constexpr size_t kShortBytesMax = 44;

// Room for an integer's digits.
using StringScratch = std::array<char, kInt64TextMax + 1>;

// The integer whose only text form is `bytes`.
inline std::optional<int64_t> IntegerForm(std::string_view bytes) {
  if (bytes.size() > kInt64TextMax || bytes.empty()) return std::nullopt;
  // Most values are no numbers: look at one byte before parsing.
  const char first = bytes[0];
  if (first != '-' && (first < '0' || first > '9')) return std::nullopt;
  return ParseInt64(bytes);
}

// An integer in the fewest bytes.
class IntegerPayload {
 public:
  explicit IntegerPayload(int64_t value) {
    if (value == static_cast<int8_t>(value)) {
      Store<int8_t>(value, Encoding::kInt8);
    } else if (value == static_cast<int16_t>(value)) {
      Store<int16_t>(value, Encoding::kInt16);
    } else if (value == static_cast<int32_t>(value)) {
      Store<int32_t>(value, Encoding::kInt32);
    } else {
      Store<int64_t>(value, Encoding::kInt64);
    }
  }
  Encoding encoding() const { return encoding_; }
  std::string_view bytes() const { return {bytes_, size_}; }

 private:
  template <class T>
  void Store(int64_t value, Encoding encoding) {
    const T narrow = static_cast<T>(value);
    std::memcpy(bytes_, &narrow, sizeof narrow);
    size_ = sizeof narrow;
    encoding_ = encoding;
  }

  char bytes_[8];
  size_t size_;
  Encoding encoding_;
};

// The bytes of a record that holds a string: a view into the record, or into `scratch` for an
// integer.
template <class AnyRecord>
std::string_view ReadString(const AnyRecord& record, StringScratch& scratch) {
  if (!IsInteger(record.encoding())) return record.bytes();
  const char* end = FormatInt64(scratch.data(), record.integer());
  return {scratch.data(), static_cast<size_t>(end - scratch.data())};
}

template <class AnyRecord>
size_t StringSize(const AnyRecord& record) {
  StringScratch scratch;
  return ReadString(record, scratch).size();
}

}  // namespace storage
