// LeafIndex against a model: growth by halving, shrinking by joining, positions that are alike.

#include "storage/structures/leaf_index.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "storage/base/random.h"

using storage::LeafIndex;
using storage::Random;
using storage::SlabAllocator;

namespace {

struct Fixture {
  SlabAllocator slab;
  LeafIndex index{slab};
  std::multiset<std::pair<uint32_t, uint32_t>> model;
  Random random{7};

  void Add(uint32_t position, uint32_t leaf) {
    index.Insert(position, leaf);
    model.emplace(position, leaf);
  }
  void RemoveAny() {
    auto it = model.lower_bound({static_cast<uint32_t>(random.Next()), 0});
    if (it == model.end()) it = model.begin();
    index.Erase(it->first, it->second);
    model.erase(it);
  }
  bool Has(uint32_t position, uint32_t leaf) const {
    return index.Find(position, [&](uint32_t found) { return found == leaf; }) == leaf;
  }
  void CheckAgainstModel() {
    index.CheckInvariants();
    REQUIRE(index.size() == model.size());
    for (const auto& [position, leaf] : model) REQUIRE(Has(position, leaf));
  }
};

}  // namespace

TEST_CASE("LeafIndex: behaves like a multimap while it grows, shrinks and grows again") {
  Fixture f;
  for (const size_t target : {300u, 10u, 9000u, 0u, 2000u}) {
    CAPTURE(target);
    while (f.model.size() < target) {
      f.Add(static_cast<uint32_t>(f.random.Next()), 1 + static_cast<uint32_t>(f.random.Below(50)));
      if (f.model.size() % 64 == 0) f.index.CheckInvariants();
    }
    while (f.model.size() > target) {
      f.RemoveAny();
      if (f.model.size() % 64 == 0) f.index.CheckInvariants();
    }
    f.CheckAgainstModel();
  }
}

TEST_CASE("LeafIndex: holds many equal positions at both ends and in the middle") {
  Fixture f;
  for (const uint32_t position : {0u, 0x80000000u, UINT32_MAX}) {
    for (uint32_t leaf = 1; leaf <= 400; ++leaf) f.Add(position, leaf);
  }
  for (int i = 0; i < 3000; ++i) f.Add(static_cast<uint32_t>(f.random.Next()), 7);
  f.CheckAgainstModel();
  for (uint32_t leaf = 1; leaf <= 400; ++leaf) {
    f.index.Move(UINT32_MAX, leaf, leaf + 1000);
    f.model.erase(f.model.find({UINT32_MAX, leaf}));
    f.model.emplace(UINT32_MAX, leaf + 1000);
  }
  f.CheckAgainstModel();
  while (!f.model.empty()) f.RemoveAny();
  f.CheckAgainstModel();
}

TEST_CASE("LeafIndex: takes about ten bytes a slot") {
  Fixture f;
  for (int i = 0; i < 200'000; ++i) f.index.Insert(static_cast<uint32_t>(f.random.Next()), 1);
  CHECK(f.index.memory() < 200'000 * 21 / 2);
  CHECK(f.index.memory() == f.slab.used_bytes());
}

TEST_CASE("LeafIndex: a scan returns what is there throughout, while the index grows and shrinks") {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Fixture f;
    f.random = Random(seed);
    std::set<uint32_t> stay;
    while (stay.size() < 3000) stay.insert(static_cast<uint32_t>(f.random.Next()));
    for (const uint32_t position : stay) f.Add(position, 1);
    std::vector<uint32_t> others;
    for (int i = 0; i < 5000; ++i) others.push_back(static_cast<uint32_t>(f.random.Next()));
    if (seed % 2 == 0) {
      for (const uint32_t position : others) f.index.Insert(position, 2);
    }
    std::map<uint32_t, int> seen;
    uint64_t cursor = 0;
    while (cursor != LeafIndex::kEnd) {
      const uint64_t next = f.index.Scan(cursor, 10, [&](uint32_t position, uint32_t leaf) {
        if (leaf == 1) ++seen[position];
      });
      REQUIRE(next > cursor);
      cursor = next;
      for (int i = 0; i < 20 && !others.empty(); ++i, others.pop_back()) {
        if (seed % 2 == 0) {
          f.index.Erase(others.back(), 2);
        } else {
          f.index.Insert(others.back(), 2);
        }
      }
    }
    CHECK(seen.size() == stay.size());
    for (const auto& [position, times] : seen) REQUIRE(times == 1);
  }
}

TEST_CASE("LeafIndex: is taken apart segment by segment and gives all memory back") {
  Fixture f;
  for (int i = 0; i < 20'000; ++i) f.index.Insert(static_cast<uint32_t>(f.random.Next()), 1);
  int pieces = 1;
  while (f.index.ReleaseSegment()) ++pieces;
  CHECK(pieces > 50);
  CHECK(f.index.size() == 0);
  CHECK(f.index.memory() == f.slab.used_bytes());
}
