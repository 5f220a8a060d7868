// Property: a file is read to its end or refused at one place, in whatever portions it comes; what
// it held until then can be stored, written and read again. (Sets that came as listpacks may change
// their order once.)
//
// Input: an RDB file; its checksum is not looked at.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/check.h"
#include "storage/rdb/checksum.h"
#include "storage/rdb/file_reader.h"
#include "storage/rdb/file_writer.h"
#include "storage/rdb/store_value.h"
#include "tests/support/no_listener.h"

namespace {

using storage::rdb::FileReader;
using storage::rdb::FileWriter;
using storage::rdb::StoreOutcome;
using Step = FileReader::Step;
using MoreToCome = FileReader::MoreToCome;

constexpr int kDatabases = 4;

struct Data {
  Data() { keyspace.SetNow(1'790'000'000'000, 1'000'000'000); }

  void Take(const FileReader::FoundRecord& record) {
    storage::Database& database = keyspace.database(static_cast<int>(record.database % kDatabases));
    const storage::Key key = keyspace.MakeKey(record.key);
    const storage::Found before = database.Find(key, storage::kPeek);
    if (storage::rdb::StoreValue(database, key, before, record.value) != StoreOutcome::kStored) {
      return;
    }
    const storage::Found found = database.Find(key, storage::kPeek);
    if (found->encoding() == storage::Encoding::kStructure) found->structure()->CheckInvariants();
  }

  storage::Random random{1};
  tests::NoListener listener;
  storage::Keyspace keyspace{kDatabases, storage::KeyHasher::Secret{}, random, listener};
};

struct Outcome {
  size_t steps = 0;
  bool is_complete = false;
  std::string error;

  bool operator==(const Outcome&) const = default;
};

Outcome Read(std::string_view file, size_t portion, Data& data) {
  FileReader reader(storage::rdb::ChecksumCheck::kSkip);
  Outcome outcome;
  size_t begin = 0;
  size_t end = 0;
  while (!outcome.is_complete) {
    const std::string_view bytes = file.substr(begin, end - begin);
    const auto step = reader.Next(bytes, end == file.size() ? MoreToCome::kNo : MoreToCome::kYes);
    if (!step) {
      outcome.error = step.error().message;
      return outcome;
    }
    if (*step == Step::kNeedsMore) {
      CHECK_INVARIANT(end < file.size());
      end = std::min(file.size(), end + portion);
      continue;
    }
    if (*step == Step::kRecord) data.Take(reader.record());
    outcome.is_complete = *step == Step::kEnd;
    ++outcome.steps;
    begin += reader.consumed();
  }
  return outcome;
}

std::string Write(const storage::Keyspace& keyspace) {
  FileWriter writer({.version = FileWriter::VersionFor(keyspace)});
  std::string file;
  writer.Begin(file);
  for (int i = 0; i < keyspace.database_count(); ++i) {
    const storage::Database& database = keyspace.database(i);
    FileWriter::SelectDatabase(i, file);
    FileWriter::Resize(database.size(), 0, file);
    for (uint64_t cursor = 0;;) {
      cursor = database.Scan(cursor, [&](const storage::Record& record) {
        writer.AppendRecord(keyspace, record, file);
      });
      if (cursor == 0) break;
    }
  }
  FileWriter::End(file);
  FileWriter::AppendChecksum(storage::rdb::Checksum(0, file), file);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Data whole;
  const Outcome outcome = Read(input, std::max<size_t>(size, 1), whole);
  Data pieces;
  CHECK_INVARIANT(Read(input, 7, pieces) == outcome);
  const std::string written = Write(whole.keyspace);
  CHECK_INVARIANT(Write(pieces.keyspace) == written);
  Data again;
  CHECK_INVARIANT(Read(written, written.size(), again).is_complete);
  const std::string second = Write(again.keyspace);
  CHECK_INVARIANT(second.size() == written.size());
  Data last;
  CHECK_INVARIANT(Read(second, second.size(), last).is_complete);
  CHECK_INVARIANT(Write(last.keyspace) == second);
  return 0;
}
