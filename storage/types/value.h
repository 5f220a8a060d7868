// What a key can hold, and how it lies in a record's payload. Types and encodings appear in no
// file: dumps have their own numbers.
//
//   encoding   payload
//   kInt8..64  the integer, 1, 2, 4 or 8 bytes, native order
//   kShort     [ length 1 or 4 ][ bytes ]     at most 44 bytes, what OBJECT ENCODING calls "embstr"
//   kPlain     [ length 1 or 4 ][ bytes ]     "raw"
//   kLarge     a pointer to a LargeString      "raw"
//   kPack      [ bytes 2 ][ a small collection ]           "listpack"
//   kIntSet    [ bytes 2 ][ a small set of integers ]      "intset"
//   kStructure a pointer to a Structure                    what the structure says
//
// The form of a pack is its type's; the first 16 bits are the number of elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace storage {

enum class Type : uint8_t { kString, kList, kSet, kSortedSet, kHash, kStream };

enum class Encoding : uint8_t {
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kShort,
  kPlain,
  kLarge,
  kPack,
  kIntSet,
  kStructure,
};

constexpr bool IsInteger(Encoding encoding) {
  return encoding <= Encoding::kInt64;
}

// The payload points to the value.
constexpr bool IsOutside(Encoding encoding) {
  return encoding == Encoding::kLarge || encoding == Encoding::kStructure;
}

constexpr bool IsPacked(Encoding encoding) {
  return encoding == Encoding::kPack || encoding == Encoding::kIntSet;
}

// The name that TYPE replies.
constexpr std::string_view TypeName(Type type) {
  constexpr std::string_view kNames[] = {"string", "list", "set", "zset", "hash", "stream"};
  return kNames[static_cast<size_t>(type)];
}

// The name that OBJECT ENCODING replies, but for kStructure (Record::encoding_name).
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
    case Encoding::kPack:
      return "listpack";
    case Encoding::kIntSet:
      return "intset";
    case Encoding::kStructure:
      break;
  }
  return "";
}

}  // namespace storage
