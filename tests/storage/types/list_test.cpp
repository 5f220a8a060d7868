// List in a keyspace against a deque, through both of its forms; and what OBJECT ENCODING says.

#include "storage/types/list.h"

#include <doctest/doctest.h>

#include <deque>
#include <string>

#include "storage/base/random.h"
#include "storage/keyspace/keyspace.h"
#include "storage/keyspace/opened.h"
#include "tests/support/no_listener.h"

using storage::Encoding;
using storage::List;
using storage::ListEnd;
using storage::ListpackEntryBytes;
using storage::ListpackLimit;
using storage::Opened;
using storage::Random;

namespace {

struct Fixture {
  explicit Fixture(uint64_t seed = 1) : random(seed) {}

  tests::NoListener listener;
  Random random;
  storage::Keyspace keyspace{1, {}, random, listener};
  storage::Database& database = keyspace.database(0);
  std::deque<std::string> model;

  storage::Key key() { return keyspace.MakeKey("list"); }
  storage::Found Find() { return database.Find(key(), storage::kPeek); }
  template <class Use>
  bool With(Use&& use) {
    Opened<List> list(database, key(), Find());
    use(*list);
    list->CheckInvariants();
    return list.Close();
  }
  std::string_view encoding_name() { return Find()->encoding_name(); }
  void Push(size_t elements, const std::string& element) {
    With([&](List& list) {
      for (size_t i = 0; i < elements; ++i) {
        list.ExpectGrowth(1, element.size());
        REQUIRE(list.Push(ListEnd::kBack, element));
      }
    });
  }
  void Step(const std::string& element) {
    const auto end = static_cast<ListEnd>(random.Below(2));
    const size_t position = random.Below(model.size() + 1);
    const auto at = model.begin() + static_cast<ptrdiff_t>(position);
    const bool is_front = end == ListEnd::kFront;
    const uint64_t kind = random.Below(10);
    With([&](List& list) {
      if (kind < 4) {
        REQUIRE(list.Push(end, element));
        model.insert(is_front ? model.begin() : model.end(), element);
      } else if (kind == 4) {
        REQUIRE(list.Insert(position, element));
        model.insert(at, element);
      } else if (model.empty()) {
        REQUIRE(list.empty());
      } else if (kind < 7) {
        REQUIRE(list.At(end) == (is_front ? model.front() : model.back()));
        list.Pop(end);
        model.erase(is_front ? model.begin() : model.end() - 1);
      } else if (kind == 7 && position < model.size()) {
        REQUIRE(list.Set(position, element));
        *at = element;
      } else if (kind == 8 && position < model.size()) {
        REQUIRE(list.Get(position) == *at);
        list.Erase(position);
        model.erase(at);
      } else if (kind == 9) {
        const size_t count = random.Below(model.size() / 8 + 1);
        list.Trim(end, count);
        const auto cut = static_cast<ptrdiff_t>(count);
        is_front ? model.erase(model.begin(), model.begin() + cut)
                 : model.erase(model.end() - cut, model.end());
      }
    });
  }
  void Check() {
    keyspace.CheckInvariants();
    REQUIRE(static_cast<bool>(Find()) == !model.empty());
    With([&](List& list) {
      REQUIRE(list.size() == model.size());
      size_t at = 0;
      list.ForEach(0, list.size(), [&](std::string_view e) { REQUIRE(e == model[at++]); });
      for (List::Cursor c(list, 0); c.IsValid(); c.Next())
        REQUIRE(c.bytes() == model[c.position()]);
      for (List::Cursor c(list, at - 1); c.IsValid(); c.Previous()) {
        REQUIRE(c.position() == --at);
        REQUIRE(c.bytes() == model[at]);
      }
      REQUIRE(at == 0);
    });
  }
};

}  // namespace

TEST_CASE("List: behaves like a deque as a pack and as a structure") {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Fixture f(seed);
    const size_t usual = seed % 4 == 0 ? 400 : 10 * seed;
    for (int step = 0; step < 3000; ++step) {
      size_t bytes = f.random.Below(usual);
      if (f.random.Below(500) == 0) bytes = 2000 + f.random.Below(9000);
      f.Step(std::to_string(step) + std::string(bytes, 'x'));
      if (step % 20 == 0) f.Check();
    }
    f.Check();
  }
}

