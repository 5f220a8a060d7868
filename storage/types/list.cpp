#include "storage/types/list.h"

#include <cstring>
#include <utility>

#include "storage/base/check.h"

namespace storage {

// -- ListStructure --

std::unique_ptr<Structure> ListStructure::Clone() const {
  auto clone = std::make_unique<ListStructure>(slab_);
  bool is_complete = true;
  list_.ForEach(0, list_.size(), [&](std::string_view bytes) {
    is_complete = is_complete && clone->list_.Push(ListEnd::kBack, bytes);
  });
  if (!is_complete) return nullptr;
  clone->listpack_bytes_ = listpack_bytes_;
  clone->is_listpack = is_listpack;
  clone->knows_listpack_bytes_ = knows_listpack_bytes_;
  return clone;
}

bool ListStructure::Set(size_t position, std::string_view bytes) {
  const size_t before = ListpackEntryBytes(list_.Get(position));
  if (!list_.Set(position, bytes)) return false;
  listpack_bytes_ += ListpackEntryBytes(bytes) - before;
  return true;
}

bool ListStructure::Insert(size_t position, std::string_view bytes) {
  if (!list_.Insert(position, bytes)) return false;
  listpack_bytes_ += ListpackEntryBytes(bytes);
  return true;
}

void ListStructure::Erase(size_t position) {
  listpack_bytes_ -= ListpackEntryBytes(list_.Get(position));
  list_.Erase(position);
}

void ListStructure::Trim(ListEnd end, size_t count) {
  // Whichever is less is counted: what goes, or what stays.
  const size_t kept = list_.size() - count;
  const bool counts_kept = kept < count;
  const bool is_front = end == ListEnd::kFront;
  size_t bytes = 0;
  const auto add = [&](std::string_view element) { bytes += ListpackEntryBytes(element); };
  if (counts_kept) {
    list_.ForEach(is_front ? count : 0, kept, add);
    listpack_bytes_ = kListpackBytesWithoutEntries + bytes;
    knows_listpack_bytes_ = true;
  } else {
    list_.ForEach(is_front ? 0 : kept, count, add);
    listpack_bytes_ -= bytes;
  }
  list_.Trim(end, count);
}

std::unique_ptr<ListStructure> ListStructure::CutOff(ListEnd end, size_t count) {
  auto cut = std::make_unique<ListStructure>(slab_);
  list_.CutOff(end, count, cut->list_);
  knows_listpack_bytes_ = false;
  cut->knows_listpack_bytes_ = false;
  CountListpackBytes();
  return cut;
}

void ListStructure::CountListpackBytes() {
  if (knows_listpack_bytes_ || list_.size() > kListpackElementsMax) return;
  listpack_bytes_ = kListpackBytesWithoutEntries;
  list_.ForEach(0, list_.size(),
                [&](std::string_view element) { listpack_bytes_ += ListpackEntryBytes(element); });
  knows_listpack_bytes_ = true;
}

void ListStructure::CheckInvariants() const {
  list_.CheckInvariants();
  CHECK_INVARIANT(knows_listpack_bytes_ || !is_listpack);
  if (!knows_listpack_bytes_) return;
  size_t bytes = kListpackBytesWithoutEntries;
  list_.ForEach(0, list_.size(),
                [&](std::string_view element) { bytes += ListpackEntryBytes(element); });
  CHECK_INVARIANT(bytes == listpack_bytes_);
}

// -- what OBJECT ENCODING says --

void List::ExpectGrowth(size_t elements, size_t bytes) {
  const ListpackLimit limit(handle_.limits().list_max_listpack_size);
  if (handle_.is_structure()) {
    const ListStructure& now = structure();
    if (now.is_listpack && limit.IsExceeded(now.listpack_bytes() + bytes, now.size() + elements)) {
      Changing().is_listpack = false;
    }
    return;
  }
  const size_t count = size();
  // A listpack takes at most a byte more for an element than a pack.
  const size_t at_most = handle_.pack().size() + count + kListpackBytesWithoutEntries;
  if (!limit.IsExceeded(at_most + bytes, count + elements)) [[likely]]
    return;
  size_t now = kListpackBytesWithoutEntries;
  ForEach(0, count, [&](std::string_view element) { now += ListpackEntryBytes(element); });
  if (!limit.IsExceeded(now + bytes, count + elements)) return;
  BecomeStructure();
  structure().is_listpack = false;
}

void List::NoteShrinking() {
  if (!handle_.is_structure() || structure().is_listpack) return;
  const ListpackLimit limit(handle_.limits().list_max_listpack_size);
  structure().CountListpackBytes();
  if (limit.IsHalfEmpty(structure().listpack_bytes(), size())) Changing().is_listpack = true;
}

void List::SayByContents() {
  if (!handle_.is_structure()) return ExpectGrowth(0, 0);
  const ListpackLimit limit(handle_.limits().list_max_listpack_size);
  Changing().is_listpack = !limit.IsExceeded(structure().listpack_bytes(), size());
}

// -- the pack --

const char* List::Find(size_t position) const {
  const size_t count = size();
  if (position <= count / 2) {
    const char* at = handle_.pack().data() + kHeaderBytes;
    for (size_t i = 0; i < position; ++i) at += ListElement::TotalAt(at);
    return at;
  }
  const char* at = PackEnd();
  for (size_t i = count; i > position; --i) at = ListElement::Before(at);
  return at;
}

// Whether a pack of `bytes_before` bytes can take the element.
bool List::FitsPack(size_t bytes_before, std::string_view bytes) const {
  return bytes.size() <= ListElement::kInlineBytesMax &&
         bytes_before + ListElement::TotalFor(bytes.size()) <= CollectionHandle::kPackBytesMax;
}

void List::BecomeStructure() {
  auto made = std::make_unique<ListStructure>(handle_.environment().slab);
  ForEach(0, size(), [&](std::string_view bytes) {
    const bool is_pushed = made->Push(ListEnd::kBack, bytes);
    CHECK_INVARIANT(is_pushed);  // elements of a pack are short
  });
  handle_.Become(std::move(made));
}

char* List::ReplaceInPack(const char* at, size_t old_total, size_t new_total, size_t count) {
  const size_t size = handle_.pack().size();
  const size_t offset = size == 0 ? kHeaderBytes : static_cast<size_t>(at - handle_.pack().data());
  const size_t old_end = size == 0 ? kHeaderBytes : offset + old_total;
  const size_t behind = size == 0 ? 0 : size - old_end;
  const size_t new_size = old_end + behind - old_total + new_total;
  char* pack = handle_.Resize(new_size > size ? new_size : size);
  std::memmove(pack + offset + new_total, pack + old_end, behind);
  if (new_size < size) pack = handle_.Resize(new_size);
  const uint16_t stored = static_cast<uint16_t>(count);
  std::memcpy(pack, &stored, sizeof stored);
  return pack + offset;
}

// -- both --

bool List::Push(ListEnd end, std::string_view bytes) {
  if (!handle_.is_structure()) {
    const size_t before = handle_.pack().size();
    if (FitsPack(before == 0 ? kHeaderBytes : before, bytes)) {
      const char* at = end == ListEnd::kFront ? handle_.pack().data() + kHeaderBytes : PackEnd();
      ListElement::Write(ReplaceInPack(at, 0, ListElement::TotalFor(bytes.size()), size() + 1),
                         bytes);
      return true;
    }
    return Insert(end == ListEnd::kFront ? 0 : size(), bytes);
  }
  return Changing().Push(end, bytes);
}

std::string_view List::At(ListEnd end) const {
  if (handle_.is_structure()) return structure().list().At(end);
  const char* at = end == ListEnd::kFront ? handle_.pack().data() + kHeaderBytes
                                          : ListElement::Before(PackEnd());
  return ListElement(at).bytes();
}

void List::Pop(ListEnd end) {
  if (handle_.is_structure()) return Changing().Pop(end);
  Trim(end, 1);
}

void List::Trim(ListEnd end, size_t count) {
  if (handle_.is_structure()) {
    if (count > kTrimmedAtOnceMax) {
      const size_t kept = size() - count;
      handle_.Discard(Changing().CutOff(end, count));
      count = size() - kept;
    }
    return Changing().Trim(end, count);
  }
  if (count == 0) return;
  const size_t kept = size() - count;
  const char* begin = end == ListEnd::kFront ? Find(0) : Find(kept);
  const char* behind = end == ListEnd::kFront ? Find(count) : PackEnd();
  ReplaceInPack(begin, static_cast<size_t>(behind - begin), 0, kept);
}

std::string_view List::Get(size_t position) const {
  if (handle_.is_structure()) return structure().list().Get(position);
  return ListElement(Find(position)).bytes();
}

bool List::Set(size_t position, std::string_view bytes) {
  if (!handle_.is_structure()) {
    const char* at = Find(position);
    const size_t old_total = ListElement::TotalAt(at);
    if (FitsPack(handle_.pack().size() - old_total, bytes)) {
      const size_t total = ListElement::TotalFor(bytes.size());
      ListElement::Write(ReplaceInPack(at, old_total, total, size()), bytes);
      return true;
    }
    BecomeStructure();
  }
  return Changing().Set(position, bytes);
}

bool List::Insert(size_t position, std::string_view bytes) {
  if (!handle_.is_structure()) {
    const size_t before = handle_.pack().size();
    if (before != 0 && FitsPack(before, bytes)) {
      const size_t total = ListElement::TotalFor(bytes.size());
      ListElement::Write(ReplaceInPack(Find(position), 0, total, size() + 1), bytes);
      return true;
    }
    BecomeStructure();
  }
  return Changing().Insert(position, bytes);
}

void List::Erase(size_t position) {
  if (handle_.is_structure()) return Changing().Erase(position);
  const char* at = Find(position);
  ReplaceInPack(at, ListElement::TotalAt(at), 0, size() - 1);
}

// -- cursor --

List::Cursor::Cursor(const List& list, size_t position) {
  if (list.handle_.is_structure()) {
    chunks_.emplace(list.structure().list(), position);
    return;
  }
  position_ = position;
  size_ = list.size();
  if (position < size_) at_ = list.Find(position);
}

void List::Cursor::Next() {
  if (chunks_) return chunks_->Next();
  at_ += ListElement::TotalAt(at_);
  ++position_;
}

void List::Cursor::Previous() {
  if (chunks_) return chunks_->Previous();
  // Before the first element stands the count: there is nothing to read.
  if (position_ != 0) at_ = ListElement::Before(at_);
  --position_;
}

void List::CheckInvariants() const {
  if (handle_.is_structure()) return structure().CheckInvariants();
  const size_t count = size();
  if (count == 0) return;
  const char* at = handle_.pack().data() + kHeaderBytes;
  for (size_t i = 0; i < count; ++i) {
    const size_t total = ListElement::TotalAt(at);
    CHECK_INVARIANT(at + total <= PackEnd() && ListElement::Before(at + total) == at);
    at += total;
  }
  CHECK_INVARIANT(at == PackEnd());
}

}  // namespace storage
