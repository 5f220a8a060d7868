// How well the Evictor chooses: hit ratios on a trace in Zipf's frequencies, beside an exact order
// of all keys by their last use. tools/bench/compare --eviction has the long trace, beside Redis.

#include <doctest/doctest.h>

#include <list>
#include <string>
#include <unordered_map>

#include "storage/base/random.h"
#include "storage/eviction/evictor.h"
#include "tests/support/no_listener.h"
#include "tools/bench/zipf.h"

using storage::EvictionPolicy;
using storage::Keyspace;

namespace {

constexpr uint32_t kKeys = 20'000;
constexpr size_t kRoom = kKeys / 10;
constexpr int kRequests = 400'000;
// The room turns over in three seconds, as that for 100,000 keys at 100,000 requests a second does.
constexpr int kRequestsPerMs = 2;

// Calls use(rank), which says whether it was a hit, for a trace that is always the same.
template <class Use>
double HitRatio(Use&& use) {
  const bench::ZipfSampler sampler(kKeys, 0.99);
  storage::Random random(11);
  int hits = 0;
  for (int i = 0; i < kRequests; ++i) hits += use(sampler.Draw(random), i) ? 1 : 0;
  return static_cast<double>(hits) / kRequests;
}

double ExactLruHitRatio() {
  std::list<uint32_t> by_use;  // the latest first
  std::unordered_map<uint32_t, std::list<uint32_t>::iterator> places;
  return HitRatio([&](uint32_t rank, int) {
    const auto found = places.find(rank);
    if (found != places.end()) {
      by_use.splice(by_use.begin(), by_use, found->second);
      return true;
    }
    if (places.size() == kRoom) {
      places.erase(by_use.back());
      by_use.pop_back();
    }
    by_use.push_front(rank);
    places[rank] = by_use.begin();
    return false;
  });
}

double EvictorHitRatio(EvictionPolicy policy, int samples) {
  storage::Random random(3);
  tests::NoListener listener;
  Keyspace keyspace(1, {}, random, listener);
  storage::Evictor evictor(keyspace, random);
  keyspace.set_access_policy({.is_lfu = storage::IsLfu(policy)});
  evictor.Configure(policy, samples);
  storage::Database& database = keyspace.database(0);
  return HitRatio([&](uint32_t rank, int request) {
    const int64_t now_ms = 1'000'000 + request / kRequestsPerMs;
    keyspace.SetNow(now_ms, now_ms);
    const std::string name = "key:" + std::to_string(rank);
    const storage::Key key = keyspace.MakeKey(name);
    if (database.Find(key, storage::kRead)) return true;
    if (database.size() == kRoom) REQUIRE(evictor.EvictOne());
    REQUIRE(database.SetString(key, storage::Found(), "value",
                               storage::ExpiryChange::Set(now_ms + 1'000'000'000)));
    return false;
  });
}

}  // namespace

TEST_CASE("Evictor: the approximate LRU hits nearly as often as an exact one") {
  const double exact = ExactLruHitRatio();
  CHECK(exact > 0.6);
  CHECK(EvictorHitRatio(EvictionPolicy::kAllkeysLru, 10) > exact - 0.01);
  CHECK(EvictorHitRatio(EvictionPolicy::kAllkeysLru, 5) > exact - 0.015);
  CHECK(EvictorHitRatio(EvictionPolicy::kVolatileLru, 10) > exact - 0.01);
}

TEST_CASE("Evictor: LFU hits more often than LRU, and random less") {
  const double exact_lru = ExactLruHitRatio();
  CHECK(EvictorHitRatio(EvictionPolicy::kAllkeysLfu, 10) > exact_lru + 0.03);
  CHECK(EvictorHitRatio(EvictionPolicy::kAllkeysRandom, 10) < exact_lru - 0.02);
}
