#include "storage/types/field_table.h"

#include <algorithm>

namespace storage {
namespace {

constexpr size_t kShortMax = UINT8_MAX;

char* PutLength(char* to, size_t length) {
  if (length <= kShortMax) {
    *to = static_cast<char>(length);
    return to + 1;
  }
  const uint32_t wide = static_cast<uint32_t>(length);
  std::memcpy(to, &wide, sizeof wide);
  return to + sizeof wide;
}

char* PutBytes(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

}  // namespace

size_t FieldEntry::BytesFor(std::string_view field, std::string_view value, int64_t expiry_ms) {
  return 1 + (field.size() > kShortMax ? 4 : 1) + (value.size() > kShortMax ? 4 : 1) +
         (expiry_ms == kNoExpiry ? 0 : sizeof expiry_ms) + field.size() + value.size();
}

FieldEntry* FieldEntry::Fill(void* memory, std::string_view field, std::string_view value,
                             int64_t expiry_ms) {
  FieldEntry* entry = static_cast<FieldEntry*>(memory);
  entry->flags_ = static_cast<uint8_t>((field.size() > kShortMax ? kLongField : 0) |
                                       (value.size() > kShortMax ? kLongValue : 0) |
                                       (expiry_ms == kNoExpiry ? 0 : kHasExpiry));
  char* to = PutLength(static_cast<char*>(memory) + 1, field.size());
  to = PutLength(to, value.size());
  if (expiry_ms != kNoExpiry) {
    std::memcpy(to, &expiry_ms, sizeof expiry_ms);
    to += sizeof expiry_ms;
  }
  PutBytes(PutBytes(to, field), value);
  return entry;
}

size_t FieldTable::memory() const {
  return EntryTableMemory() + sizeof *this + (index_ ? index_->memory() : 0);
}

std::unique_ptr<Structure> FieldTable::Clone() const {
  auto clone = std::make_unique<FieldTable>(slab_, hasher_, said_);
  clone->now_ms_ = now_ms_;
  ForEach(
      [&](const FieldEntry& entry) { clone->Put(entry.key(), entry.value(), entry.expiry_ms()); });
  return clone;
}

void FieldTable::CheckInvariants() const {
  EntryTable::CheckInvariants();
  size_t volatile_fields = 0;
  ForEach([&](const FieldEntry& entry) {
    if (!entry.has_expiry()) return;
    ++volatile_fields;
    // What was over before an index was made comes out of it at once.
    CHECK_INVARIANT(NextExpiryMs() <= std::max(entry.expiry_ms(), now_ms_));
    CHECK_INVARIANT(index_ == nullptr || entry.is_indexed());
  });
  CHECK_INVARIANT(volatile_fields == volatile_fields_);
  CHECK_INVARIANT(index_ != nullptr || volatile_fields == 0 || size() <= kScannedMax);
}

// --- fields -------------------------------------------------------------------------------------

// The value must not lie in the table.
bool FieldTable::Put(std::string_view field, std::string_view value, int64_t expiry_ms) {
  const uint64_t hash = HashOf(field);
  const size_t bytes = FieldEntry::BytesFor(field, value, expiry_ms);
  HashTable::Slot* slot = FindSlot(hash, field);
  if (slot == nullptr) {
    FieldEntry* entry = FieldEntry::Fill(Allocate(bytes), field, value, expiry_ms);
    table_.Insert(hash, entry);
    NoteExpiry(hash, *entry);
    if (volatile_fields_ > 0 && index_ == nullptr && size() > kScannedMax) BuildIndex();
    return true;
  }
  FieldEntry* old = EntryIn(*slot);
  if (old->has_expiry()) --volatile_fields_;
  // An item that is due no later serves the new expiry as well.
  const bool keeps_item = old->is_indexed() && expiry_ms >= old->expiry_ms();
  FieldEntry* entry = old;
  if (SlabAllocator::UsableSize(old->bytes()) == SlabAllocator::UsableSize(bytes)) {
    // The field's bytes come from the request, so that they are not lost when they move.
    FieldEntry::Fill(old, field, value, expiry_ms);
  } else {
    entry = FieldEntry::Fill(Allocate(bytes), field, value, expiry_ms);
    HashTable::Replace(slot, entry);
    Free(old);
  }
  entry->set_indexed(keeps_item);
  NoteExpiry(hash, *entry);
  return false;
}

void FieldTable::SetExpiry(std::string_view field, int64_t expiry_ms) {
  const uint64_t hash = HashOf(field);
  HashTable::Slot* slot = FindSlot(hash, field);
  CHECK_INVARIANT(slot != nullptr);
  FieldEntry* old = EntryIn(*slot);
  const bool will_expire = expiry_ms != FieldEntry::kNoExpiry;
  if (!old->has_expiry() && !will_expire) return;
  if (old->has_expiry()) --volatile_fields_;
  if (old->has_expiry() && will_expire) {
    if (expiry_ms < old->expiry_ms()) old->set_indexed(false);
    old->set_expiry_ms(expiry_ms);
    NoteExpiry(hash, *old);
    return;
  }
  const size_t bytes = FieldEntry::BytesFor(old->key(), old->value(), expiry_ms);
  FieldEntry* entry = FieldEntry::Fill(Allocate(bytes), old->key(), old->value(), expiry_ms);
  HashTable::Replace(slot, entry);
  Free(old);
  NoteExpiry(hash, *entry);
}

bool FieldTable::Erase(std::string_view field) {
  const uint64_t hash = HashOf(field);
  HashTable::Slot* slot = FindSlot(hash, field);
  if (slot == nullptr) return false;
  EraseEntry(hash, slot);
  return true;
}

void FieldTable::EraseEntry(uint64_t hash, HashTable::Slot* slot) {
  if (EntryIn(*slot)->has_expiry()) --volatile_fields_;
  EraseSlot(hash, slot);
}

// --- expiry -------------------------------------------------------------------------------------

// Keeps the count and the index true after an entry has got the expiry that it has.
void FieldTable::NoteExpiry(uint64_t hash, FieldEntry& entry) {
  if (!entry.has_expiry()) return;
  ++volatile_fields_;
  earliest_ms_ = std::min(earliest_ms_, entry.expiry_ms());
  if (index_ == nullptr) {
    if (size() <= kScannedMax) return;
    // Others are there only if the table has become too large by this very entry.
    if (volatile_fields_ > 1) return BuildIndex();
    index_ = std::make_unique<ExpiryIndex>(slab_, now_ms_);
  }
  if (entry.is_indexed()) return;
  index_->Add(hash, entry.expiry_ms());
  entry.set_indexed(true);
  SweepIndex();
}

// Of a table that has just become too large to be scanned.
void FieldTable::BuildIndex() {
  index_ = std::make_unique<ExpiryIndex>(slab_, now_ms_);
  uint64_t cursor = 0;
  size_t left = volatile_fields_;
  do {
    cursor = table_.Scan(cursor, [&](void* at) {
      FieldEntry* entry = static_cast<FieldEntry*>(at);
      if (!entry->has_expiry() || entry->is_indexed()) return;
      index_->Add(HashOf(entry->key()), entry->expiry_ms());
      entry->set_indexed(true);
      --left;
    });
  } while (cursor != 0 && left > 0);
}

template <class IsWanted>
HashTable::Slot* FieldTable::FindByPrefix(uint64_t hash_prefix, IsWanted&& is_wanted) const {
  return table_.FindBetween(
      ExpiryIndex::FirstHashOf(hash_prefix), ExpiryIndex::LastHashOf(hash_prefix), [&](void* at) {
        const FieldEntry& entry = *static_cast<const FieldEntry*>(at);
        return entry.has_expiry() && ExpiryIndex::PrefixOf(HashOf(entry.key())) == hash_prefix &&
               is_wanted(entry);
      });
}

// Drops items of fields that have another expiry by now, or none, when there are many of them.
void FieldTable::SweepIndex() {
  constexpr size_t kSweptItems = 16;
  if (index_->items() <= 2 * volatile_fields_ + 4096) return;
  index_->Sweep(kSweptItems, [this](uint64_t hash_prefix, int64_t begin_ms, int64_t) {
    return FindByPrefix(hash_prefix, [&](const FieldEntry& entry) {
             return entry.expiry_ms() >= begin_ms;
           }) != nullptr;
  });
}

int64_t FieldTable::NextExpiryMs() const {
  if (volatile_fields_ == 0) return kNever;
  return index_ != nullptr ? index_->NextDeadlineMs() : earliest_ms_;
}

void FieldTable::ExpireElements(int64_t now_ms, size_t fields_max,
                                std::vector<std::string>& expired) {
  now_ms_ = now_ms;
  if (volatile_fields_ > 0) {
    if (index_ == nullptr) {
      ExpireByScan(now_ms, fields_max, expired);
    } else {
      index_->Advance(now_ms, fields_max,
                      [&](uint64_t hash_prefix) { FireExpiry(hash_prefix, now_ms, expired); });
    }
  }
  if (volatile_fields_ > 0) return;
  index_.reset();
  earliest_ms_ = kNever;
}

void FieldTable::ExpireByScan(int64_t now_ms, size_t fields_max,
                              std::vector<std::string>& expired) {
  earliest_ms_ = kNever;
  ForEach([&](const FieldEntry& entry) {
    if (!entry.has_expiry()) return;
    if (entry.IsExpired(now_ms) && expired.size() < fields_max) {
      expired.emplace_back(entry.key());
    } else {
      earliest_ms_ = std::min(earliest_ms_, entry.expiry_ms());
    }
  });
  for (const std::string& field : expired) Erase(field);
}

void FieldTable::FireExpiry(uint64_t hash_prefix, int64_t now_ms,
                            std::vector<std::string>& expired) {
  const auto is_due = [&](const FieldEntry& entry) { return entry.IsExpired(now_ms); };
  while (HashTable::Slot* slot = FindByPrefix(hash_prefix, is_due)) {
    expired.emplace_back(EntryIn(*slot)->key());
    EraseEntry(HashOf(expired.back()), slot);
  }
  // An item for the first of those that are not due takes the place of this one.
  int64_t earliest_ms = kNever;
  FindByPrefix(hash_prefix, [&](const FieldEntry& entry) {
    earliest_ms = std::min(earliest_ms, entry.expiry_ms());
    return false;  // look at all of them
  });
  if (earliest_ms != kNever) index_->Add(ExpiryIndex::FirstHashOf(hash_prefix), earliest_ms);
}

}  // namespace storage
