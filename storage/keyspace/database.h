// Database: the keys of one numbered database, and how long they live.
//
// All removal of keys goes through Erase; lazy expiry lives here and nowhere else: Find never shows
// an expired key. Records are found by a key hashed once (Key), and changed through a Found, which
// names the slot in the table.
//
// Lifetime: a Found, and every view into its record, is valid until the next call that may change
// the database, which is every one that is not const, Find included (it may expire a key).
//
// Invariants, verified by CheckInvariants():
//   1. data_bytes() is the sum of UsableSize of the records and the memory of their large strings
//   and structures;
//   2. volatile_keys() counts the records with an expiry; each is indexed for a time no later than
//   it;
//   3. volatile_collections() counts the structures with elements that have expiries; the index of
//   elements has an item for each, due at its indexed_ms(), no later than the first of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "storage/error.h"
#include "storage/keyspace/record.h"
#include "storage/structures/expiry_index.h"
#include "storage/structures/hash_table.h"
#include "storage/types/collection_handle.h"

namespace storage {

class Keyspace;

// A key and its hash (Keyspace::MakeKey). Does not own the bytes.
struct Key {
  std::string_view bytes;
  uint64_t hash = 0;
};

// What a lookup leaves behind.
struct Access {
  bool touch;  // renews the record's access time or frequency
  bool count;  // counts as a hit or a miss, and tells of misses
};
inline constexpr Access kRead{true, true};
inline constexpr Access kReadNoTouch{false, true};
inline constexpr Access kWrite{true, false};
inline constexpr Access kPeek{false, false};

// What happens to the expiry when a value is set.
struct ExpiryChange {
  enum class Kind : uint8_t { kClear, kKeep, kSet };
  Kind kind = Kind::kClear;
  int64_t at_ms = 0;

  static constexpr ExpiryChange Clear() { return {}; }
  static constexpr ExpiryChange Keep() { return {Kind::kKeep, 0}; }
  static constexpr ExpiryChange Set(int64_t at_ms) { return {Kind::kSet, at_ms}; }
};

// A live record and its place in the table; false when there is none.
class Found {
 public:
  Found() = default;
  explicit Found(HashTable::Slot* slot) : slot_(slot) {}
  explicit operator bool() const { return slot_ != nullptr; }
  Record& operator*() const { return *static_cast<Record*>(HashTable::EntryOf(*slot_)); }
  Record* operator->() const { return &**this; }

 private:
  friend class Database;
  HashTable::Slot* slot_ = nullptr;
};

class Database {
 public:
  // Longer strings are kept apart from their records (SetLargeString).
  static constexpr size_t kInlineBytesMax = 4096;

  Database(Keyspace& keyspace, int index);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  int index() const { return index_; }
  size_t size() const { return table_.size(); }
  size_t volatile_keys() const { return volatile_keys_; }
  // Mean time to live of the keys that have one, in milliseconds; 0 when none has.
  int64_t AverageTtlMs() const;
  // Bytes of records and large values, and of all with the table and the expiry index.
  size_t data_bytes() const { return data_bytes_; }
  size_t memory() const;
  const HashTable& table() const { return table_; }

  // About so many keys will come: spares a database that has never had one its growth.
  void Expect(size_t keys) { table_.Expect(keys); }

  // The live record of the key. An expired one is removed first (or, while expiry is paused,
  // hidden).
  Found Find(const Key& key, Access access);

  // The structure that the key's record points to, expired or not; nullptr: none. A hint for what
  // to prefetch.
  const Structure* PeekStructure(const Key& key) const;

