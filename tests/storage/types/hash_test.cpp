// Hash against std::map, as a pack and as a table, with and without expiries of fields.

#include "storage/types/hash.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "tests/support/collection_fixture.h"

using storage::CollectionLimits;
using storage::FieldEntry;
using storage::FieldExpiry;
using storage::FieldTable;
using storage::Hash;
using storage::HashField;
using storage::Random;
using tests::CollectionFixture;

namespace {

struct ModelField {
  std::string value;
  int64_t expiry_ms = FieldEntry::kNoExpiry;
};
using Model = std::map<std::string, ModelField>;

std::string_view SaysOf(const CollectionFixture& f) {
  return f.handle.is_structure() ? f.handle.structure()->encoding_name() : "listpack";
}

std::string RandomText(Random& random, uint64_t range) {
  const uint64_t number = random.Below(range);
  const std::string text = "f" + std::to_string(number);
  return number % 50 == 0 ? text + std::string(number % 400, 'x') : text;
}

void Compare(CollectionFixture& f, const Hash& hash, const Model& model) {
  if (f.handle.is_structure()) f.handle.structure()->CheckInvariants();
  Model walked;
  hash.view().ForEach([&](const HashField& field) {
    REQUIRE(
        walked
            .emplace(std::string(field.name), ModelField{std::string(field.value), field.expiry_ms})
            .second);
  });
  REQUIRE(walked.size() == model.size());
  for (const auto& [name, field] : model) {
    const auto found = hash.Find(name);
    REQUIRE(found);
    REQUIRE(found->value == field.value);
    REQUIRE(found->expiry_ms == field.expiry_ms);
    REQUIRE(walked[name].value == field.value);
  }
  size_t scanned = 0;
  uint64_t cursor = 0;
  do {
    cursor = hash.view().Scan(cursor, 10, [&](const HashField& field) {
      scanned += model.contains(std::string(field.name));
    });
  } while (cursor != 0);
  REQUIRE(scanned == model.size());
}

// Removes from the model what has expired by now.
void Pass(CollectionFixture& f, Model& model, int64_t milliseconds) {
  f.environment.now_ms += milliseconds;
  std::erase_if(model, [&](const auto& each) {
    return each.second.expiry_ms >= 0 && each.second.expiry_ms <= f.environment.now_ms;
  });
}

void SetOne(CollectionFixture& f, Hash& hash, Model& model, const std::string& name) {
  const std::string value = RandomText(f.random, 300);
  const FieldExpiry expiry = f.random.Below(2) == 0 ? FieldExpiry::kClear : FieldExpiry::kKeep;
  const bool is_new = !model.contains(name);
  REQUIRE(hash.Set(name, value, expiry) == is_new);
  ModelField& field = model[name];
  field.value = value;
  if (expiry == FieldExpiry::kClear) field.expiry_ms = FieldEntry::kNoExpiry;
}

void RunAgainstModel(uint64_t seed, size_t steps, bool has_expiries) {
  CollectionLimits limits;
  if (seed % 3 == 1) limits = {.hash_max_listpack_entries = 20, .hash_max_listpack_value = 20};
  if (seed % 3 == 2) limits = {.hash_max_listpack_entries = 9000, .hash_max_listpack_value = 9000};
  CollectionFixture f(seed, limits);
  Hash hash(f.handle);
  Model model;
  const uint64_t range = 20 + f.random.Below(2000);
  for (size_t step = 0; step < steps; ++step) {
    CAPTURE(step);
    const std::string name = RandomText(f.random, range);
    REQUIRE(hash.Find(name).has_value() == model.contains(name));
    const uint64_t draw = f.random.Below(10);
    if (draw < (step < steps / 2 ? 7u : 3u)) {
      SetOne(f, hash, model, name);
    } else if (draw < 9 || !has_expiries) {
      REQUIRE(hash.Erase(name) == (model.erase(name) > 0));
    } else if (model.contains(name)) {
      const int64_t at_ms = f.random.Below(5) == 0 ? FieldEntry::kNoExpiry
                                                   : f.environment.now_ms + 1 +
                                                         static_cast<int64_t>(f.random.Below(500));
      hash.SetExpiry(name, at_ms);
      model[name].expiry_ms = at_ms;
    }
    if (has_expiries && f.random.Below(4) == 0) Pass(f, model, 1);
    if (step % 200 == 0) Compare(f, hash, model);
  }
  Compare(f, hash, model);
}

}  // namespace

TEST_CASE("Hash: behaves like a map of texts under any sequence of operations, in every form") {
  for (uint64_t seed = 1; seed <= 18; ++seed) {
    CAPTURE(seed);
    RunAgainstModel(seed, 3000, false);
  }
}

TEST_CASE("Hash: a field with an expiry is not seen once its time has come") {
  for (uint64_t seed = 1; seed <= 18; ++seed) {
    CAPTURE(seed);
    RunAgainstModel(seed, 3000, true);
  }
}

TEST_CASE("Hash: is a listpack until it has too many fields or a long one") {
  for (const int fields : {512, 513}) {
    CollectionFixture f(1);
    Hash hash(f.handle);
    for (int i = 0; i < fields; ++i) hash.Set(std::to_string(i), "", FieldExpiry::kClear);
    CHECK(SaysOf(f) == (fields == 512 ? "listpack" : "hashtable"));
  }
  for (const size_t size : {64u, 65u}) {
    for (const bool is_value : {false, true}) {
      CollectionFixture f(1);
      Hash hash(f.handle);
      const std::string text(size, 'x');
      hash.Set(is_value ? "field" : text, is_value ? text : "value", FieldExpiry::kClear);
      CHECK(SaysOf(f) == (size == 64 ? "listpack" : "hashtable"));
    }
  }
}

