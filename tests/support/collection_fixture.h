// CollectionFixture: what a collection needs of a keyspace, without one. The handle stays open for
// a whole test.
#pragma once

#include "storage/types/collection_handle.h"

namespace tests {

inline storage::KeyHasher MakeTestHasher() {
  storage::KeyHasher::Secret secret;
  for (size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<std::byte>(i * 37 + 11);
  return storage::KeyHasher(secret);
}

// In the order in which they need each other.
struct CollectionFixture {
  explicit CollectionFixture(uint64_t seed, storage::CollectionLimits limits = {})
      : random(seed), environment{slab, hasher, random, limits, 1000}, handle(environment) {}

  storage::SlabAllocator slab;
  storage::KeyHasher hasher = MakeTestHasher();
  storage::Random random;
  storage::CollectionEnvironment environment;
  storage::CollectionHandle handle;
};

}  // namespace tests
