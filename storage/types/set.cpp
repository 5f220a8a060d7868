#include "storage/types/set.h"

#include <algorithm>

#include "storage/types/string.h"

namespace storage {
namespace {

std::string_view TextOf(int64_t value, MemberScratch& scratch) {
  const char* end = FormatInt64(scratch.data(), value);
  return {scratch.data(), static_cast<size_t>(end - scratch.data())};
}

}  // namespace

// --- reading ------------------------------------------------------------------------------------

size_t SetView::size() const {
  if (encoding_ == Encoding::kStructure) return table_->size();
  return MemberPack(pack_).size();  // the count stands at the same place in an IntSet
}

bool SetView::Contains(std::string_view member) const {
  if (encoding_ == Encoding::kStructure) return table_->Contains(member);
  if (encoding_ == Encoding::kPack) return MemberPack(pack_).Find(member) != kNotInPack;
  const auto integer = IntegerForm(member);
  return integer && IntSet(pack_).Contains(*integer);
}

std::string_view SetView::RandomMember(Random& random, MemberScratch& scratch) const {
  if (encoding_ == Encoding::kStructure) return table_->RandomEntry(random)->key();
  const size_t index = random.Below(size());
  if (encoding_ == Encoding::kPack) return MemberPack(pack_).At(index)[0];
  return TextOf(IntSet(pack_).At(index), scratch);
}

SaidEncoding SetView::said() const {
  if (encoding_ == Encoding::kStructure) return table_->said();
  return encoding_ == Encoding::kIntSet ? SaidEncoding::kIntSet : SaidEncoding::kListpack;
}

std::span<const std::string_view> SetWalk::Next() {
  members_.clear();
  if (is_at_end_ && entries_.empty()) return members_;
  if (set_.encoding_ == Encoding::kStructure) {
    NextOfTable();
  } else if (set_.encoding_ == Encoding::kIntSet) {
    NextIntegers();
  } else {
    MemberPack(set_.pack_).ForEach([&](const auto& entry) { members_.push_back(entry[0]); });
    is_at_end_ = true;
  }
  return members_;
}

void SetWalk::NextIntegers() {
  const IntSet integers(set_.pack_);
  const size_t count = std::min(integers.size() - index_, kTogether);
  for (size_t i = 0; i < count; ++i) {
    members_.push_back(TextOf(integers.At(index_++), digits_[i]));
  }
  is_at_end_ = index_ == integers.size();
}

// Entries are looked at one call after they were gathered, when they are in the cache.
void SetWalk::NextOfTable() {
  if (entries_.empty()) {
    cursor_ = set_.table_->Gather(cursor_, entries_);
    is_at_end_ = cursor_ == 0;
  }
  const size_t count = entries_.size();
  if (!is_at_end_) {
    cursor_ = set_.table_->Gather(cursor_, entries_);
    is_at_end_ = cursor_ == 0;
  }
  for (size_t i = 0; i < count; ++i) members_.push_back(entries_[i]->key());
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(count));
}

// --- forms --------------------------------------------------------------------------------------

// Whether a listpack of `size` members may take this one.
bool Set::FitsListpack(std::string_view member, size_t size) const {
  return size < handle_.limits().set_max_listpack_entries &&
         member.size() <= handle_.limits().set_max_listpack_value;
}

void Set::Expect(size_t members) {
  const CollectionLimits& limits = handle_.limits();
  if (handle_.element_count() == 0) {
    expected_ = members;
    return;
  }
  const SaidEncoding said = view().said();
  const bool exceeds =
      (said == SaidEncoding::kListpack && members > limits.set_max_listpack_entries) ||
      (said == SaidEncoding::kIntSet && members > limits.set_max_intset_entries);
  if (!exceeds) return;
  if (handle_.is_structure()) {
    table().Say(SaidEncoding::kHashtable);
    handle_.NoteChange();
  } else {
    BecomeTable(SaidEncoding::kHashtable);
  }
}

void Set::BecomeTable(SaidEncoding said) {
  auto table =
      std::make_unique<MemberTable>(handle_.environment().slab, handle_.environment().hasher, said);
  view().ForEach([&](std::string_view member) { table->Add(member); });
  handle_.Become(std::move(table));
}

// From an intset; into a table where it does not fit a pack.
void Set::BecomePack() {
  std::vector<int64_t> integers;
  const IntSet set(handle_.pack());
  size_t bytes = MemberPack::kHeaderBytes;
  MemberScratch scratch;
  for (size_t i = 0; i < set.size(); ++i) {
    integers.push_back(set.At(i));
    bytes += MemberPack::BytesFor({TextOf(set.At(i), scratch)});
  }
  if (bytes > kPackBytesMax) return BecomeTable(SaidEncoding::kListpack);
  handle_.Resize(0);
  handle_.set_encoding(Encoding::kPack);
  for (const int64_t integer : integers) MemberPack::Append(handle_, {TextOf(integer, scratch)});
}

