// FileWriter and FileReader: one reads what the other writes, and what Redis writes, in any
// portions; damaged files are refused.

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "storage/keyspace/keyspace.h"
#include "storage/rdb/checksum.h"
#include "storage/rdb/file_reader.h"
#include "storage/rdb/file_writer.h"
#include "storage/rdb/store_value.h"
#include "tests/support/no_listener.h"

namespace {

using storage::Keyspace;
using storage::rdb::FileReader;
using storage::rdb::FileWriter;
using Step = FileReader::Step;
using MoreToCome = FileReader::MoreToCome;

struct Server {
  Server() { keyspace.SetNow(1'790'000'000'000, 1'000'000'000); }
  storage::Random random{1};
  tests::NoListener listener;
  Keyspace keyspace{16, storage::KeyHasher::Secret{}, random, listener};
};

// What a file holds, or why it was refused.
struct Outcome {
  std::map<std::string, std::string> aux;
  std::vector<std::string> functions;
  size_t records = 0;
  bool is_complete = false;
  uint64_t error_offset = 0;
  std::string error;
};

void Take(const FileReader& reader, Step step, Server& server, Outcome& outcome) {
  if (step == Step::kAux) outcome.aux[std::string(reader.name())] = std::string(reader.value());
  if (step == Step::kFunction) outcome.functions.emplace_back(reader.value());
  if (step == Step::kEnd) outcome.is_complete = true;
  if (step != Step::kRecord) return;
  const FileReader::FoundRecord& record = reader.record();
  storage::Database& database = server.keyspace.database(static_cast<int>(record.database % 16));
  const storage::Key key = server.keyspace.MakeKey(record.key);
  const auto stored = storage::rdb::StoreValue(database, key, {}, record.value);
  if (stored != storage::rdb::StoreOutcome::kStored) {
    outcome.error = "not stored";
    return;
  }
  ++outcome.records;
  if (record.expiry_ms) {
    database.SetExpiry(key, database.Find(key, storage::kPeek), *record.expiry_ms);
  }
}

// Reads a file that comes in portions of so many bytes.
Outcome Read(std::string_view file, size_t portion, Server& server) {
  Outcome outcome;
  FileReader reader;
  std::string bytes;
  while (!outcome.is_complete && outcome.error.empty()) {
    const auto step = reader.Next(bytes, file.empty() ? MoreToCome::kNo : MoreToCome::kYes);
    if (!step) {
      outcome.error = step.error().message;
      outcome.error_offset = step.error().offset;
      break;
    }
    if (*step == Step::kNeedsMore) {
      REQUIRE_FALSE(file.empty());
      const std::string_view next = file.substr(0, portion);
      bytes += next;
      file.remove_prefix(next.size());
      continue;
    }
    Take(reader, *step, server, outcome);
    reader.Settle();
    bytes.erase(0, reader.consumed());
  }
  return outcome;
}

Outcome Read(std::string_view file) {
  Server server;
  return Read(file, file.size(), server);
}

std::string Write(const Keyspace& keyspace, FileWriter::Options options = {}) {
  FileWriter writer(options);
  std::string file;
  writer.Begin(file);
  writer.Aux("redis-ver", "7.4.0", file);
  writer.Function("#!lua name=library\n", file);
  for (int i = 0; i < keyspace.database_count(); ++i) {
    const storage::Database& database = keyspace.database(i);
    if (database.size() == 0) continue;
    FileWriter::SelectDatabase(i, file);
    FileWriter::Resize(database.size(), database.volatile_keys(), file);
    uint64_t cursor = 0;
    do {
      cursor = database.Scan(cursor, [&](const storage::Record& record) {
        writer.AppendRecord(keyspace, record, file);
      });
    } while (cursor != 0);
  }
  FileWriter::End(file);
  FileWriter::AppendChecksum(storage::rdb::Checksum(0, file), file);
  return file;
}

std::string RedisFile() {
  std::ifstream stream(CINNABAR_SOURCE_DIR "/tests/fuzz/corpus/rdb_file/redis-7.0",
                       std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  return content.str();
}

std::string WithChecksum(std::string file) {
  const uint64_t checksum = storage::rdb::Checksum(0, file);
  return file.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
}

}  // namespace

TEST_CASE("FileReader: a file of Redis 7.0 has all its keys, functions and times") {
  const std::string file = RedisFile();
  REQUIRE(file.size() > 100);
  for (const size_t portion : {size_t{1}, size_t{7}, size_t{100}, file.size()}) {
    CAPTURE(portion);
    Server server;
    const Outcome outcome = Read(file, portion, server);
    CHECK(outcome.error == "");
    CHECK(outcome.is_complete);
    CHECK(outcome.records == 14);
    CHECK(outcome.functions.size() == 1);
    CHECK(outcome.aux.at("redis-ver").starts_with("7."));
    CHECK(server.keyspace.database(0).size() == 14);
    CHECK(server.keyspace.database(0).volatile_keys() == 1);
    server.keyspace.CheckInvariants();
  }
}

TEST_CASE("FileWriter: what it writes of Redis's data reads back the same, and ends the same") {
  Server server;
  const std::string redis_file = RedisFile();
  REQUIRE(Read(redis_file, redis_file.size(), server).is_complete);
  for (const bool compresses : {false, true}) {
    const std::string file = Write(server.keyspace, {.compresses = compresses});
    Server copy;
    const Outcome outcome = Read(file, 10, copy);
    CHECK(outcome.error == "");
    CHECK(outcome.records == 14);
    CHECK(outcome.functions.size() == 1);
    CHECK(copy.keyspace.database(0).volatile_keys() == 1);
    CHECK(Write(copy.keyspace, {.compresses = compresses}) == file);
  }
}

TEST_CASE("FileReader: a file cut anywhere is refused") {
  const std::string file = RedisFile();
  for (size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    const Outcome outcome = Read(file.substr(0, size));
    CHECK_FALSE(outcome.is_complete);
    CHECK(outcome.error.ends_with("it ends too early"));
    CHECK(outcome.error_offset <= size);
  }
}

TEST_CASE("FileReader: a file with any bit flipped is refused, or not different") {
  const std::string file = RedisFile();
  for (size_t bit = 0; bit < 8 * file.size(); ++bit) {
    CAPTURE(bit);
    std::string damaged = file;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const Outcome outcome = Read(damaged);
    // The header's version may become another one that we read: the checksum covers that too.
    CHECK_FALSE(outcome.is_complete);
    CHECK(outcome.error != "");
  }
}

TEST_CASE("FileReader: without a checksum, a damaged file may be read, but harms nothing") {
  std::string file = RedisFile();
  file.replace(file.size() - 8, 8, 8, '\0');
  for (size_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    for (const char change : {'\x01', '\x40', '\x80', '\xff'}) {
      damaged[at] = static_cast<char>(file[at] ^ change);
      Server server;
      Read(damaged, damaged.size(), server);
      server.keyspace.CheckInvariants();
    }
  }
}

TEST_CASE("FileReader: says what it cannot keep") {
  const auto error_of = [](std::string body) { return Read("REDIS0012" + body).error; };
  CHECK(error_of(std::string("\x0f\x01k", 3)) == "key \"k\": streams are not supported");
  CHECK(error_of(std::string("\x07\x02k\n", 4)) ==
        "key \"k?\": values of modules are not supported");
  CHECK(error_of("\x63\x01k") == "key \"k\": the type of the value is not known");
  CHECK(error_of(std::string("\xf7\x81\0\0\0\0\0\0\0\0", 10)) ==
        "module AAAAAAAAA: data of modules are not supported");
  CHECK(error_of("\xf6") == "functions in the form of a candidate of Redis 7.0 are not supported");
  CHECK(error_of("\xf3") == "metadata of keys and unfinished imports of slots are not supported");
  CHECK(error_of("\x14\x01k\x01x") == "key \"k\": a listpack is damaged");
  CHECK(Read("REDIS0014").error == "version REDIS0014: such files are not supported");
  CHECK(Read("VALKEY081").error == "version VALKEY081: such files are not supported");
  CHECK(Read("*3\r\n$3\r\nSET").error == "this is not an RDB file");
}

TEST_CASE("FileReader: reads hints of slots, times of use and old expiries") {
  const std::string file = WithChecksum(std::string(
      "VALKEY080\xf4\x05\x02\x01\xfe\x03\xfd\xff\xff\xff\x7f\xf9\x07\xf8\x09\x00\x01k\x01v\xff",
      30));
  FileReader reader;
  std::string_view bytes = file;
  std::vector<Step> steps;
  while (steps.empty() || steps.back() != Step::kEnd) {
    const auto step = reader.Next(bytes, MoreToCome::kNo);
    REQUIRE(step);
    steps.push_back(*step);
    if (*step == Step::kRecord) {
      CHECK(reader.record().database == 3);
      CHECK(reader.record().key == "k");
      CHECK(reader.record().value.texts.front() == "v");
      CHECK(reader.record().expiry_ms == int64_t{INT32_MAX} * 1000);
      CHECK(reader.record().frequency == 7);
      CHECK(reader.record().idle_seconds == 9);
    }
    bytes.remove_prefix(reader.consumed());
  }
  CHECK(steps ==
        std::vector{Step::kHeader, Step::kResize, Step::kDatabase, Step::kRecord, Step::kEnd});
  CHECK(reader.is_valkey());
  CHECK(reader.offset() == file.size());
}
