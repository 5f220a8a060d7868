#include "storage/keyspace/record.h"

#include "storage/base/check.h"

namespace storage {
namespace {

bool IsInlineString(Encoding encoding) {
  return encoding == Encoding::kShort || encoding == Encoding::kPlain;
}

}  // namespace

size_t Record::PayloadBytes(Encoding encoding, size_t draft_payload_size) {
  if (IsPacked(encoding)) return draft_payload_size + sizeof(uint16_t);
  if (!IsInlineString(encoding)) return draft_payload_size;
  return draft_payload_size + (draft_payload_size > kShortLengthMax ? 4 : 1);
}

size_t Record::BytesFor(const RecordDraft& draft) {
  return kHeaderBytes + (draft.key.size() > kShortLengthMax ? 4 : 1) +
         (draft.expiry_ms >= 0 ? sizeof(int64_t) : 0) + draft.key.size() +
         PayloadBytes(draft.encoding, draft.payload.size());
}

Record* Record::Fill(void* memory, const RecordDraft& draft) {
  Record* record = static_cast<Record*>(memory);
  uint8_t* bytes = static_cast<uint8_t*>(memory);
  bytes[0] = static_cast<uint8_t>(static_cast<uint8_t>(draft.type) << 4 |
                                  static_cast<uint8_t>(draft.encoding));
  uint8_t flags = 0;
  size_t at = kHeaderBytes;
  if (draft.key.size() > kShortLengthMax) {
    flags |= kLongKey;
    const uint32_t length = static_cast<uint32_t>(draft.key.size());
    std::memcpy(bytes + at, &length, sizeof length);
    at += sizeof length;
  } else {
    bytes[at++] = static_cast<uint8_t>(draft.key.size());
  }
  if (draft.expiry_ms >= 0) {
    flags |= kHasExpiry;
    std::memcpy(bytes + at, &draft.expiry_ms, sizeof draft.expiry_ms);
    at += sizeof draft.expiry_ms;
  }
  bytes[1] = flags;
  record->set_access(draft.access);
  std::memcpy(bytes + at, draft.key.data(), draft.key.size());
  record->Rewrite(draft.encoding, draft.payload);
  return record;
}

void Record::Rewrite(Encoding encoding, std::string_view payload) {
  set_encoding(encoding);
  char* to = const_cast<char*>(this->payload());
  if (IsInlineString(encoding)) {
    if (payload.size() > kShortLengthMax) {
      bytes_[1] |= kLongValue;
      const uint32_t length = static_cast<uint32_t>(payload.size());
      std::memcpy(to, &length, sizeof length);
      to += sizeof length;
    } else {
      bytes_[1] = static_cast<uint8_t>(flags() & ~kLongValue);
      *to++ = static_cast<char>(payload.size());
    }
  } else if (IsPacked(encoding)) {
    const uint16_t length = static_cast<uint16_t>(payload.size());
    std::memcpy(to, &length, sizeof length);
    to += sizeof length;
  }
  std::memmove(to, payload.data(), payload.size());
}

int64_t Record::integer() const {
  const char* from = payload();
  switch (encoding()) {
    case Encoding::kInt8:
      return static_cast<int8_t>(*from);
    case Encoding::kInt16: {
      int16_t value;
      std::memcpy(&value, from, sizeof value);
      return value;
    }
    case Encoding::kInt32: {
      int32_t value;
      std::memcpy(&value, from, sizeof value);
      return value;
    }
    case Encoding::kInt64: {
      int64_t value;
      std::memcpy(&value, from, sizeof value);
      return value;
    }
    case Encoding::kShort:
    case Encoding::kPlain:
    case Encoding::kLarge:
    case Encoding::kPack:
    case Encoding::kIntSet:
    case Encoding::kStructure:
      break;
  }
  CHECK_INVARIANT(false);
  return 0;
}

std::string_view Record::bytes() const {
  if (encoding() == Encoding::kLarge) return large()->view();
  const char* from = payload();
  if ((flags() & kLongValue) == 0) [[likely]] {
    return {from + 1, static_cast<uint8_t>(*from)};
  }
  uint32_t length;
  std::memcpy(&length, from, sizeof length);
  return {from + sizeof length, length};
}

std::string_view Record::draft_payload() const {
  switch (encoding()) {
    case Encoding::kInt8:
    case Encoding::kInt16:
    case Encoding::kInt32:
    case Encoding::kInt64:
      return {payload(), size_t{1} << static_cast<unsigned>(encoding())};
    case Encoding::kShort:
    case Encoding::kPlain:
      return bytes();
    case Encoding::kPack:
    case Encoding::kIntSet:
      return pack();
    case Encoding::kLarge:
    case Encoding::kStructure:
      return {payload(), sizeof(void*)};
  }
  CHECK_INVARIANT(false);
  return {};
}

size_t Record::size() const {
  return static_cast<size_t>(payload() - Chars()) +
         PayloadBytes(encoding(), draft_payload().size());
}

}  // namespace storage
