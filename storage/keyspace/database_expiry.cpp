// How a database finds the keys whose time has come, and keeps its table and indexes tidy.

#include <algorithm>
#include <limits>

#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace storage {
namespace {

constexpr size_t kSweptItemsMax = 2048;

}  // namespace

bool Database::HasStaleItems() const {
  return expiries_ && expiries_->items() > 2 * volatile_keys_ + 4096;
}

void Database::FireExpiry(uint64_t hash_prefix) {
  const auto matches = [&](void* entry) {
    const Record& record = *static_cast<const Record*>(entry);
    return record.has_expiry() &&
           ExpiryIndex::PrefixOf(keyspace_.hasher_(record.key())) == hash_prefix;
  };
  const uint64_t first = ExpiryIndex::FirstHashOf(hash_prefix);
  const uint64_t last = ExpiryIndex::LastHashOf(hash_prefix);
  // Several keys may share the prefix. All that are due go; for those that are not, an item for the
  // first of them takes the place of this one.
  while (HashTable::Slot* slot = table_.FindBetween(first, last, [&](void* entry) {
    return matches(entry) && IsExpired(*static_cast<const Record*>(entry));
  })) {
    const Found found(slot);
    Expire(keyspace_.MakeKey(found->key()), found);
  }
  int64_t earliest_ms = std::numeric_limits<int64_t>::max();
  bool has_more = false;
  table_.FindBetween(first, last, [&](void* entry) {
    if (!matches(entry)) return false;
    has_more = true;
    earliest_ms = std::min(earliest_ms, static_cast<const Record*>(entry)->expiry_ms());
    return false;  // look at all of them
  });
  if (has_more) expiries_->Add(first, earliest_ms);
}

const Record* Database::RecordOfItem(uint64_t hash_prefix, int64_t begin_ms) const {
  const uint64_t first = ExpiryIndex::FirstHashOf(hash_prefix);
  const uint64_t last = ExpiryIndex::LastHashOf(hash_prefix);
  const HashTable::Slot* slot = table_.FindBetween(first, last, [&](void* entry) {
    const Record& record = *static_cast<const Record*>(entry);
    return record.has_expiry() && record.expiry_ms() >= begin_ms &&
           ExpiryIndex::PrefixOf(keyspace_.hasher_(record.key())) == hash_prefix;
  });
  return slot == nullptr ? nullptr : static_cast<const Record*>(HashTable::EntryOf(*slot));
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
  if (HasStaleItems()) VisitVolatile(kSweptItemsMax, [](const Record&) {});
}

}  // namespace storage