void Set::BecomeIntSetIfPossible() {
  if (handle_.encoding() != Encoding::kPack) return;
  const MemberPack pack(handle_.pack());
  if (pack.size() > handle_.limits().set_max_intset_entries) return;
  std::vector<int64_t> integers;
  pack.ForEach([&](const auto& entry) {
    if (const auto integer = IntegerForm(entry[0])) integers.push_back(*integer);
  });
  // Text shorter than its integer's bytes: 4096 bytes of text may be too many of integers.
  if (integers.size() != pack.size() || integers.size() * sizeof(int64_t) > kPackBytesMax / 2) {
    return;
  }
  handle_.Resize(0);
  handle_.set_encoding(Encoding::kIntSet);
  for (const int64_t integer : integers) IntSet::Add(handle_, integer);
}

void Set::SayAsIfNew() {
  if (!handle_.is_structure() || size() == 0) return;
  const CollectionLimits& limits = handle_.limits();
  bool only_integers = true;
  bool only_short = true;
  view().ForEach([&](std::string_view member) {
    only_integers = only_integers && IntegerForm(member).has_value();
    only_short = only_short && member.size() <= limits.set_max_listpack_value;
  });
  SaidEncoding said = SaidEncoding::kHashtable;
  if (only_short && size() <= limits.set_max_listpack_entries) said = SaidEncoding::kListpack;
  if (only_integers && size() <= limits.set_max_intset_entries) said = SaidEncoding::kIntSet;
  table().Say(said);
  handle_.NoteChange();
}

// --- writing ------------------------------------------------------------------------------------

bool Set::Add(std::string_view member) {
  if (handle_.is_structure()) return AddToTable(member);
  if (handle_.element_count() == 0) Start(member);
  if (handle_.is_structure()) return AddToTable(member);
  return handle_.encoding() == Encoding::kIntSet ? AddToIntSet(member) : AddToPack(member);
}

// Chooses the form of an empty set by its first member.
void Set::Start(std::string_view member) {
  const CollectionLimits& limits = handle_.limits();
  if (!is_started_ && expected_ <= limits.set_max_intset_entries && IntegerForm(member)) {
    handle_.set_encoding(Encoding::kIntSet);
  } else if (is_started_ || expected_ <= limits.set_max_listpack_entries) {
    handle_.set_encoding(Encoding::kPack);
  } else {
    BecomeTable(SaidEncoding::kHashtable);
  }
}

// The text of an integer is longest at one of the ends.
size_t Set::LongestInteger() const {
  const IntSet set(handle_.pack());
  if (set.size() == 0) return 0;
  MemberScratch scratch;
  return std::max(TextOf(set.At(0), scratch).size(),
                  TextOf(set.At(set.size() - 1), scratch).size());
}

bool Set::AddToIntSet(std::string_view member) {
  const CollectionLimits& limits = handle_.limits();
  const size_t size = handle_.element_count();
  if (const auto integer = IntegerForm(member)) {
    if (IntSet(handle_.pack()).Contains(*integer)) return false;
    if (size >= limits.set_max_intset_entries) {
      BecomeTable(SaidEncoding::kHashtable);
      return table().Add(member);
    }
    if (IntSet::Add(handle_, *integer) == IntSet::AddOutcome::kAdded) return true;
    BecomeTable(SaidEncoding::kIntSet);
    return table().Add(member);
  }
  if (!FitsListpack(member, size) || LongestInteger() > limits.set_max_listpack_value) {
    BecomeTable(SaidEncoding::kHashtable);
  } else {
    BecomePack();
  }
  return handle_.is_structure() ? AddToTable(member) : AddToPack(member);
}

bool Set::AddToPack(std::string_view member) {
  const MemberPack pack(handle_.pack());
  if (pack.Find(member) != kNotInPack) return false;
  if (!FitsListpack(member, pack.size())) {
    BecomeTable(SaidEncoding::kHashtable);
    return table().Add(member);
  }
  if (!pack.HasRoomFor({member})) {
    BecomeTable(SaidEncoding::kListpack);
    return table().Add(member);
  }
  MemberPack::Append(handle_, {member});
  return true;
}

bool Set::AddToTable(std::string_view member) {
  MemberTable& members = table();
  if (!members.Add(member)) return false;
  handle_.NoteChange();
  if (members.said() == SaidEncoding::kHashtable) [[likely]]
    return true;
  const CollectionLimits& limits = handle_.limits();
  const size_t size_before = members.size() - 1;
  const bool is_integer = IntegerForm(member).has_value();
  if (members.said() == SaidEncoding::kIntSet && is_integer) {
    if (members.size() > limits.set_max_intset_entries) members.Say(SaidEncoding::kHashtable);
    return true;
  }
  bool fits = FitsListpack(member, size_before);
  if (fits && members.said() == SaidEncoding::kIntSet) {
    view().ForEach([&](std::string_view other) {
      fits = fits && other.size() <= limits.set_max_listpack_value;
    });
  }
  members.Say(fits ? SaidEncoding::kListpack : SaidEncoding::kHashtable);
  return true;
}

bool Set::Erase(std::string_view member) {
  if (handle_.is_structure()) {
    if (!table().Erase(member)) return false;
    handle_.NoteChange();
    return true;
  }
  if (handle_.encoding() == Encoding::kIntSet) {
    const auto integer = IntegerForm(member);
    return integer && IntSet::Erase(handle_, *integer);
  }
  const size_t index = MemberPack(handle_.pack()).Find(member);
  if (index == kNotInPack) return false;
  MemberPack::Erase(handle_, index);
  return true;
}

}  // namespace storage
