// A collection of the simplest kind goes through all that a database does with collections.

#include "storage/keyspace/opened.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "storage/keyspace/keyspace.h"
#include "tests/support/no_listener.h"

namespace {

using storage::CollectionHandle;
using storage::Database;
using storage::Found;
using storage::Key;
using storage::Keyspace;
using storage::Opened;

size_t live_structures = 0;

// Bytes, one an element.
class ByteStructure final : public storage::Structure {
 public:
  explicit ByteStructure(std::string initial) : bytes(std::move(initial)) { ++live_structures; }
  ~ByteStructure() override { --live_structures; }
  size_t memory() const override { return sizeof *this + bytes.size(); }
  size_t size() const override { return bytes.size(); }
  bool may_have_large_elements() const override { return false; }
  std::string_view encoding_name() const override { return "bytes"; }
  std::unique_ptr<Structure> Clone() const override {
    return std::make_unique<ByteStructure>(bytes);
  }
  bool ReleaseSome(size_t& budget) override {
    const size_t released = std::min(budget, bytes.size());
    bytes.resize(bytes.size() - released);
    budget -= released;
    return !bytes.empty();
  }
  void CheckInvariants() const override {}

  std::string bytes;
};

// A pack of up to 200 bytes, then a structure.
class Bag {
 public:
  static constexpr storage::Type kType = storage::Type::kSet;
  explicit Bag(CollectionHandle& handle) : handle_(handle) {}

  std::string Bytes() const {
    if (handle_.is_structure()) return structure().bytes;
    return std::string(handle_.pack().substr(std::min<size_t>(2, handle_.pack().size())));
  }
  void Set(const std::string& bytes) {
    if (!handle_.is_structure() && bytes.size() > 200) {
      handle_.Become(std::make_unique<ByteStructure>(bytes));
    } else if (handle_.is_structure()) {
      structure().bytes = bytes;
      handle_.NoteChange();
    } else {
      char* to = handle_.Resize(2 + bytes.size());
      const uint16_t count = static_cast<uint16_t>(bytes.size());
      std::memcpy(to, &count, 2);
      std::memcpy(to + 2, bytes.data(), bytes.size());
    }
  }

 private:
  ByteStructure& structure() const { return static_cast<ByteStructure&>(*handle_.structure()); }
  CollectionHandle& handle_;
};

struct Fixture {
  storage::Random random{7};
  tests::NoListener listener;
  Keyspace keyspace{2, {}, random, listener};
  Database& database = keyspace.database(0);

  Found Find(std::string_view key) { return database.Find(keyspace.MakeKey(key), storage::kWrite); }
  bool Set(std::string_view key, const std::string& bytes) {
    Opened<Bag> bag(database, keyspace.MakeKey(key), Find(key));
    bag->Set(bytes);
    const bool erased = bag.Close();
    keyspace.CheckInvariants();
    return erased;
  }
  std::string Get(std::string_view key) {
    return Opened<Bag>(database, keyspace.MakeKey(key), Find(key))->Bytes();
  }
  void FreeAll() {
    while (keyspace.FreeSome(1)) {
    }
  }
};

TEST_CASE("Opened: a collection of any size is kept, and erased with its last element") {
  Fixture f;
  std::map<std::string, std::string> model;
  for (int round = 0; round < 20'000; ++round) {
    const std::string key = "key" + std::to_string(f.random.Below(40));
    const bool was_there = model.contains(key);
    const std::string bytes(f.random.Below(4) == 0 ? 0 : f.random.Below(260),
                            static_cast<char>('a' + round % 26));
    CHECK(f.Set(key, bytes) == (was_there && bytes.empty()));
    if (bytes.empty()) {
      model.erase(key);
    } else {
      model[key] = bytes;
    }
    CHECK(f.Get(key) == bytes);
    CHECK(f.database.size() == model.size());
  }
  for (const auto& [key, bytes] : model) CHECK(f.Get(key) == bytes);
  f.FreeAll();
  f.database.Clear();
  f.FreeAll();
  CHECK(f.database.data_bytes() == 0);
  CHECK(f.keyspace.slab().used_bytes() == 0);
  CHECK(live_structures == 0);
}

TEST_CASE("Opened: a change keeps the expiry, a replacement drops it and may have another type") {
  Fixture f;
  const Key key = f.keyspace.MakeKey("key");
  f.keyspace.SetNow(1000, 1000);
  REQUIRE(f.database.SetString(key, Found(), "text", storage::ExpiryChange::Set(5000)));
  {
    Opened<Bag> bag(f.database, key, f.Find("key"), storage::Replacing());
    bag->Set(std::string(300, 'x'));
    CHECK(f.Find("key")->bytes() == "text");  // until it is closed
    CHECK(!bag.Close());
  }
  CHECK(f.Find("key")->type() == storage::Type::kSet);
  CHECK(!f.Find("key")->has_expiry());
  CHECK(f.Find("key")->encoding_name() == "bytes");
  f.database.SetExpiry(key, f.Find("key"), 7000);
  f.Set("key", std::string(400, 'y'));
  CHECK(f.Find("key")->expiry_ms() == 7000);
  CHECK(f.Get("key") == std::string(400, 'y'));
  {
    Opened<Bag> bag(f.database, key, f.Find("key"), storage::Replacing());
    CHECK(bag.Close());
  }
  CHECK(f.database.size() == 0);
  f.keyspace.CheckInvariants();
}

TEST_CASE("Opened: collections are copied, moved and swapped with their memory") {
  Fixture f;
  Database& other = f.keyspace.database(1);
  const Key target = f.keyspace.MakeKey("target");
  for (const size_t size : {5u, 300u}) {
    f.Set("key", std::string(size, 'x'));
    REQUIRE(f.database.CopyTo(f.Find("key"), other, target, other.Find(target, storage::kPeek)));
    f.Set("key", std::string(size, 'y'));
    f.keyspace.CheckInvariants();
    CHECK(Opened<Bag>(other, target, other.Find(target, storage::kPeek))->Bytes() ==
          std::string(size, 'x'));
    const Key moved = f.keyspace.MakeKey("moved");
    f.database.MoveTo(f.keyspace.MakeKey("key"), f.Find("key"), other, moved);
    f.keyspace.CheckInvariants();
    CHECK(Opened<Bag>(other, moved, other.Find(moved, storage::kPeek))->Bytes() ==
          std::string(size, 'y'));
    other.Erase(moved, other.Find(moved, storage::kPeek));
    f.keyspace.CheckInvariants();
  }
}

TEST_CASE("Keyspace: a large structure is freed in slices") {
  Fixture f;
  f.Set("key", std::string(10'000, 'x'));
  f.database.Erase(f.keyspace.MakeKey("key"), f.Find("key"));
  CHECK(f.keyspace.pending_objects() == 1);
  CHECK(f.keyspace.memory() < 10'000);
  int steps = 0;
  while (f.keyspace.FreeSome(1)) ++steps;
  CHECK(steps >= 10'000 / 512);
  CHECK(f.keyspace.pending_objects() == 0);
  CHECK(live_structures == 0);
}

}  // namespace
