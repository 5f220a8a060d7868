// How a string value becomes a reply: integers as digits, large values by reference.
#pragma once

#include "protocol/resp/reply_writer.h"
#include "storage/keyspace/keyspace.h"

namespace server {

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
  // The reference keeps the bytes as they are now, whatever happens to the key before they are
  // sent.
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

}  // namespace server
