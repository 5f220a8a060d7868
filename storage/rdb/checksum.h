// The checksum of RDB files and DUMP payloads: CRC-64 with Jones's polynomial ad93d23594c935a9,
// reflected, from 0, without a last inversion. That of "123456789" is e9c6d914c4b8d9ca.
#pragma once

#include <cstdint>
#include <string_view>

namespace storage::rdb {

// Whether a reader looks at checksums; DEBUG SET-SKIP-CHECKSUM-VALIDATION has it not.
enum class ChecksumCheck : uint8_t { kVerify, kSkip };

// The checksum of what `before` is that of, with `bytes` behind it.
uint64_t Checksum(uint64_t before, std::string_view bytes);

}  // namespace storage::rdb
