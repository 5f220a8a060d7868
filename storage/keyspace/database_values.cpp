// What a database does with values: strings that are set and grow, collections that are opened and
// put back.

#include <algorithm>

#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"
#include "storage/memory/memory_probe.h"
#include "storage/types/string.h"

namespace storage {
namespace {

// A string that grows beyond this leaves its record. Below, growing means copying the record.
constexpr size_t kInlineGrowMax = 1024;

}  // namespace

LargeString* Database::UnlessLast(LargeString* string, const Key& key) {
  if (string == nullptr || HasMemoryForRecordOf(key.bytes)) return string;
  LargeString::Destroy(string);
  return nullptr;
}

// --- strings ------------------------------------------------------------------------------------

bool Database::SetString(const Key& key, Found found, std::string_view bytes, ExpiryChange expiry) {
  if (const auto integer = IntegerForm(bytes)) {
    const IntegerPayload payload(*integer);
    Put(key, found,
        {.key = key.bytes,
         .encoding = payload.encoding(),
         .payload = payload.bytes(),
         .expiry_ms = ExpiryAfter(found, expiry)});
    return true;
  }
  return SetTextString(key, found, bytes, expiry);
}

bool Database::SetTextString(const Key& key, Found found, std::string_view bytes,
                             ExpiryChange expiry) {
  return SetStringAs(bytes.size() <= kShortBytesMax ? Encoding::kShort : Encoding::kPlain, key,
                     found, bytes, expiry);
}

bool Database::SetPlainString(const Key& key, Found found, std::string_view bytes,
                              ExpiryChange expiry) {
  return SetStringAs(Encoding::kPlain, key, found, bytes, expiry);
}

bool Database::SetStringAs(Encoding encoding, const Key& key, Found found, std::string_view bytes,
                           ExpiryChange expiry) {
  if (bytes.size() > kInlineBytesMax) {
    LargeString* string = keyspace_.TakeOffered(bytes);
    if (string == nullptr) {
      string = UnlessLast(LargeString::TryCreate(bytes.size(), bytes.size()), key);
      if (string == nullptr) return false;
      std::memcpy(string->data(), bytes.data(), bytes.size());
    }
    SetLargeString(key, found, string, expiry);
    return true;
  }
  Put(key, found,
      {.key = key.bytes,
       .encoding = encoding,
       .payload = bytes,
       .expiry_ms = ExpiryAfter(found, expiry)});
  return true;
}

void Database::SetInteger(const Key& key, Found found, int64_t value) {
  const IntegerPayload payload(value);
  Put(key, found,
      {.key = key.bytes,
       .encoding = payload.encoding(),
       .payload = payload.bytes(),
       .expiry_ms = ExpiryAfter(found, ExpiryChange::Keep())});
}

void Database::SetLargeString(const Key& key, Found found, LargeString* string,
                              ExpiryChange expiry) {
  data_bytes_ += string->memory();
  Put(key, found,
      {.key = key.bytes,
       .encoding = Encoding::kLarge,
       .payload = BytesOfPointer(string),
       .expiry_ms = ExpiryAfter(found, expiry)});
}

char* Database::GrowString(const Key& key, Found found, size_t size) {
  if (found && (found->encoding() == Encoding::kShort || found->encoding() == Encoding::kPlain) &&
      found->bytes().size() == size) {
    BeforeChange(*found);
    found->set_encoding(Encoding::kPlain);
    return found->mutable_bytes();
  }
  if (size > kInlineGrowMax) return GrowLarge(key, found, size);
  StringScratch scratch;
  const std::string_view old = found ? ReadString(*found, scratch) : std::string_view();
  char buffer[kInlineGrowMax];
  if (!old.empty()) std::memcpy(buffer, old.data(), old.size());
  std::memset(buffer + old.size(), 0, size - old.size());
  found = Put(key, found,
              {.key = key.bytes,
               .encoding = Encoding::kPlain,
               .payload = {buffer, size},
               .expiry_ms = ExpiryAfter(found, ExpiryChange::Keep())});
  return found->mutable_bytes();
}

char* Database::GrowLarge(const Key& key, Found found, size_t size) {
  if (found && found->encoding() == Encoding::kLarge) {
    BeforeChange(*found);  // which may share the string
    LargeString* string = found->large();
    if (!string->is_shared() && size <= string->capacity()) {
      std::memset(string->data() + string->size(), 0, size - string->size());
      string->set_size(size);
      return string->data();
    }
  }
  StringScratch scratch;
  const std::string_view old = found ? ReadString(*found, scratch) : std::string_view();
  // A value that grows once will grow again: room for half as much more, up to a megabyte.
  const size_t spare = old.empty() ? 0 : std::min(size / 2, size_t{1024} * 1024);
  const size_t added = size - old.size();
  LargeString* string = added > old.size() ? LargeString::TryCreateZeroed(size, size + spare)
                                           : LargeString::TryCreate(size, size + spare);
  string = UnlessLast(string, key);
  if (string == nullptr) return nullptr;
  if (!old.empty()) std::memcpy(string->data(), old.data(), old.size());
  if (added <= old.size()) std::memset(string->data() + old.size(), 0, added);
  SetLargeString(key, found, string, ExpiryChange::Keep());
  return string->data();
}

// --- collections --------------------------------------------------------------------------------

CollectionHandle Database::Open(Found found) {
  CollectionEnvironment& environment = keyspace_.environment_;
  if (!found) return CollectionHandle(environment);
  BeforeChange(*found);
  if (found->encoding() == Encoding::kStructure) {
    return CollectionHandle(environment, found->structure());
  }
  const std::string_view pack = found->pack();
  const size_t room = SlabAllocator::UsableSize(found->size()) - found->size();
  return CollectionHandle(environment, found->encoding(), const_cast<char*>(pack.data()),
                          pack.size(),
                          std::min(pack.size() + room, CollectionHandle::kPackBytesMax));
}

bool Database::Close(const Key& key, Found found, Type type, CollectionHandle& handle) {
  if (!handle.is_changed()) return false;
  handle.is_changed_ = false;
  for (auto& part : handle.discarded_) keyspace_.ReleaseStructure(std::move(part));
  if (found && found->encoding() == Encoding::kStructure) {
    data_bytes_ += found->structure()->memory() - handle.memory_before_;
  }
  if (handle.element_count() == 0) {
    if (found) Erase(key, found);
    return static_cast<bool>(found);
  }
  if (found && handle.made_ == nullptr) {
    if (handle.is_structure()) {
      NoteElements(key, found);
      return false;
    }
    // A pack that was edited in its record, and still is of the same size class.
    const std::string_view before = found->pack();
    const size_t bytes = found->size() - before.size() + handle.size_;
    if (handle.bytes_ == before.data() &&
        SlabAllocator::UsableSize(bytes) == SlabAllocator::UsableSize(found->size())) {
      found->set_pack_size(handle.encoding_, handle.size_);
      return false;
    }
  }
  PutCollection(key, found, type, handle, found ? found->expiry_ms() : Record::kNoExpiry);
  return false;
}

bool Database::CloseReplacing(const Key& key, Found found, Type type, CollectionHandle& handle) {
  handle.is_changed_ = false;
  if (handle.element_count() == 0) {
    if (found) Erase(key, found);
    return static_cast<bool>(found);
  }
  PutCollection(key, found, type, handle, Record::kNoExpiry);
  return false;
}

void Database::PutCollection(const Key& key, Found found, Type type, CollectionHandle& handle,
                             int64_t expiry_ms) {
  Structure* structure = handle.made_.release();
  if (structure != nullptr) data_bytes_ += structure->memory();
  NoteElements(key,
               Put(key, found,
                   {.key = key.bytes,
                    .type = type,
                    .encoding = handle.encoding_,
                    .payload = structure != nullptr ? BytesOfPointer(structure) : handle.pack(),
                    .expiry_ms = expiry_ms}));
}

}  // namespace storage
