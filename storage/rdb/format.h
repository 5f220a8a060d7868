// The numbers of RDB files and DUMP payloads: Redis's, and Valkey's where they differ. They are on
// disks everywhere: never renumber.
//
//   file     "REDIS" + 4 digits or "VALKEY" + 3 digits: the version
//            [ Opcode ... | [ expiry ][ idle or frequency ] ValueType, key, value ] ...
//            Opcode::kEnd, CRC-64 of all before (8 bytes, version 5 on; 0: none was made)
//   DUMP     ValueType, value, version (2 bytes), CRC-64 of all before (8 bytes)
//   length   00xxxxxx                      6 bits
//            01xxxxxx + 1 byte             14 bits, big-endian
//            10000000 + 4 bytes            32 bits, big-endian
//            10000001 + 8 bytes            64 bits, big-endian
//            11xxxxxx                      no length, but a StringForm
//   string   a length and as many bytes, or a StringForm
//
// Everything else is little-endian. What came with which version:
//   1 Redis 1     2 zipmap, ziplist, intset    4 ziplist hashes    5 checksum    6 Redis 2.8
//   7 3.2: quicklist, aux, resize    8 4.0: binary scores, modules, 64-bit lengths
//   9 5.0: streams, idle, frequency, module aux    10 7.0: listpack, quicklist 2, functions
//   11 7.2: listpack sets    12 7.4: hashes whose fields expire, slot info    13 8.6
//   80 Valkey 9, with a type 22 of its own
#pragma once

#include <cstddef>
#include <cstdint>

namespace storage::rdb {

enum class ValueType : uint8_t {
  kString = 0,
  kList = 1,
  kSet = 2,
  kSortedSetText = 3,  // scores as text
  kHash = 4,
  kSortedSet = 5,  // scores as 8 bytes
  kModuleBefore4 = 6,
  kModule = 7,
  kHashZipmap = 9,
  kListZiplist = 10,
  kSetIntset = 11,
  kSortedSetZiplist = 12,
  kHashZiplist = 13,
  kListQuicklist = 14,  // of ziplists
  kStream1 = 15,
  kHashListpack = 16,
  kSortedSetListpack = 17,
  kListQuicklist2 = 18,  // of listpacks and plain elements
  kStream2 = 19,
  kSetListpack = 20,
  kStream3 = 21,
  kHashFieldExpiryTrial = 22,  // 7.4's candidates; Valkey 9: kHashFieldExpiryValkey
  kHashListpackExTrial = 23,
  kHashFieldExpiry = 24,
  kHashListpackEx = 25,
  kStream4 = 26,  // 8.6
};
// In a file of version kValkeyVersionMin or above.
inline constexpr ValueType kHashFieldExpiryValkey = ValueType::kHashFieldExpiryTrial;

enum class Opcode : uint8_t {
  kKeyMetadata = 243,  // Valkey: a slot import
  kSlotInfo = 244,
  kFunction = 245,
  kFunctionTrial = 246,  // 7.0's candidates
  kModuleAux = 247,
  kIdle = 248,
  kFrequency = 249,
  kAux = 250,
  kResize = 251,
  kExpiryMs = 252,
  kExpirySeconds = 253,
  kSelectDatabase = 254,
  kEnd = 255,
};
inline constexpr uint8_t kOpcodeMin = static_cast<uint8_t>(Opcode::kKeyMetadata);

// What follows a byte 11xxxxxx.
enum class StringForm : uint8_t { kInt8 = 0, kInt16 = 1, kInt32 = 2, kCompressed = 3 };

// A quicklist 2's nodes.
enum class ListNode : uint8_t { kPlain = 1, kPacked = 2 };

inline constexpr int kVersionMax = 13;
inline constexpr int kValkeyVersionMin = 80;
inline constexpr int kValkeyVersionMax = 80;
constexpr bool CanReadVersion(int version) {
  return (version >= 1 && version <= kVersionMax) ||
         (version >= kValkeyVersionMin && version <= kValkeyVersionMax);
}

// What we write: the oldest that holds the data.
inline constexpr int kVersionWritten = 10;
inline constexpr int kVersionWithSetListpack = 11;
inline constexpr int kVersionWithFieldExpiry = 12;
inline constexpr int kVersionWithChecksum = 5;

// Fields cannot expire later: 7.4 keeps 48 bits, of which the highest values mean something else.
inline constexpr int64_t kFieldExpiryMax = (int64_t{1} << 48) - 2;

inline constexpr size_t kDumpFooterBytes = 10;

}  // namespace storage::rdb
