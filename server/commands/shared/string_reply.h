// How a string value becomes a reply: integers as digits, large values by reference.
#pragma once

#include "protocol/resp/reply_writer.h"
#include "storage/keyspace/keyspace.h"
#include "storage/types/string.h"

namespace server {

// Replies `bytes`, which lie in the large string of `record`. The reference keeps them as they are
// now, whatever happens to the key before they are sent.
inline void ReplyShared(protocol::resp::ReplyWriter& reply, storage::Keyspace& keyspace,
                        const storage::Record& record, std::string_view bytes) {
  struct Owner {
    storage::Keyspace& keyspace;
    storage::LargeString* string;
  };
  storage::LargeString* string = record.large();
  string->AddReference();
  reply.BulkShared({.data = bytes.data(),
                    .size = bytes.size(),
                    .owner = new Owner{keyspace, string},
                    .release = [](void* owner) {
                      Owner* held = static_cast<Owner*>(owner);
                      held->keyspace.ReleaseLarge(held->string);
                      delete held;
                    }});
}

// Replies the string that `record` holds as a bulk string.
inline void ReplyString(protocol::resp::ReplyWriter& reply, storage::Keyspace& keyspace,
                        const storage::Record& record) {
  if (storage::IsInteger(record.encoding())) {
    reply.BulkInteger(record.integer());
    return;
  }
  const std::string_view bytes = record.bytes();
  if (bytes.size() < protocol::resp::ReplyWriter::kSharedBytesMin) [[likely]] {
    reply.Bulk(bytes);
    return;
  }
  ReplyShared(reply, keyspace, record, bytes);
}

// Replies `size` bytes of the string that `record` holds, from `offset`; there are as many.
inline void ReplyStringPart(protocol::resp::ReplyWriter& reply, storage::Keyspace& keyspace,
                            const storage::Record& record, size_t offset, size_t size) {
  storage::StringScratch scratch;
  const std::string_view bytes = storage::ReadString(record, scratch).substr(offset, size);
  if (bytes.size() < protocol::resp::ReplyWriter::kSharedBytesMin) {
    reply.Bulk(bytes);
  } else {
    ReplyShared(reply, keyspace, record, bytes);
  }
}

}  // namespace server
