// Evictor: which keys go under each policy.

#include "storage/eviction/evictor.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "storage/base/random.h"

using storage::Database;
using storage::EvictionPolicy;
using storage::ExpiryChange;
using storage::Found;
using storage::Keyspace;

namespace {

class Listener final : public storage::ChangeListener {
 public:
  void OnExpired(Database&, std::string_view) override { FAIL("expired"); }
  void OnEvicted(Database& database, std::string_view key) override {
    evicted.push_back(std::to_string(database.index()) + ":" + std::string(key));
  }
  void OnMiss(Database&, std::string_view) override {}
  std::vector<std::string> evicted;
};

struct Fixture {
  explicit Fixture(EvictionPolicy policy, int samples = 5, uint64_t seed = 1) : random(seed) {
    keyspace.set_access_policy({.is_lfu = storage::IsLfu(policy)});
    evictor.Configure(policy, samples);
    SetNow(now_ms);
  }
  void SetNow(int64_t ms) {
    now_ms = ms;
    keyspace.SetNow(ms, ms);
  }
  void Set(const std::string& key, int64_t expiry_ms = 0, int database = 0) {
    Database& db = keyspace.database(database);
    const storage::Key k = keyspace.MakeKey(key);
    const ExpiryChange expiry =
        expiry_ms > 0 ? ExpiryChange::Set(expiry_ms) : ExpiryChange::Clear();
    REQUIRE(db.SetString(k, db.Find(k, storage::kWrite), "value", expiry));
  }
  bool Touch(const std::string& key) {
    return static_cast<bool>(keyspace.database(0).Find(keyspace.MakeKey(key), storage::kRead));
  }
  bool Has(const std::string& key) {
    return static_cast<bool>(keyspace.database(0).Find(keyspace.MakeKey(key), storage::kPeek));
  }
  // Evicts so many keys.
  void Evict(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      REQUIRE(evictor.EvictOne());
      evictor.CheckInvariants();
    }
    CHECK(keyspace.statistics().evicted_keys == listener.evicted.size());
    keyspace.CheckInvariants();
  }
  size_t CountOf(std::string_view prefix) const {
    size_t count = 0;
    for (const std::string& key : listener.evicted) count += key.starts_with(prefix) ? 1 : 0;
    return count;
  }

  int64_t now_ms = 1'000'000'000;
  storage::Random random;
  Listener listener;
  Keyspace keyspace{3, {}, random, listener};
  storage::Evictor evictor{keyspace, random};
};

std::string Name(char prefix, int number) {
  return prefix + std::to_string(number);
}

}  // namespace

TEST_CASE("Evictor: noeviction and an empty keyspace evict nothing") {
  Fixture none(EvictionPolicy::kNoeviction);
  none.Set("k");
  CHECK_FALSE(none.evictor.EvictOne());
  CHECK(none.Has("k"));
  Fixture empty(EvictionPolicy::kAllkeysLru);
  CHECK_FALSE(empty.evictor.EvictOne());
}

TEST_CASE("Evictor: every policy evicts all keys that may go, each once, and then none") {
  for (int policy = 0; policy < static_cast<int>(EvictionPolicy::kNoeviction); ++policy) {
    CAPTURE(policy);
    Fixture fixture(static_cast<EvictionPolicy>(policy));
    for (int i = 0; i < 300; ++i) {
      fixture.Set(Name('p', i), 0, i % 3);
      fixture.Set(Name('v', i), fixture.now_ms + 1000 + i, i % 3);
    }
    const bool is_volatile = IsVolatileOnly(static_cast<EvictionPolicy>(policy));
    fixture.Evict(is_volatile ? 300 : 600);
    CHECK_FALSE(fixture.evictor.EvictOne());
    const std::set<std::string> distinct(fixture.listener.evicted.begin(),
                                         fixture.listener.evicted.end());
    CHECK(distinct.size() == fixture.listener.evicted.size());
    CHECK(fixture.keyspace.keys() == (is_volatile ? 300 : 0));
  }
}

