// SortedSet against std::set, as a pack, as a tree and from one to the other.

#include "storage/types/sorted_set.h"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <set>
#include <string>

#include "tests/support/collection_fixture.h"

using storage::CollectionLimits;
using storage::Direction;
using storage::LexRange;
using storage::RankRange;
using storage::ScoreRange;
using storage::SortedSet;
using storage::SortedSetView;
using tests::CollectionFixture;

namespace {

using Entry = std::pair<double, std::string>;
using Outcome = SortedSet::Outcome;

double RandomScore(storage::Random& random) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kSpecial[] = {0.0, -0.0, kInfinity, -kInfinity, 1e300};
  if (random.Below(10) == 0) return kSpecial[random.Below(5)];
  return static_cast<double>(random.Below(200)) / 4 - 20;
}

std::string RandomMember(storage::Random& random, uint64_t range) {
  const std::string number = std::to_string(random.Below(range));
  return random.Below(50) == 0 ? std::string(60 + random.Below(10), 'x') + number : number;
}

struct Model {
  std::map<std::string, double> scores;
  std::set<Entry> order;

  void Set(const std::string& member, double score) {
    Erase(member);
    scores[member] = score;
    order.emplace(score, member);
  }
  bool Erase(const std::string& member) {
    const auto found = scores.find(member);
    if (found == scores.end()) return false;
    order.erase({found->second, member});
    scores.erase(found);
    return true;
  }
};

void Compare(const SortedSetView& view, const Model& model, storage::Random& random) {
  view.CheckInvariants();
  REQUIRE(view.size() == model.order.size());
  auto expected = model.order.begin();
  size_t rank = 0;
  view.ForEach([&](double score, std::string_view member) {
    REQUIRE(score == expected->first);
    REQUIRE(member == expected->second);
    REQUIRE(view.Rank(member)->rank == rank++);
    ++expected;
  });
  const ScoreRange range{RandomScore(random), RandomScore(random), random.Below(2) == 0,
                         random.Below(2) == 0};
  size_t within = 0;
  for (const auto& [score, member] : model.order) {
    const bool is_above = range.excludes_min ? score > range.min : score >= range.min;
    const bool is_below = range.excludes_max ? score < range.max : score <= range.max;
    within += is_above && is_below ? 1 : 0;
  }
  REQUIRE(view.InRange(range).count == within);
}

void RunAgainstModel(uint64_t seed, size_t steps) {
  CollectionLimits limits;
  if (seed % 3 == 1) limits = {.zset_max_listpack_entries = 20};
  if (seed % 3 == 2) limits = {.zset_max_listpack_entries = 5000, .zset_max_listpack_value = 5000};
  CollectionFixture f(seed, limits);
  SortedSet set(f.handle);
  Model model;
  const uint64_t range = 30 + f.random.Below(1500);
  for (size_t step = 0; step < steps; ++step) {
    CAPTURE(step);
    const std::string member = RandomMember(f.random, range);
    const auto known = model.scores.find(member);
    if (f.random.Below(10) < (step < steps / 2 ? 8u : 3u)) {
      const double score = RandomScore(f.random);
      const Outcome expected = known == model.scores.end() ? Outcome::kAdded
                               : known->second == score    ? Outcome::kSame
                                                           : Outcome::kChanged;
      REQUIRE(set.Set(member, score) == expected);
      if (expected != Outcome::kSame) model.Set(member, score);
    } else if (f.random.Below(20) == 0 && set.size() > 3) {
      const RankRange ranks{f.random.Below(set.size() - 2), 2};
      std::string first(set.view().At(ranks.first).member);
      std::string second(set.view().At(ranks.first + 1).member);
      set.Erase(ranks);
      REQUIRE(model.Erase(first));
      REQUIRE(model.Erase(second));
    } else {
      REQUIRE(set.Erase(member) == model.Erase(member));
    }
    if (step % 100 == 0) Compare(set.view(), model, f.random);
  }
  Compare(set.view(), model, f.random);
}

}  // namespace

TEST_CASE("SortedSet: behaves like a map with an order, in both of its forms") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    RunAgainstModel(seed, 4000);
  }
}

TEST_CASE("SortedSet: says listpack until one of the limits is passed, however it lies") {
  CollectionFixture f(1, {.zset_max_listpack_entries = 1000, .zset_max_listpack_value = 100});
  SortedSet set(f.handle);
  for (int i = 0; i < 1000; ++i) set.Set("member:" + std::to_string(i), i);
  REQUIRE(f.handle.is_structure());
  CHECK(f.handle.structure()->encoding_name() == "listpack");
  set.Set("one more", 1);
  CHECK(f.handle.structure()->encoding_name() == "skiplist");
}

TEST_CASE("SortedSet: a member over the limit makes a skiplist of it at once, and for good") {
  CollectionFixture f(2, {});
  SortedSet set(f.handle);
  set.Set("a", 1);
  CHECK_FALSE(f.handle.is_structure());
  set.Set(std::string(65, 'x'), 2);
  REQUIRE(f.handle.is_structure());
  CHECK(f.handle.structure()->encoding_name() == "skiplist");
  CHECK(set.Erase(std::string(65, 'x')));
  CHECK(f.handle.structure()->encoding_name() == "skiplist");
}

TEST_CASE("SortedSet: ranges of strings end where they say, in both forms") {
  for (const uint64_t entries_max : {128u, 2u}) {
    CAPTURE(entries_max);
    CollectionFixture f(3, {.zset_max_listpack_entries = entries_max});
    SortedSet set(f.handle);
    for (const char* member : {"a", "b", "c", "d", "e"}) set.Set(member, 0);
    using Kind = storage::LexBound::Kind;
    const auto Check = [&](LexRange range, size_t first, size_t count) {
      for (const Direction direction : {Direction::kUp, Direction::kDown}) {
        const RankRange found = set.view().InRange(range, direction);
        CHECK(found.count == count);
        if (count > 0) CHECK(found.first == first);
      }
    };
    Check({{Kind::kLowest}, {Kind::kHighest}}, 0, 5);
    Check({{Kind::kHighest}, {Kind::kLowest}}, 0, 0);
    Check({{Kind::kMember, "b"}, {Kind::kMember, "d"}}, 1, 3);
    Check({{Kind::kMember, "b", true}, {Kind::kMember, "d", true}}, 2, 1);
    Check({{Kind::kMember, "bb"}, {Kind::kHighest}}, 2, 3);
    Check({{Kind::kLowest}, {Kind::kMember, "0"}}, 0, 0);
    Check({{Kind::kMember, "c"}, {Kind::kMember, "c"}}, 2, 1);
    Check({{Kind::kMember, "c", true}, {Kind::kMember, "c"}}, 0, 0);
    Check({{Kind::kMember, "d"}, {Kind::kMember, "b"}}, 0, 0);
  }
}
