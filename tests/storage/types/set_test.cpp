// Set against std::set, in all its forms and from one to the next.

#include "storage/types/set.h"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "storage/types/string.h"
#include "tests/support/collection_fixture.h"

using storage::CollectionLimits;
using storage::MemberTable;
using storage::Random;
using storage::Set;
using storage::SetView;
using tests::CollectionFixture;

namespace {

std::string_view SaysOf(const Set& set) {
  return storage::NameOf(set.view().said());
}

std::string RandomMember(Random& random, uint64_t kind, uint64_t range) {
  const uint64_t number = random.Below(range);
  if (kind == 0) return std::to_string(static_cast<int64_t>(number) * 1000 - 5000);
  if (kind == 1) return "member:" + std::to_string(number);
  if (number % 7 == 0) return std::string(number % 300, 'x') + std::to_string(number);
  return std::to_string(number * number * number * 12345);
}

void Compare(CollectionFixture& f, const Set& set, const std::set<std::string>& model) {
  const SetView view = set.view();
  if (f.handle.is_structure()) f.handle.structure()->CheckInvariants();
  REQUIRE(view.size() == model.size());
  std::set<std::string> walked;
  view.ForEach([&](std::string_view member) { REQUIRE(walked.emplace(member).second); });
  REQUIRE(walked == model);
  std::set<std::string> scanned;
  uint64_t cursor = 0;
  do {
    cursor = view.Scan(cursor, 10, [&](std::string_view member) { scanned.emplace(member); });
  } while (cursor != 0);
  REQUIRE(scanned == model);
}

void RunAgainstModel(uint64_t seed, size_t steps) {
  // Small limits in some runs, so that each conversion happens, and large ones in others, so that
  // packs are full first.
  CollectionLimits limits;
  if (seed % 3 == 1) limits = {.set_max_intset_entries = 20, .set_max_listpack_entries = 40};
  if (seed % 3 == 2) limits = {.set_max_intset_entries = 5000, .set_max_listpack_entries = 5000};
  CollectionFixture f(seed, limits);
  Set set(f.handle);
  std::set<std::string> model;
  const uint64_t range = 50 + f.random.Below(3000);
  for (size_t step = 0; step < steps; ++step) {
    CAPTURE(step);
    const std::string member = RandomMember(f.random, seed % 4 < 2 ? seed % 2 : 2, range);
    REQUIRE(set.view().Contains(member) == model.contains(member));
    // Grows first, shrinks later.
    if (f.random.Below(10) < (step < steps / 2 ? 8u : 3u)) {
      REQUIRE(set.Add(member) == model.insert(member).second);
    } else {
      REQUIRE(set.Erase(member) == (model.erase(member) > 0));
    }
    if (step % 200 == 0) Compare(f, set, model);
  }
  Compare(f, set, model);
}

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

}  // namespace

TEST_CASE("Set: behaves like a set of texts under any sequence of operations, in every form") {
  for (uint64_t seed = 1; seed <= 24; ++seed) {
    CAPTURE(seed);
    RunAgainstModel(seed, 3000);
  }
}

TEST_CASE("Set: integers are an intset until there are too many of them") {
  CollectionFixture f(1);
  Set set(f.handle);
  for (const std::string& number : Numbers(512)) set.Add(number);
  CHECK(SaysOf(set) == "intset");
  CHECK_FALSE(set.Add("511"));
  CHECK(SaysOf(set) == "intset");
  set.Add("512");
  CHECK(SaysOf(set) == "hashtable");
  CHECK(set.size() == 513);
}

TEST_CASE("Set: integers that no pack can hold still say intset") {
  CollectionFixture f(1);
  Set set(f.handle);
  for (int i = 0; i < 512; ++i) set.Add(std::to_string(INT64_MAX - i));
  CHECK(f.handle.is_structure());
  CHECK(SaysOf(set) == "intset");
  set.Add("word");
  CHECK(SaysOf(set) == "hashtable");
}

