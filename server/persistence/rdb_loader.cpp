#include "server/persistence/rdb_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "server/config/config.h"
#include "server/dispatch/command_error.h"
#include "server/engine_state.h"
#include "storage/base/number.h"
#include "storage/rdb/store_value.h"

namespace server {
namespace {

using storage::rdb::FileReader;
using storage::rdb::StoreOutcome;

constexpr size_t kRecordsPerStep = 128;
constexpr size_t kBufferBytes = 1024 * 1024;
constexpr uint64_t kRecordBytesMin = 3;  // a type, and the lengths of an empty key and value

}  // namespace

std::expected<std::unique_ptr<RdbLoader>, std::string> RdbLoader::Open(EngineState& engine,
                                                                       const std::string& path,
                                                                       Duplicates duplicates) {
  auto file = engine.files.OpenToRead(path);
  if (!file) return std::unexpected(file.error().Text());
  const auto size = (*file)->Size();
  if (!size) return std::unexpected(size.error().Text());
  return std::unique_ptr<RdbLoader>(new RdbLoader(engine, std::move(*file), *size, duplicates));
}

RdbLoader::RdbLoader(EngineState& engine, std::unique_ptr<storage::File> file, uint64_t size,
                     Duplicates duplicates)
    : engine_(engine),
      file_(std::move(file)),
      size_(size),
      duplicates_(duplicates),
      reader_(engine.config.settings().rdbchecksum && !engine.skips_checksums
                  ? storage::rdb::ChecksumCheck::kVerify
                  : storage::rdb::ChecksumCheck::kSkip),
      buffer_(kBufferBytes) {}

std::unexpected<std::string> RdbLoader::Fail(uint64_t offset, const std::string& why) const {
  return std::unexpected(
      fmt::format("{}: at byte {}: {}. The file was left as it is; "
                  "'cinnabar-check rdb' says more",
                  file_->path(), offset, why));
}

std::expected<bool, std::string> RdbLoader::Step() {
  for (size_t records = 0; records < kRecordsPerStep;) {
    const auto more = read_ == size_ ? FileReader::MoreToCome::kNo : FileReader::MoreToCome::kYes;
    reader_.ReadInto(gathered_[gathered_count_].record);
    const auto step = reader_.Next({buffer_.data() + begin_, end_ - begin_}, more);
    if (!step) return Fail(step.error().offset, step.error().message);
    if (*step == FileReader::Step::kNeedsMore) {
      if (auto filled = Fill(); !filled) return std::unexpected(filled.error());
      continue;
    }
    if (const auto taken = Take(*step); !taken) return std::unexpected(taken.error());
    begin_ += reader_.consumed();
    if (*step == FileReader::Step::kEnd) {
      if (const auto stored = StoreGathered(); !stored) return std::unexpected(stored.error());
      End();
      return false;
    }
    if (*step == FileReader::Step::kRecord) ++records;
  }
  return true;
}

// Bytes that were not consumed move to the front; where they fill the buffer, it grows.
std::expected<void, std::string> RdbLoader::Fill() {
  // What was gathered may still lie there.
  if (auto stored = StoreGathered(); !stored) return stored;
  reader_.Settle();
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= std::exchange(begin_, 0);
  if (end_ > buffer_.size() / 2) buffer_.resize(buffer_.size() * 2);
  const auto count = file_->ReadAt(read_, std::span(buffer_).subspan(end_));
  if (!count) return std::unexpected(count.error().Text());
  if (*count == 0) return std::unexpected(file_->path() + ": it became shorter while it was read");
  end_ += *count;
  read_ += *count;
  return {};
}

std::expected<void, std::string> RdbLoader::Take(FileReader::Step step) {
  switch (step) {
    case FileReader::Step::kAux:
      LogAux(reader_.name(), reader_.value());
      return {};
    case FileReader::Step::kDatabase:
      if (reader_.database() < static_cast<uint64_t>(engine_.keyspace.database_count())) return {};
      return Fail(reader_.offset(),
                  fmt::format("it has keys in database {}, and 'databases' is {}",
                              reader_.database(), engine_.keyspace.database_count()));
    case FileReader::Step::kResize:
      Expect(reader_.keys());
      return {};
    case FileReader::Step::kFunction:
      engine_.function_sources.emplace_back(reader_.value());
      return {};
    case FileReader::Step::kRecord:
      return Gather(reader_.offset());
    case FileReader::Step::kNeedsMore:
    case FileReader::Step::kHeader:
    case FileReader::Step::kEnd:
      return {};
  }
  return {};
}

// The file's word is not taken for more than it can hold.
void RdbLoader::Expect(uint64_t keys) {
  const uint64_t database = reader_.database();
  if (database >= static_cast<uint64_t>(engine_.keyspace.database_count())) return;
  engine_.keyspace.database(static_cast<int>(database))
      .Expect(std::min(keys, size_ / kRecordBytesMin));
}

std::expected<void, std::string> RdbLoader::Gather(uint64_t offset) {
  Gathered& next = gathered_[gathered_count_++];
  next.offset = offset;
  const auto database = static_cast<int>(next.record.database);
  next.hash = engine_.keyspace.MakeKey(next.record.key).hash;
  engine_.keyspace.database(database).table().PrefetchBucket(next.hash);
  // Collections may be large, and take longer than a cache miss.
  const bool is_string = next.record.value.type == storage::Type::kString;
  return is_string && gathered_count_ < gathered_.size() ? std::expected<void, std::string>()
                                                         : StoreGathered();
}

std::expected<void, std::string> RdbLoader::StoreGathered() {
  const size_t count = std::exchange(gathered_count_, 0);
  for (const Gathered& it : std::span(gathered_).first(count)) {
    const auto stored = Store(it.record, {it.record.key, it.hash});
    if (!stored) return Fail(it.offset, stored.error());
  }
  return {};
}

std::expected<void, std::string> RdbLoader::Store(const FileReader::FoundRecord& record,
                                                  const storage::Key& key) {
  const bool is_expired =
      record.expiry_ms.has_value() && *record.expiry_ms <= engine_.keyspace.now_ms();
  if (is_expired) {
    ++counts_.expired;
    return {};
  }
  storage::Database& database = engine_.keyspace.database(static_cast<int>(record.database));
  const storage::Found there = database.Find(key, storage::kPeek);
  if (there && duplicates_ == Duplicates::kRefuse) {
    return std::unexpected(fmt::format("the key '{}' is there already, in database {}",
                                       EchoedInError(record.key), record.database));
  }
  switch (storage::rdb::StoreValue(database, key, there, record.value)) {
    case StoreOutcome::kStored:
      break;
    case StoreOutcome::kEmpty:
      ++counts_.empty;
      return {};
    case StoreOutcome::kDuplicate:
      return std::unexpected(
          fmt::format("an element occurs twice in '{}'", EchoedInError(record.key)));
    case StoreOutcome::kNoMemory:
      return std::unexpected(fmt::format("there is no memory for '{}'", EchoedInError(record.key)));
  }
  ++counts_.loaded;
  if (!record.expiry_ms && !record.idle_seconds && !record.frequency) return {};
  const storage::Found found = database.Find(key, storage::kPeek);
  if (record.idle_seconds) engine_.keyspace.SetIdleSeconds(*found, *record.idle_seconds);
  if (record.frequency) engine_.keyspace.SetFrequency(*found, *record.frequency);
  if (record.expiry_ms) database.SetExpiry(key, found, *record.expiry_ms);
  return {};
}

void RdbLoader::LogAux(std::string_view name, std::string_view value) const {
  if (name == "redis-ver" || name == "valkey-ver") {
    engine_.log.Notice(fmt::format("Loading RDB produced by version {}", EchoedInError(value)));
  } else if (name == "ctime") {
    const auto time_s = storage::ParseInt64(value).value_or(0);
    engine_.log.Notice(fmt::format("RDB age {} seconds",
                                   std::max<int64_t>(engine_.wall_us / 1'000'000 - time_s, 0)));
  }
}

void RdbLoader::End() {
  engine_.log.Notice(fmt::format("Done loading RDB, keys loaded: {}, keys expired: {}.",
                                 counts_.loaded, counts_.expired));
  if (counts_.empty > 0) {
    engine_.log.Warning(
        fmt::format("Collections without elements in the RDB file, which are no "
                    "keys: {}",
                    counts_.empty));
  }
  engine_.saver.NoteLoad(counts_.loaded, counts_.expired);
}

}  // namespace server
