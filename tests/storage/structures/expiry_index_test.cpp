// The expiry index against a model: an owner with keys and deadlines, and clocks of every temper.
#include "storage/structures/expiry_index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/base/random.h"

using storage::ExpiryIndex;
using storage::Random;
using storage::SlabAllocator;

namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kDayMs = 24 * kHourMs;
constexpr int64_t kYear2025Ms = 1'750'000'000'000;
constexpr int64_t kYear2038Ms = (int64_t{1} << 31) * 1000;
constexpr int64_t kStarts[] = {0, kYear2025Ms, kYear2038Ms - 5000, (int64_t{1} << 41) - 70'000};

uint64_t HashOf(uint64_t id) {
  return id << 16 | (id * 40503 & 0xFFFF);  // the low 16 bits are lost in the index
}

// What a keyspace would do with the index: one item a key, added again when it came early.
class Owner {
 public:
  Owner(uint64_t seed, int64_t now_ms) : random_(seed), now_ms_(now_ms), index_(slab_, now_ms) {}

  void AddKey(int64_t deadline_ms) {
    const uint64_t id = next_id_++;
    SetDeadline(id, deadline_ms);
    index_.Add(HashOf(id), deadline_ms);
  }

  void EraseRandomKey() {
    if (deadlines_.empty()) return;
    Forget(RandomKey());
  }

  // Later: the item that is there will come early. Earlier: another item, the first becomes stale.
  void ChangeRandomDeadline() {
    if (deadlines_.empty()) return;
    const uint64_t id = RandomKey();
    const int64_t before_ms = deadlines_.at(id);
    Forget(id);
    const int64_t after_ms = RandomDeadline();
    SetDeadline(id, after_ms);
    if (after_ms < before_ms) index_.Add(HashOf(id), after_ms);
  }

  int64_t RandomDeadline() {
    return now_ms_ + static_cast<int64_t>(random_.Below(uint64_t{1} << random_.Below(43)));
  }

  bool Advance(size_t budget) {
    size_t fired = 0;
    const bool may_have_more = index_.Advance(now_ms_, budget, [&](uint64_t prefix) {
      ++fired;
      Fire(prefix);
    });
    REQUIRE(fired <= budget);
    index_.CheckInvariants();
    return may_have_more;
  }

  void AdvanceFully(size_t budget) {
    size_t calls = 0;
    while (Advance(budget)) REQUIRE(++calls < 200'000);
  }

  // Nothing whose deadline passed more than late_ms ago is left, and the timer would not oversleep.
  void CheckUpToDate(int64_t late_ms) {
    if (deadlines_.empty()) return;
    const int64_t earliest_ms = by_deadline_.begin()->first;
    REQUIRE(earliest_ms > now_ms_ - late_ms);
    REQUIRE(index_.NextDeadlineMs() <= std::max(earliest_ms, now_ms_ + late_ms));
    if (late_ms == 0) REQUIRE(index_.NextDeadlineMs() > now_ms_);
  }

  ExpiryIndex& index() { return index_; }
  SlabAllocator& slab() { return slab_; }
  Random& random() { return random_; }
  int64_t now_ms() const { return now_ms_; }
  void set_now_ms(int64_t now_ms) { now_ms_ = now_ms; }
  size_t keys() const { return deadlines_.size(); }
  size_t fires() const { return fires_; }
  const std::unordered_map<uint64_t, int64_t>& deadlines() const { return deadlines_; }

 private:
  void Fire(uint64_t prefix) {
    ++fires_;
    const auto found = deadlines_.find(prefix);
    if (found == deadlines_.end()) return;
    const int64_t deadline_ms = found->second;
    if (deadline_ms <= now_ms_) return Forget(prefix);
    index_.Add(HashOf(prefix), deadline_ms);
  }

  void SetDeadline(uint64_t id, int64_t deadline_ms) {
    deadlines_[id] = deadline_ms;
    by_deadline_.emplace(deadline_ms, id);
  }

  void Forget(uint64_t id) {
    const auto [first, last] = by_deadline_.equal_range(deadlines_.at(id));
    by_deadline_.erase(std::find_if(first, last, [id](const auto& e) { return e.second == id; }));
    deadlines_.erase(id);
  }

  uint64_t RandomKey() {
    const auto at_or_after = by_deadline_.lower_bound(RandomDeadline());
    return at_or_after == by_deadline_.end() ? by_deadline_.begin()->second : at_or_after->second;
  }

  Random random_;
  int64_t now_ms_;
  SlabAllocator slab_;
  ExpiryIndex index_;
  uint64_t next_id_ = 1;
  size_t fires_ = 0;
  std::unordered_map<uint64_t, int64_t> deadlines_;
  std::multimap<int64_t, uint64_t> by_deadline_;
};

void ChangeKeys(Owner& owner) {
  switch (owner.random().Below(4)) {
    case 0:
      return owner.EraseRandomKey();
    case 1:
      return owner.ChangeRandomDeadline();
    default:
      return owner.AddKey(owner.RandomDeadline());
  }
}

int64_t RandomStep(Random& random) {
  return static_cast<int64_t>(
      random.Below(uint64_t{1} << random.Below(random.Below(20) == 0 ? 40 : 22)));
}

}  // namespace

TEST_CASE("ExpiryIndex: no key comes late, whatever its deadline and however time goes forward") {
  for (const int64_t start_ms : kStarts) {
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      CAPTURE(start_ms);
      CAPTURE(seed);
      Owner owner(seed, start_ms);
      for (int step = 0; step < 1500; ++step) {
        for (uint64_t i = owner.random().Below(4); i > 0; --i) ChangeKeys(owner);
        owner.index().CheckInvariants();
        owner.set_now_ms(owner.now_ms() + RandomStep(owner.random()));
        owner.AdvanceFully(1 + owner.random().Below(20));
        owner.CheckUpToDate(0);
      }
    }
  }
}

