// Evictor: removes the key that a policy gives up first, approximately, without an order of all
// keys.
//
// Redis draws keys at random for each eviction and keeps the best candidates it has met in a pool.
// Here a hand goes round the tables in the order of the keys' hashes, which is as random, and:
//   - a step takes the records of a whole bucket, which were prefetched a step before: no waiting
//     for memory, where random keys cost a cache miss or two each;
//   - no key is met again before all others were, so the samples never repeat;
//   - a candidate is looked at again before it goes: one that was used since returns to the pool
//     with its new standing, or loses its place.
// That is less work for a better choice (tools/bench/eviction has the figures).
//
// Under a volatile policy the hand passes over keys without an expiry. Where it finds none for
// long, it takes what the expiry index has: a few keys among millions.
//
// Cost: EvictOne looks at about `samples` records. Lifetime: candidates are pointers that may
// dangle; one is followed only after the table was found to hold it still.
//
// Invariants, verified by CheckInvariants(): the pool is in ascending order of badness and holds no
// record twice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "storage/eviction/policy.h"
#include "storage/keyspace/keyspace.h"

namespace storage {

class Evictor {
 public:
  Evictor(Keyspace& keyspace, Random& random) : keyspace_(keyspace), random_(random) {}

  // How many records are looked at for each that goes: 1 to 64.
  void Configure(EvictionPolicy policy, int samples);
  // Removes one key. False: there is none that may go.
  bool EvictOne();

  void CheckInvariants() const;

 private:
  static constexpr size_t kPoolMax = 16;

  struct Candidate {
    uint64_t badness;  // the larger, the sooner it goes; grows with no one's time
    uint64_t hash;
    Database* database;
    const Record* record;
  };

  uint64_t BadnessOf(const Record& record) const;
  bool MayGo(const Record& record) const { return !is_volatile_only_ || record.has_expiry(); }
  bool EvictRandom();
  bool EvictBest();
  void Evict(Database& database, uint64_t hash, Found found);
  size_t keys_that_may_go() const {
    return is_volatile_only_ ? keyspace_.volatile_keys() : keyspace_.keys();
  }
  void Sample(size_t records);
  size_t SampleTable(Database& database);
  size_t SampleExpiries(Database& database);
  Database& NextDatabase();
  void Offer(Database& database, const Record& record);
  void Insert(const Candidate& candidate);
  std::span<Candidate> pool() { return {pool_.data(), pool_size_}; }

  Keyspace& keyspace_;
  Random& random_;
  EvictionPolicy policy_ = EvictionPolicy::kNoeviction;
  bool is_volatile_only_ = false;
  size_t samples_ = 5;
  std::array<Candidate, kPoolMax> pool_;  // the best is the last
  size_t pool_size_ = 0;
  // The hand.
  int database_ = 0;
  uint64_t cursor_ = 0;
};

}  // namespace storage
