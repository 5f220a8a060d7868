// DUMP payloads: one value without its key, with its version and checksum, which RESTORE makes a
// key of again, here or in any Redis from 7.0 on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/keyspace/keyspace.h"
#include "storage/rdb/checksum.h"
#include "storage/rdb/codec.h"
#include "storage/rdb/decoded_value.h"

namespace storage::rdb {

// In this version, which holds the value (VersionFor).
std::string MakePayload(const Keyspace& keyspace, const Record& record,
                        const ValueWriter::Options& options);

// The version of a payload whose footer is right: a version we read, and its checksum.
std::optional<int> CheckFooter(std::string_view payload, ChecksumCheck check);

// The value of a payload with a right footer. False: it is damaged, or of a type we do not have.
bool DecodePayload(std::string_view payload, int version, DecodedValue& value);

}  // namespace storage::rdb
