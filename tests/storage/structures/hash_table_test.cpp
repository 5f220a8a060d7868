// HashTable against a model, through growth, splits, merges and hashes that no split parts.

#include "storage/structures/hash_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

using storage::HashTable;
using storage::Random;

namespace {

struct Entry {
  uint64_t hash;
  uint64_t id;
};

uint64_t HashOfEntry(const void* entry, const void*) {
  return static_cast<const Entry*>(entry)->hash;
}

// A table and the entries it points to, by id.
struct Fixture {
  storage::SlabAllocator slab;
  HashTable table{slab, HashOfEntry, nullptr};
  std::unordered_map<uint64_t, std::unique_ptr<Entry>> model;
  Random random{42};

  HashTable::Slot* Find(const Entry& wanted) {
    return table.Find(wanted.hash,
                      [&](void* e) { return static_cast<Entry*>(e)->id == wanted.id; });
  }
  void Add(uint64_t hash, uint64_t id) {
    auto entry = std::make_unique<Entry>(Entry{hash, id});
    HashTable::Slot* slot = table.Insert(hash, entry.get());
    REQUIRE(HashTable::EntryOf(*slot) == entry.get());
    model[id] = std::move(entry);
  }
  void Remove(uint64_t id) {
    HashTable::Slot* slot = Find(*model[id]);
    REQUIRE(slot != nullptr);
    table.Erase(model[id]->hash, slot);
    model.erase(id);
  }
  void CheckAgainstModel() {
    table.CheckInvariants();
    REQUIRE(table.size() == model.size());
    for (const auto& [id, entry] : model) {
      HashTable::Slot* slot = Find(*entry);
      REQUIRE(slot != nullptr);
      REQUIRE(HashTable::EntryOf(*slot) == entry.get());
    }
  }
};

}  // namespace

TEST_CASE("HashTable: behaves like a map while it grows, shrinks and grows again") {
  Fixture f;
  uint64_t next_id = 0;
  for (const size_t target : {3000u, 100u, 20000u, 0u, 700u}) {
    CAPTURE(target);
    std::vector<uint64_t> ids;
    for (const auto& [id, entry] : f.model) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    while (f.model.size() < target) f.Add(f.random.Next(), next_id++);
    while (f.model.size() > target) {
      const size_t pick = f.random.Below(ids.size());
      f.Remove(ids[pick]);
      ids[pick] = ids.back();
      ids.pop_back();
    }
    f.CheckAgainstModel();
  }
}

