// IntSet against std::set.

#include "storage/structures/int_set.h"

#include <doctest/doctest.h>

#include <set>

#include "storage/base/random.h"
#include "tests/support/pack_store.h"

using storage::IntSet;
using storage::Random;
using tests::PackStore;

namespace {

int64_t RandomInteger(Random& random, uint64_t widest) {
  switch (random.Below(widest)) {
    case 0:
      return static_cast<int64_t>(random.Below(200)) - 100;
    case 1:
      return static_cast<int16_t>(random.Next());
    case 2:
      return static_cast<int32_t>(random.Next());
    case 3:
      return random.Below(2) == 0 ? INT64_MIN : INT64_MAX;
    default:
      return static_cast<int64_t>(random.Next());
  }
}

void Compare(const PackStore& store, const std::set<int64_t>& model) {
  const IntSet set(store.pack());
  set.CheckInvariants();
  REQUIRE(set.size() == model.size());
  size_t index = 0;
  for (const int64_t value : model) REQUIRE(set.At(index++) == value);
}

}  // namespace

TEST_CASE("IntSet: behaves like a set of integers under any sequence of operations") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    PackStore store;
    std::set<int64_t> model;
    for (int step = 0; step < 3000; ++step) {
      CAPTURE(step);
      const int64_t value = RandomInteger(random, 1 + seed % 5);
      REQUIRE(IntSet(store.pack()).Contains(value) == model.contains(value));
      if (random.Below(3) > 0) {
        const IntSet::AddOutcome outcome = IntSet::Add(store, value);
        if (outcome == IntSet::AddOutcome::kDoesNotFit) {
          REQUIRE(model.size() >= 511);
          REQUIRE_FALSE(model.contains(value));
        } else {
          REQUIRE(model.insert(value).second == (outcome == IntSet::AddOutcome::kAdded));
        }
      } else {
        REQUIRE(IntSet::Erase(store, value) == (model.erase(value) > 0));
      }
      if (step % 8 == 0) Compare(store, model);
    }
    Compare(store, model);
  }
}

TEST_CASE("IntSet: takes the width of its widest integer") {
  PackStore store;
  IntSet::Add(store, 1);
  CHECK(IntSet(store.pack()).width() == 2);
  IntSet::Add(store, 32768);
  CHECK(IntSet(store.pack()).width() == 4);
  IntSet::Add(store, INT64_MIN);
  CHECK(IntSet(store.pack()).width() == 8);
  CHECK(store.pack().size() == 2 + 3 * 8);
}

TEST_CASE("IntSet: refuses what would exceed 4096 bytes and stays as it was") {
  PackStore store;
  for (int i = 0; i < 511; ++i) {
    REQUIRE(IntSet::Add(store, INT64_MAX - i) == IntSet::AddOutcome::kAdded);
  }
  CHECK(IntSet::Add(store, 0) == IntSet::AddOutcome::kDoesNotFit);
  CHECK(IntSet::Add(store, INT64_MAX) == IntSet::AddOutcome::kThereAlready);
  CHECK(IntSet(store.pack()).size() == 511);
  // A set of short integers would have to widen them all.
  PackStore narrow;
  for (int i = 0; i < 2000; ++i) IntSet::Add(narrow, i);
  CHECK(IntSet::Add(narrow, INT64_MAX) == IntSet::AddOutcome::kDoesNotFit);
  IntSet(narrow.pack()).CheckInvariants();
  CHECK(IntSet(narrow.pack()).size() == 2000);
}
