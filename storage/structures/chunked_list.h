// ChunkedList: a long list, as a deque of chunks of at most 4 KiB.
//
//   front ──> [ chunk | growing < ]   tree ──> [ chunk ] [ chunk ] .. [ chunk ]   [ > growing |
//   chunk ] <── back
//
// A node for each element would spend more on pointers than on data, and one block for all of them
// would move it. Here a push or pop works on the chunk at its end, which keeps its free space
// there, so that nothing is moved; a full chunk goes into the tree (chunk_tree.h), which finds
// elements by their position, and an empty one is replaced by the tree's next. A list grows and
// shrinks by chunks: nothing is ever moved or freed as a whole.
//
// A chunk in the tree is given a smaller piece of memory when it is far from full (elements of some
// KiB), chunks that get sparse are joined with a neighbour, and elements over 2 KiB lie apart.
//
// Cost: Push and Pop O(1), about 10 ns; by position O(log n) and a walk through half a chunk;
// ForEach and Cursor then O(1) an element. Overhead 2 bytes an element and 0.6 % for chunks.
// Lifetime: views and cursors are valid until the list is changed.
//
// Invariants, verified by CheckInvariants():
//   1. those of the tree and of each chunk; the tree's counts are those of its chunks;
//   2. size() counts the elements, memory() all memory but the object itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/structures/chunk_tree.h"
#include "storage/structures/list_chunk.h"
#include "storage/structures/list_element.h"

namespace storage {

class ChunkedList {
 public:
  explicit ChunkedList(SlabAllocator& slab) : slab_(slab), tree_(slab) {}
  ChunkedList(const ChunkedList&) = delete;
  ChunkedList& operator=(const ChunkedList&) = delete;
  ~ChunkedList();

  size_t size() const { return front_count() + tree_.elements() + back_count(); }
  bool empty() const { return size() == 0; }
  size_t memory() const { return memory_ + tree_.memory(); }
  // Some element lies outside of the chunks.
  bool has_elements_apart() const { return apart_ > 0; }

  // Adds an element. Those that change a list are refused (false; nothing has changed) only when
  // there is no memory for an element over ListElement::kInlineBytesMax. `bytes` must not lie in
  // the list.
  [[nodiscard]] bool Push(ListEnd end, std::string_view bytes) {
    if (bytes.size() > ListElement::kInlineBytesMax) [[unlikely]]
      return Insert(end == ListEnd::kFront ? 0 : size(), bytes);
    ListElement::Write(PushRoom(end, ListElement::TotalFor(bytes.size())), bytes);
    return true;
  }
  // The element at the end of a list that is not empty; and takes it away.
  std::string_view At(ListEnd end) const { return EndChunk(end)->At(end).bytes(); }
  void Pop(ListEnd end);
  // Takes `count` elements away at the end, chunk by chunk; count <= size().
  void Trim(ListEnd end, size_t count);
  // Moves whole chunks at the end, together of at most `count` elements, into `cut`, which is
  // empty: what is left to Trim is less than a chunk in the tree and one beside it. O(log n) and a
  // word for every 62 chunks that go, where all have the usual size and no element lies apart; a
  // word of each chunk, and of each element, otherwise.
  void CutOff(ListEnd end, size_t count, ChunkedList& cut);

  // By position, less than size(); Insert: at most size().
  std::string_view Get(size_t position) const;
  [[nodiscard]] bool Set(size_t position, std::string_view bytes);
  [[nodiscard]] bool Insert(size_t position, std::string_view bytes);
  void Erase(size_t position);

  // Stands at an element, or beyond either end.
  class Cursor {
   public:
    Cursor(const ChunkedList& list, size_t position) : list_(list) { Seek(position); }
    // False beyond the ends.
    bool IsValid() const { return at_ != nullptr; }
    size_t position() const { return position_; }
    std::string_view bytes() const { return ListElement(at_).bytes(); }
    void Next();
    void Previous();

   private:
    void Seek(size_t position);

    const ChunkedList& list_;
    const ListChunk* chunk_ = nullptr;
    const char* at_ = nullptr;
    size_t position_ = 0;
  };