TEST_CASE(
    "HashTable: a table that knows how much will come has room for it, and for more or less") {
  for (const size_t expected : {0u, 1u, 380u, 381u, 5000u, 100'000u}) {
    for (const size_t come : {size_t{0}, expected / 10, expected, expected * 3}) {
      CAPTURE(expected);
      CAPTURE(come);
      Fixture f;
      f.table.Expect(expected);
      CHECK(f.table.empty());
      const size_t slots_before = f.table.slots();
      for (uint64_t id = 0; id < come; ++id) f.Add(f.random.Next(), id);
      f.CheckAgainstModel();
      if (come == expected && expected > 1000) {
        CHECK(f.table.slots() < slots_before * 105 / 100);
        CHECK(f.table.slots() * 2 < come * 3);
      }
      // A hint that comes late changes nothing.
      f.table.Expect(1'000'000);
      f.CheckAgainstModel();
      size_t scanned = 0;
      for (uint64_t cursor = 0;;) {
        cursor = f.table.Scan(cursor, [&](void*) { ++scanned; });
        if (cursor == 0) break;
      }
      CHECK(scanned == come);
      for (uint64_t id = 0; id < come; ++id) f.Remove(id);
      f.CheckAgainstModel();
    }
  }
}

TEST_CASE("HashTable: finds no entry whose hash or identity differs") {
  Fixture f;
  for (uint64_t i = 0; i < 5000; ++i) f.Add(f.random.Next(), i);
  for (uint64_t i = 0; i < 5000; ++i) {
    CHECK(f.Find(Entry{f.random.Next(), i}) == nullptr);
    CHECK(f.Find(Entry{f.model[i]->hash, i + 5000}) == nullptr);
  }
}

TEST_CASE("HashTable: holds thousands of equal hashes without growing its directory") {
  Fixture f;
  for (uint64_t i = 0; i < 3000; ++i) f.Add(0x123456789abcdef0u, i);
  for (uint64_t i = 3000; i < 6000; ++i) f.Add(f.random.Next(), i);
  f.CheckAgainstModel();
  CHECK(f.table.memory() < size_t{4} * 1024 * 1024);
  std::set<uint64_t> seen;
  uint64_t cursor = 0;
  do {
    cursor = f.table.Scan(cursor, [&](void* e) { seen.insert(static_cast<Entry*>(e)->id); });
  } while (cursor != 0);
  CHECK(seen.size() == 6000);
  for (uint64_t i = 0; i < 6000; i += 2) f.Remove(i);
  f.CheckAgainstModel();
}

TEST_CASE("HashTable: what agrees in 48 bits is found by these, also where no split parts it") {
  Fixture f;
  constexpr uint64_t kPrefix = 0x123456789abc;
  for (uint64_t i = 0; i < 3000; ++i) f.Add(kPrefix << 16 | (i & 0xffff), i);
  for (uint64_t i = 3000; i < 6000; ++i) f.Add(f.random.Next(), i);
  const auto find = [&](uint64_t prefix, uint64_t id) {
    return f.table.FindBetween(prefix << 16, prefix << 16 | 0xffff,
                               [&](void* e) { return static_cast<Entry*>(e)->id == id; });
  };
  for (uint64_t i = 0; i < 3000; ++i) {
    CAPTURE(i);
    HashTable::Slot* slot = find(kPrefix, i);
    REQUIRE(slot != nullptr);
    CHECK(HashTable::EntryOf(*slot) == f.model[i].get());
  }
  CHECK(find(kPrefix, 6000) == nullptr);
}

TEST_CASE(
    "HashTable: a scan returns every entry that is there throughout, while the table grows and "
    "shrinks") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    Fixture f;
    f.random = Random(seed);
    for (uint64_t i = 0; i < 4000; ++i) f.Add(f.random.Next(), i);
    std::unordered_map<uint64_t, int> seen;
    std::unordered_set<uint64_t> removed;
    uint64_t cursor = 0;
    uint64_t next_id = 4000;
    uint64_t steps = 0;
    do {
      cursor = f.table.Scan(cursor, [&](void* e) { ++seen[static_cast<Entry*>(e)->id]; });
      REQUIRE(cursor < (uint64_t{1} << 48));
      REQUIRE(++steps < 1'000'000);
      if (seed % 2 == 1 && next_id < 20000) {
        for (int i = 0; i < 20; ++i) f.Add(f.random.Next(), next_id++);
      } else {
        for (int i = 0; i < 3; ++i) {
          const uint64_t id = f.random.Below(4000);
          if (!removed.insert(id).second) continue;
          f.Remove(id);
        }
        f.table.Shrink(1);
      }
    } while (cursor != 0);
    size_t missing = 0;
    size_t twice = 0;
    for (uint64_t id = 0; id < 4000; ++id) {
      if (removed.contains(id)) continue;
      missing += seen[id] == 0 ? 1 : 0;
      twice += seen[id] > 1 ? 1 : 0;
    }
    CHECK(missing == 0);
    CHECK(twice < 200);
  }
}

TEST_CASE("HashTable: a scan of a table that rests returns every entry exactly once") {
  for (const uint64_t size : {1u, 7u, 100u, 511u, 5000u, 60000u}) {
    CAPTURE(size);
    Fixture f;
    for (uint64_t i = 0; i < size; ++i) f.Add(f.random.Next(), i);
    std::unordered_map<uint64_t, int> seen;
    uint64_t cursor = 0;
    do {
      cursor = f.table.Scan(cursor, [&](void* e) { ++seen[static_cast<Entry*>(e)->id]; });
    } while (cursor != 0);
    CHECK(seen.size() == size);
    CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& one) { return one.second == 1; }));
  }
}

TEST_CASE("HashTable: random entries are drawn evenly") {
  Fixture f;
  constexpr uint64_t kEntries = 3000;
  constexpr uint64_t kDraws = 300'000;
  for (uint64_t i = 0; i < kEntries; ++i) f.Add(f.random.Next(), i);
  std::vector<double> drawn(kEntries);
  for (uint64_t i = 0; i < kDraws; ++i) {
    drawn[static_cast<Entry*>(f.table.RandomEntry(f.random))->id] += 1;
  }
  const double expected = static_cast<double>(kDraws) / kEntries;
  double chi_square = 0;
  for (const double count : drawn) chi_square += (count - expected) * (count - expected) / expected;
  CHECK(chi_square / kEntries < 1.2);
}

TEST_CASE("HashTable: gives its memory back when its entries go") {
  Fixture f;
  for (uint64_t i = 0; i < 50000; ++i) f.Add(f.random.Next(), i);
  CHECK(f.table.memory() < 50000 * 12);
  for (uint64_t i = 0; i < 49990; ++i) f.Remove(i);
  f.table.Shrink(100'000);
  f.table.Shrink(100'000);
  f.CheckAgainstModel();
  CHECK(f.table.memory() < 16 * 1024);
}

TEST_CASE("HashTable: is taken apart in slices, each entry once") {
  Fixture f;
  for (uint64_t i = 0; i < 5000; ++i) f.Add(f.random.Next(), i);
  f.table.Shrink(3);
  size_t released = 0;
  int slices = 0;
  while (f.table.Dismantle(2, [&](void*) { ++released; })) ++slices;
  CHECK(released == 5000);
  CHECK(slices > 3);
  CHECK(f.table.memory() == 0);
  f.table.CheckInvariants();
}
