// List: what the list commands work on: a pack in the record while it is small, a ChunkedList when
// it is not.
//
//   pack        [ count 2 ][ element 0 ][ element 1 ] ..     storage/structures/list_element.h
//   structure   ListStructure: a ChunkedList, and what OBJECT ENCODING says of it
//
// A pack becomes a structure with 4 KiB or an element over 2 KiB; a structure stays one. Redis
// converts by other rules, and they decide what OBJECT ENCODING replies: a "listpack" becomes a
// "quicklist" when it would exceed list-max-listpack-size, and one again when it has shrunk to half
// of that. So a structure may say "listpack"; a pack always does, since what Redis converts earlier
// becomes a structure here. Commands call ExpectGrowth before they add, NoteShrinking after they
// took away, where Redis looks. Where Redis's nodes end is not known here: a list that has shrunk
// below half of the limit, but still lies on two of its nodes, is a "quicklist" in Redis until one
// of them is gone, and a "listpack" here.
//
// Cost: that of ChunkedList; a pack is walked and moved, at most 4 KiB. Trimming a million elements
// cuts their chunks off; what says the encoding is counted again once the list is short.
// Lifetime: views and cursors are valid until the list is changed.
//
// Invariants, verified by CheckInvariants(): the elements fill the pack; ListStructure knows the
// bytes that a listpack of the same elements would take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "storage/structures/chunked_list.h"
#include "storage/types/collection_handle.h"
#include "storage/types/listpack_size.h"

namespace storage {

class ListStructure final : public Structure {
 public:
  explicit ListStructure(SlabAllocator& slab) : slab_(slab), list_(slab) {}

  size_t memory() const override { return sizeof *this + list_.memory(); }
  size_t size() const override { return list_.size(); }
  bool may_have_large_elements() const override { return list_.has_elements_apart(); }
  std::string_view encoding_name() const override { return is_listpack ? "listpack" : "quicklist"; }
  // nullptr: no memory for a long element.
  std::unique_ptr<Structure> Clone() const override;
  bool ReleaseSome(size_t& budget) override { return list_.ReleaseSome(budget); }
  void CheckInvariants() const override;

  const ChunkedList& list() const { return list_; }
  // Changes that keep count of listpack_bytes(). Those that are not void are refused when there is
  // no memory for a long element.
  [[nodiscard]] bool Push(ListEnd end, std::string_view bytes) {
    if (!list_.Push(end, bytes)) [[unlikely]]
      return false;
    listpack_bytes_ += ListpackEntryBytes(bytes);
    return true;
  }
  void Pop(ListEnd end) {
    listpack_bytes_ -= ListpackEntryBytes(list_.At(end));
    list_.Pop(end);
  }
  [[nodiscard]] bool Set(size_t position, std::string_view bytes);
  [[nodiscard]] bool Insert(size_t position, std::string_view bytes);
  void Erase(size_t position);
  void Trim(ListEnd end, size_t count);
  // Moves most of `count` elements at the end into a structure of their own, which is returned;
  // Trim is left with less than a thousand or two.
  std::unique_ptr<ListStructure> CutOff(ListEnd end, size_t count);

  // What a listpack of these elements would take in Redis; SIZE_MAX: not known, since a large part
  // was cut off, but more elements than any listpack has.
  size_t listpack_bytes() const { return knows_listpack_bytes_ ? listpack_bytes_ : SIZE_MAX; }
  // Counts them again, where they are not known and might be a listpack's.
  void CountListpackBytes();

  bool is_listpack = true;

 private:
  SlabAllocator& slab_;
  ChunkedList list_;
  size_t listpack_bytes_ = kListpackBytesWithoutEntries;
  bool knows_listpack_bytes_ = true;
};

class List {
 public:
  static constexpr Type kType = Type::kList;

  explicit List(CollectionHandle& handle) : handle_(handle) {}

  size_t size() const { return handle_.element_count(); }
  bool empty() const { return size() == 0; }

  // The list is about to get so many elements of so many bytes in all.
  void ExpectGrowth(size_t elements, size_t bytes);
  // Elements were taken away or replaced.
  void NoteShrinking();
  // The list was made as a whole: it says what its contents alone would make it say.
  void SayByContents();

  // Adds an element, which must not lie in the list. Like Set and Insert it is refused (false;
  // nothing has changed) only when there is no memory for a long element.
  [[nodiscard]] bool Push(ListEnd end, std::string_view bytes);
  // The element at the end of a list that is not empty; and takes it away.
  std::string_view At(ListEnd end) const;
  void Pop(ListEnd end);
  // Takes `count` elements away at the end; count <= size(). Those of a long list are freed later.
  void Trim(ListEnd end, size_t count);

  // By position, less than size(); Insert: at most size().
  std::string_view Get(size_t position) const;
  [[nodiscard]] bool Set(size_t position, std::string_view bytes);
  [[nodiscard]] bool Insert(size_t position, std::string_view bytes);
  void Erase(size_t position);

  // Stands at an element, or beyond either end.
  class Cursor {
   public:
    Cursor(const List& list, size_t position);
    bool IsValid() const { return chunks_ ? chunks_->IsValid() : position_ < size_; }
    size_t position() const { return chunks_ ? chunks_->position() : position_; }
    std::string_view bytes() const { return chunks_ ? chunks_->bytes() : ListElement(at_).bytes(); }
    void Next();
    void Previous();

   private:
    std::optional<ChunkedList::Cursor> chunks_;
    const char* at_ = nullptr;
    size_t position_ = 0;
    size_t size_ = 0;
  };

  // Calls visit(bytes) for `count` elements from `position` on, which are there.
  template <class Visit>
  void ForEach(size_t position, size_t count, Visit&& visit) const {
    if (handle_.is_structure()) {
      return structure().list().ForEach(position, count, std::forward<Visit>(visit));
    }
    if (count == 0) return;
    const char* at = Find(position);
    for (size_t i = 0; i < count; ++i) {
      const ListElement element(at);
      visit(element.bytes());
      at += element.total();
    }
  }

  void CheckInvariants() const;

 private:
  static constexpr size_t kHeaderBytes = sizeof(uint16_t);
  static constexpr size_t kTrimmedAtOnceMax = 8192;  // more elements are cut off, and freed later

  ListStructure& structure() const { return *static_cast<ListStructure*>(handle_.structure()); }
  // The structure, to be changed.
  ListStructure& Changing() {
    handle_.NoteChange();
    return structure();
  }
  const char* PackEnd() const { return handle_.pack().data() + handle_.pack().size(); }
  // Where element `position` of the pack begins.
  const char* Find(size_t position) const;
  bool FitsPack(size_t bytes_before, std::string_view bytes) const;
  void BecomeStructure();
  // Makes the `old_total` bytes at `at`, which are whole elements, `new_total` bytes.
  char* ReplaceInPack(const char* at, size_t old_total, size_t new_total, size_t count);

  CollectionHandle& handle_;
};

}  // namespace storage
