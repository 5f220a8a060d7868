// What a key can hold, and how it lies in a record's payload. Types and encodings appear in no
// file: dumps have their own numbers.
//
//   encoding   payload
//   kInt8..64  the integer, 1, 2, 4 or 8 bytes, native order
//   kShort     [ length 1 or 4 ][ bytes ]     at most 44 bytes, what OBJECT ENCODING calls "embstr"
//   kPlain     [ length 1 or 4 ][ bytes ]     "raw"
//   kLarge     a pointer to a LargeString      "raw"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace storage {

enum class Type : uint8_t { kString, kList, kSet, kSortedSet, kHash, kStream };

enum class Encoding : uint8_t { kInt8, kInt16, kInt32, kInt64, kShort, kPlain, kLarge };

constexpr bool IsInteger(Encoding encoding) {
  return encoding <= Encoding::kInt64;
}

// The name that TYPE replies.
constexpr std::string_view TypeName(Type type) {
  constexpr std::string_view kNames[] = {"string", "list", "set", "zset", "hash", "stream"};
  return kNames[static_cast<size_t>(type)];
}

// The name that OBJECT ENCODING replies.
constexpr std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kInt8:
    case Encoding::kInt16:
    case Encoding::kInt32:
    case Encoding::kInt64:
      return "int";
    case Encoding::kShort:
      return "embstr";
    case Encoding::kPlain:
    case Encoding::kLarge:
      return "raw";
  }
  return "";
}

}  // namespace storage
