// What becomes of a value that was read: a key's value, wholly or not at all.
#pragma once

#include "storage/keyspace/keyspace.h"
#include "storage/rdb/decoded_value.h"

namespace storage::rdb {

enum class StoreOutcome : uint8_t {
  kStored,
  kEmpty,      // a collection without elements is no key
  kDuplicate,  // an element occurs twice
  kNoMemory,
};

// Makes it the key's value, in place of `found` and its expiry, which may be empty. With another
// outcome than kStored nothing has changed.
[[nodiscard]] StoreOutcome StoreValue(Database& database, const Key& key, Found found,
                                      const DecodedValue& value);

}  // namespace storage::rdb
