#include "server/commands/strings/store_string.h"

#include "storage/types/string.h"

namespace server {

bool StoreString(CommandContext& context, const storage::Key& key, storage::Found found,
                 std::string_view value, storage::ExpiryChange expiry) {
  if (!context.db().SetString(key, found, value, expiry)) return false;
  if (!found) context.NoteNewKey(key);
  context.NoteChange(key, "set", EventClass::kString);
  if (expiry.kind != storage::ExpiryChange::Kind::kSet) return true;
  context.feed().NoteEvent(context.db(), key.bytes, "expire", EventClass::kGeneric);
  if (context.feed().has_propagation()) {
    storage::StringScratch scratch;
    const char* end = storage::FormatInt64(scratch.data(), expiry.at_ms);
    context.feed().PropagateInstead(
        {"SET", key.bytes, value, "PXAT", std::string_view(scratch.data(), end)});
  }
  return true;
}

}  // namespace server
