#include "storage/types/member_table.h"

namespace storage {

MemberEntry* MemberEntry::Fill(void* memory, std::string_view member) {
  char* to = static_cast<char*>(memory);
  if (member.size() < kLong) {
    *to++ = static_cast<char>(member.size());
  } else {
    const uint32_t length = static_cast<uint32_t>(member.size());
    *to++ = static_cast<char>(kLong);
    std::memcpy(to, &length, sizeof length);
    to += sizeof length;
  }
  if (!member.empty()) std::memcpy(to, member.data(), member.size());
  return static_cast<MemberEntry*>(memory);
}

size_t MemberTable::memory() const {
  return EntryTableMemory() + sizeof *this;
}

std::unique_ptr<Structure> MemberTable::Clone() const {
  auto clone = std::make_unique<MemberTable>(slab_, hasher_, said_);
  ForEach([&](const MemberEntry& entry) { clone->Add(entry.key()); });
  return clone;
}

bool MemberTable::Add(std::string_view member) {
  const uint64_t hash = HashOf(member);
  if (FindSlot(hash, member) != nullptr) return false;
  table_.Insert(hash, MemberEntry::Fill(Allocate(MemberEntry::BytesFor(member)), member));
  return true;
}

bool MemberTable::Erase(std::string_view member) {
  const uint64_t hash = HashOf(member);
  HashTable::Slot* slot = FindSlot(hash, member);
  if (slot == nullptr) return false;
  EraseSlot(hash, slot);
  return true;
}

}  // namespace storage
