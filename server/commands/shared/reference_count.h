// What OBJECT REFCOUNT and DEBUG OBJECT say of a value.
#pragma once

#include <cstdint>

#include "server/config/settings.h"
#include "storage/keyspace/record.h"

namespace server {

// In Redis small integers are one shared object each, unless a policy needs an access time for
// every key. Tools know the number by which it says so.
inline int64_t ReferenceCount(const storage::Record& record, const Settings& settings) {
  constexpr int64_t kShared = INT32_MAX;
  constexpr int64_t kSharedIntegers = 10000;
  if (!storage::IsInteger(record.encoding())) return 1;
  if (record.integer() < 0 || record.integer() >= kSharedIntegers) return 1;
  const bool needs_access_times = settings.maxmemory_policy == MaxmemoryPolicy::kAllkeysLru ||
                                  settings.maxmemory_policy == MaxmemoryPolicy::kVolatileLru ||
                                  settings.maxmemory_policy == MaxmemoryPolicy::kAllkeysLfu ||
                                  settings.maxmemory_policy == MaxmemoryPolicy::kVolatileLfu;
  return (settings.maxmemory != 0 || settings.is_maxmemory_automatic) && needs_access_times
             ? 1
             : kShared;
}

}  // namespace server
