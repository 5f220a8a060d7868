// ScoreTree against a model: every kind of score and member, growth, shrinking, ranks and bounds.

#include "storage/structures/score_tree.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/base/random.h"

using storage::KeyHasher;
using storage::Random;
using storage::ScoreBound;
using storage::ScoreTree;
using storage::SlabAllocator;

namespace {

using Side = ScoreBound::Side;
using Entry = std::pair<double, std::string>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A tree and a plain model of it. What a seed draws decides how scores and members look.
struct Fixture {
  explicit Fixture(uint64_t seed) : random(seed), hasher(SecretOf(seed)) {}

  static KeyHasher::Secret SecretOf(uint64_t seed) {
    Random random(seed + 1000);
    KeyHasher::Secret secret;
    for (auto& byte : secret) byte = static_cast<std::byte>(random.Next());
    return secret;
  }

  double RandomScore() {
    switch (random.Below(8)) {
      case 0:
        return static_cast<double>(random.Below(3));
      case 1: {
        constexpr double kSpecial[] = {0.0, -0.0, kInfinity, -kInfinity, 1e-300, -1e300};
        return kSpecial[random.Below(6)];
      }
      default:
        return static_cast<double>(random.Below(2000)) / 8 - 100;
    }
  }
  std::string RandomMember() {
    const uint64_t kind = random.Below(40);
    std::string member = std::to_string(random.Below(6000));
    if (kind == 0) member.append(100 + random.Below(60), 'x');  // around the border of inline ones
    if (kind == 1) member.insert(0, 1000, 'y');
    if (kind < 10) member.insert(0, "same beginning ");
    if (kind == 11) member.assign(1, '\xff');
    if (kind == 12) member.clear();
    return member;
  }

  void Add(double score, const std::string& member) {
    const auto position = tree.Find(member);
    const auto known = model.find(member);
    REQUIRE(static_cast<bool>(position) == (known != model.end()));
    if (known == model.end()) {
      REQUIRE(tree.Insert(score, member));
    } else {
      REQUIRE(position.score() == known->second);
      order.erase({known->second, member});
      tree.Rescore(position, score);
    }
    model[member] = score;
    order.emplace(score, member);
  }
  void Remove(const std::string& member) {
    const auto position = tree.Find(member);
    REQUIRE(static_cast<bool>(position));
    tree.Erase(position);
    order.erase({model[member], member});
    model.erase(member);
  }
  std::string AnyMember() {
    auto it = model.lower_bound(RandomMember());
    return it == model.end() ? model.begin()->first : it->first;
  }

  void CheckAgainstModel() {
    tree.CheckInvariants();
    REQUIRE(tree.size() == model.size());
    REQUIRE(tree.memory() == slab.used_bytes());
    const std::vector<Entry> sorted(order.begin(), order.end());
    size_t at = 0;
    tree.Walk(0, SIZE_MAX, [&](double score, std::string_view member) {
      REQUIRE(at < sorted.size());
      REQUIRE(score == sorted[at].first);
      REQUIRE(member == sorted[at++].second);
    });
    REQUIRE(at == sorted.size());
    if (sorted.empty()) return;
    tree.WalkBack(sorted.size() - 1, SIZE_MAX, [&](double score, std::string_view member) {
      REQUIRE(score == sorted[--at].first);
      REQUIRE(member == sorted[at].second);
    });
    REQUIRE(at == 0);
    for (int i = 0; i < 30; ++i) {
      const size_t rank = random.Below(sorted.size());
      const auto position = tree.Find(sorted[rank].second);
      REQUIRE(tree.RankOf(position) == rank);
      REQUIRE(tree.At(rank).member() == sorted[rank].second);
      CheckBounds(sorted, RandomScore(), AnyMember());
    }
  }
  void CheckBounds(const std::vector<Entry>& sorted, double score, const std::string& member) {
    const Entry wanted{score, member};
    const auto begin = sorted.begin();
    REQUIRE(tree.CountBefore({score, member, Side::kBefore}) ==
            static_cast<size_t>(std::lower_bound(begin, sorted.end(), wanted) - begin));
    REQUIRE(tree.CountBefore({score, member, Side::kAfter}) ==
            static_cast<size_t>(std::upper_bound(begin, sorted.end(), wanted) - begin));
    const auto below =
        std::partition_point(begin, sorted.end(), [&](const Entry& e) { return e.first < score; });
    const auto not_above =
        std::partition_point(begin, sorted.end(), [&](const Entry& e) { return e.first <= score; });
    REQUIRE(tree.CountBefore({score, {}, Side::kBefore}) == static_cast<size_t>(below - begin));
    REQUIRE(tree.CountBefore({score, {}, Side::kAfterScore}) ==
            static_cast<size_t>(not_above - begin));
  }

  SlabAllocator slab;
  Random random;
  KeyHasher hasher;
  ScoreTree tree{slab, hasher};
  std::map<std::string, double> model;
  std::set<Entry> order;
};

size_t StepsPerSeed() {
  const char* wanted = std::getenv("CINNABAR_MODEL_STEPS");
  return wanted == nullptr ? 20'000 : static_cast<size_t>(std::atoll(wanted));
}

}  // namespace

