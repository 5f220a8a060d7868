#include "storage/structures/chunked_list.h"

#include <algorithm>
#include <utility>

#include "storage/base/check.h"

namespace storage {
namespace {

// A chunk is given another piece of memory when that saves at least this much.
constexpr size_t kRefitBytesMin = ListChunk::kObjectBytes / 8;
// Neighbours that together are smaller than this become one chunk.
constexpr size_t kJoinedBytesMax = ListChunk::kCapacityMax * 3 / 4;

}  // namespace

ChunkedList::~ChunkedList() {
  size_t everything = SIZE_MAX;
  ReleaseSome(everything);
}

// -- memory --

ListChunk* ChunkedList::NewChunk(size_t capacity, ListEnd growing) {
  ListChunk* chunk = ListChunk::Create(slab_, capacity, growing);
  memory_ += chunk->memory();
  odd_ += IsOdd(*chunk);
  return chunk;
}

void ChunkedList::FreeChunk(ListChunk* chunk) {
  memory_ -= chunk->memory();
  odd_ -= IsOdd(*chunk);
  ListChunk::Destroy(slab_, chunk);
}

ListChunk* ChunkedList::Refit(ListChunk* chunk, size_t bytes, ListEnd growing) {
  ListChunk* other = chunk->CopyTo(slab_, std::min(bytes, ListChunk::kCapacityMax), growing);
  memory_ += other->memory();
  odd_ += IsOdd(*other);
  FreeChunk(chunk);
  return other;
}

bool ChunkedList::Prepare(std::string_view bytes, Prepared& element) {
  element.bytes = bytes;
  if (bytes.size() <= ListElement::kInlineBytesMax) return true;
  element.apart = ListElement::TryMakeApart(slab_, bytes);
  if (element.apart == nullptr) return false;
  memory_ += SlabAllocator::UsableSize(ListElement::ApartBytes(bytes.size()));
  ++apart_;
  return true;
}

void ChunkedList::FreeApart(const ListElement& element) {
  if (!element.is_apart()) return;
  memory_ -= element.memory_apart();
  --apart_;
  element.FreeApart(slab_);
}

void ChunkedList::FreeApartOf(const ListChunk& chunk) {
  if (apart_ == 0) return;
  for (const char* at = chunk.begin(); at != chunk.end(); at += ListElement::TotalAt(at)) {
    FreeApart(ListElement(at));
  }
}

// -- the ends --

// The chunk at the end, with room for `total` bytes there.
ListChunk* ChunkedList::OpenEnd(ListEnd end, size_t total) {
  ListChunk*& chunk = end_chunk(end);
  if (chunk != nullptr) {
    // Space that pops at the other end left. Sliding is paid for by the pushes that fill it.
    if (chunk->capacity() - chunk->used() >= std::max(total, chunk->capacity() / 2)) {
      chunk->Slide(end);
      return chunk;
    }
    if (chunk->used() + total <= ListChunk::kCapacityMax / 2) {
      return chunk = Refit(chunk, ListChunk::kCapacityMax, end);
    }
    if (chunk->empty()) {
      FreeChunk(chunk);
    } else {
      Seal(end);
    }
  }
  return chunk = NewChunk(ListChunk::kCapacityMax, end);
}

// Moves the chunk at the end, which is not empty, into the tree.
void ChunkedList::Seal(ListEnd end) {
  ListChunk* chunk = std::exchange(end_chunk(end), nullptr);
  if (chunk->capacity() - chunk->used() >= kRefitBytesMin) {
    chunk = Refit(chunk, chunk->used(), Opposite(end));
  }
  tree_.Insert(end == ListEnd::kFront ? 0 : tree_.elements(), chunk, chunk->count());
}

// Replaces the chunk at the end, which is empty or missing, by the tree's next.
void ChunkedList::TakeFromTree(ListEnd end) {
  ListChunk*& chunk = end_chunk(end);
  if (chunk != nullptr) FreeChunk(chunk);
  const size_t position = end == ListEnd::kFront ? 0 : tree_.elements() - 1;
  chunk = static_cast<ListChunk*>(tree_.Find(position).chunk);
  tree_.Erase(position);
}

const ListChunk* ChunkedList::EndChunk(ListEnd end) const {
  const ListChunk* chunk = end_chunk(end);
  if (chunk != nullptr && !chunk->empty()) return chunk;
  if (tree_.empty()) return end_chunk(Opposite(end));
  return static_cast<ListChunk*>(
      tree_.Find(end == ListEnd::kFront ? 0 : tree_.elements() - 1).chunk);
}

void ChunkedList::Pop(ListEnd end) {
  ListChunk* chunk = end_chunk(end);
  if (chunk == nullptr || chunk->empty()) [[unlikely]] {
    if (tree_.empty()) {
      chunk = end_chunk(Opposite(end));
    } else {
      TakeFromTree(end);
      chunk = end_chunk(end);
    }
  }
  const ListElement element = chunk->At(end);
  const size_t total = element.total();
  if (apart_ != 0) [[unlikely]]
    FreeApart(element);
  chunk->Pop(end, total);
}

void ChunkedList::Trim(ListEnd end, size_t count) {
  CHECK_INVARIANT(count <= size());
  while (count > 0) {
    const ListChunk* chunk = EndChunk(end);
    if (chunk == end_chunk(Opposite(end)) || chunk->count() > count) {
      Pop(end);
      --count;
      continue;
    }
    if (chunk != end_chunk(end)) TakeFromTree(end);
    ListChunk* whole = std::exchange(end_chunk(end), nullptr);
    count -= whole->count();
    FreeApartOf(*whole);
    FreeChunk(whole);
  }
}

void ChunkedList::CutOff(ListEnd end, size_t count, ChunkedList& cut) {
  CHECK_INVARIANT(cut.empty() && count <= size());
  const size_t beside = end == ListEnd::kFront ? front_count() : back_count();
  if (count <= beside) return;
  const size_t in_tree = std::min(count - beside, tree_.elements());
  const size_t kept = tree_.elements() - in_tree;
  if (end == ListEnd::kBack) {
    size_t boundary = kept;
    if (in_tree > 0) {
      const ChunkTree::Place place = tree_.Find(kept);
      if (place.first != kept) boundary = place.first + place.elements;
    }
    tree_.CutFrom(boundary, cut.tree_);
  } else {
    tree_.CutFrom(kept == 0 ? in_tree : tree_.Find(in_tree).first, cut.tree_);
    tree_.Swap(cut.tree_);
  }
  std::swap(end_chunk(end), cut.end_chunk(end));
  MoveAccount(cut);
}

// What was counted for the chunks that `cut` has now is its own.
void ChunkedList::MoveAccount(ChunkedList& cut) {
  const auto count = [&](const ListChunk* chunk) {
    cut.memory_ += chunk->memory();
    cut.odd_ += IsOdd(*chunk);
    if (apart_ == 0) return;
    for (const char* at = chunk->begin(); at != chunk->end(); at += ListElement::TotalAt(at)) {
      const ListElement element(at);
      cut.memory_ += element.memory_apart();
      cut.apart_ += element.is_apart();
    }
  };
  for (const ListChunk* chunk : cut.ends_) {
    if (chunk != nullptr) count(chunk);
  }
  if (odd_ == cut.odd_ && apart_ == 0) {
    cut.memory_ += cut.tree_.CountChunks() * SlabAllocator::UsableSize(ListChunk::kObjectBytes);
  } else {
    cut.tree_.ForEach([&](const void* chunk) { count(static_cast<const ListChunk*>(chunk)); });
  }
  memory_ -= cut.memory_;
  apart_ -= cut.apart_;
  odd_ -= cut.odd_;
}

bool ChunkedList::ReleaseSome(size_t& budget) {
  for (ListChunk*& chunk : ends_) {
    if (chunk == nullptr) continue;
    FreeApartOf(*chunk);
    FreeChunk(std::exchange(chunk, nullptr));
  }
  while (budget > 0 && !tree_.empty()) {
    auto* chunk = static_cast<ListChunk*>(tree_.Find(tree_.elements() - 1).chunk);
    budget -= std::min(budget, apart_ == 0 ? size_t{1} : chunk->count());
    tree_.Erase(tree_.elements() - 1);
    FreeApartOf(*chunk);
    FreeChunk(chunk);
  }
  return !tree_.empty();
}

// -- by position --

ChunkedList::Place ChunkedList::Locate(size_t position) const {
  CHECK_INVARIANT(position < size());
  const size_t front = front_count();
  if (position < front) return {Place::Part::kFront, ends_[0], 0};
  if (position - front >= tree_.elements()) {
    return {Place::Part::kBack, ends_[1], front + tree_.elements()};
  }
  const ChunkTree::Place place = tree_.Find(position - front);
  return {Place::Part::kTree, static_cast<ListChunk*>(place.chunk), front + place.first};
}

std::string_view ChunkedList::Get(size_t position) const {
  const Place place = Locate(position);
  return ListElement(place.chunk->Find(position - place.first)).bytes();
}

bool ChunkedList::Set(size_t position, std::string_view bytes) {
  Prepared element;
  if (!Prepare(bytes, element)) return false;
  const Place place = Locate(position);
  const size_t index = position - place.first;
  const size_t old_total = ListElement::TotalAt(place.chunk->Find(index));
  if (place.chunk->used() - old_total + element.total() <= place.chunk->capacity()) {
    ReplaceInChunk(place, index, element);
    return true;
  }
  InsertInside(position, element);
  Erase(position + 1);
  return true;
}

void ChunkedList::ReplaceInChunk(const Place& place, size_t index, const Prepared& element) {
  const char* at = place.chunk->Find(index);
  const ListElement old(at);
  const size_t old_total = old.total();
  FreeApart(old);
  element.Write(place.chunk->Replace(at, old_total, element.total(), 0));
}

bool ChunkedList::Insert(size_t position, std::string_view bytes) {
  CHECK_INVARIANT(position <= size());
  Prepared element;
  if (!Prepare(bytes, element)) return false;
  if (position == 0 || position == size()) {
    const ListEnd end = position == 0 ? ListEnd::kFront : ListEnd::kBack;
    element.Write(PushRoom(end, element.total()));
  } else {
    InsertInside(position, element);
  }
  return true;
}

// Between two elements, or before the first one.
void ChunkedList::InsertInside(size_t position, const Prepared& element) {
  for (;;) {
    const Place place = Locate(position);
    const size_t index = position - place.first;
    if (CanTake(*place.chunk, element.total())) return InsertIntoChunk(place, index, element);
    if (place.part != Place::Part::kTree) {
      Seal(place.part == Place::Part::kFront ? ListEnd::kFront : ListEnd::kBack);
    } else if (index != 0) {
      SplitInTree(place);
    } else {
      if (InsertAtBoundary(position, place, element)) return;
      ListChunk* chunk = NewChunk(ListChunk::kCapacityMax, ListEnd::kBack);
      element.Write(chunk->Push(ListEnd::kBack, element.total()));
      return tree_.Insert(InTree(position), chunk, 1);
    }
  }
}

// Before the first element of a chunk that is full: behind the last one of the chunk before it, if
// that has room.
bool ChunkedList::InsertAtBoundary(size_t position, const Place& place, const Prepared& element) {
  if (position == 0) return false;
  const Place before = Locate(position - 1);
  if (!CanTake(*before.chunk, element.total())) return false;
  InsertIntoChunk(before, place.first - before.first, element);
  return true;
}

void ChunkedList::InsertIntoChunk(const Place& place, size_t index, const Prepared& element) {
  ListChunk* chunk = place.chunk;
  const size_t bytes = chunk->used() + element.total();
  if (chunk->capacity() < bytes) {
    // With some room for what may follow.
    const ListEnd growing = place.part == Place::Part::kFront ? ListEnd::kFront : ListEnd::kBack;
    chunk = Refit(chunk, bytes + bytes / 4, growing);
  }
  element.Write(chunk->Replace(chunk->Find(index), 0, element.total(), 1));
  if (place.part == Place::Part::kTree) {
    tree_.Update(InTree(place.first), chunk, chunk->count());
  } else {
    end_chunk(place.part == Place::Part::kFront ? ListEnd::kFront : ListEnd::kBack) = chunk;
  }
}

// In two halves, by bytes as far as elements allow it.
void ChunkedList::SplitInTree(const Place& place) {
  ListChunk* chunk = place.chunk;
  const char* at = chunk->begin();
  size_t kept = 0;
  while (kept + 1 < chunk->count() &&
         (kept == 0 || static_cast<size_t>(at - chunk->begin()) < chunk->used() / 2)) {
    at += ListElement::TotalAt(at);
    ++kept;
  }
  ListChunk* tail = NewChunk(ListChunk::kCapacityMax, ListEnd::kBack);
  chunk->MoveTail(kept, *tail);
  const size_t first = InTree(place.first);
  tree_.Update(first, chunk, kept);
  tree_.Insert(first + kept, tail, tail->count());
}

void ChunkedList::Erase(size_t position) {
  const Place place = Locate(position);
  const char* at = place.chunk->Find(position - place.first);
  const ListElement element(at);
  const size_t total = element.total();
  FreeApart(element);
  // The tree wants the count without the element, but finds the chunk by one that is there.
  const bool is_last = place.chunk->count() == 1;
  place.chunk->Replace(at, total, 0, -1);
  if (place.part != Place::Part::kTree) return;
  if (is_last) {
    tree_.Erase(InTree(place.first));
    FreeChunk(place.chunk);
    return;
  }
  tree_.Update(InTree(place.first), place.chunk, place.chunk->count());
  Tidy(place);
}

// After elements have gone from a chunk in the tree: joins it with the next one when both are
// small, or gives it a smaller piece of memory.
void ChunkedList::Tidy(const Place& place) {
  ListChunk* chunk = place.chunk;
  if (chunk->used() > chunk->capacity() / 2) return;
  const size_t first = InTree(place.first);
  const size_t next_first = first + chunk->count();
  if (next_first < tree_.elements()) {
    auto* next = static_cast<ListChunk*>(tree_.Find(next_first).chunk);
    if (chunk->used() + next->used() <= kJoinedBytesMax) {
      if (chunk->capacity() < chunk->used() + next->used()) {
        chunk = Refit(chunk, chunk->used() + next->used(), ListEnd::kBack);
      }
      chunk->Append(*next);
      tree_.Erase(next_first);
      tree_.Update(first, chunk, chunk->count());
      return FreeChunk(next);
    }
  }
  if (chunk->capacity() - chunk->used() < kRefitBytesMin) return;
  chunk = Refit(chunk, chunk->used() + chunk->used() / 4, ListEnd::kBack);
  tree_.Update(first, chunk, chunk->count());
}

// -- cursor --

void ChunkedList::Cursor::Seek(size_t position) {
  position_ = position;
  at_ = nullptr;
  if (position >= list_.size()) return;
  const Place place = list_.Locate(position);
  chunk_ = place.chunk;
  at_ = chunk_->Find(position - place.first);
}

void ChunkedList::Cursor::Next() {
  at_ += ListElement::TotalAt(at_);
  ++position_;
  if (at_ == chunk_->end()) Seek(position_);
}

void ChunkedList::Cursor::Previous() {
  if (at_ == chunk_->begin()) return Seek(position_ - 1);  // SIZE_MAX: beyond the front
  at_ = ListElement::Before(at_);
  --position_;
}

// -- invariants --

void ChunkedList::CheckInvariants() const {
  tree_.CheckInvariants();
  size_t memory = 0;
  size_t apart = 0;
  size_t odd = 0;
  size_t elements = 0;
  const auto check = [&](const ListChunk& chunk) {
    chunk.CheckInvariants();
    memory += chunk.memory();
    elements += chunk.count();
    odd += IsOdd(chunk);
    for (const char* at = chunk.begin(); at != chunk.end(); at += ListElement::TotalAt(at)) {
      const ListElement element(at);
      memory += element.memory_apart();
      apart += element.is_apart();
    }
  };
  for (const ListChunk* chunk : ends_) {
    if (chunk != nullptr) check(*chunk);
  }
  for (size_t position = 0; position < tree_.elements();) {
    const ChunkTree::Place place = tree_.Find(position);
    const auto* chunk = static_cast<const ListChunk*>(place.chunk);
    CHECK_INVARIANT(chunk->count() == place.elements && place.first == position);
    check(*chunk);
    position += place.elements;
  }
  CHECK_INVARIANT(memory == memory_ && apart == apart_ && elements == size());
  CHECK_INVARIANT(odd == odd_);
}

}  // namespace storage
