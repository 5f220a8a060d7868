#include "tests/support/contents.h"

#include <doctest/doctest.h>

#include <cstring>
#include <map>

#include "server/engine_state.h"
#include "storage/types/string.h"

namespace tests {

using storage::Encoding;
using storage::Record;

std::string ContentsOf(InProcessServer& server) {
  std::map<std::string, std::string> keys;
  const storage::Database& database = server.engine->state().keyspace.database(0);
  uint64_t cursor = 0;
  do {
    cursor = database.Scan(cursor, [&](const Record& record) {
      storage::StringScratch scratch;
      keys[std::string(record.key())] = std::string(storage::TypeName(record.type())) + " " +
                                        std::to_string(static_cast<int>(record.encoding())) + " " +
                                        std::to_string(record.expiry_ms()) + " " +
                                        std::string(storage::ReadString(record, scratch));
    });
  } while (cursor != 0);
  std::string text;
  for (const auto& [key, value] : keys) text += key + ": " + value + "\n";
  return text;
}

std::string EncodingOf(InProcessServer& server, std::string_view key) {
  storage::Keyspace& keyspace = server.engine->state().keyspace;
  const storage::Found found = keyspace.database(0).Find(keyspace.MakeKey(key), storage::kPeek);
  REQUIRE(found);
  if (storage::IsInteger(found->encoding())) return "int";
  return found->encoding() == Encoding::kShort ? "embstr" : "raw";
}

void PutList(InProcessServer& server, std::string_view key) {
  storage::Keyspace& keyspace = server.engine->state().keyspace;
  storage::Database& database = keyspace.database(0);
  const storage::Key hashed = keyspace.MakeKey(key);
  REQUIRE(database.SetString(hashed, database.Find(hashed, storage::kPeek), "is no string",
                             storage::ExpiryChange::Clear()));
  // A record's first byte is [ type 4 | encoding 4 ].
  Record& record = *database.Find(hashed, storage::kPeek);
  const uint8_t first = static_cast<uint8_t>(static_cast<uint8_t>(storage::Type::kList) << 4 |
                                             static_cast<uint8_t>(record.encoding()));
  std::memcpy(static_cast<void*>(&record), &first, 1);
}

void CheckKeyspace(InProcessServer& server) {
  server.engine->state().keyspace.CheckInvariants();
}

}  // namespace tests
