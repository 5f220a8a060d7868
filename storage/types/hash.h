// Hash: fields and their values, as a pack of pairs (pack.h) or a table (field_table.h).
//
//   HashView   a hash to be read
//   Hash       a hash opened to be changed
//
// It says "listpack" up to hash-max-listpack-entries and -value, as Redis 7.4 does; what no pack
// can hold is a table earlier (said_encoding.h). A hash whose fields have expiries is a table.
//
// An expired field is never seen: the view knows the time, and only size() counts those that are
// still to be removed. Lifetime: views into a hash are good until it is changed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/structures/pack.h"
#include "storage/types/collection_handle.h"
#include "storage/types/field_table.h"

namespace storage {

using FieldPack = Pack<2>;

struct HashField {
  std::string_view name;
  std::string_view value;
  int64_t expiry_ms = FieldEntry::kNoExpiry;
};

class HashView {
 public:
  explicit HashView(int64_t now_ms) : now_ms_(now_ms) {}  // no field
  HashView(Encoding encoding, std::string_view pack, const Structure* structure, int64_t now_ms)
      : encoding_(encoding),
        pack_(pack),
        table_(static_cast<const FieldTable*>(structure)),
        now_ms_(now_ms) {}
  // Of a record that holds a hash.
  template <class AnyRecord>
  static HashView Of(const AnyRecord& record, int64_t now_ms) {
    if (record.encoding() == Encoding::kStructure) {
      return HashView(Encoding::kStructure, {}, record.structure(), now_ms);
    }
    return HashView(record.encoding(), record.pack(), nullptr, now_ms);
  }

  size_t size() const;
  // Whether some fields have expiries, so that size() may count some that are not seen.
  bool has_volatile_fields() const {
    return encoding_ == Encoding::kStructure && table_->volatile_fields() > 0;
  }
  std::optional<HashField> Find(std::string_view field) const;
  // Hints for a look at several fields: first all buckets, then all entries.
  uint64_t PrefetchBucket(std::string_view field) const {
    return encoding_ == Encoding::kStructure ? table_->PrefetchBucket(field) : 0;
  }
  void PrefetchField(uint64_t hash) const {
    if (encoding_ == Encoding::kStructure) table_->PrefetchElement(hash);
  }
  // A random one; nullopt when there is none.
  std::optional<HashField> RandomField(Random& random) const;

  // Calls visit(const HashField&) for each field.
  template <class Visit>
  void ForEach(Visit&& visit) const;
  // A step of HSCAN: calls visit for about `count` fields; all at once unless it is a table.
  template <class Visit>
  uint64_t Scan(uint64_t cursor, size_t count, Visit&& visit) const;

 private:
  static HashField FieldOf(const FieldEntry& entry) {
    return {entry.key(), entry.value(), entry.expiry_ms()};
  }

  Encoding encoding_ = Encoding::kPack;
  std::string_view pack_;
  const FieldTable* table_ = nullptr;
  int64_t now_ms_;
};

// What becomes of a field's expiry when its value is set.
enum class FieldExpiry : uint8_t { kClear, kKeep };

class Hash {
 public:
  static constexpr Type kType = Type::kHash;

  explicit Hash(CollectionHandle& handle) : handle_(handle) {}

  HashView view() const {
    return HashView(handle_.encoding(),
                    handle_.is_structure() ? std::string_view() : handle_.pack(),
                    handle_.structure(), handle_.environment().now_ms);
  }
  std::optional<HashField> Find(std::string_view field) const { return view().Find(field); }
  size_t size() const { return handle_.element_count(); }

  // Tells a hash how many fields a request brings at once: a listpack that could not hold them is
  // converted first, as Redis does.
  void Expect(size_t fields);

  // Whether the field is new. The value must not lie in the hash.
  bool Set(std::string_view field, std::string_view value, FieldExpiry expiry);
  // Whether it was there, and not expired.
  bool Erase(std::string_view field);
  // Of a field that is there; FieldEntry::kNoExpiry: none.
  void SetExpiry(std::string_view field, int64_t expiry_ms);

 private:
  FieldTable& table() const { return static_cast<FieldTable&>(*handle_.structure()); }
  bool SetInPack(std::string_view field, std::string_view value);
  bool SetInTable(std::string_view field, std::string_view value, FieldExpiry expiry);
  bool IsLong(std::string_view field, std::string_view value) const;
  void BecomeTable(SaidEncoding said);

  CollectionHandle& handle_;
};

template <class Visit>
void HashView::ForEach(Visit&& visit) const {
  if (encoding_ != Encoding::kStructure) {
    FieldPack(pack_).ForEach([&](const auto& entry) { visit(HashField{entry[0], entry[1]}); });
    return;
  }
  table_->ForEach([&](const FieldEntry& entry) {
    if (!entry.IsExpired(now_ms_)) visit(FieldOf(entry));
  });
}

template <class Visit>
uint64_t HashView::Scan(uint64_t cursor, size_t count, Visit&& visit) const {
  if (encoding_ != Encoding::kStructure) {
    ForEach(visit);
    return 0;
  }
  size_t seen = 0;
  // A sparse table has many buckets without a field: a call looks at ten for each it was asked for.
  for (size_t steps = 0; seen < count && steps / 10 < count; ++steps) {
    cursor = table_->Scan(cursor, [&](const FieldEntry& entry) {
      ++seen;
      if (!entry.IsExpired(now_ms_)) visit(FieldOf(entry));
    });
    if (cursor == 0) break;
    table_->table().PrefetchScan(cursor);
  }
  return cursor;
}

}  // namespace storage
