#include "tests/support/contents.h"

#include <doctest/doctest.h>

#include <map>

#include "server/engine_state.h"
#include "storage/keyspace/opened.h"
#include "storage/types/list.h"
#include "storage/types/string.h"

namespace tests {

using storage::Encoding;
using storage::Record;

namespace {

std::string ValueOf(InProcessServer& server, const Record& record) {
  if (record.type() == storage::Type::kString) {
    storage::StringScratch scratch;
    return std::string(storage::ReadString(record, scratch));
  }
  REQUIRE(record.type() == storage::Type::kList);
  storage::CollectionHandle handle = server.engine->state().keyspace.Read(record);
  const storage::List list(handle);
  std::string text;
  list.ForEach(0, list.size(), [&](std::string_view element) {
    text += text.empty() ? "" : ", ";
    text += element;
  });
  return text;
}

}  // namespace

std::string ContentsOf(InProcessServer& server) {
  std::map<std::string, std::string> keys;
  const storage::Database& database = server.engine->state().keyspace.database(0);
  uint64_t cursor = 0;
  do {
    cursor = database.Scan(cursor, [&](const Record& record) {
      keys[std::string(record.key())] = std::string(storage::TypeName(record.type())) + " " +
                                        std::to_string(static_cast<int>(record.encoding())) + " " +
                                        std::to_string(record.expiry_ms()) + " " +
                                        ValueOf(server, record);
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
  storage::Opened<storage::List> list(database, hashed, database.Find(hashed, storage::kPeek),
                                      storage::Replacing());
  REQUIRE(list->Push(storage::ListEnd::kBack, "is no string"));
  list.Close();
}

void CheckKeyspace(InProcessServer& server) {
  server.engine->state().keyspace.CheckInvariants();
}

}  // namespace tests