  // Makes `bytes` the key's value, as an integer where the text is one. `found` is the key's, maybe
  // empty, of any type. False when there is no memory for it; then nothing has changed.
  [[nodiscard]] bool SetString(const Key& key, Found found, std::string_view bytes,
                               ExpiryChange expiry);
  // The same for a value that is known to be an integer; the expiry is kept.
  void SetInteger(const Key& key, Found found, int64_t value);
  // The same, never as an integer: what INCRBYFLOAT leaves.
  [[nodiscard]] bool SetTextString(const Key& key, Found found, std::string_view bytes,
                                   ExpiryChange expiry);
  // The same, never as an integer or "embstr": what bit operations leave.
  [[nodiscard]] bool SetPlainString(const Key& key, Found found, std::string_view bytes,
                                    ExpiryChange expiry);
  // Takes over a large string that nobody else refers to.
  void SetLargeString(const Key& key, Found found, LargeString* string, ExpiryChange expiry);

  // Makes the key's string `size` bytes long, at least as long as it was, filled up with zero
  // bytes, and open to changes in place: the bytes are returned. The expiry stays. `found` is a
  // string or empty. nullptr: no memory, nothing has changed.
  [[nodiscard]] char* GrowString(const Key& key, Found found, size_t size);

  // Opens a record's collection; empty: one without elements. Use Opened.
  CollectionHandle Open(Found found);
  // Puts what was changed into the key's record. Erases it when no element is left: true then.
  bool Close(const Key& key, Found found, Type type, CollectionHandle& handle);
  // Puts the collection in the place of whatever `found` is, its expiry included. True: there was
  // something, and the collection has no element.
  bool CloseReplacing(const Key& key, Found found, Type type, CollectionHandle& handle);

  void Erase(const Key& key, Found found);

  // Sets or clears the expiry of a live record. Times not after now are the caller's to treat as a
  // removal.
  void SetExpiry(const Key& key, Found found, int64_t at_ms);
  bool ClearExpiry(const Key& key, Found found);

  // Gives a copy of the value with its expiry to `target_key` in `target`, which may be this
  // database, but not the same key. The copy replaces `target_found`, what is there, maybe empty.
  // False when there is no memory for it; then nothing has changed.
  [[nodiscard]] bool CopyTo(Found found, Database& target, const Key& target_key,
                            Found target_found);
  // Gives the value with its expiry to `target_key` in `target`, where nothing may be.
  void MoveTo(const Key& key, Found found, Database& target, const Key& target_key);

  // A random live record; empty when there is none. Gives up after a hundred expired ones, as Redis
  // does, and then returns an expired one only while expiry is paused.
  Found RandomKey();

  // Removes the key, so that memory stays within its limit.
  void Evict(const Key& key, Found found);
  // The slot of a record that may be gone: finds it only where it still is this key's.
  Found FindRecord(uint64_t hash, const Record* record) const;
  // Prefetches what Scan(cursor) will visit.
  void PrefetchScan(uint64_t cursor) const { table_.PrefetchScan(cursor); }
  // One step of a snapshot's walk, like Scan, with the records to be given their epoch.
  template <class Visit>
  uint64_t WalkRecords(uint64_t cursor, Visit&& visit) {
    return table_.Scan(cursor, [&](void* entry) { visit(*static_cast<Record*>(entry)); });
  }
  // Calls visit(const Record&) for records with an expiry, the next about `items` of an endless
  // walk over all of them, and drops stale items of the expiry index on the way.
  template <class Visit>
  void VisitVolatile(size_t items, Visit&& visit);

  // One step of an iteration over all keys (HashTable::Scan): visit(const Record&) for live and
  // expired ones alike; the caller filters with IsExpired, and must not change the database
  // meanwhile.
  template <class Visit>
  uint64_t Scan(uint64_t cursor, Visit&& visit) const {
    return table_.Scan(cursor, [&](void* entry) { visit(*static_cast<const Record*>(entry)); });
  }
  bool IsExpired(const Record& record) const;

  // Collections with elements that have expiries of their own.
  size_t volatile_collections() const { return volatile_collections_; }
  // Removes keys whose time has come, at most about `keys` of them, and elements of collections.
  // Returns whether more are due.
  bool ExpireDue(size_t keys);
  // A lower bound of the next expiry; INT64_MAX when there is none.
  int64_t NextExpiryMs() const;
  // Bounded upkeep: shrinks sparse parts of the table, drops stale items of the expiry index.
  void Maintain();

