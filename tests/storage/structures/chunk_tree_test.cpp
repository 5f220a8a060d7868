// ChunkTree against a vector of counts.

#include "storage/structures/chunk_tree.h"

#include <doctest/doctest.h>

#include <vector>

#include "storage/base/random.h"

using storage::ChunkTree;
using storage::Random;
using storage::SlabAllocator;

namespace {

struct Fixture {
  SlabAllocator slab;
  ChunkTree tree{slab};
  struct Chunk {
    void* name;
    size_t elements;
  };
  std::vector<Chunk> model;
  uintptr_t next_name = 8;

  size_t PositionOf(size_t chunk) const {
    size_t position = 0;
    for (size_t i = 0; i < chunk; ++i) position += model[i].elements;
    return position;
  }
  void Insert(size_t chunk, size_t elements) {
    void* name = reinterpret_cast<void*>(next_name += 8);
    tree.Insert(PositionOf(chunk), name, elements);
    model.insert(model.begin() + static_cast<ptrdiff_t>(chunk), {name, elements});
  }
  void Erase(size_t chunk, size_t offset) {
    tree.Erase(PositionOf(chunk) + offset);
    model.erase(model.begin() + static_cast<ptrdiff_t>(chunk));
  }
  void Check() const {
    tree.CheckInvariants();
    size_t position = 0;
    for (const Chunk& chunk : model) {
      for (const size_t offset : {size_t{0}, chunk.elements - 1}) {
        const ChunkTree::Place place = tree.Find(position + offset);
        REQUIRE(place.chunk == chunk.name);
        REQUIRE(place.first == position);
        REQUIRE(place.elements == chunk.elements);
      }
      position += chunk.elements;
    }
    REQUIRE(tree.elements() == position);
    REQUIRE(tree.empty() == model.empty());
  }
};

}  // namespace

TEST_CASE("ChunkTree: finds every chunk under random inserts, updates and erasures") {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    Fixture f;
    Random random(seed);
    for (const size_t target : {300u, 0u, 6000u, 40u, 500u, 0u}) {
      while (f.model.size() != target) {
        const bool grows = f.model.size() < target ? random.Below(8) != 0 : random.Below(8) == 0;
        if (grows || f.model.empty()) {
          f.Insert(random.Below(f.model.size() + 1), 1 + random.Below(200));
        } else {
          const size_t chunk = random.Below(f.model.size());
          f.Erase(chunk, random.Below(f.model[chunk].elements));
        }
        if (f.model.empty() || random.Below(4) != 0) continue;
        const size_t chunk = random.Below(f.model.size());
        Fixture::Chunk& changed = f.model[chunk];
        const size_t position = f.PositionOf(chunk) + random.Below(changed.elements);
        changed = {reinterpret_cast<void*>(f.next_name += 8), 1 + random.Below(200)};
        f.tree.Update(position, changed.name, changed.elements);
        if (random.Below(50) == 0) f.Check();
      }
      f.Check();
    }
    CHECK(f.tree.memory() == 0);
    CHECK(f.slab.used_bytes() == 0);
  }
}

TEST_CASE("ChunkTree: is cut at any chunk into two trees") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Fixture f;
    Random random(seed);
    const size_t chunks = 1 + random.Below(seed % 3 == 0 ? 9000 : 300);
    while (f.model.size() < chunks) {
      f.Insert(seed % 2 == 0 ? f.model.size() : random.Below(f.model.size() + 1),
               1 + random.Below(9));
    }
    const size_t at = random.Below(4) == 0 ? random.Below(2) * chunks : random.Below(chunks + 1);
    Fixture::Chunk* const first = f.model.data() + at;
    std::vector<Fixture::Chunk> cut_model(first, f.model.data() + chunks);
    ChunkTree cut(f.slab);
    f.tree.CutFrom(f.PositionOf(at), cut);
    f.model.resize(at);
    f.Check();
    CHECK(f.slab.used_bytes() == f.tree.memory() + cut.memory());
    f.tree.Swap(cut);
    f.model.swap(cut_model);
    f.Check();
    size_t visited = 0;
    f.tree.ForEach([&](const void* chunk) { REQUIRE(chunk == f.model[visited++].name); });
    CHECK(visited == f.model.size());
    // Both go on working.
    for (int i = 0; i < 100; ++i) f.Insert(random.Below(f.model.size() + 1), 1 + random.Below(9));
    while (!f.model.empty()) f.Erase(random.Below(f.model.size()), 0);
    f.tree.Swap(cut);
    f.model.swap(cut_model);
    while (!f.model.empty()) f.Erase(random.Below(f.model.size()), 0);
    f.Check();
    CHECK(f.slab.used_bytes() == 0);
  }
}

TEST_CASE("ChunkTree: nodes are full when chunks come in order, from either side") {
  for (const bool at_back : {true, false}) {
    CAPTURE(at_back);
    SlabAllocator slab;
    ChunkTree tree(slab);
    constexpr size_t kChunks = 100'000;
    for (size_t i = 0; i < kChunks; ++i) {
      tree.Insert(at_back ? tree.elements() : 0, reinterpret_cast<void*>(i), 100);
    }
    tree.CheckInvariants();
    CHECK(tree.memory() < kChunks * 17);
    for (size_t i = 0; i < kChunks; i += 997) {
      const size_t name = at_back ? i : kChunks - 1 - i;
      CHECK(tree.Find(i * 100 + 99).chunk == reinterpret_cast<void*>(name));
    }
    // Taken away from the other side, the rest stays compact.
    for (size_t i = 0; i < kChunks - 100; ++i) tree.Erase(at_back ? 0 : tree.elements() - 1);
    tree.CheckInvariants();
    CHECK(tree.memory() < size_t{8} * 1024);
    CHECK(slab.used_bytes() == tree.memory());
  }
}