TEST_CASE("ScoreTree: behaves like a map and an ordered set under any sequence of operations") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    Fixture f(seed);
    size_t target = 0;
    for (size_t step = 0; step < StepsPerSeed(); ++step) {
      if (step % 2500 == 0) target = f.random.Below(4) == 0 ? 5 : f.random.Below(4000);
      const bool grow = f.model.size() < target ? f.random.Below(10) > 0 : f.random.Below(10) == 0;
      if (grow || f.model.empty()) {
        f.Add(f.RandomScore(), f.RandomMember());
      } else if (f.random.Below(2) == 0) {
        f.Remove(f.AnyMember());
      } else {
        f.Add(f.RandomScore(), f.AnyMember());
      }
      if (f.model.size() < 40 || step % 97 == 0) f.CheckAgainstModel();
    }
    f.CheckAgainstModel();
    while (!f.model.empty()) f.Remove(f.AnyMember());
    f.CheckAgainstModel();
  }
}

TEST_CASE("ScoreTree: keeps order and ranks when all scores are equal and members begin alike") {
  Fixture f(11);
  for (int i = 0; i < 8000; ++i) {
    f.Add(1, "a beginning of more than eight bytes:" + std::to_string(f.random.Below(50'000)));
  }
  f.CheckAgainstModel();
  for (int i = 0; i < 7000; ++i) f.Remove(f.model.begin()->first);
  f.CheckAgainstModel();
}

TEST_CASE("ScoreTree: members in order leave full leaves behind, upwards and downwards") {
  for (const double direction : {1.0, -1.0}) {
    CAPTURE(direction);
    Fixture f(3);
    for (int i = 0; i < 100'000; ++i) {
      char member[20];
      std::snprintf(member, sizeof member, "member:%09d", i);
      REQUIRE(f.tree.Insert(direction * i, member));
    }
    f.tree.CheckInvariants();
    CHECK(f.tree.memory() < 100'000 * 44);
  }
}

TEST_CASE("ScoreTree: a random order of members takes less than 50 bytes for 16 of a member") {
  Fixture f(4);
  for (int i = 0; i < 100'000; ++i) {
    char member[20];
    std::snprintf(member, sizeof member, "member:%09d", i);
    REQUIRE(f.tree.Insert(static_cast<double>(f.random.Next()), member));
  }
  f.tree.CheckInvariants();
  CHECK(f.tree.memory() < 100'000 * 50);
}

TEST_CASE("ScoreTree: erasing ranks leaves the others") {
  Fixture f(5);
  for (int i = 0; i < 5000; ++i) f.Add(i, std::to_string(i));
  f.tree.EraseRanks(1000, 3500);
  for (int i = 1000; i < 4500; ++i) {
    f.model.erase(std::to_string(i));
    f.order.erase({i, std::to_string(i)});
  }
  f.CheckAgainstModel();
  f.tree.EraseRanks(10, SIZE_MAX);
  CHECK(f.tree.size() == 10);
  f.tree.EraseRanks(0, 10);
  CHECK(f.tree.size() == 0);
  f.tree.CheckInvariants();
}

TEST_CASE("ScoreTree: any ranges of ranks are erased, of members of all sizes") {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Fixture f(seed);
    for (int round = 0; round < 4; ++round) {
      for (int i = 0; i < 3000; ++i) f.Add(f.RandomScore(), f.RandomMember());
      while (f.order.size() > 200) {
        const size_t rank = f.random.Below(f.order.size());
        const size_t count = f.random.Below(f.random.Below(3) == 0 ? 5000 : 300);
        f.tree.EraseRanks(rank, count);
        auto at = std::next(f.order.begin(), static_cast<ptrdiff_t>(rank));
        for (size_t i = 0; i < count && at != f.order.end(); ++i) {
          f.model.erase(at->second);
          at = f.order.erase(at);
        }
        f.CheckAgainstModel();
      }
    }
  }
}

TEST_CASE("ScoreTree: a scan meets every member that is there throughout") {
  Fixture f(6);
  for (int i = 0; i < 3000; ++i) f.Add(f.RandomScore(), "stays" + std::to_string(i));
  for (int i = 0; i < 3000; ++i) f.Add(f.RandomScore(), "goes" + std::to_string(i));
  std::map<std::string, int> seen;
  uint64_t cursor = 0;
  int step = 0;
  do {
    cursor = f.tree.Scan(cursor, 10, [&](double score, std::string_view member) {
      REQUIRE(f.model.at(std::string(member)) == score);
      ++seen[std::string(member)];
    });
    for (int i = 0; i < 5; ++i, ++step) {
      if (step < 3000) f.Remove("goes" + std::to_string(step));
      f.Add(f.RandomScore(), "stays" + std::to_string(f.random.Below(3000)));
      f.Add(f.RandomScore(), "comes" + std::to_string(f.random.Below(3000)));
    }
  } while (cursor != 0);
  for (int i = 0; i < 3000; ++i) REQUIRE(seen["stays" + std::to_string(i)] == 1);
}

TEST_CASE("ScoreTree: is taken apart in slices and gives all memory back") {
  Fixture f(8);
  for (int i = 0; i < 20'000; ++i) f.Add(f.RandomScore(), f.RandomMember());
  int slices = 1;
  while (true) {
    size_t budget = 10;
    if (!f.tree.ReleaseSome(budget)) break;
    ++slices;
  }
  CHECK(slices > 10);
  CHECK(f.tree.size() == 0);
  CHECK(f.tree.memory() == f.slab.used_bytes());
}