TEST_CASE("Hash: what no pack can hold still says listpack") {
  CollectionFixture f(1);
  Hash hash(f.handle);
  for (int i = 0; i < 500; ++i) hash.Set("field" + std::to_string(i), "value", FieldExpiry::kClear);
  CHECK(f.handle.is_structure());
  CHECK(SaysOf(f) == "listpack");
  CollectionFixture g(1, {.hash_max_listpack_value = 1000});
  Hash other(g.handle);
  other.Set("f", "short", FieldExpiry::kClear);
  other.Set("f", std::string(1000, 'x'), FieldExpiry::kClear);
  CHECK(g.handle.is_structure());
  CHECK(SaysOf(g) == "listpack");
  other.Set("f", std::string(1001, 'x'), FieldExpiry::kClear);
  CHECK(SaysOf(g) == "hashtable");
}

TEST_CASE("Hash: many fields announced at once make it a hashtable") {
  CollectionFixture f(1);
  Hash hash(f.handle);
  hash.Expect(512);
  hash.Set("f", "v", FieldExpiry::kClear);
  CHECK(SaysOf(f) == "listpack");
  hash.Expect(513);
  CHECK(SaysOf(f) == "hashtable");
  CHECK(hash.Find("f")->value == "v");
}

TEST_CASE("Hash: an expiry of a field makes a listpack a listpackex, and stays with the field") {
  CollectionFixture f(1);
  Hash hash(f.handle);
  hash.Set("f", "v", FieldExpiry::kClear);
  hash.SetExpiry("f", 5000);
  CHECK(SaysOf(f) == "listpackex");
  hash.Set("f", "w", FieldExpiry::kKeep);
  CHECK(hash.Find("f")->expiry_ms == 5000);
  hash.Set("f", std::string(50, 'x'), FieldExpiry::kKeep);
  CHECK(hash.Find("f")->expiry_ms == 5000);
  hash.Set("f", "v", FieldExpiry::kClear);
  CHECK(hash.Find("f")->expiry_ms == FieldEntry::kNoExpiry);
  CHECK(SaysOf(f) == "listpackex");
}

TEST_CASE("FieldTable: a copy shares nothing and has the expiries, and all memory comes back") {
  CollectionFixture f(1);
  {
    FieldTable table(f.slab, f.hasher, storage::SaidEncoding::kHashtable);
    for (int i = 0; i < 5000; ++i) {
      table.Put("field:" + std::to_string(i), std::string(static_cast<size_t>(i % 300), 'x'),
                i % 3 == 0 ? 5000 + i : FieldEntry::kNoExpiry);
    }
    table.CheckInvariants();
    const std::unique_ptr<storage::Structure> clone = table.Clone();
    clone->CheckInvariants();
    CHECK(clone->size() == 5000);
    CHECK(static_cast<const FieldTable&>(*clone).volatile_fields() == table.volatile_fields());
    // Not later than the first, and not much earlier.
    CHECK(static_cast<const FieldTable&>(*clone).NextExpiryMs() <= 5000);
    CHECK(static_cast<const FieldTable&>(*clone).NextExpiryMs() > 4000);
  }
  CHECK(f.slab.used_bytes() == 0);
}

TEST_CASE(
    "FieldTable: tells which fields are due, exactly and in time, with and without an index") {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    CollectionFixture f(seed);
    FieldTable table(f.slab, f.hasher, storage::SaidEncoding::kHashtable);
    std::map<std::string, int64_t> model;  // expiries
    const uint64_t range = seed % 2 == 0 ? 100 : 3000;
    int64_t now_ms = int64_t{1} << 40;
    for (int step = 0; step < 20000; ++step) {
      CAPTURE(step);
      const std::string name = "f" + std::to_string(f.random.Below(range));
      const int64_t at_ms = f.random.Below(3) == 0
                                ? FieldEntry::kNoExpiry
                                : now_ms + 1 + static_cast<int64_t>(f.random.Below(2000));
      table.set_now_ms(now_ms);
      const uint64_t draw = f.random.Below(10);
      if (draw < 6) {
        table.Put(name, std::string(f.random.Below(20), 'x'), at_ms);
        model[name] = at_ms;
      } else if (draw < 8 && model.contains(name)) {
        table.SetExpiry(name, at_ms);
        model[name] = at_ms;
      } else if (draw == 8) {
        REQUIRE(table.Erase(name) == (model.erase(name) > 0));
      }
      if (f.random.Below(3) > 0) continue;
      now_ms += static_cast<int64_t>(f.random.Below(5));
      std::vector<std::string> expired;
      while (table.NextExpiryMs() <= now_ms) table.ExpireElements(now_ms, 7, expired);
      for (const std::string& field : expired) {
        REQUIRE(model.contains(field));
        REQUIRE((model[field] >= 0 && model[field] <= now_ms));
        model.erase(field);
      }
      if (step % 50 != 0) continue;
      table.CheckInvariants();
      REQUIRE(table.size() == model.size());
      for (const auto& [field, expiry_ms] : model) REQUIRE((expiry_ms < 0 || expiry_ms > now_ms));
    }
  }
}