TEST_CASE("Evictor: a volatile policy finds the one key that may go among many") {
  for (const auto policy : {EvictionPolicy::kVolatileLru, EvictionPolicy::kVolatileLfu,
                            EvictionPolicy::kVolatileRandom, EvictionPolicy::kVolatileTtl}) {
    CAPTURE(static_cast<int>(policy));
    Fixture fixture(policy);
    for (int i = 0; i < 20'000; ++i) fixture.Set(Name('p', i));
    fixture.Set("v", fixture.now_ms + 100'000);
    CHECK(fixture.evictor.EvictOne());
    CHECK(fixture.listener.evicted == std::vector<std::string>{"0:v"});
    CHECK_FALSE(fixture.evictor.EvictOne());
    CHECK(fixture.keyspace.keys() == 20'000);
  }
}

// The expiry index does not show keys whose time had passed when they were given it.
TEST_CASE("Evictor: a key that is overdue may go like any other") {
  Fixture fixture(EvictionPolicy::kVolatileTtl);
  fixture.keyspace.set_may_expire(false);
  for (int i = 0; i < 2000; ++i) fixture.Set(Name('p', i));
  fixture.Set("v", fixture.now_ms - 5000);
  CHECK(fixture.evictor.EvictOne());
  CHECK(fixture.listener.evicted == std::vector<std::string>{"0:v"});
}

TEST_CASE("Evictor: LRU evicts keys unused for long, not those that were used") {
  for (const auto policy : {EvictionPolicy::kAllkeysLru, EvictionPolicy::kVolatileLru}) {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(seed);
      Fixture fixture(policy, 10, seed);
      const int64_t expiry_ms = fixture.now_ms + 1'000'000;
      for (int i = 0; i < 2000; ++i) fixture.Set(Name('o', i), expiry_ms);
      fixture.SetNow(fixture.now_ms + 500);  // half a second is enough
      for (int i = 0; i < 1000; ++i) fixture.Set(Name('n', i), expiry_ms);
      for (int i = 0; i < 1000; ++i) fixture.Touch(Name('o', i));
      fixture.Evict(900);
      size_t used = fixture.CountOf("0:n");
      for (int i = 0; i < 1000; ++i) used += fixture.Has(Name('o', i)) ? 0 : 1;
      CHECK(used <= 12);  // of 900
    }
  }
}

TEST_CASE("Evictor: a candidate that was used since is not the next to go") {
  Fixture fixture(EvictionPolicy::kAllkeysLru, 64);
  for (int i = 0; i < 20; ++i) {
    fixture.Set(Name('k', i));
    fixture.SetNow(fixture.now_ms + 1000);
  }
  fixture.Evict(1);
  CHECK(fixture.listener.evicted == std::vector<std::string>{"0:k0"});
  // All others are candidates by now.
  for (int i = 1; i <= 5; ++i) REQUIRE(fixture.Touch(Name('k', i)));
  fixture.Evict(1);
  CHECK(fixture.listener.evicted.back() == "0:k6");
}

TEST_CASE("Evictor: LFU evicts keys used seldom, of equal ones the one unused for longest") {
  Fixture fixture(EvictionPolicy::kAllkeysLfu, 64);
  for (int i = 0; i < 20; ++i) {
    fixture.Set(Name('k', i));
    fixture.SetNow(fixture.now_ms + 4000);  // a sixteenth of a minute
  }
  for (int use = 0; use < 2000; ++use) {
    for (int i = 0; i < 10; ++i) REQUIRE(fixture.Touch(Name('k', i)));
  }
  for (int i = 10; i < 20; ++i) {
    fixture.Evict(1);
    CHECK(fixture.listener.evicted.back() == "0:" + Name('k', i));
  }
}

TEST_CASE("Evictor: LFU forgets with time how often a key was used") {
  Fixture fixture(EvictionPolicy::kAllkeysLfu, 64);
  fixture.Set("once");
  fixture.Set("often");
  for (int use = 0; use < 200; ++use) REQUIRE(fixture.Touch("often"));
  const auto frequency_of = [&](const std::string& key) {
    const Found found =
        fixture.keyspace.database(0).Find(fixture.keyspace.MakeKey(key), storage::kPeek);
    return fixture.keyspace.Frequency(*found);
  };
  const int before = frequency_of("often");
  CHECK(before > 5);
  fixture.SetNow(fixture.now_ms + 3 * 60'000);
  CHECK(frequency_of("often") == before - 3);
  CHECK(frequency_of("once") == 2);
  fixture.SetNow(fixture.now_ms + 100 * 60'000);
  CHECK(frequency_of("often") == 0);
  fixture.Set("new");
  fixture.Evict(2);
  CHECK(fixture.Has("new"));
}

TEST_CASE("Evictor: volatile-ttl evicts what would expire soon") {
  for (const int persistent : {0, 20'000}) {
    CAPTURE(persistent);
    Fixture fixture(EvictionPolicy::kVolatileTtl, 10);
    for (int i = 0; i < persistent; ++i) fixture.Set(Name('p', i));
    for (int i = 0; i < 1000; ++i) {
      fixture.Set(Name('s', i), fixture.now_ms + 100'000 + i);
      fixture.Set(Name('l', i), fixture.now_ms + 100'000'000 + i);
    }
    fixture.Evict(900);
    CHECK(fixture.CountOf("0:l") <= 20);
  }
}

TEST_CASE("Evictor: random policies leave no key safe") {
  for (const auto policy : {EvictionPolicy::kAllkeysRandom, EvictionPolicy::kVolatileRandom}) {
    Fixture fixture(policy);
    const int64_t expiry_ms = fixture.now_ms + 1'000'000;
    for (int i = 0; i < 2000; ++i) fixture.Set(Name('o', i), expiry_ms);
    fixture.SetNow(fixture.now_ms + 60'000);
    for (int i = 0; i < 2000; ++i) fixture.Set(Name('n', i), expiry_ms);
    fixture.Evict(1000);
    CHECK(fixture.CountOf("0:n") > 400);
    CHECK(fixture.CountOf("0:n") < 600);
  }
}

TEST_CASE("Evictor: candidates that were removed, replaced or swapped away do no harm") {
  Fixture fixture(EvictionPolicy::kAllkeysLru, 5, 7);
  storage::Random random(99);
  for (int round = 0; round < 20'000; ++round) {
    const std::string key = Name('k', static_cast<int>(random.Below(500)));
    const uint64_t choice = random.Below(100);
    if (choice < 50) {
      // Another size: another record.
      fixture.Set(key + std::string(random.Below(3) * 20, 'x'));
    } else if (choice < 70) {
      fixture.Touch(key);
    } else if (choice < 80) {
      Database& db = fixture.keyspace.database(0);
      const storage::Key k = fixture.keyspace.MakeKey(key);
      if (const Found found = db.Find(k, storage::kWrite)) db.Erase(k, found);
    } else if (choice == 80) {
      fixture.keyspace.SwapDatabases(0, 1);
    } else if (choice == 81 && random.Below(10) == 0) {
      fixture.keyspace.database(1).Clear();
      while (fixture.keyspace.FreeSome(1)) {
      }
    } else if (fixture.keyspace.keys() > 0) {
      REQUIRE(fixture.evictor.EvictOne());
    }
    if (round % 64 == 0) fixture.SetNow(fixture.now_ms + 70);
    fixture.evictor.CheckInvariants();
  }
  fixture.Evict(fixture.keyspace.keys());
}

TEST_CASE("Evictor: a cache of volatile keys does not fill up with items of those that went") {
  Fixture fixture(EvictionPolicy::kAllkeysLru);
  for (int i = 0; i < 100'000; ++i) {
    fixture.Set(Name('k', i), fixture.now_ms + 1'000'000'000);
    if (i >= 1000) REQUIRE(fixture.evictor.EvictOne());
  }
  const Database& database = fixture.keyspace.database(0);
  const size_t index_bytes = database.memory() - database.data_bytes() - database.table().memory();
  CHECK(index_bytes < 100'000);
  fixture.keyspace.CheckInvariants();
}
