#include "storage/eviction/evictor.h"

#include <algorithm>

#include "storage/base/check.h"

namespace storage {
namespace {

// Buckets looked at for one eviction, when most of their records may not go.
constexpr size_t kStepsMax = 64;
// And as many as that, for a tenth of a millisecond, when there is no candidate at all. Then the
// expiry index is asked, which is no fair sample: far expiries come first.
constexpr size_t kFruitlessStepsMax = 2048;
constexpr size_t kIndexSteps = 16;
constexpr size_t kExpiriesPerStep = 16;
constexpr uint64_t kNever = uint64_t{1} << 62;
constexpr unsigned kTimeBits = 48;

}  // namespace

void Evictor::Configure(EvictionPolicy policy, int samples) {
  if (policy != policy_) pool_size_ = 0;
  policy_ = policy;
  is_volatile_only_ = IsVolatileOnly(policy);
  samples_ = static_cast<size_t>(samples);
}

// In terms of fixed times, so that candidates of different moments can be compared.
uint64_t Evictor::BadnessOf(const Record& record) const {
  if (policy_ == EvictionPolicy::kVolatileTtl) {
    return kNever - std::min(static_cast<uint64_t>(record.expiry_ms()), kNever);
  }
  const uint64_t used_at = keyspace_.access_now() - keyspace_.AccessAge(record);
  const uint64_t unused_since = (uint64_t{1} << kTimeBits) - used_at;
  if (!IsLfu(policy_)) return unused_since;
  return uint64_t{255u - keyspace_.Frequency(record)} << kTimeBits | unused_since;
}

bool Evictor::EvictOne() {
  if (policy_ == EvictionPolicy::kNoeviction || keys_that_may_go() == 0) return false;
  return IsRandom(policy_) ? EvictRandom() : EvictBest();
}

void Evictor::Evict(Database& database, uint64_t hash, Found found) {
  database.Evict({found->key(), hash}, found);
}

bool Evictor::EvictRandom() {
  if (!is_volatile_only_) {
    // A database is as likely as it has keys.
    uint64_t choice = random_.Below(keyspace_.keys());
    int index = 0;
    while (choice >= keyspace_.database(index).size()) {
      choice -= keyspace_.database(index++).size();
    }
    Database& database = keyspace_.database(index);
    const Record* record = static_cast<const Record*>(database.table().RandomEntry(random_));
    const uint64_t hash = keyspace_.MakeKey(record->key()).hash;
    Evict(database, hash, database.FindRecord(hash, record));
    return true;
  }
  // The hand meets keys in the order of their hashes: the next one is as good as any.
  return EvictBest();
}

bool Evictor::EvictBest() {
  Sample(IsRandom(policy_) ? 1 : samples_);
  // Each pass takes a candidate out; what goes back was used since, at most once each.
  for (size_t passes = 0; pool_size_ > 0 && passes < 2 * kPoolMax; ++passes) {
    const Candidate best = pool_[--pool_size_];
    const Found found = best.database->FindRecord(best.hash, best.record);
    if (!found || !MayGo(*found)) continue;
    const uint64_t badness = IsRandom(policy_) ? best.badness : BadnessOf(*found);
    const bool is_still_best = pool_size_ == 0 || badness >= pool_[pool_size_ - 1].badness;
    if (badness < best.badness && !is_still_best) {
      Insert({badness, best.hash, best.database, best.record});
      continue;
    }
    Evict(*best.database, best.hash, found);
    return true;
  }
  // Everything in the pool had gone: whatever may go and comes next.
  if (pool_size_ == 0) Sample(1);
  while (pool_size_ > 0) {
    const Candidate best = pool_[--pool_size_];
    const Found found = best.database->FindRecord(best.hash, best.record);
    if (!found || !MayGo(*found)) continue;
    Evict(*best.database, best.hash, found);
    return true;
  }
  return false;
}

// Offers about so many records to the pool, or as many as a bounded number of steps meets; one at
// least, as there is one.
void Evictor::Sample(size_t records) {
  size_t met = 0;
  for (size_t step = 0; met < records && (step < kStepsMax || met + pool_size_ == 0); ++step) {
    Database& database = NextDatabase();
    // The index does not show keys that are overdue: if it has no others, the hand goes on.
    const bool asks_index =
        is_volatile_only_ && step >= kFruitlessStepsMax && step < kFruitlessStepsMax + kIndexSteps;
    met += asks_index ? SampleExpiries(database) : SampleTable(database);
  }
}

// The database that the hand is in, or the next with keys that may go; there is one.
Database& Evictor::NextDatabase() {
  for (;;) {
    Database& database = keyspace_.database(database_);
    if ((is_volatile_only_ ? database.volatile_keys() : database.size()) > 0) return database;
    database_ = (database_ + 1) % keyspace_.database_count();
    cursor_ = 0;
  }
}

size_t Evictor::SampleTable(Database& database) {
  size_t met = 0;
  cursor_ = database.Scan(cursor_, [&](const Record& record) {
    if (!MayGo(record)) return;
    Offer(database, record);
    ++met;
  });
  if (cursor_ == 0) database_ = (database_ + 1) % keyspace_.database_count();
  keyspace_.database(database_).PrefetchScan(cursor_);
  return met;
}

size_t Evictor::SampleExpiries(Database& database) {
  size_t met = 0;
  database.VisitVolatile(kExpiriesPerStep, [&](const Record& record) {
    Offer(database, record);
    ++met;
  });
  return met;
}

void Evictor::Offer(Database& database, const Record& record) {
  // Not as the hand meets them: within a bucket the older keys come first.
  const uint64_t badness = IsRandom(policy_) ? random_.Next() : BadnessOf(record);
  if (pool_size_ == kPoolMax && badness <= pool_[0].badness) return;
  for (const Candidate& other : pool()) {
    if (other.record == &record) return;
  }
  Insert({badness, keyspace_.MakeKey(record.key()).hash, &database, &record});
}

// Keeps the order; the worst candidate of a full pool leaves it.
void Evictor::Insert(const Candidate& candidate) {
  if (pool_size_ == kPoolMax) {
    std::copy(pool_.begin() + 1, pool_.end(), pool_.begin());
    --pool_size_;
  }
  const auto end = pool_.begin() + static_cast<ptrdiff_t>(pool_size_);
  const auto place = std::upper_bound(
      pool_.begin(), end, candidate.badness,
      [](uint64_t badness, const Candidate& other) { return badness < other.badness; });
  std::copy_backward(place, end, end + 1);
  *place = candidate;
  ++pool_size_;
}

void Evictor::CheckInvariants() const {
  CHECK_INVARIANT(pool_size_ <= kPoolMax);
  for (size_t i = 0; i < pool_size_; ++i) {
    CHECK_INVARIANT(i == 0 || pool_[i - 1].badness <= pool_[i].badness);
    for (size_t j = 0; j < i; ++j) CHECK_INVARIANT(pool_[j].record != pool_[i].record);
  }
}

}  // namespace storage
