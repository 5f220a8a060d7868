// Snapshot: what it writes is the data of the moment when it began, whatever happens meanwhile.

#include "storage/rdb/snapshot.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "storage/keyspace/opened.h"
#include "storage/rdb/file_reader.h"
#include "storage/rdb/store_value.h"
#include "storage/types/hash.h"
#include "storage/types/list.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"
#include "storage/types/string.h"
#include "tests/support/no_listener.h"

namespace {

using storage::Database;
using storage::Found;
using storage::Key;
using storage::Keyspace;
using storage::Type;
using storage::rdb::FilePiece;
using storage::rdb::FileReader;
using storage::rdb::Snapshot;

constexpr int kDatabases = 4;

struct Server {
  Server() { keyspace.SetNow(1'790'000'000'000, 1'000'000'000); }
  storage::Random random{1};
  tests::NoListener listener;
  Keyspace keyspace{kDatabases, storage::KeyHasher::Secret{}, random, listener};
};

// All data as text: "db:key" -> type, expiry and elements.
using Contents = std::map<std::string, std::string>;

std::string Describe(const Keyspace& keyspace, const storage::Record& record) {
  std::string text(storage::TypeName(record.type()));
  text += " " + std::to_string(record.expiry_ms()) + ":";
  std::map<std::string, std::string> elements;
  switch (record.type()) {
    case Type::kString: {
      storage::StringScratch scratch;
      text += storage::ReadString(record, scratch);
      break;
    }
    case Type::kList: {
      storage::CollectionHandle handle = keyspace.Read(record);
      const storage::List list(handle);
      list.ForEach(0, list.size(), [&](std::string_view it) { text.append(it) += ","; });
      break;
    }
    case Type::kSet:
      storage::SetView::Of(record).ForEach([&](std::string_view it) { elements[std::string(it)]; });
      break;
    case Type::kSortedSet:
      storage::SortedSetView::Of(record).ForEach([&](double score, std::string_view member) {
        elements[std::string(member)] = std::to_string(score);
      });
      break;
    case Type::kHash:
      storage::HashView::Of(record, 0).ForEach([&](const storage::HashField& field) {
        elements[std::string(field.name)] =
            std::string(field.value) + "@" + std::to_string(field.expiry_ms);
      });
      break;
    case Type::kStream:
      break;
  }
  for (const auto& [name, value] : elements) text.append(name).append("=").append(value) += ",";
  return text;
}

Contents ContentsOf(const Keyspace& keyspace) {
  Contents contents;
  for (int i = 0; i < keyspace.database_count(); ++i) {
    uint64_t cursor = 0;
    do {
      cursor = keyspace.database(i).Scan(cursor, [&](const storage::Record& record) {
        contents[std::to_string(i) + ":" + std::string(record.key())] = Describe(keyspace, record);
      });
    } while (cursor != 0);
  }
  return contents;
}

Contents ContentsOfFile(std::string_view file) {
  Server server;
  FileReader reader;
  for (;;) {
    const auto step = reader.Next(file, FileReader::MoreToCome::kNo);
    REQUIRE_MESSAGE(step.has_value(), step.error().message);
    if (*step == FileReader::Step::kEnd) break;
    if (*step == FileReader::Step::kRecord) {
      const FileReader::FoundRecord& record = reader.record();
      Database& database = server.keyspace.database(static_cast<int>(record.database));
      const Key key = server.keyspace.MakeKey(record.key);
      // Each key once.
      REQUIRE_FALSE(database.Find(key, storage::kPeek));
      REQUIRE(storage::rdb::StoreValue(database, key, {}, record.value) ==
              storage::rdb::StoreOutcome::kStored);
      if (record.expiry_ms) {
        database.SetExpiry(key, database.Find(key, storage::kPeek), *record.expiry_ms);
      }
    }
    file.remove_prefix(reader.consumed());
  }
  return ContentsOf(server.keyspace);
}

// Takes what the snapshot has written.
struct File {
  explicit File(Keyspace& k) : keyspace(k) {}
  void Take(Snapshot& snapshot) {
    for (const FilePiece& piece : snapshot.TakePieces()) {
      CHECK(assembler.Append(piece, sink));
      if (piece.string != nullptr) keyspace.ReleaseLarge(piece.string);
    }
  }
  void End() { CHECK(assembler.AppendChecksum(sink)); }

  Keyspace& keyspace;
  std::string bytes;
  storage::rdb::FileAssembler assembler{true, true};
  storage::rdb::FileAssembler::Sink sink = [this](std::string_view more) {
    bytes += more;
    return true;
  };
};

// A user who does anything to anything.
class Vandal {
 public:
  Vandal(Keyspace& keyspace, uint64_t seed) : keyspace_(keyspace), random_(seed) {}

  void Change() {
    Database& database = keyspace_.database(static_cast<int>(random_.Below(kDatabases)));
    const std::string name = "key" + std::to_string(random_.Below(400));
    const Key key = keyspace_.MakeKey(name);
    const Found found = database.Find(key, storage::kWrite);
    switch (random_.Below(14)) {
      case 0:
        if (found) database.Erase(key, found);
        return;
      case 1:
        if (found) database.SetExpiry(key, found, keyspace_.now_ms() + 1 + Number(100'000));
        return;
      case 2:
        if (found) database.ClearExpiry(key, found);
        return;
      case 3:
        return MoveOrCopy(database, key, found);
      case 4:
        return Rarely(database);
      case 5:
        return Grow(database, key, found);
      default:
        return Set(database, key, found);
    }
  }

 private:
  int64_t Number(uint64_t below) { return static_cast<int64_t>(random_.Below(below)); }
  std::string Text() { return std::to_string(random_.Below(1'000'000)); }

  void Set(Database& database, const Key& key, Found found) {
    const Type type = found ? found->type() : static_cast<Type>(random_.Below(5));
    // Some are long: those that a snapshot writes in pieces.
    const size_t count = random_.Below(40) == 0 ? 3000 : 1 + random_.Below(8);
    if (type == Type::kString) return SetString(database, key, found);
    if (type == Type::kList) return Add<storage::List>(database, key, found, count);
    if (type == Type::kSet) return Add<storage::Set>(database, key, found, count);
    if (type == Type::kHash) return Add<storage::Hash>(database, key, found, count);
    return Add<storage::SortedSet>(database, key, found, count);
  }
  void SetString(Database& database, const Key& key, Found found) {
    const std::string text = random_.Below(10) == 0
                                 ? std::string(200'000, static_cast<char>('a' + random_.Below(26)))
                                 : Text();
    CHECK(database.SetString(key, found, text, storage::ExpiryChange::Keep()));
  }
  template <class T>
  void Add(Database& database, const Key& key, Found found, size_t count) {
    storage::Opened<T> opened(database, key, found);
    for (size_t i = 0; i < count; ++i) AddOne(*opened);
    opened.Close();
  }
  void AddOne(storage::List& list) {
    if (random_.Below(3) == 0 && !list.empty()) return list.Pop(storage::ListEnd::kFront);
    CHECK(list.Push(storage::ListEnd::kBack, Text()));
  }
  void AddOne(storage::Set& set) {
    if (random_.Below(3) == 0) {
      set.Erase(Text());
    } else {
      set.Add(Text());
    }
  }
  void AddOne(storage::Hash& hash) {
    const std::string field = Text();
    hash.Set(field, Text(), storage::FieldExpiry::kClear);
    if (random_.Below(20) == 0) hash.SetExpiry(field, keyspace_.now_ms() + 1 + Number(9'000));
  }
  void AddOne(storage::SortedSet& set) {
    const double score = static_cast<double>(random_.Below(1000));
    CHECK(set.Set(Text(), score) != storage::SortedSet::Outcome::kNoMemory);
  }
  void Grow(Database& database, const Key& key, Found found) {
    if (found && found->type() != Type::kString) return;
    storage::StringScratch scratch;
    const size_t size = found ? storage::ReadString(*found, scratch).size() : 0;
    char* bytes = database.GrowString(key, found, size + random_.Below(3) + 1);
    REQUIRE(bytes != nullptr);
    bytes[0] = static_cast<char>('a' + random_.Below(26));
  }
  void MoveOrCopy(Database& database, const Key& key, Found found) {
    if (!found) return;
    Database& target = keyspace_.database(static_cast<int>(random_.Below(kDatabases)));
    const std::string name = "key" + std::to_string(random_.Below(400));
    const Key other = keyspace_.MakeKey(name);
    if (&target == &database && name == key.bytes) return;
    const Found there = target.Find(other, storage::kPeek);
    if (random_.Below(2) == 0) {
      CHECK(database.CopyTo(database.Find(key, storage::kPeek), target, other, there));
    } else if (!there) {
      database.MoveTo(key, database.Find(key, storage::kPeek), target, other);
    }
  }
  void Rarely(Database& database) {
    switch (random_.Below(40)) {
      case 0:
        return database.Clear();
      case 1:
      case 2:
        return keyspace_.SwapDatabases(static_cast<int>(random_.Below(kDatabases)),
                                       static_cast<int>(random_.Below(kDatabases)));
      case 3:
        keyspace_.SetNow(keyspace_.now_ms() + 5'000, 1'000'000'000);
        keyspace_.ExpireDue(100);
        return;
      default:
        keyspace_.FreeSome(1);
    }
  }

  Keyspace& keyspace_;
  storage::Random random_;
};

}  // namespace

TEST_CASE("Snapshot: the file is the data of the moment, whatever changes while it is written") {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    Server server;
    storage::Random random(seed);
    Vandal vandal(server.keyspace, seed);
    // Several in turn: the next must not be misled by the marks of the one before.
    for (int round = 0; round < 4; ++round) {
      for (int i = 0; i < 1500; ++i) vandal.Change();
      const Contents before = ContentsOf(server.keyspace);
      Snapshot snapshot(server.keyspace, {.version = 12});
      File file(server.keyspace);
      snapshot.Aux("ctime", "1790000000");
      bool has_more = true;
      while (has_more) {
        has_more = snapshot.Step(1 + random.Below(60));
        if (random.Below(3) == 0) file.Take(snapshot);
        for (uint64_t i = random.Below(8); i > 0 && has_more; --i) vandal.Change();
      }
      file.Take(snapshot);
      file.End();
      const Contents read = ContentsOfFile(file.bytes);
      REQUIRE(read.size() == before.size());
      CHECK(read == before);
      CHECK(snapshot.progress().records_done >= before.size());
      server.keyspace.CheckInvariants();
    }
  }
}

TEST_CASE("Snapshot: one that is given up leaves the next one whole") {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Server server;
    Vandal vandal(server.keyspace, seed);
    for (int i = 0; i < 1500; ++i) vandal.Change();
    {
      Snapshot snapshot(server.keyspace, {.version = 12});
      for (int i = 0; i < 20; ++i) {
        snapshot.Step(20);
        vandal.Change();
      }
      if (seed % 2 == 0) {
        snapshot.Discard();
        for (int i = 0; i < 20; ++i) {
          snapshot.Step(5);
          vandal.Change();
        }
      }
    }
    const Contents before = ContentsOf(server.keyspace);
    Snapshot snapshot(server.keyspace, {.version = 12});
    File file(server.keyspace);
    while (snapshot.Step(50)) vandal.Change();
    file.Take(snapshot);
    file.End();
    CHECK(ContentsOfFile(file.bytes) == before);
  }
}

TEST_CASE("Snapshot: while it is written, a large string is shared and not copied") {
  Server server;
  Database& database = server.keyspace.database(0);
  const Key key = server.keyspace.MakeKey("large");
  const std::string text(1'000'000, 'x');
  REQUIRE(database.SetString(key, {}, text, storage::ExpiryChange::Clear()));
  Snapshot snapshot(server.keyspace, {.version = 10});
  char* bytes = database.GrowString(key, database.Find(key, storage::kWrite), text.size());
  bytes[0] = 'y';
  CHECK_FALSE(database.Find(key, storage::kPeek)->large()->is_shared());
  File file(server.keyspace);
  while (snapshot.Step(100)) {
  }
  file.Take(snapshot);
  file.End();
  CHECK(ContentsOfFile(file.bytes).at("0:large") == "string -1:" + text);
}