TEST_CASE("ExpiryIndex: a deadline comes in its own millisecond, or early across a far boundary") {
  for (const int64_t start_ms : kStarts) {
    CAPTURE(start_ms);
    SlabAllocator slab;
    ExpiryIndex index(slab, start_ms);
    std::map<uint64_t, int64_t> deadlines;
    Random random(7);
    for (uint64_t id = 1; id <= 2000; ++id) {
      deadlines[id] = start_ms + static_cast<int64_t>(random.Below(60'000));
      index.Add(HashOf(id), deadlines[id]);
    }
    size_t early = 0;
    for (int64_t now_ms = start_ms; now_ms < start_ms + 60'000; ++now_ms) {
      index.Advance(now_ms, SIZE_MAX / 16, [&](uint64_t id) {
        const int64_t deadline_ms = deadlines.at(id);
        REQUIRE(deadline_ms >= now_ms);
        if (deadline_ms == now_ms) {
          deadlines.erase(id);
          return;
        }
        ++early;
        index.Add(HashOf(id), deadline_ms);
      });
    }
    CHECK(deadlines.empty());
    CHECK(index.items() == 0);
    const bool is_boundary_inside = start_ms >> 32 != (start_ms + 60'000) >> 32;
    CHECK((early > 0) == is_boundary_inside);
    CHECK(early <= 2000);
  }
}

TEST_CASE("ExpiryIndex: items come in the order of their times") {
  SlabAllocator slab;
  ExpiryIndex index(slab, kYear2025Ms);
  Random random(3);
  std::vector<int64_t> deadlines(5000);
  for (size_t id = 0; id < deadlines.size(); ++id) {
    deadlines[id] = kYear2025Ms + static_cast<int64_t>(random.Below(4 * kHourMs));
    index.Add(HashOf(id), deadlines[id]);
  }
  int64_t last_ms = 0;
  size_t fired = 0;
  while (index.Advance(kYear2025Ms + kDayMs, 10, [&](uint64_t id) {
    REQUIRE(deadlines[id] >= last_ms);
    last_ms = deadlines[id];
    ++fired;
  })) {
  }
  CHECK(fired == deadlines.size());
}

TEST_CASE(
    "ExpiryIndex: a clock set back and forth loses nothing, hangs nothing and spins nowhere") {
  for (const int64_t start_ms : {kYear2025Ms, kYear2038Ms + 5000}) {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(seed);
      Owner owner(seed, start_ms);
      size_t added = 0;
      int64_t latest_ms = start_ms;
      for (int step = 0; step < 600; ++step) {
        CAPTURE(step);
        for (uint64_t i = owner.random().Below(6); i > 0; --i) {
          owner.AddKey(owner.RandomDeadline());
          ++added;
        }
        if (step % 97 == 50) {
          owner.set_now_ms(latest_ms - static_cast<int64_t>(owner.random().Below(2 * kDayMs)));
        } else if (step % 97 == 80) {
          owner.set_now_ms(latest_ms + kDayMs);  // makes all jumps back good
        } else if (step % 13 == 0) {
          owner.set_now_ms(owner.now_ms() - static_cast<int64_t>(owner.random().Below(900)));
        } else {
          owner.set_now_ms(owner.now_ms() + static_cast<int64_t>(owner.random().Below(20'000)));
        }
        latest_ms = std::max(latest_ms, owner.now_ms());
        owner.AdvanceFully(1 + owner.random().Below(50));
        owner.CheckUpToDate(ExpiryIndex::kBackstepMs + 1);
      }
      CHECK(owner.fires() < added * 6);
      owner.set_now_ms(latest_ms + (int64_t{1} << 44));
      owner.AdvanceFully(100);
      CHECK(owner.keys() == 0);
      CHECK(owner.index().items() == 0);
    }
  }
}

TEST_CASE("ExpiryIndex: after a jump back of an hour, a key of ten seconds lives ten seconds") {
  Owner owner(1, kYear2025Ms);
  owner.AddKey(kYear2025Ms + 5000);
  owner.AdvanceFully(10);
  owner.set_now_ms(kYear2025Ms - kHourMs);
  // Added before the index could see that the clock went back.
  owner.AddKey(owner.now_ms() + 10'000);
  owner.AdvanceFully(10);
  owner.AddKey(owner.now_ms() + 10'000);
  CHECK(owner.index().NextDeadlineMs() > owner.now_ms());
  CHECK(owner.index().NextDeadlineMs() <= owner.now_ms() + 10'000);
  owner.set_now_ms(owner.now_ms() + 9'999);
  owner.AdvanceFully(10);
  CHECK(owner.keys() == 3);
  owner.set_now_ms(owner.now_ms() + 1);
  owner.AdvanceFully(10);
  CHECK(owner.keys() == 1);
  CHECK(owner.fires() == 3);
  owner.set_now_ms(kYear2025Ms + 5000);
  owner.AdvanceFully(10);
  CHECK(owner.keys() == 0);
}

TEST_CASE("ExpiryIndex: the timer does not oversleep what a small budget left overdue") {
  Owner owner(1, kYear2025Ms);
  owner.AddKey(kYear2025Ms + 5000);
  owner.AdvanceFully(10);
  owner.set_now_ms(kYear2025Ms - kHourMs);
  for (int i = 0; i < 3; ++i) owner.AddKey(owner.now_ms() + 10'000);
  CHECK(owner.Advance(1));
  CHECK(owner.index().NextDeadlineMs() <= owner.now_ms());
}

TEST_CASE("ExpiryIndex: more jumps back than it follows make keys late, but lose none") {
  Owner owner(5, kYear2025Ms);
  for (int jump = 0; jump < 12; ++jump) {
    owner.AddKey(owner.now_ms() + 10'000);
    owner.AdvanceFully(10);
    owner.set_now_ms(owner.now_ms() - kDayMs);
  }
  CHECK(owner.keys() == 12);
  owner.set_now_ms(kYear2025Ms + 10'000);
  owner.AdvanceFully(10);
  CHECK(owner.keys() == 0);
}

TEST_CASE("ExpiryIndex: extreme times and deadlines are taken") {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  Owner owner(1, kYear2025Ms);
  for (const int64_t deadline_ms :
       {kMin, int64_t{-1}, int64_t{0}, kMax, kMax - 1, int64_t{1} << 48}) {
    owner.AddKey(deadline_ms);
    owner.index().CheckInvariants();
  }
  owner.AdvanceFully(10);
  CHECK(owner.keys() == 3);
  for (const int64_t now_ms : {kMin, int64_t{-5}, kMax, int64_t{0}, kYear2025Ms}) {
    owner.set_now_ms(now_ms);
    size_t calls = 0;
    while (calls < 1000 && owner.Advance(10)) ++calls;
    CHECK(calls < 1000);
  }
}

TEST_CASE("ExpiryIndex: a million keys of one deadline come in pieces of the budget") {
  SlabAllocator slab;
  ExpiryIndex index(slab, kYear2025Ms);
  constexpr size_t kKeys = 1'000'000;
  for (uint64_t id = 0; id < kKeys; ++id) index.Add(HashOf(id), kYear2025Ms + 3 * kDayMs);
  CHECK(index.memory() < kKeys * 8.2);
  size_t fired = 0;
  size_t calls = 0;
  bool may_have_more = true;
  while (may_have_more) {
    size_t fired_now = 0;
    may_have_more = index.Advance(kYear2025Ms + 3 * kDayMs, 1000, [&](uint64_t) { ++fired_now; });
    REQUIRE(fired_now <= 1000);
    fired += fired_now;
    REQUIRE(++calls < 3 * kKeys / 1000);
  }
  CHECK(fired == kKeys);
  CHECK(index.items() == 0);
}

TEST_CASE("ExpiryIndex: few items take little memory") {
  SlabAllocator slab;
  ExpiryIndex index(slab, kYear2025Ms);
  index.Add(HashOf(1), kYear2025Ms + 100'000);
  CHECK(index.memory() < 6000);
}

TEST_CASE("ExpiryIndex: fire may add, and hears of later items to prefetch") {
  struct Fire {
    std::vector<uint64_t>* fired;
    std::vector<uint64_t>* prefetched;
    ExpiryIndex* index;
    void operator()(uint64_t id) {
      fired->push_back(id);
      if (id <= 100) index->Add(HashOf(id + 1000), kYear2025Ms + static_cast<int64_t>(id % 2));
    }
    void Prefetch(uint64_t id) { prefetched->push_back(id); }
  };
  SlabAllocator slab;
  ExpiryIndex index(slab, kYear2025Ms);
  for (uint64_t id = 1; id <= 100; ++id) index.Add(HashOf(id), kYear2025Ms);
  std::vector<uint64_t> fired;
  std::vector<uint64_t> prefetched;
  CHECK_FALSE(index.Advance(kYear2025Ms, 1000, Fire{&fired, &prefetched, &index}));
  CHECK(fired.size() == 150);
  CHECK(index.items() == 50);
  CHECK(prefetched.size() > 50);
  for (const uint64_t id : prefetched) CHECK(std::count(fired.begin(), fired.end(), id) == 1);
}

TEST_CASE("ExpiryIndex: a sweep drops what is stale and keeps every key's item") {
  for (const int64_t start_ms : kStarts) {
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      CAPTURE(start_ms);
      CAPTURE(seed);
      Owner owner(seed, start_ms);
      for (int i = 0; i < 800; ++i) owner.AddKey(owner.RandomDeadline());
      for (int i = 0; i < 500; ++i) owner.EraseRandomKey();
      const size_t items_before = owner.index().items();
      bool goes_on = true;
      size_t swept = 0;
      while (goes_on) {
        goes_on = owner.index().Sweep(7, [&](uint64_t prefix, int64_t begin_ms, int64_t end_ms) {
          ++swept;
          const auto found = owner.deadlines().find(prefix);
          if (found == owner.deadlines().end()) return false;
          REQUIRE(found->second >= begin_ms);
          REQUIRE(found->second < end_ms);
          return true;
        });
        owner.index().CheckInvariants();
        // Life goes on meanwhile.
        owner.AddKey(owner.RandomDeadline());
        owner.set_now_ms(owner.now_ms() + RandomStep(owner.random()) / 64);
        owner.AdvanceFully(10);
        owner.CheckUpToDate(0);
      }
      CHECK(swept <= items_before + 300);
      CHECK(owner.index().items() <= owner.keys() + 200);
      owner.set_now_ms(owner.now_ms() + (int64_t{1} << 44));
      owner.AdvanceFully(100);
      CHECK(owner.keys() == 0);
    }
  }
}

TEST_CASE("ExpiryIndex: the timer knows of items that a sweep has in hand") {
  SlabAllocator slab;
  ExpiryIndex index(slab, kYear2025Ms);
  for (uint64_t id = 1; id <= 3; ++id) index.Add(HashOf(id), kYear2025Ms + 100'000);
  CHECK(index.Sweep(1, [](uint64_t, int64_t, int64_t) { return false; }));
  CHECK(index.NextDeadlineMs() <= kYear2025Ms + 100'000);
  size_t fired = 0;
  index.Advance(kYear2025Ms + 100'000, 100, [&](uint64_t) { ++fired; });
  CHECK(fired == 2);
}

TEST_CASE("ExpiryIndex: a finished sweep without changes leaves exactly the live items") {
  Owner owner(2, kYear2025Ms);
  for (int i = 0; i < 3000; ++i) owner.AddKey(owner.RandomDeadline());
  for (int i = 0; i < 2000; ++i) owner.EraseRandomKey();
  std::map<uint64_t, int> met;
  while (owner.index().Sweep(100, [&](uint64_t prefix, int64_t, int64_t) {
    ++met[prefix];
    return owner.deadlines().contains(prefix);
  })) {
  }
  CHECK(met.size() == 3000);
  for (const auto& [prefix, times] : met) CHECK(times == 1);
  CHECK(owner.index().items() == 1000);
}

TEST_CASE("ExpiryIndex: cleared memory comes back in pieces, and the index serves on") {
  SlabAllocator slab;
  {
    ExpiryIndex index(slab, kYear2025Ms);
    Random random(1);
    for (uint64_t id = 0; id < 200'000; ++id) {
      index.Add(HashOf(id), kYear2025Ms + static_cast<int64_t>(random.Below(kDayMs)));
    }
    index.Clear();
    CHECK(index.items() == 0);
    CHECK(index.NextDeadlineMs() == std::numeric_limits<int64_t>::max());
    index.Add(HashOf(1), kYear2025Ms + 5);
    int calls = 1;
    while (index.ReleaseSome(10)) {
      ++calls;
      if (calls % 16 == 0) index.CheckInvariants();
    }
    CHECK(calls > 40);
    CHECK(index.memory() < 6000);
    size_t fired = 0;
    index.Advance(kYear2025Ms + kDayMs, 100, [&](uint64_t) { ++fired; });
    CHECK(fired == 1);
    for (uint64_t id = 0; id < 1000; ++id) index.Add(HashOf(id), kYear2025Ms + kDayMs * 9);
  }
  CHECK(slab.used_bytes() == 0);
  slab.CheckInvariants();
}
