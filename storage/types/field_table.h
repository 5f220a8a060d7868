// FieldTable: a large hash, or one whose fields have expiries of their own.
//
//   FieldEntry   [ flags 1 ][ field length 1 or 4 ][ value length 1 or 4 ][ expiry 0 or 8 ]
//                [ field ][ value ]
//
// A field of 13 and a value of 32 bytes take 48 and their 10.5 of the table. See entry_table.h.
//
// Which fields are due: up to kScannedMax fields, a look at all of them tells, and no memory is
// spent on it. A larger table has an ExpiryIndex of its own, 8 bytes for a field with an expiry.
//
// Invariants, verified by CheckInvariants(): those of EntryTable; volatile_fields_ counts the
// entries with an expiry; NextExpiryMs() is no later than any of them, or than now; with an index,
// each is indexed.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "storage/structures/expiry_index.h"
#include "storage/types/entry_table.h"
#include "storage/types/said_encoding.h"

namespace storage {

class FieldEntry {
 public:
  static constexpr int64_t kNoExpiry = -1;
  static constexpr size_t kUsualBytes = 48;  // to prefetch

  FieldEntry(const FieldEntry&) = delete;
  FieldEntry& operator=(const FieldEntry&) = delete;

  static size_t BytesFor(std::string_view field, std::string_view value, int64_t expiry_ms);
  static FieldEntry* Fill(void* memory, std::string_view field, std::string_view value,
                          int64_t expiry_ms);

  std::string_view key() const { return {Field(), FieldLength()}; }
  std::string_view value() const { return {Field() + FieldLength(), ValueLength()}; }
  bool has_expiry() const { return (flags_ & kHasExpiry) != 0; }
  int64_t expiry_ms() const { return has_expiry() ? Load<int64_t>(1 + LengthBytes()) : kNoExpiry; }
  bool IsExpired(int64_t now_ms) const { return has_expiry() && expiry_ms() <= now_ms; }
  void set_expiry_ms(int64_t at_ms) {
    std::memcpy(reinterpret_cast<char*>(this) + 1 + LengthBytes(), &at_ms, sizeof at_ms);
  }
  size_t bytes() const { return HeaderBytes() + FieldLength() + ValueLength(); }

  // The index has an item for this field that is due no later than its expiry.
  bool is_indexed() const { return (flags_ & kIndexed) != 0; }
  void set_indexed(bool indexed) {
    flags_ = static_cast<uint8_t>(indexed ? flags_ | kIndexed : flags_ & ~kIndexed);
  }

 private:
  enum Flags : uint8_t { kLongField = 1, kLongValue = 2, kHasExpiry = 4, kIndexed = 8 };

  const char* Bytes() const { return reinterpret_cast<const char*>(this); }
  template <class T>
  T Load(size_t offset) const {
    T value;
    std::memcpy(&value, Bytes() + offset, sizeof value);
    return value;
  }
  size_t FieldLengthBytes() const { return (flags_ & kLongField) != 0 ? 4 : 1; }
  size_t LengthBytes() const { return FieldLengthBytes() + ((flags_ & kLongValue) != 0 ? 4 : 1); }
  size_t HeaderBytes() const { return 1 + LengthBytes() + (has_expiry() ? sizeof(int64_t) : 0); }
  size_t FieldLength() const {
    return (flags_ & kLongField) != 0 ? Load<uint32_t>(1) : Load<uint8_t>(1);
  }
  size_t ValueLength() const {
    const size_t at = 1 + FieldLengthBytes();
    return (flags_ & kLongValue) != 0 ? Load<uint32_t>(at) : Load<uint8_t>(at);
  }
  const char* Field() const { return Bytes() + HeaderBytes(); }

  uint8_t flags_;  // and more
};

class FieldTable final : public EntryTable<FieldEntry> {
 public:
  static constexpr size_t kScannedMax = 256;

  FieldTable(SlabAllocator& slab, const KeyHasher& hasher, SaidEncoding said)
      : EntryTable(slab, hasher), said_(said) {}

  size_t memory() const override;
  std::string_view encoding_name() const override { return NameOf(said_); }
  std::unique_ptr<Structure> Clone() const override;
  void CheckInvariants() const override;

  SaidEncoding said() const { return said_; }
  void Say(SaidEncoding encoding) { said_ = encoding; }
  size_t volatile_fields() const { return volatile_fields_; }

  // Whether the field was not there before. kNoExpiry: it lives as long as the hash.
  bool Put(std::string_view field, std::string_view value, int64_t expiry_ms);
  // Of a field that is there.
  void SetExpiry(std::string_view field, int64_t expiry_ms);
  // Whether it was there.
  bool Erase(std::string_view field);

  int64_t NextExpiryMs() const override;
  void ExpireElements(int64_t now_ms, size_t fields_max,
                      std::vector<std::string>& expired) override;
  // The time of what follows, for an index that may be made.
  void set_now_ms(int64_t now_ms) { now_ms_ = now_ms; }

 private:
  void EraseEntry(uint64_t hash, HashTable::Slot* slot);
  void NoteExpiry(uint64_t hash, FieldEntry& entry);
  void BuildIndex();
  void SweepIndex();
  void ExpireByScan(int64_t now_ms, size_t fields_max, std::vector<std::string>& expired);
  void FireExpiry(uint64_t hash_prefix, int64_t now_ms, std::vector<std::string>& expired);
  template <class IsWanted>
  HashTable::Slot* FindByPrefix(uint64_t hash_prefix, IsWanted&& is_wanted) const;

  SaidEncoding said_;
  size_t volatile_fields_ = 0;
  int64_t earliest_ms_ = kNever;  // without an index: a lower bound
  int64_t now_ms_ = 0;
  std::unique_ptr<ExpiryIndex> index_;
};

}  // namespace storage
