// Set: a set in any of its forms: integers (int_set.h), a pack (pack.h), a table (member_table.h).
//
//   SetView   a set to be read; SetWalk goes through it, some dozens of members at a time
//   Set       a set opened to be changed
//
// Which form it has and which it says follow Redis 7.4: integers stay integers up to
// set-max-intset-entries; other members are a listpack up to set-max-listpack-entries and -value.
// What no pack can hold is a table earlier, and says so later (said_encoding.h).
//
// Lifetime: views into a set are good until it is changed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "storage/base/number.h"
#include "storage/structures/int_set.h"
#include "storage/structures/pack.h"
#include "storage/types/collection_handle.h"
#include "storage/types/member_table.h"

namespace storage {

using MemberPack = Pack<1>;
using MemberScratch = std::array<char, kInt64TextMax>;

class SetView {
 public:
  SetView() = default;  // no member
  SetView(Encoding encoding, std::string_view pack, const Structure* structure)
      : encoding_(encoding), pack_(pack), table_(static_cast<const MemberTable*>(structure)) {}
  // Of a record that holds a set.
  template <class AnyRecord>
  static SetView Of(const AnyRecord& record) {
    if (record.encoding() == Encoding::kStructure) {
      return SetView(Encoding::kStructure, {}, record.structure());
    }
    return SetView(record.encoding(), record.pack(), nullptr);
  }

  size_t size() const;
  bool Contains(std::string_view member) const;
  // A random one; the set is not empty. Integers become text in `scratch`.
  std::string_view RandomMember(Random& random, MemberScratch& scratch) const;

  // Calls visit(std::string_view) for each member; the text is good for the call.
  template <class Visit>
  void ForEach(Visit&& visit) const;
  // A step of SSCAN: calls visit for about `count` members; all at once unless it is a table.
  template <class Visit>
  uint64_t Scan(uint64_t cursor, size_t count, Visit&& visit) const;
  // Calls visit(index, is_member) for each text, in order. A table's memory is brought near first.
  template <class Visit>
  void LookUp(std::span<const std::string_view> texts, Visit&& visit) const;

  Encoding encoding() const { return encoding_; }
  const MemberTable* table() const { return table_; }
  // What OBJECT ENCODING replies.
  SaidEncoding said() const;

 private:
  friend class SetWalk;
  static constexpr size_t kLookedUpTogether = 32;

  Encoding encoding_ = Encoding::kPack;
  std::string_view pack_;
  const MemberTable* table_ = nullptr;
};

// Goes through a set that does not change meanwhile:
//   SetWalk walk(view);
//   for (auto members = walk.Next(); !members.empty(); members = walk.Next()) ...
class SetWalk {
 public:
  explicit SetWalk(const SetView& set) : set_(set) {}
  // The next members; none at the end. Good until the next call; those of packs and tables as long
  // as the set.
  std::span<const std::string_view> Next();

 private:
  void NextIntegers();
  void NextOfTable();

  static constexpr size_t kTogether = 32;

  SetView set_;
  size_t index_ = 0;     // of integers
  uint64_t cursor_ = 0;  // of a table
  bool is_at_end_ = false;
  std::vector<std::string_view> members_;
  std::vector<const MemberEntry*> entries_;  // on their way to the cache
  std::array<MemberScratch, kTogether> digits_;
};

class Set {
 public:
  static constexpr Type kType = Type::kSet;

  explicit Set(CollectionHandle& handle) : handle_(handle) {}

  SetView view() const {
    return SetView(handle_.encoding(), handle_.is_structure() ? std::string_view() : handle_.pack(),
                   handle_.structure());
  }
  size_t size() const { return view().size(); }

  // Tells a set how many members a request brings at once: what could not hold them, if they were
  // all new, is converted first, as Redis does.
  void Expect(size_t members);
  // Makes an empty set a listpack, whatever its members will be.
  void StartAsPack() { is_started_ = true; }
  // Makes a listpack of nothing but integers an intset.
  void BecomeIntSetIfPossible();
  // What SPOP leaves when it takes nearly all: the encoding of a new set of these members.
  void SayAsIfNew();

  // Whether it was not there before.
  bool Add(std::string_view member);
  // Whether it was there.
  bool Erase(std::string_view member);

 private:
  MemberTable& table() const { return static_cast<MemberTable&>(*handle_.structure()); }
  bool FitsListpack(std::string_view member, size_t size) const;
  size_t LongestInteger() const;
  bool AddToIntSet(std::string_view member);
  bool AddToPack(std::string_view member);
  bool AddToTable(std::string_view member);
  void BecomeTable(SaidEncoding said);
  void BecomePack();
  void Start(std::string_view member);

  CollectionHandle& handle_;
  bool is_started_ = false;  // as a pack
  size_t expected_ = 0;      // members, by a new set
};

template <class Visit>
void SetView::ForEach(Visit&& visit) const {
  SetWalk walk(*this);
  for (auto members = walk.Next(); !members.empty(); members = walk.Next()) {
    for (const std::string_view member : members) visit(member);
  }
}

template <class Visit>
uint64_t SetView::Scan(uint64_t cursor, size_t count, Visit&& visit) const {
  if (encoding_ != Encoding::kStructure) {
    ForEach(visit);
    return 0;
  }
  size_t seen = 0;
  // A sparse table has many buckets without a member: a call looks at ten for each it was asked
  // for.
  for (size_t steps = 0; seen < count && steps / 10 < count; ++steps) {
    cursor = table_->Scan(cursor, [&](const MemberEntry& entry) {
      visit(entry.key());
      ++seen;
    });
    if (cursor == 0) break;
    table_->table().PrefetchScan(cursor);
  }
  return cursor;
}

template <class Visit>
void SetView::LookUp(std::span<const std::string_view> texts, Visit&& visit) const {
  if (encoding_ != Encoding::kStructure) {
    for (size_t i = 0; i < texts.size(); ++i) visit(i, Contains(texts[i]));
    return;
  }
  std::array<uint64_t, kLookedUpTogether> hashes;
  for (size_t begin = 0; begin < texts.size(); begin += kLookedUpTogether) {
    const size_t left = texts.size() - begin;
    const size_t count = left < kLookedUpTogether ? left : kLookedUpTogether;
    for (size_t i = 0; i < count; ++i) {
      hashes[i] = table_->HashOf(texts[begin + i]);
      table_->table().PrefetchBucket(hashes[i]);
    }
    for (size_t i = 0; i < count; ++i)
      table_->table().PrefetchEntry(hashes[i], MemberEntry::kUsualBytes);
    for (size_t i = 0; i < count; ++i) {
      visit(begin + i, table_->Find(hashes[i], texts[begin + i]) != nullptr);
    }
  }
}

}  // namespace storage
