// The lines that stand between the records of an append-only file. Redis from 7.0 on skips every
// line that begins with #, so these cost it nothing and tell us what it cannot know:
//
//   *3 ... SET k v                    a record: a request, opaque here
//   #CRC:1a2b3c4d\r\n                 CRC-32C of all bytes since the last such line
//   *1 MULTI  *3 ...  *3 ...  *1 EXEC records that count together or not at all
//   #CRC:5e6f7a8b\r\n
//   #TS:1790000000\r\n                what follows was written at this time (Redis's own)
//   *3 ... SET k w
//   #CRC:9c0d1e2f\r\n
//   #SYNCED:4711\r\n                  the first 4711 bytes of the file, and all files before it,
//   #CRC:3a4b5c6d\r\n                 were on the disk when this was written
//
// A block is what lies between two checksums. SYNCED tells a power cut from a rotten disk: a hole
// behind the last mark is what a cut may leave, a hole before it is damage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace storage::aof {

inline constexpr std::string_view kChecksumPrefix = "#CRC:";
inline constexpr std::string_view kTimestampPrefix = "#TS:";
inline constexpr std::string_view kSyncedPrefix = "#SYNCED:";
inline constexpr size_t kChecksumLineBytes = 5 + 8 + 2;

// CRC-32C (Castagnoli), which processors compute; that of "123456789" is e3069283.
uint32_t Crc32c(std::string_view bytes);

// The checksum line of the block that begins at `block_begin` of the buffer and ends with it.
void AppendChecksumLine(std::string& buffer, size_t block_begin);
// "#TS:n", "#SYNCED:n"
void AppendNumberLine(std::string_view prefix, uint64_t number, std::string& buffer);

// Of a line without its line end; nullopt: it is none of this kind.
std::optional<uint32_t> ChecksumOf(std::string_view line);
std::optional<uint64_t> NumberOf(std::string_view prefix, std::string_view line);

}  // namespace storage::aof
