#include "protocol/resp/argument_arena.h"

#include <doctest/doctest.h>

#include <string>

using protocol::resp::ArgumentArena;

TEST_CASE("ArgumentArena: views stand in their order, and go from the end") {
  ArgumentArena arena;
  for (int i = 0; i < 1000; ++i) arena.Add(i % 2 == 0 ? "even" : "odd");
  REQUIRE(arena.size() == 1000);
  CHECK(arena[0] == "even");
  CHECK(arena[999] == "odd");
  arena.Truncate(2);
  CHECK(arena == ArgumentArena{"even", "odd"});
  CHECK_FALSE(arena == ArgumentArena{"even"});
  arena.Clear();
  CHECK(arena.empty());
}

TEST_CASE("ArgumentArena: what one giant request took is given back") {
  ArgumentArena arena;
  REQUIRE(arena.TryReserve(1000));
  arena.Add("usual");
  arena.Clear();
  CHECK(arena.capacity() >= 1000);  // kept for the next turn
  REQUIRE(arena.TryReserve(1'000'000));
  for (int i = 0; i < 1'000'000; ++i) arena.AddReserved("x", 1);
  CHECK(arena.capacity() >= 1'000'000);
  arena.Clear();
  CHECK(arena.capacity() == 0);
  arena.Add("again");
  CHECK(arena == ArgumentArena{"again"});
}

TEST_CASE("ArgumentArena: room that no machine has is refused, and nothing is lost") {
  ArgumentArena arena{"before"};
  CHECK_FALSE(arena.TryReserve(size_t{1} << 50));
  CHECK(arena == ArgumentArena{"before"});
}
