// ListElement and ListChunk: the form of elements, and a chunk against a deque.

#include "storage/structures/list_chunk.h"

#include <doctest/doctest.h>

#include <deque>
#include <string>
#include <vector>

#include "storage/base/random.h"

using storage::ListChunk;
using storage::ListElement;
using storage::ListEnd;
using storage::Random;
using storage::SlabAllocator;

TEST_CASE("ListElement: every inline length is read back from both ends") {
  std::vector<char> memory(2 * ListElement::kInlineBytesMax);
  for (size_t length = 0; length <= ListElement::kInlineBytesMax; ++length) {
    const std::string bytes(length, static_cast<char>('a' + length % 26));
    ListElement::Write(memory.data() + 1, bytes);
    const ListElement element(memory.data() + 1);
    REQUIRE(element.bytes() == bytes);
    REQUIRE(element.total() == ListElement::TotalFor(length));
    REQUIRE(ListElement::TotalAt(memory.data() + 1) == element.total());
    REQUIRE_FALSE(element.is_apart());
    REQUIRE(element.memory_apart() == 0);
    REQUIRE(ListElement::Before(memory.data() + 1 + element.total()) == memory.data() + 1);
  }
}

TEST_CASE("ListElement: longer bytes lie apart, and their memory is counted and freed") {
  SlabAllocator slab;
  for (const size_t length : {2049u, 4096u, 16384u, 1000000u}) {
    CAPTURE(length);
    const std::string bytes(length, 'x');
    char place[ListElement::kApartTotal];
    CHECK(ListElement::TotalFor(length) == sizeof place);
    ListElement::WriteApart(place, ListElement::TryMakeApart(slab, bytes));
    const ListElement element(place);
    CHECK(element.bytes() == bytes);
    CHECK(element.is_apart());
    CHECK(element.total() == sizeof place);
    CHECK(ListElement::TotalAt(place) == sizeof place);
    CHECK(ListElement::Before(place + sizeof place) == place);
    CHECK(element.memory_apart() == slab.used_bytes());
    element.FreeApart(slab);
    CHECK(slab.used_bytes() == 0);
  }
}

namespace {

void CheckAgainst(const ListChunk& chunk, const std::deque<std::string>& model) {
  chunk.CheckInvariants();
  REQUIRE(chunk.count() == model.size());
  for (size_t i = 0; i < model.size(); ++i) {
    REQUIRE(ListElement(chunk.Find(i)).bytes() == model[i]);
  }
  REQUIRE(chunk.Find(model.size()) == chunk.end());
  if (model.empty()) return;
  REQUIRE(chunk.At(ListEnd::kFront).bytes() == model.front());
  REQUIRE(chunk.At(ListEnd::kBack).bytes() == model.back());
}

}  // namespace

TEST_CASE("ListChunk: behaves like a deque, wherever its free space is") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    SlabAllocator slab;
    Random random(seed);
    ListChunk* chunk = ListChunk::Create(slab, 1000, ListEnd::kBack);
    std::deque<std::string> model;
    for (int step = 0; step < 5000; ++step) {
      const std::string bytes(random.Below(random.Below(10) == 0 ? 400 : 20), 'e');
      const size_t total = ListElement::TotalFor(bytes.size());
      const auto end = static_cast<ListEnd>(random.Below(2));
      const size_t free = chunk->capacity() - chunk->used();
      const size_t index = random.Below(model.size() + 1);
      const auto at = model.begin() + static_cast<ptrdiff_t>(index);
      switch (random.Below(6)) {
        case 0:
          if (chunk->room(end) < total) break;
          ListElement::Write(chunk->Push(end, total), bytes);
          model.insert(end == ListEnd::kFront ? model.begin() : model.end(), bytes);
          break;
        case 1:
          if (model.empty()) break;
          chunk->Pop(end, chunk->At(end).total());
          model.erase(end == ListEnd::kFront ? model.begin() : model.end() - 1);
          break;
        case 2:
          chunk->Slide(end);
          CHECK(chunk->room(end) == free);
          break;
        case 3:
          if (free < total) break;
          ListElement::Write(chunk->Replace(chunk->Find(index), 0, total, 1), bytes);
          model.insert(at, bytes);
          break;
        case 4: {
          if (index == model.size()) break;
          const size_t old = ListElement::TotalAt(chunk->Find(index));
          if (free + old < total) break;
          ListElement::Write(chunk->Replace(chunk->Find(index), old, total, 0), bytes);
          *at = bytes;
          break;
        }
        default:
          if (index == model.size()) break;
          chunk->Replace(chunk->Find(index), ListElement::TotalAt(chunk->Find(index)), 0, -1);
          model.erase(at);
      }
      CheckAgainst(*chunk, model);
    }
    ListChunk::Destroy(slab, chunk);
    CHECK(slab.used_bytes() == 0);
  }
}

TEST_CASE("ListChunk: a tail that moves out and comes back changes nothing") {
  SlabAllocator slab;
  ListChunk* chunk = ListChunk::Create(slab, 500, ListEnd::kFront);
  std::deque<std::string> model;
  for (int i = 0; i < 40; ++i) {
    model.push_front(std::to_string(i * i));
    ListElement::Write(chunk->Push(ListEnd::kFront, model.front().size() + 2), model.front());
  }
  for (size_t kept = 0; kept <= model.size(); ++kept) {
    ListChunk* tail = ListChunk::Create(slab, 500, ListEnd::kBack);
    chunk->MoveTail(kept, *tail);
    CheckAgainst(*chunk, {model.begin(), model.begin() + static_cast<ptrdiff_t>(kept)});
    CheckAgainst(*tail, {model.begin() + static_cast<ptrdiff_t>(kept), model.end()});
    chunk->Append(*tail);
    CheckAgainst(*chunk, model);
    ListChunk::Destroy(slab, tail);
  }
  ListChunk* copy = chunk->CopyTo(slab, 3000, ListEnd::kFront);
  CheckAgainst(*copy, model);
  CHECK(copy->room(ListEnd::kBack) == 0);
  ListChunk::Destroy(slab, copy);
  ListChunk::Destroy(slab, chunk);
  CHECK(slab.used_bytes() == 0);
}
