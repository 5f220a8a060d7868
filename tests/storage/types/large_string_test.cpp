// LargeString: sizes, zero bytes, references.
#include "storage/types/large_string.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

using storage::LargeString;

TEST_CASE("LargeString: zeroed memory is zero, also where a string was before") {
  for (int round = 0; round < 50; ++round) {
    LargeString* used = LargeString::TryCreate(20'000, 30'000);
    REQUIRE(used != nullptr);
    CHECK(used->capacity() >= 30'000);
    std::memset(used->data(), 'x', used->capacity());
    LargeString::Destroy(used);
    LargeString* zeroed = LargeString::TryCreateZeroed(25'000, 30'000);
    REQUIRE(zeroed != nullptr);
    CHECK(zeroed->size() == 25'000);
    CHECK(std::all_of(zeroed->data(), zeroed->data() + 25'000, [](char c) { return c == '\0'; }));
    LargeString::Destroy(zeroed);
  }
}

TEST_CASE("LargeString: only the last reference frees") {
  LargeString* string = LargeString::TryCreate(10, 10);
  REQUIRE(string != nullptr);
  CHECK_FALSE(string->is_shared());
  string->AddReference();
  CHECK(string->is_shared());
  CHECK_FALSE(string->DropReference());
  CHECK_FALSE(string->is_shared());
  CHECK(string->DropReference());
  LargeString::Destroy(string);
}

#ifndef CINNABAR_SANITIZED  // whose malloc ends the process instead
TEST_CASE("LargeString: a size that no memory has is refused") {
  for (const size_t size : {SIZE_MAX, SIZE_MAX / 2 + 1, SIZE_MAX / 2, SIZE_MAX / 4}) {
    CHECK(LargeString::TryCreate(size, size) == nullptr);
    CHECK(LargeString::TryCreateZeroed(size, size) == nullptr);
  }
}
#endif