TEST_CASE("Set: another text makes an intset a listpack, or a hashtable where that is too large") {
  CollectionFixture f(1);
  Set set(f.handle);
  for (const std::string& number : Numbers(127)) set.Add(number);
  set.Add("word");
  CHECK(SaysOf(set) == "listpack");
  CHECK(set.size() == 128);
  set.Add("another");
  CHECK(SaysOf(set) == "hashtable");

  CollectionFixture g(1);
  Set larger(g.handle);
  for (const std::string& number : Numbers(128)) larger.Add(number);
  larger.Add("word");
  CHECK(SaysOf(larger) == "hashtable");
}

TEST_CASE("Set: a long member makes it a hashtable, one that only packs refuse does not") {
  CollectionFixture f(1);
  Set set(f.handle);
  set.Add("short");
  set.Add(std::string(64, 'x'));
  CHECK(SaysOf(set) == "listpack");
  set.Add(std::string(65, 'x'));
  CHECK(SaysOf(set) == "hashtable");

  CollectionFixture g(1, {.set_max_listpack_value = 1000});
  Set other(g.handle);
  other.Add(std::string(1000, 'x'));
  CHECK(g.handle.is_structure());
  CHECK(SaysOf(other) == "listpack");
  other.Add(std::string(1001, 'x'));
  CHECK(SaysOf(other) == "hashtable");
}

TEST_CASE("Set: what a request announces decides the first form") {
  const struct {
    size_t members;
    std::string_view first;
    std::string_view says;
  } kCases[] = {
      {1, "1", "intset"},     {512, "1", "intset"},    {513, "1", "hashtable"},
      {128, "a", "listpack"}, {129, "a", "hashtable"}, {1, "a", "listpack"},
  };
  for (const auto& each : kCases) {
    CAPTURE(each.members);
    CAPTURE(each.first);
    CollectionFixture f(1);
    Set set(f.handle);
    set.Expect(each.members);
    set.Add(each.first);
    CHECK(SaysOf(set) == each.says);
  }
}

TEST_CASE("Set: LookUp answers for each text, in order") {
  for (const int count : {100, 5000}) {
    CollectionFixture f(1);
    Set set(f.handle);
    for (int i = 0; i < count; i += 2) set.Add("m" + std::to_string(i));
    std::vector<std::string> texts;
    for (int i = 0; i < count; ++i) texts.push_back("m" + std::to_string(i));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    size_t next = 0;
    set.view().LookUp(views, [&](size_t index, bool is_member) {
      REQUIRE(index == next++);
      REQUIRE(is_member == (index % 2 == 0));
    });
    CHECK(next == views.size());
  }
}

TEST_CASE("Set: each member is as likely to be the random one") {
  for (const int size : {5, 100, 600, 3000}) {
    for (const bool are_integers : {true, false}) {
      CAPTURE(size);
      CAPTURE(are_integers);
      CollectionFixture f(7);
      Set set(f.handle);
      for (int i = 0; i < size; ++i) set.Add((are_integers ? "" : "m") + std::to_string(i));
      std::map<std::string, int> counts;
      storage::MemberScratch scratch;
      for (int i = 0; i < size * 100; ++i) {
        ++counts[std::string(set.view().RandomMember(f.random, scratch))];
      }
      CHECK(counts.size() == static_cast<size_t>(size));
      for (const auto& [member, count] : counts) {
        CAPTURE(member);
        CHECK(count > 40);
        CHECK(count < 180);
      }
    }
  }
}

TEST_CASE("MemberTable: a copy shares nothing, and memory comes back in steps") {
  CollectionFixture f(1);
  {
    MemberTable table(f.slab, f.hasher, storage::SaidEncoding::kHashtable);
    for (int i = 0; i < 10000; ++i) table.Add("member:" + std::to_string(i));
    table.Add(std::string(100000, 'x'));
    CHECK(table.memory() > 10000 * 24 + 100000);
    CHECK(table.memory() < 10000 * 40 + 120000);
    std::unique_ptr<storage::Structure> clone = table.Clone();
    clone->CheckInvariants();
    table.Erase("member:1");
    CHECK(clone->size() == 10001);
    CHECK(static_cast<MemberTable&>(*clone).Contains("member:1"));
    size_t rounds = 0;
    for (bool has_more = true; has_more; ++rounds) {
      size_t budget = 1000;
      has_more = clone->ReleaseSome(budget);
    }
    CHECK(rounds > 5);
  }
  CHECK(f.slab.used_bytes() == 0);
}
