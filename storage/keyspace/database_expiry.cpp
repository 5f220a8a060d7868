// How a database finds the keys whose time has come, and keeps its table and indexes tidy.

#include <algorithm>
#include <limits>

#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace storage {
namespace {

constexpr size_t kSweptItemsMax = 2048;

}  // namespace

void Database::FireExpiry(uint64_t hash_prefix) {
  // Several keys may share the prefix. All that are due go; for those that are not, an item for the
  // first of them takes the place of this one.
  while (const Found found =
             FindOfItem(hash_prefix, [this](const Record& record) { return IsExpired(record); })) {
    Expire(keyspace_.MakeKey(found->key()), found);
  }
  int64_t earliest_ms = std::numeric_limits<int64_t>::max();
  bool has_more = false;
  FindOfItem(hash_prefix, [&](const Record& record) {
    if (!record.has_expiry()) return false;
    has_more = true;
    earliest_ms = std::min(earliest_ms, record.expiry_ms());
    return false;  // look at all of them
  });
  if (has_more) expiries_->Add(ExpiryIndex::FirstHashOf(hash_prefix), earliest_ms);
}

bool Database::ExpireDue(size_t keys) {
  const bool has_more_elements = ExpireElementsDue(keys);
  if (!expiries_) return has_more_elements;
  struct Fire {
    Database& database;
    void operator()(uint64_t hash_prefix) { database.FireExpiry(hash_prefix); }
    void Prefetch(uint64_t hash_prefix) {
      database.table_.PrefetchEntry(ExpiryIndex::FirstHashOf(hash_prefix));
    }
  };
  return expiries_->Advance(keyspace_.now_ms_, keys, Fire{*this}) || has_more_elements;
}

int64_t Database::NextExpiryMs() const {
  int64_t next_ms = std::numeric_limits<int64_t>::max();
  if (expiries_) next_ms = expiries_->NextDeadlineMs();
  if (element_expiries_) next_ms = std::min(next_ms, element_expiries_->NextDeadlineMs());
  return next_ms;
}

void Database::Maintain() {
  if (table_.slots() > 1024 && table_.size() * 2 < table_.slots()) table_.Shrink(16);
  SweepElements();
  if (HasStaleItems(expiries_.get(), volatile_keys_))
    VisitVolatile(kSweptItemsMax, [](const Record&) {});
}

}  // namespace storage