TEST_CASE("List: what is trimmed from a long list goes later, and the rest behaves like a deque") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    Fixture f(seed);
    const size_t size = 150'000 + f.random.Below(1000);
    f.With([&](List& list) {
      for (size_t i = 0; i < size; ++i) {
        const std::string element = std::to_string(i);
        list.ExpectGrowth(1, element.size());
        REQUIRE(list.Push(ListEnd::kBack, element));
        f.model.push_back(element);
      }
    });
    for (const size_t kept : {size - size / 2, size_t{30000}, size_t{9000}, size_t{4}, size_t{0}}) {
      const size_t gone = f.model.size() - kept;
      const bool is_front = f.random.Below(2) == 0;
      f.With([&](List& list) {
        list.Trim(is_front ? ListEnd::kFront : ListEnd::kBack, gone);
        if (kept > 0) list.NoteShrinking();
      });
      const auto cut = static_cast<ptrdiff_t>(gone);
      is_front ? f.model.erase(f.model.begin(), f.model.begin() + cut)
               : f.model.erase(f.model.end() - cut, f.model.end());
      f.Check();
      if (gone > 20'000) CHECK(f.keyspace.HasRemains());
      while (f.keyspace.FreeSome(1)) {
      }
      f.Check();
      if (kept == 0) continue;
      CHECK(f.encoding_name() == (kept < 1000 ? "listpack" : "quicklist"));
      for (int step = 0; step < 50; ++step) f.Step(std::to_string(step));
      f.Check();
      while (f.model.size() > kept) {
        f.With([](List& list) { list.Pop(ListEnd::kBack); });
        f.model.pop_back();
      }
    }
  }
}

TEST_CASE("List: stays in its record up to 4 KiB and for elements up to 2 KiB") {
  Fixture f;
  f.Push(10, std::string(300, 'a'));
  CHECK(f.Find()->encoding() == Encoding::kPack);
  f.Push(4, std::string(300, 'a'));
  CHECK(f.Find()->encoding() == Encoding::kStructure);
  CHECK(f.encoding_name() == "listpack");

  Fixture g;
  g.Push(1, std::string(2048, 'a'));
  CHECK(g.Find()->encoding() == Encoding::kPack);
  g.Push(1, std::string(2049, 'a'));
  CHECK(g.Find()->encoding() == Encoding::kStructure);
  CHECK(g.encoding_name() == "listpack");
}

TEST_CASE("List: says quicklist beyond list-max-listpack-size, and listpack again below half") {
  Fixture f;
  // An entry of 98 bytes takes 101 in a listpack: 80 of them and the header are 8087 bytes.
  f.Push(80, std::string(98, 'a'));
  CHECK(f.encoding_name() == "listpack");
  f.Push(1, std::string(98, 'a'));
  CHECK(f.encoding_name() == "listpack");  // 8087 + 98 <= 8192: Redis leaves out the overhead
  f.Push(1, std::string(98, 'a'));
  CHECK(f.encoding_name() == "quicklist");
  const auto pop_until = [&](size_t size) {
    f.With([&](List& list) {
      while (list.size() > size) {
        list.Pop(ListEnd::kFront);
        list.NoteShrinking();
      }
    });
  };
  pop_until(41);  // 4148 bytes
  CHECK(f.encoding_name() == "quicklist");
  pop_until(40);  // 4047 bytes
  CHECK(f.encoding_name() == "listpack");
}

TEST_CASE("List: counts entries where list-max-listpack-size is a number of them") {
  Fixture f;
  f.keyspace.set_collection_limits({.list_max_listpack_size = 4});
  f.Push(4, "a");
  CHECK(f.encoding_name() == "listpack");
  f.Push(1, "a");
  CHECK(f.encoding_name() == "quicklist");
  f.With([](List& list) {
    list.Trim(ListEnd::kBack, 2);
    list.NoteShrinking();
  });
  CHECK(f.encoding_name() == "quicklist");
  f.With([](List& list) {
    list.Trim(ListEnd::kBack, 1);
    list.NoteShrinking();
  });
  CHECK(f.encoding_name() == "listpack");
}