  // Calls visit(bytes) for `count` elements from `position` on, which are there.
  template <class Visit>
  void ForEach(size_t position, size_t count, Visit&& visit) const;

  // Frees chunks at the end worth about `budget` pieces of 0.1 us, which it subtracts. False:
  // nothing is left.
  bool ReleaseSome(size_t& budget);

  void CheckInvariants() const;

 private:
  // A chunk and where its first element stands in the list.
  struct Place {
    enum class Part : uint8_t { kFront, kTree, kBack };
    Part part;
    ListChunk* chunk;
    size_t first;
  };
  // What is to be stored: inline bytes, or the pointer to memory apart.
  struct Prepared {
    std::string_view bytes;
    char* apart = nullptr;
    size_t total() const {
      return apart == nullptr ? ListElement::TotalFor(bytes.size()) : ListElement::kApartTotal;
    }
    void Write(char* to) const {
      if (apart == nullptr) return ListElement::Write(to, bytes);
      ListElement::WriteApart(to, apart);
    }
  };

  ListChunk*& end_chunk(ListEnd end) { return ends_[static_cast<size_t>(end)]; }
  ListChunk* end_chunk(ListEnd end) const { return ends_[static_cast<size_t>(end)]; }
  size_t front_count() const { return ends_[0] == nullptr ? 0 : ends_[0]->count(); }
  size_t back_count() const { return ends_[1] == nullptr ? 0 : ends_[1]->count(); }
  // Position in the tree of the list's `position`.
  size_t InTree(size_t position) const { return position - front_count(); }

  char* PushRoom(ListEnd end, size_t total) {
    ListChunk* chunk = end_chunk(end);
    if (chunk == nullptr || chunk->room(end) < total) [[unlikely]]
      chunk = OpenEnd(end, total);
    return chunk->Push(end, total);
  }
  ListChunk* OpenEnd(ListEnd end, size_t total);
  void Seal(ListEnd end);
  void TakeFromTree(ListEnd end);
  // The chunk with the element at the end of the list.
  const ListChunk* EndChunk(ListEnd end) const;

  static bool IsOdd(const ListChunk& chunk) { return chunk.capacity() != ListChunk::kCapacityMax; }
  void MoveAccount(ChunkedList& cut);
  bool Prepare(std::string_view bytes, Prepared& element);
  void FreeApart(const ListElement& element);
  void FreeApartOf(const ListChunk& chunk);
  ListChunk* NewChunk(size_t capacity, ListEnd growing);
  void FreeChunk(ListChunk* chunk);
  // A chunk with the same elements in a piece of memory that suits `bytes`; frees the old one.
  ListChunk* Refit(ListChunk* chunk, size_t bytes, ListEnd growing);

  Place Locate(size_t position) const;
  void InsertInside(size_t position, const Prepared& element);
  bool InsertAtBoundary(size_t position, const Place& place, const Prepared& element);
  // Puts an element into a chunk that has the room in all, or can get it.
  void InsertIntoChunk(const Place& place, size_t index, const Prepared& element);
  static bool CanTake(const ListChunk& chunk, size_t total) {
    return chunk.used() + total <= ListChunk::kCapacityMax;
  }
  void SplitInTree(const Place& place);
  void Tidy(const Place& place);
  void ReplaceInChunk(const Place& place, size_t index, const Prepared& element);

  SlabAllocator& slab_;
  ListChunk* ends_[2] = {nullptr, nullptr};
  ChunkTree tree_;
  size_t memory_ = 0;  // of chunks and of what elements keep apart
  size_t apart_ = 0;   // elements that lie apart
  size_t odd_ = 0;     // chunks that are not as large as a chunk can be
};

template <class Visit>
void ChunkedList::ForEach(size_t position, size_t count, Visit&& visit) const {
  while (count > 0) {
    const Place place = Locate(position);
    const size_t index = position - place.first;
    const size_t here = place.chunk->count() - index;
    const size_t visited = here < count ? here : count;
    const char* at = place.chunk->Find(index);
    for (size_t i = 0; i < visited; ++i) {
      const ListElement element(at);
      visit(element.bytes());
      at += element.total();
    }
    position += visited;
    count -= visited;
  }
}

}  // namespace storage
