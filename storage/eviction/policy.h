// Which key goes first when memory is full, as maxmemory-policy names it.
//
//   volatile-...   only keys with an expiry may go       allkeys-...   any key may
//   ...-lru        the one not used for the longest time
//   ...-lfu        the one used least often, of equal ones the one not used for longest
//   ...-random     any
//   volatile-ttl   the one whose time comes first
//   noeviction     none
#pragma once

#include <cstdint>

namespace storage {

enum class EvictionPolicy : uint8_t {
  kVolatileLru,
  kVolatileLfu,
  kVolatileRandom,
  kVolatileTtl,
  kAllkeysLru,
  kAllkeysLfu,
  kAllkeysRandom,
  kNoeviction,
};

constexpr bool IsVolatileOnly(EvictionPolicy policy) {
  return policy <= EvictionPolicy::kVolatileTtl;
}
constexpr bool IsLfu(EvictionPolicy policy) {
  return policy == EvictionPolicy::kVolatileLfu || policy == EvictionPolicy::kAllkeysLfu;
}
constexpr bool IsLru(EvictionPolicy policy) {
  return policy == EvictionPolicy::kVolatileLru || policy == EvictionPolicy::kAllkeysLru;
}
constexpr bool IsRandom(EvictionPolicy policy) {
  return policy == EvictionPolicy::kVolatileRandom || policy == EvictionPolicy::kAllkeysRandom;
}

}  // namespace storage
