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
  return EntryTableMemory() + sizeof *this;
}

std::unique_ptr<Structure> FieldTable::Clone() const {
  auto clone = std::make_unique<FieldTable>(slab_, hasher_, said_);
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
    CHECK_INVARIANT(NextExpiryMs() <= entry.expiry_ms());
  });
  CHECK_INVARIANT(volatile_fields == volatile_fields_);
}

// The value must not lie in the table.
bool FieldTable::Put(std::string_view field, std::string_view value, int64_t expiry_ms) {
  const uint64_t hash = HashOf(field);
  const size_t bytes = FieldEntry::BytesFor(field, value, expiry_ms);
  HashTable::Slot* slot = FindSlot(hash, field);
  if (slot == nullptr) {
    FieldEntry* entry = FieldEntry::Fill(Allocate(bytes), field, value, expiry_ms);
    table_.Insert(hash, entry);
    NoteExpiry(*entry);
    return true;
  }
  FieldEntry* old = EntryIn(*slot);
  if (old->has_expiry()) --volatile_fields_;
  FieldEntry* entry = old;
  if (SlabAllocator::UsableSize(old->bytes()) == SlabAllocator::UsableSize(bytes)) {
    // The field's bytes come from the request, so that they are not lost when they move.
    FieldEntry::Fill(old, field, value, expiry_ms);
  } else {
    entry = FieldEntry::Fill(Allocate(bytes), field, value, expiry_ms);
    HashTable::Replace(slot, entry);
    Free(old);
  }
  NoteExpiry(*entry);
  return false;
}

void FieldTable::SetExpiry(std::string_view field, int64_t expiry_ms) {
  const uint64_t hash = HashOf(field);
  HashTable::Slot* slot = FindSlot(hash, field);
  CHECK_INVARIANT(slot != nullptr);
  FieldEntry* old = EntryIn(*slot);
  if (old->has_expiry()) --volatile_fields_;
  if (old->has_expiry() && expiry_ms != FieldEntry::kNoExpiry) {
    old->set_expiry_ms(expiry_ms);
    NoteExpiry(*old);
    return;
  }
  if (old->has_expiry() == (expiry_ms != FieldEntry::kNoExpiry)) return;
  const size_t bytes = FieldEntry::BytesFor(old->key(), old->value(), expiry_ms);
  FieldEntry* entry = FieldEntry::Fill(Allocate(bytes), old->key(), old->value(), expiry_ms);
  HashTable::Replace(slot, entry);
  Free(old);
  NoteExpiry(*entry);
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

void FieldTable::NoteExpiry(const FieldEntry& entry) {
  if (!entry.has_expiry()) return;
  ++volatile_fields_;
  earliest_ms_ = std::min(earliest_ms_, entry.expiry_ms());
}

}  // namespace storage