  // Removes everything; the memory comes back in slices (Keyspace::FreeSome).
  void Clear();
  // SWAPDB: exchanges the contents, not the numbers.
  void SwapContents(Database& other);

  void CheckInvariants() const;

 private:
  friend class Keyspace;

  // The first record that an item of an expiry index may be of, by its hash, and for which
  // `matches(const Record&)` holds.
  template <class Matches>
  Found FindOfItem(uint64_t hash_prefix, Matches&& matches) const;
  HashTable::Slot* SlotOf(const Key& key) const;
  uint64_t HashOf(const Record& record) const;
  Found Miss(const Key& key, Access access);
  void Expire(const Key& key, Found found);
  Record* NewRecord(const RecordDraft& draft);
  void FreeRecord(Record* record);
  // The record is about to change or to go: a snapshot that does not have it yet takes it now.
  void BeforeChange(Record& record);
  // Frees what the record points to, if anything.
  void ReleaseOutside(Record& record);
  void PutCollection(const Key& key, Found found, Type type, CollectionHandle& handle,
                     int64_t expiry_ms);
  Found Put(const Key& key, Found found, const RecordDraft& draft);
  int64_t ExpiryAfter(Found found, ExpiryChange change) const;
  void NoteExpiry(const Key& key, Record& record, int64_t before_ms, bool was_indexed);
  [[nodiscard]] bool SetStringAs(Encoding encoding, const Key& key, Found found,
                                 std::string_view bytes, ExpiryChange expiry);
  // A value of its own memory, or nullptr when there is none left for its key's record.
  static LargeString* UnlessLast(LargeString* string, const Key& key);
  // Most items of the index are not those of the `live` keys or collections that it is for.
  static bool HasStaleItems(const ExpiryIndex* index, size_t live) {
    return index != nullptr && index->items() > 2 * live + 4096;
  }
  char* GrowLarge(const Key& key, Found found, size_t size);
  void FireExpiry(uint64_t hash_prefix);
  ExpiryIndex& index_of_expiries();

  // element_expiry.cpp
  void NoteElements(const Key& key, Found found);
  void ForgetElements(Structure& structure);
  void FireElements(uint64_t hash_prefix);
  bool ExpireElementsDue(size_t collections);
  void SweepElements();

  Keyspace& keyspace_;
  int index_;
  HashTable table_;
  std::unique_ptr<ExpiryIndex> expiries_;          // made with the first expiry
  std::unique_ptr<ExpiryIndex> element_expiries_;  // of collections, at their first element's
  size_t data_bytes_ = 0;
  size_t volatile_keys_ = 0;
  size_t volatile_collections_ = 0;
  __int128 expiry_sum_ms_ = 0;
};

template <class Visit>
void Database::VisitVolatile(size_t items, Visit&& visit) {
  if (!expiries_) return;
  expiries_->Sweep(items, [&](uint64_t hash_prefix, int64_t begin_ms, int64_t) {
    const Found found = FindOfItem(hash_prefix, [&](const Record& record) {
      return record.has_expiry() && record.expiry_ms() >= begin_ms;
    });
    if (found) visit(static_cast<const Record&>(*found));
    return static_cast<bool>(found);
  });
}

template <class Matches>
Found Database::FindOfItem(uint64_t hash_prefix, Matches&& matches) const {
  return Found(table_.FindBetween(ExpiryIndex::FirstHashOf(hash_prefix),
                                  ExpiryIndex::LastHashOf(hash_prefix), [&](void* entry) {
                                    const Record& record = *static_cast<const Record*>(entry);
                                    return ExpiryIndex::PrefixOf(HashOf(record)) == hash_prefix &&
                                           matches(record);
                                  }));
}

}  // namespace storage
