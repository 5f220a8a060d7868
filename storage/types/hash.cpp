#include "storage/types/hash.h"

namespace storage {

// --- reading ------------------------------------------------------------------------------------

size_t HashView::size() const {
  return encoding_ == Encoding::kStructure ? table_->size() : FieldPack(pack_).size();
}

std::optional<HashField> HashView::Find(std::string_view field) const {
  if (encoding_ != Encoding::kStructure) {
    const FieldPack pack(pack_);
    const size_t index = pack.Find(field);
    if (index == kNotInPack) return std::nullopt;
    const FieldPack::Entry entry = pack.At(index);
    return HashField{entry[0], entry[1]};
  }
  const FieldEntry* entry = table_->Find(field);
  if (entry == nullptr || entry->IsExpired(now_ms_)) return std::nullopt;
  return FieldOf(*entry);
}

std::optional<HashField> HashView::RandomField(Random& random) const {
  if (size() == 0) return std::nullopt;
  if (encoding_ != Encoding::kStructure) {
    const FieldPack pack(pack_);
    const FieldPack::Entry entry = pack.At(random.Below(pack.size()));
    return HashField{entry[0], entry[1]};
  }
  constexpr int kTriesMax = 100;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const FieldEntry* entry = table_->RandomEntry(random);
    if (!entry->IsExpired(now_ms_)) return FieldOf(*entry);
  }
  // Nearly all are expired: whichever is left.
  std::optional<HashField> found;
  uint64_t cursor = 0;
  do {
    cursor = table_->Scan(cursor, [&](const FieldEntry& entry) {
      if (!entry.IsExpired(now_ms_)) found = FieldOf(entry);
    });
  } while (!found && cursor != 0);
  return found;
}

// --- writing ------------------------------------------------------------------------------------

bool Hash::IsLong(std::string_view field, std::string_view value) const {
  const uint64_t longest = handle_.limits().hash_max_listpack_value;
  return field.size() > longest || value.size() > longest;
}

void Hash::Expect(size_t fields) {
  if (fields <= handle_.limits().hash_max_listpack_entries) return;
  if (!handle_.is_structure()) return BecomeTable(SaidEncoding::kHashtable);
  table().Say(SaidEncoding::kHashtable);
  handle_.NoteChange();
}

void Hash::BecomeTable(SaidEncoding said) {
  auto table =
      std::make_unique<FieldTable>(handle_.environment().slab, handle_.environment().hasher, said);
  view().ForEach(
      [&](const HashField& field) { table->Put(field.name, field.value, FieldEntry::kNoExpiry); });
  handle_.Become(std::move(table));
}

bool Hash::Set(std::string_view field, std::string_view value, FieldExpiry expiry) {
  if (handle_.is_structure()) return SetInTable(field, value, expiry);
  if (!IsLong(field, value)) return SetInPack(field, value);
  BecomeTable(SaidEncoding::kHashtable);
  return SetInTable(field, value, expiry);
}

bool Hash::SetInPack(std::string_view field, std::string_view value) {
  const FieldPack pack(handle_.pack());
  const size_t index = pack.Find(field);
  if (index == kNotInPack) {
    const bool is_last = pack.size() >= handle_.limits().hash_max_listpack_entries;
    if (!is_last && pack.HasRoomFor({field, value})) {
      FieldPack::Append(handle_, {field, value});
      return true;
    }
    BecomeTable(is_last ? SaidEncoding::kHashtable : SaidEncoding::kListpack);
  } else {
    if (pack.HasRoomInstead(pack.At(index)[1].size(), value)) {
      FieldPack::Replace(handle_, index, 1, value);
      return false;
    }
    BecomeTable(SaidEncoding::kListpack);
  }
  return SetInTable(field, value, FieldExpiry::kClear);
}

bool Hash::SetInTable(std::string_view field, std::string_view value, FieldExpiry expiry) {
  FieldTable& fields = table();
  fields.set_now_ms(handle_.environment().now_ms);
  const std::optional<HashField> old =
      fields.volatile_fields() > 0 ? view().Find(field) : std::nullopt;
  const int64_t expiry_ms =
      old && expiry == FieldExpiry::kKeep ? old->expiry_ms : FieldEntry::kNoExpiry;
  // An expired field that is still there does not count.
  const bool was_expired = fields.volatile_fields() > 0 && !old;
  const bool is_new = fields.Put(field, value, expiry_ms) || was_expired;
  handle_.NoteChange();
  if (fields.said() != SaidEncoding::kHashtable &&
      (IsLong(field, value) || fields.size() > handle_.limits().hash_max_listpack_entries)) {
    fields.Say(SaidEncoding::kHashtable);
  }
  return is_new;
}

bool Hash::Erase(std::string_view field) {
  if (!handle_.is_structure()) {
    const size_t index = FieldPack(handle_.pack()).Find(field);
    if (index == kNotInPack) return false;
    FieldPack::Erase(handle_, index);
    return true;
  }
  // An expired field is left to be removed as such.
  if (table().volatile_fields() > 0 && !view().Find(field)) return false;
  if (!table().Erase(field)) return false;
  handle_.NoteChange();
  return true;
}

void Hash::SetExpiry(std::string_view field, int64_t expiry_ms) {
  if (!handle_.is_structure()) {
    if (expiry_ms == FieldEntry::kNoExpiry) return;
    BecomeTable(SaidEncoding::kListpackEx);
  } else if (table().said() == SaidEncoding::kListpack && expiry_ms != FieldEntry::kNoExpiry) {
    table().Say(SaidEncoding::kListpackEx);
  }
  table().set_now_ms(handle_.environment().now_ms);
  table().SetExpiry(field, expiry_ms);
  handle_.NoteChange();
}

}  // namespace storage