TEST_CASE("List: a copy is equal and apart") {
  for (const size_t elements : {3u, 3000u}) {
    CAPTURE(elements);
    Fixture f;
    f.Push(elements, "some element");
    f.Push(1, std::string(5000, 'x'));
    const storage::Key other = f.keyspace.MakeKey("other");
    REQUIRE(f.database.CopyTo(f.Find(), f.database, other, storage::Found()));
    f.With([](List& list) { list.Trim(ListEnd::kFront, 2); });
    Opened<List> copy(f.database, other, f.database.Find(other, storage::kPeek));
    copy->CheckInvariants();
    CHECK(copy->size() == elements + 1);
    CHECK(copy->At(ListEnd::kFront) == "some element");
    CHECK(copy->At(ListEnd::kBack) == std::string(5000, 'x'));
    f.keyspace.CheckInvariants();
  }
}

TEST_CASE("List: what is emptied is no key any more, and what was large is freed in slices") {
  Fixture f;
  f.Push(2, "a");
  CHECK(f.With([](List& list) { list.Trim(ListEnd::kFront, 2); }));
  CHECK_FALSE(f.Find());
  f.Push(200'000, "an element of a long list");
  const size_t before = f.keyspace.slab().used_bytes();
  f.database.Erase(f.key(), f.Find());
  CHECK(f.keyspace.slab().used_bytes() > before / 2);
  int slices = 0;
  while (f.keyspace.FreeSome(1)) ++slices;
  CHECK(slices > 1);
  CHECK(f.keyspace.slab().used_bytes() < before / 10);
  f.keyspace.CheckInvariants();
}

TEST_CASE("ListpackEntryBytes: as Redis counts them") {
  const std::pair<std::string, size_t> cases[] = {{"", 2},
                                                  {"0", 2},
                                                  {"127", 2},
                                                  {"128", 3},
                                                  {"-1", 3},
                                                  {"4095", 3},
                                                  {"-4096", 3},
                                                  {"4096", 4},
                                                  {"-32768", 4},
                                                  {"32768", 5},
                                                  {"8388607", 5},
                                                  {"8388608", 6},
                                                  {"-2147483648", 6},
                                                  {"2147483648", 10},
                                                  {"007", 5},
                                                  {"9223372036854775807", 10},
                                                  {"9223372036854775808", 21},
                                                  {std::string(63, 'x'), 65},
                                                  {std::string(64, 'x'), 67},
                                                  {std::string(125, 'x'), 128},
                                                  {std::string(126, 'x'), 130},
                                                  {std::string(4095, 'x'), 4099},
                                                  {std::string(4096, 'x'), 4103},
                                                  {std::string(16378, 'x'), 16385},
                                                  {std::string(16379, 'x'), 16387}};
  for (const auto& [bytes, expected] : cases) {
    CAPTURE(bytes.substr(0, 30));
    CAPTURE(bytes.size());
    CHECK(ListpackEntryBytes(bytes) == expected);
  }
}

TEST_CASE("ListpackLimit: bytes by class, entries with a limit of bytes") {
  CHECK(ListpackLimit(-1).bytes == 4096);
  CHECK(ListpackLimit(-2).bytes == 8192);
  CHECK(ListpackLimit(-5).bytes == 65536);
  CHECK(ListpackLimit(-9).bytes == 65536);
  CHECK(ListpackLimit(0).entries == 1);
  CHECK(ListpackLimit(7).IsExceeded(100, 8));
  CHECK_FALSE(ListpackLimit(7).IsExceeded(8192, 7));
  CHECK(ListpackLimit(7).IsExceeded(8193, 7));
  // Back to a listpack: at half, and where entries are limited within what one node takes.
  CHECK(ListpackLimit(-2).IsHalfEmpty(4096, 4000));
  CHECK_FALSE(ListpackLimit(-2).IsHalfEmpty(4097, 1));
  CHECK(ListpackLimit(1000).IsHalfEmpty(8196, 500));
  CHECK_FALSE(ListpackLimit(1000).IsHalfEmpty(8196, 501));
  CHECK_FALSE(ListpackLimit(1000).IsHalfEmpty(8197, 10));
  CHECK_FALSE(ListpackLimit(0).IsHalfEmpty(10, 1));
}
