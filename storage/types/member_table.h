// MemberTable: a large set.
//
//   MemberEntry   [ length 1 ][ bytes ]              up to 254 bytes
//                 [ 255 | length 4 ][ bytes ]
//
// A member of 16 bytes takes 24 and its 10.5 of the table. See entry_table.h.
#pragma once

#include <cstring>

#include "storage/types/entry_table.h"
#include "storage/types/said_encoding.h"

namespace storage {

class MemberEntry {
 public:
  static constexpr size_t kUsualBytes = 16;  // to prefetch

  MemberEntry(const MemberEntry&) = delete;
  MemberEntry& operator=(const MemberEntry&) = delete;

  static size_t BytesFor(std::string_view member) {
    return (member.size() < kLong ? 1 : 1 + sizeof(uint32_t)) + member.size();
  }
  static MemberEntry* Fill(void* memory, std::string_view member);

  std::string_view key() const {
    const char* bytes = reinterpret_cast<const char*>(this);
    if (first_ < kLong) [[likely]]
      return {bytes + 1, first_};
    uint32_t length;
    std::memcpy(&length, bytes + 1, sizeof length);
    return {bytes + 1 + sizeof length, length};
  }
  size_t bytes() const { return BytesFor(key()); }

 private:
  static constexpr uint8_t kLong = 255;
  uint8_t first_;  // and more
};

class MemberTable final : public EntryTable<MemberEntry> {
 public:
  MemberTable(SlabAllocator& slab, const KeyHasher& hasher, SaidEncoding said)
      : EntryTable(slab, hasher), said_(said) {}

  size_t memory() const override;
  std::string_view encoding_name() const override { return NameOf(said_); }
  std::unique_ptr<Structure> Clone() const override;

  SaidEncoding said() const { return said_; }
  void Say(SaidEncoding encoding) { said_ = encoding; }

  bool Contains(std::string_view member) const { return Find(member) != nullptr; }
  // Whether it was not there before.
  bool Add(std::string_view member);
  // Whether it was there.
  bool Erase(std::string_view member);

 private:
  SaidEncoding said_;
};

}  // namespace storage
