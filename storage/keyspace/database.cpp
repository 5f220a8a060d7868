#include "storage/keyspace/database.h"

#include <algorithm>
#include <limits>

#include "storage/base/check.h"
#include "storage/keyspace/keyspace.h"
#include "storage/memory/memory_probe.h"
#include "storage/types/string.h"

namespace storage {
namespace {

constexpr int kRandomTriesMax = 100;
constexpr size_t kSweptAtEviction = 4;

// The draft points to what the old record points to.
bool KeepsOutside(const RecordDraft& draft, const Record& old) {
  return IsOutside(draft.encoding) && draft.encoding == old.encoding() &&
         draft.payload == old.draft_payload();
}

}  // namespace

Database::Database(Keyspace& keyspace, int index)
    : keyspace_(keyspace),
      index_(index),
      table_(keyspace.slab_, Keyspace::HashOfRecord, &keyspace.hasher_) {}

Database::~Database() {
  while (table_.Dismantle(SIZE_MAX,
                          [this](void* entry) { FreeRecord(static_cast<Record*>(entry)); })) {
  }
}

int64_t Database::AverageTtlMs() const {
  if (volatile_keys_ == 0) return 0;
  const __int128 mean = expiry_sum_ms_ / static_cast<__int128>(volatile_keys_);
  return std::max<int64_t>(0, static_cast<int64_t>(mean) - keyspace_.now_ms_);
}

size_t Database::memory() const {
  return data_bytes_ + table_.memory() + (expiries_ ? expiries_->memory() : 0) +
         (element_expiries_ ? element_expiries_->memory() : 0);
}

// --- lookup -------------------------------------------------------------------------------------

HashTable::Slot* Database::SlotOf(const Key& key) const {
  return table_.Find(
      key.hash, [&](void* entry) { return static_cast<const Record*>(entry)->HasKey(key.bytes); });
}

uint64_t Database::HashOf(const Record& record) const {
  return keyspace_.hasher_(record.key());
}

const Structure* Database::PeekStructure(const Key& key) const {
  const Found found(SlotOf(key));
  return found && found->encoding() == Encoding::kStructure ? found->structure() : nullptr;
}

Found Database::Find(const Key& key, Access access) {
  const Found found(SlotOf(key));
  if (!found) return Miss(key, access);
  if (IsExpired(*found)) [[unlikely]] {
    if (keyspace_.may_expire_) Expire(key, found);
    return Miss(key, access);
  }
  if (access.touch) keyspace_.Touch(*found);
  if (access.count) ++keyspace_.statistics_.hits;
  return found;
}

Found Database::Miss(const Key& key, Access access) {
  if (access.count) {
    ++keyspace_.statistics_.misses;
    keyspace_.listener_.OnMiss(*this, key.bytes);
  }
  return Found();
}

bool Database::IsExpired(const Record& record) const {
  return record.has_expiry() && record.expiry_ms() <= keyspace_.now_ms_;
}

void Database::Expire(const Key& key, Found found) {
  ++keyspace_.statistics_.expired_keys;
  keyspace_.listener_.OnExpired(*this, found->key());
  Erase(key, found);
}

Found Database::FindRecord(uint64_t hash, const Record* record) const {
  const Found found(table_.Find(hash, [&](void* entry) { return entry == record; }));
  return found && keyspace_.hasher_(found->key()) == hash ? found : Found();
}

void Database::Evict(const Key& key, Found found) {
  ++keyspace_.statistics_.evicted_keys;
  keyspace_.listener_.OnEvicted(*this, found->key());
  const bool leaves_item = found->is_indexed();
  Erase(key, found);
  // A full cache evicts faster than Maintain sweeps: each key that goes takes care of its item, or
  // of another's.
  if (leaves_item && HasStaleItems(expiries_.get(), volatile_keys_))
    VisitVolatile(kSweptAtEviction, [](const Record&) {});
}

Found Database::RandomKey() {
  for (int tries = 0; !table_.empty(); ++tries) {
    Record* record = static_cast<Record*>(table_.RandomEntry(keyspace_.random_));
    const Key key = keyspace_.MakeKey(record->key());
    const Found found(table_.Find(key.hash, [&](void* entry) { return entry == record; }));
    if (!IsExpired(*record)) return found;
    if (!keyspace_.may_expire_) {
      if (tries >= kRandomTriesMax) return found;
      continue;
    }
    Expire(key, found);
  }
  return Found();
}

// --- records ------------------------------------------------------------------------------------

Record* Database::NewRecord(const RecordDraft& draft) {
  const size_t bytes = Record::BytesFor(draft);
  data_bytes_ += SlabAllocator::UsableSize(bytes);
  Record* record = Record::Fill(keyspace_.slab_.Allocate(bytes), draft);
  record->set_epoch(keyspace_.epoch_);
  return record;
}

void Database::BeforeChange(Record& record) {
  if (keyspace_.images_ == nullptr || record.epoch() == keyspace_.epoch_) [[likely]]
    return;
  keyspace_.images_->OnChange(*this, record);
  CHECK_INVARIANT(record.epoch() == keyspace_.epoch_);
}

// Frees the record, not what its payload points to.
void Database::FreeRecord(Record* record) {
  ReleaseOutside(*record);
  const size_t bytes = record->size();
  data_bytes_ -= SlabAllocator::UsableSize(bytes);
  keyspace_.slab_.Free(record, bytes);
}

void Database::ReleaseOutside(Record& record) {
  if (!IsOutside(record.encoding())) return;
  if (record.encoding() == Encoding::kStructure) ForgetElements(*record.structure());
  data_bytes_ -= record.outside_memory();
  keyspace_.ReleaseOutside(record);
}

int64_t Database::ExpiryAfter(Found found, ExpiryChange change) const {
  switch (change.kind) {
    case ExpiryChange::Kind::kClear:
      return Record::kNoExpiry;
    case ExpiryChange::Kind::kKeep:
      return found ? found->expiry_ms() : Record::kNoExpiry;
    case ExpiryChange::Kind::kSet:
      return change.at_ms;
  }
  return Record::kNoExpiry;
}

// Makes the draft's record the key's. When it fits the old one's memory, it is written there. The
// draft's payload may lie in the old record.
Found Database::Put(const Key& key, Found found, const RecordDraft& draft) {
  if (!found) {
    keyspace_.NoteUsed(index_);
    Record* record = NewRecord(draft);
    record->set_access(keyspace_.NewAccess());
    const Found made(table_.Insert(key.hash, record));
    NoteExpiry(key, *record, Record::kNoExpiry, false);
    return made;
  }
  Record& old = *found;
  BeforeChange(old);
  const int64_t expiry_before = old.expiry_ms();
  const bool was_indexed = old.is_indexed();
  const size_t old_bytes = old.size();
  const size_t new_bytes = Record::BytesFor(draft);
  if (SlabAllocator::UsableSize(old_bytes) == SlabAllocator::UsableSize(new_bytes) &&
      old.has_expiry() == (draft.expiry_ms >= 0) && old.type() == draft.type) {
    if (!KeepsOutside(draft, old)) ReleaseOutside(old);
    old.Rewrite(draft.encoding, draft.payload);
    if (draft.expiry_ms >= 0) old.set_expiry_ms(draft.expiry_ms);
    NoteExpiry(key, old, expiry_before, was_indexed);
    return found;
  }
  Record* record = NewRecord(draft);
  record->set_access(old.access());
  if (KeepsOutside(draft, old)) {
    data_bytes_ -= SlabAllocator::UsableSize(old_bytes);
    keyspace_.slab_.Free(&old, old_bytes);
  } else {
    FreeRecord(&old);
  }
  HashTable::Replace(found.slot_, record);
  NoteExpiry(key, *record, expiry_before, was_indexed);
  return found;
}

// Keeps the counters and the index true after a record's expiry has become what it now is.
void Database::NoteExpiry(const Key& key, Record& record, int64_t before_ms, bool was_indexed) {
  const int64_t after_ms = record.expiry_ms();
  if (before_ms >= 0) {
    --volatile_keys_;
    expiry_sum_ms_ -= before_ms;
  }
  if (after_ms < 0) {
    record.set_indexed(false);
    return;
  }
  ++volatile_keys_;
  expiry_sum_ms_ += after_ms;
  // An item that is due earlier than the new expiry will find the record and be put back.
  if (was_indexed && before_ms >= 0 && after_ms >= before_ms) {
    record.set_indexed(true);
    return;
  }
  index_of_expiries().Add(key.hash, after_ms);
  record.set_indexed(true);
}

ExpiryIndex& Database::index_of_expiries() {
  if (!expiries_) expiries_ = std::make_unique<ExpiryIndex>(keyspace_.slab_, keyspace_.now_ms_);
  return *expiries_;
}

// --- removal, expiry, copies --------------------------------------------------------------------

void Database::Erase(const Key& key, Found found) {
  Record* record = &*found;
  BeforeChange(*record);
  if (record->has_expiry()) {
    --volatile_keys_;
    expiry_sum_ms_ -= record->expiry_ms();
  }
  table_.Erase(key.hash, found.slot_);
  FreeRecord(record);
}

void Database::SetExpiry(const Key& key, Found found, int64_t at_ms) {
  Put(key, found,
      {.key = found->key(),
       .type = found->type(),
       .encoding = found->encoding(),
       .payload = found->draft_payload(),
       .expiry_ms = at_ms});
}

bool Database::ClearExpiry(const Key& key, Found found) {
  if (!found->has_expiry()) return false;
  Put(key, found,
      {.key = found->key(),
       .type = found->type(),
       .encoding = found->encoding(),
       .payload = found->draft_payload()});
  return true;
}

bool Database::CopyTo(Found found, Database& target, const Key& target_key, Found target_found) {
  RecordDraft draft{.key = target_key.bytes,
                    .type = found->type(),
                    .encoding = found->encoding(),
                    .payload = found->draft_payload(),
                    .expiry_ms = found->expiry_ms()};
  LargeString* copy = nullptr;
  Structure* structure = nullptr;
  if (found->encoding() == Encoding::kStructure) {
    if (!HasMemoryFor(found->structure()->memory())) return false;
    auto clone = found->structure()->Clone();
    if (clone == nullptr || !HasMemoryForRecordOf(target_key.bytes)) return false;
    structure = clone.release();
    target.data_bytes_ += structure->memory();
    draft.payload = BytesOfPointer(structure);
  } else if (found->encoding() == Encoding::kLarge) {
    const std::string_view bytes = found->bytes();
    copy = UnlessLast(LargeString::TryCreate(bytes.size(), bytes.size()), target_key);
    if (copy == nullptr) return false;
    std::memcpy(copy->data(), bytes.data(), bytes.size());
    target.data_bytes_ += copy->memory();
    draft.payload = BytesOfPointer(copy);
  }
  const Found made = target.Put(target_key, target_found, draft);
  made->set_access(keyspace_.NewAccess());
  target.NoteElements(target_key, made);
  return true;
}

void Database::MoveTo(const Key& key, Found found, Database& target, const Key& target_key) {
  Record* record = &*found;
  BeforeChange(*record);
  const uint32_t access = record->access();
  if (record->has_expiry()) {
    --volatile_keys_;
    expiry_sum_ms_ -= record->expiry_ms();
  }
  table_.Erase(key.hash, found.slot_);
  if (record->encoding() == Encoding::kStructure) ForgetElements(*record->structure());
  data_bytes_ -= record->outside_memory();
  target.data_bytes_ += record->outside_memory();
  const Found moved = target.Put(target_key, Found(),
                                 {.key = target_key.bytes,
                                  .type = record->type(),
                                  .encoding = record->encoding(),
                                  .payload = record->draft_payload(),
                                  .expiry_ms = record->expiry_ms()});
  moved->set_access(access);
  target.NoteElements(target_key, moved);
  const size_t bytes = record->size();
  data_bytes_ -= SlabAllocator::UsableSize(bytes);
  keyspace_.slab_.Free(record, bytes);
}

void Database::Clear() {
  if (table_.memory() == 0 && !expiries_) return;
  auto table =
      std::make_unique<HashTable>(keyspace_.slab_, Keyspace::HashOfRecord, &keyspace_.hasher_);
  table->Swap(table_);
  keyspace_.pending_objects_ += table->size();
  const bool is_needed = keyspace_.images_ != nullptr && keyspace_.images_->OnClear(*this, *table);
  Keyspace::Remains remains{std::move(table), std::move(expiries_), data_bytes_};
  if (is_needed) {
    keyspace_.held_.push_back(std::move(remains));
  } else {
    keyspace_.remains_.push_back(std::move(remains));
  }
  element_expiries_.reset();
  data_bytes_ = 0;
  volatile_keys_ = 0;
  volatile_collections_ = 0;
  expiry_sum_ms_ = 0;
}

void Database::SwapContents(Database& other) {
  table_.Swap(other.table_);
  std::swap(expiries_, other.expiries_);
  std::swap(element_expiries_, other.element_expiries_);
  std::swap(volatile_collections_, other.volatile_collections_);
  std::swap(data_bytes_, other.data_bytes_);
  std::swap(volatile_keys_, other.volatile_keys_);
  std::swap(expiry_sum_ms_, other.expiry_sum_ms_);
}

void Database::CheckInvariants() const {
  table_.CheckInvariants();
  size_t bytes = 0;
  size_t volatile_keys = 0;
  size_t volatile_collections = 0;
  __int128 expiry_sum_ms = 0;
  uint64_t cursor = 0;
  do {
    cursor = Scan(cursor, [&](const Record& record) {
      bytes += SlabAllocator::UsableSize(record.size());
      bytes += record.outside_memory();
      if (record.encoding() == Encoding::kStructure) {
        const Structure& structure = *record.structure();
        structure.CheckInvariants();
        CHECK_INVARIANT(structure.indexed_ms() <= structure.NextExpiryMs());
        if (structure.indexed_ms() != Structure::kNever) ++volatile_collections;
      }
      CHECK_INVARIANT(record.has_expiry() == record.is_indexed());
      if (!record.has_expiry()) return;
      ++volatile_keys;
      expiry_sum_ms += record.expiry_ms();
    });
  } while (cursor != 0);
  // A scan of a table at rest visits each entry once.
  CHECK_INVARIANT(bytes == data_bytes_);
  CHECK_INVARIANT(volatile_collections == volatile_collections_);
  CHECK_INVARIANT(volatile_keys == volatile_keys_ && expiry_sum_ms == expiry_sum_ms_);
}

}  // namespace storage
