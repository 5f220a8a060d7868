// EntryTable: what large hashes and large sets have in common: entries of any size in a HashTable.
//
//   table_  hash order, 10.5 bytes an entry  ──> Entry, in the slab: a member; a field and a value
//
// The hasher is that of the keys, so that all tables have the same order: two of them are walked
// side by side without a cache miss for a bucket. `Entry` says what lies in its memory:
//   std::string_view Entry::key() const    size_t Entry::bytes() const
//
// Cost: those of HashTable, and a hash for each call. Lifetime: an entry lives until it is erased
// or replaced; views into it as long.
//
// Invariants, verified by CheckInvariants(): those of the table; entry_bytes_ is the sum of the
// entries' usable sizes; no key occurs twice.
#pragma once

#include <vector>

#include "storage/base/key_hash.h"
#include "storage/base/prefetch.h"
#include "storage/memory/slab_allocator.h"
#include "storage/structures/hash_table.h"
#include "storage/types/structure.h"

namespace storage {

template <class Entry>
class EntryTable : public Structure {
 public:
  EntryTable(SlabAllocator& slab, const KeyHasher& hasher)
      : slab_(slab), hasher_(hasher), table_(slab, HashOfEntry, &hasher) {}
  ~EntryTable() override {
    size_t all = SIZE_MAX;
    EntryTable::ReleaseSome(all);
  }

  size_t size() const override { return table_.size(); }
  bool may_have_large_elements() const override { return had_large_entries_; }
  bool ReleaseSome(size_t& budget) override;
  uint64_t PrefetchBucket(std::string_view key) const override {
    const uint64_t hash = HashOf(key);
    table_.PrefetchBucket(hash);
    return hash;
  }
  void PrefetchElement(uint64_t hash) const override {
    table_.PrefetchEntry(hash, Entry::kUsualBytes);
  }
  void CheckInvariants() const override;

  uint64_t HashOf(std::string_view key) const { return hasher_(key); }
  const HashTable& table() const { return table_; }
  const Entry* Find(uint64_t hash, std::string_view key) const {
    const HashTable::Slot* slot = FindSlot(hash, key);
    return slot == nullptr ? nullptr : EntryIn(*slot);
  }
  const Entry* Find(std::string_view key) const { return Find(HashOf(key), key); }
  const Entry* RandomEntry(Random& random) const {
    return static_cast<const Entry*>(table_.RandomEntry(random));
  }

  // Calls visit(const Entry&) for each, in the order of their hashes, with entries brought near
  // before they are looked at.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    std::vector<const Entry*> entries;
    uint64_t cursor = 0;
    do {
      entries.clear();
      cursor = Gather(cursor, entries);
      for (const Entry* entry : entries) visit(*entry);
    } while (cursor != 0);
  }
  // Appends some dozens of entries from `cursor` on, which are on their way to the cache, and
  // returns the next cursor; 0: that was all.
  uint64_t Gather(uint64_t cursor, std::vector<const Entry*>& entries) const {
    const size_t enough = entries.size() + kGathered;
    do {
      cursor = table_.Scan(cursor, [&](void* entry) {
        PrefetchLine(entry);
        entries.push_back(static_cast<const Entry*>(entry));
      });
    } while (cursor != 0 && entries.size() < enough);
    return cursor;
  }
  // A step of a scan: HashTable::Scan.
  template <class Visit>
  uint64_t Scan(uint64_t cursor, Visit&& visit) const {
    return table_.Scan(cursor, [&](void* entry) { visit(*static_cast<const Entry*>(entry)); });
  }

 protected:
  static constexpr size_t kGathered = 32;

  static Entry* EntryIn(HashTable::Slot slot) {
    return static_cast<Entry*>(HashTable::EntryOf(slot));
  }
  HashTable::Slot* FindSlot(uint64_t hash, std::string_view key) const {
    return table_.Find(hash, [&](void* entry) { return static_cast<Entry*>(entry)->key() == key; });
  }
  void* Allocate(size_t bytes) {
    entry_bytes_ += SlabAllocator::UsableSize(bytes);
    had_large_entries_ |= bytes > kSmallBytesMax;
    return slab_.Allocate(bytes);
  }
  void Free(Entry* entry) {
    const size_t bytes = entry->bytes();
    entry_bytes_ -= SlabAllocator::UsableSize(bytes);
    slab_.Free(entry, bytes);
  }
  void EraseSlot(uint64_t hash, HashTable::Slot* slot) {
    Entry* entry = EntryIn(*slot);
    table_.Erase(hash, slot);
    Free(entry);
  }
  size_t EntryTableMemory() const { return table_.memory() + entry_bytes_; }

  SlabAllocator& slab_;
  const KeyHasher& hasher_;
  HashTable table_;
  size_t entry_bytes_ = 0;
  bool had_large_entries_ = false;

 private:
  static uint64_t HashOfEntry(const void* entry, const void* hasher) {
    return (*static_cast<const KeyHasher*>(hasher))(static_cast<const Entry*>(entry)->key());
  }
};

template <class Entry>
bool EntryTable<Entry>::ReleaseSome(size_t& budget) {
  while (budget > 0) {
    size_t released = 1;
    const bool has_more = table_.Dismantle(1, [&](void* entry) {
      Free(static_cast<Entry*>(entry));
      ++released;
    });
    budget -= released < budget ? released : budget;
    if (!has_more) return false;
  }
  return true;
}

template <class Entry>
void EntryTable<Entry>::CheckInvariants() const {
  table_.CheckInvariants();
  size_t bytes = 0;
  size_t count = 0;
  ForEach([&](const Entry& entry) {
    CHECK_INVARIANT(Find(entry.key()) == &entry);
    bytes += SlabAllocator::UsableSize(entry.bytes());
    ++count;
  });
  CHECK_INVARIANT(bytes == entry_bytes_ && count == size());
}

}  // namespace storage
