// Pack against a vector of entries, in the forms of a set, a hash and a sorted set.

#include "storage/structures/pack.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "storage/base/random.h"
#include "tests/support/pack_store.h"

using storage::Pack;
using storage::Random;
using tests::PackStore;

namespace {

template <size_t kColumns>
struct ModelEntry {
  std::array<std::string, kColumns> parts;
  std::string fixed;
};

std::string RandomBytes(Random& random, size_t size) {
  std::string bytes(size, '\0');
  // Few different bytes, so that elements and tags are often alike.
  for (char& byte : bytes) byte = static_cast<char>('a' + random.Below(2));
  return bytes;
}

std::string RandomElement(Random& random) {
  return RandomBytes(random, random.Below(50) == 0 ? random.Below(255) : random.Below(12));
}

// One run of random operations on a pack with these columns.
template <size_t kColumns, size_t kFixed>
class Run {
 public:
  using PackType = Pack<kColumns, kFixed>;

  explicit Run(uint64_t seed) : random_(seed) {}

  void Step() {
    const uint64_t draw = random_.Below(100);
    if (draw < 50) return Insert();
    if (draw < 65) return Erase();
    if (draw < 90) return Replace();
    if (draw < 92 && random_.Below(20) == 0) return EraseMany();
    Look(RandomElement(random_));
  }

  void Compare() {
    const PackType pack(store_.pack());
    pack.CheckInvariants();
    REQUIRE(pack.size() == model_.size());
    size_t index = 0;
    pack.ForEach([&](const auto& entry) {
      for (size_t i = 0; i < kColumns; ++i) REQUIRE(entry[i] == model_[index].parts[i]);
      REQUIRE(std::string(entry.fixed(), kFixed) == model_[index].fixed);
      ++index;
    });
    REQUIRE(index == model_.size());
  }

 private:
  using Parts = typename PackType::Parts;

  Parts View(const std::array<std::string, kColumns>& parts) {
    Parts views;
    for (size_t i = 0; i < kColumns; ++i) views[i] = parts[i];
    return views;
  }
  size_t Place(const std::string& element) {
    for (size_t i = 0; i < model_.size(); ++i) {
      if (model_[i].parts[0] == element) return i;
    }
    return storage::kNotInPack;
  }
  void Look(const std::string& element) {
    REQUIRE(PackType(store_.pack()).Find(element) == Place(element));
  }

  void Insert() {
    ModelEntry<kColumns> entry;
    for (std::string& part : entry.parts) part = RandomElement(random_);
    entry.fixed = RandomBytes(random_, kFixed);
    Look(entry.parts[0]);
    if (Place(entry.parts[0]) != storage::kNotInPack) return;
    if (!PackType(store_.pack()).HasRoomFor(View(entry.parts))) {
      REQUIRE(store_.pack().size() + 1 + kColumns + kFixed + 255 * kColumns >
              storage::kPackBytesMax);
      return EraseMany();
    }
    const size_t at = random_.Below(model_.size() + 1);
    PackType::Insert(store_, at, View(entry.parts), entry.fixed.data());
    model_.insert(model_.begin() + static_cast<ptrdiff_t>(at), entry);
  }

  void Erase() {
    if (model_.empty()) return;
    const size_t at = random_.Below(model_.size());
    PackType::Erase(store_, at);
    model_.erase(model_.begin() + static_cast<ptrdiff_t>(at));
  }

  void EraseMany() {
    const size_t at = random_.Below(model_.size() + 1);
    const size_t count = random_.Below(model_.size() - at + 1);
    PackType::Erase(store_, at, count);
    const auto from = model_.begin() + static_cast<ptrdiff_t>(at);
    model_.erase(from, from + static_cast<ptrdiff_t>(count));
  }

  void Replace() {
    if (model_.empty()) return;
    const size_t at = random_.Below(model_.size());
    const size_t column = random_.Below(kColumns);
    const std::string part = RandomElement(random_);
    std::string& old = model_[at].parts[column];
    if (column == 0 && Place(part) != storage::kNotInPack) return;
    if (PackType(store_.pack()).HasRoomInstead(old.size(), part)) {
      PackType::Replace(store_, at, column, part);
      old = part;
    }
    if constexpr (kFixed > 0) {
      model_[at].fixed = RandomBytes(random_, kFixed);
      PackType::ReplaceFixed(store_, at, model_[at].fixed.data());
    }
  }

  Random random_;
  PackStore store_;
  std::vector<ModelEntry<kColumns>> model_;
};

template <size_t kColumns, size_t kFixed>
void CompareWithModel() {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    Run<kColumns, kFixed> run(seed);
    for (int step = 0; step < 5000; ++step) {
      CAPTURE(step);
      run.Step();
      if (step % 8 == 0) run.Compare();
    }
    run.Compare();
  }
}

}  // namespace

TEST_CASE("Pack: behaves like a vector of elements, under any sequence of operations") {
  CompareWithModel<1, 0>();
}

TEST_CASE("Pack: behaves like a vector of pairs, under any sequence of operations") {
  CompareWithModel<2, 0>();
}

TEST_CASE("Pack: behaves like a vector of elements with a fixed part") {
  CompareWithModel<1, 8>();
}

TEST_CASE("Pack: without bytes there is nothing in it") {
  const Pack<2> pack{std::string_view()};
  pack.CheckInvariants();
  CHECK(pack.empty());
  CHECK(pack.Find("a") == storage::kNotInPack);
  CHECK(pack.Find("") == storage::kNotInPack);
  size_t visited = 0;
  pack.ForEach([&](const auto&) { ++visited; });
  CHECK(visited == 0);
}

TEST_CASE("Pack: takes elements of up to 254 bytes and 4096 in all") {
  PackStore store;
  using Set = Pack<1>;
  const std::string longest(254, 'x');
  CHECK_FALSE(Set(store.pack()).HasRoomFor({longest + "x"}));
  size_t count = 0;
  for (; Set(store.pack()).HasRoomFor({longest}); ++count) Set::Append(store, {longest});
  CHECK(count == (4096 - 2) / 256);
  const size_t left = 4096 - store.pack().size();
  CHECK_FALSE(Set(store.pack()).HasRoomFor({std::string(left - 1, 'y')}));
  const std::string last(left - 2, 'y');
  REQUIRE(Set(store.pack()).HasRoomFor({last}));
  Set::Append(store, {last});
  CHECK(store.pack().size() == 4096);
  CHECK(Set(store.pack()).Find(last) == count);
  CHECK_FALSE(Set(store.pack()).HasRoomInstead(last.size(), last + "y"));
  Set::Erase(store, 0, count + 1);
  CHECK(store.pack().empty());
}
