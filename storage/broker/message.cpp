#include "storage/broker/message.h"

#include <algorithm>
#include <new>

namespace storage::broker {
namespace {

constexpr size_t kNameMax = 255;

char* Put(char* to, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

}  // namespace

size_t MessageHeap::BlockBytes(const Message& message) {
  const auto* begin = reinterpret_cast<const char*>(&message);
  return static_cast<size_t>(message.texts() - begin) + message.exchange_bytes_ +
         message.key_bytes_ + size_t{message.properties_bytes_} + message.body_bytes_;
}

Message* MessageHeap::Create(const MessageParts& parts) {
  CHECK_INVARIANT(parts.exchange.size() <= kNameMax && parts.routing_key.size() <= kNameMax);
  if (parts.body.size() > UINT32_MAX || parts.properties.size() > UINT32_MAX) return nullptr;
  const bool has_lifetime = parts.lifetime_ms >= 0;
  const size_t bytes = sizeof(Message) + (has_lifetime ? sizeof(int64_t) : 0) +
                       parts.exchange.size() + parts.routing_key.size() + parts.properties.size() +
                       parts.body.size();
  void* memory = bytes <= kSmallBytesMax ? slab_.Allocate(bytes) : slab_.TryAllocateLarge(bytes);
  if (memory == nullptr) return nullptr;
  auto* message = new (memory) Message;
  message->references_ = 1;
  message->body_bytes_ = static_cast<uint32_t>(parts.body.size());
  message->properties_bytes_ = static_cast<uint32_t>(parts.properties.size());
  message->key_bytes_ = static_cast<uint8_t>(parts.routing_key.size());
  message->exchange_bytes_ = static_cast<uint8_t>(parts.exchange.size());
  message->priority_ = parts.priority;
  message->flags_ = static_cast<uint8_t>((parts.is_persistent ? Message::kPersistent : 0) |
                                         (has_lifetime ? Message::kHasLifetime : 0));
  char* to = reinterpret_cast<char*>(message + 1);
  if (has_lifetime) {
    std::memcpy(to, &parts.lifetime_ms, sizeof(int64_t));
    to += sizeof(int64_t);
  }
  to = Put(Put(to, parts.exchange), parts.routing_key);
  Put(Put(to, parts.properties), parts.body);
  ++messages_;
  bytes_ += bytes;
  return message;
}

void MessageHeap::Free(Message* message) {
  const size_t bytes = BlockBytes(*message);
  --messages_;
  bytes_ -= bytes;
  slab_.Free(message, bytes);
}

}  // namespace storage::broker
