#include "storage/rdb/snapshot.h"

#include <algorithm>
#include <utility>

#include "storage/base/check.h"
#include "storage/base/prefetch.h"
#include "storage/memory/memory_probe.h"

namespace storage::rdb {
namespace {

constexpr size_t kOpenBytesMin = 16 * 1024;  // not worth a question
constexpr size_t kBatchRecords = 32;
constexpr size_t kUsualRecordBytes = 64;
constexpr size_t kPieceElements = 256;  // what they take together is not much, unless one is large

}  // namespace

Snapshot::Snapshot(Keyspace& keyspace, const FileWriter::Options& options)
    : keyspace_(keyspace), writer_(options) {
  for (int i = 0; i < keyspace_.database_count(); ++i) {
    Database& database = keyspace_.database(i);
    sources_.push_back({&database, nullptr});
    sizes_.push_back({database.size(), database.volatile_keys()});
    progress_.records_total += database.size();
  }
  keyspace_.BeginImages(*this);
  writer_.Begin(out_.open);
}

Snapshot::~Snapshot() {
  if (!is_done_) {
    Discard();
    while (Step(SIZE_MAX)) {
    }
  }
  for (const FilePiece& piece : out_.closed) {
    if (piece.string != nullptr) keyspace_.ReleaseLarge(piece.string);
  }
}

void Snapshot::Aux(std::string_view name, std::string_view value) {
  writer_.Aux(name, value, out_.open);
}

void Snapshot::Function(std::string_view source) {
  writer_.Function(source, out_.open);
}

// --- the walk -----------------------------------------------------------------------------------

bool Snapshot::Step(size_t records) {
  while (records > 0 && !is_done_) {
    if (!long_.empty()) {
      WriteSomeOfLong(records);
    } else if (!is_table_done_) {
      is_table_done_ = !WalkSome(records);
    } else if (!NextDatabase()) {
      Finish();
    }
  }
  return !is_done_;
}

bool Snapshot::WalkSome(size_t& records) {
  const Source& source = sources_[static_cast<size_t>(database_)];
  if (source.database == nullptr && source.cleared == nullptr) return false;
  if (cursor_ == 0) BeginDatabase();
  batch_.clear();
  // They are on their way to the cache while more are looked for.
  const auto take = [this](Record& record) {
    PrefetchLine(&record);
    PrefetchLine(reinterpret_cast<const char*>(&record) + kUsualRecordBytes - 1);
    batch_.push_back(&record);
  };
  const HashTable& table = source.database != nullptr ? source.database->table() : *source.cleared;
  do {
    cursor_ = source.database != nullptr
                  ? source.database->WalkRecords(cursor_, take)
                  : table.Scan(cursor_, [&](void* entry) { take(*static_cast<Record*>(entry)); });
  } while (cursor_ != 0 && batch_.size() < kBatchRecords);
  for (Record* record : batch_) Visit(*record, database_);
  records -= std::min(records, batch_.size() + 1);
  return cursor_ != 0;
}

// The sizes are those of the moment, although some of the records may have been written before.
void Snapshot::BeginDatabase() {
  const Sizes& sizes = sizes_[static_cast<size_t>(database_)];
  if (sizes.keys == 0 || is_discarded_) return;
  Select(database_, out_);
  FileWriter::Resize(sizes.keys, sizes.volatile_keys, out_.open);
}

bool Snapshot::NextDatabase() {
  Source& source = sources_[static_cast<size_t>(database_)];
  if (source.cleared != nullptr) keyspace_.LetGo(*source.cleared);
  source = {nullptr, nullptr};
  cursor_ = 0;
  is_table_done_ = false;
  if (database_ + 1 == keyspace_.database_count()) return false;
  ++database_;
  return true;
}

void Snapshot::Finish() {
  keyspace_.EndImages();
  is_done_ = true;
  if (is_discarded_) return;
  FileWriter::End(out_.open);
}

void Snapshot::Visit(Record& record, int database) {
  if (record.epoch() == keyspace_.epoch()) return;
  if (is_discarded_ || !ValueWriter::IsLong(record)) return Write(record, database, out_);
  const bool is_known =
      std::ranges::any_of(long_, [&](const LongRecord& it) { return it.record == &record; });
  if (!is_known) long_.push_back({&record, database, {}});
}

void Snapshot::Write(Record& record, int database, Stream& stream) {
  record.set_epoch(keyspace_.epoch());
  ++progress_.records_done;
  if (is_discarded_) return;
  const bool is_shared =
      record.encoding() == Encoding::kLarge && record.large()->size() >= kSharedBytesMin;
  if (!stream.Reserve(record.size() + (is_shared ? 0 : record.outside_memory()))) return Fail();
  Select(database, stream);
  writer_.AppendHead(keyspace_, record, stream.open);
  if (is_shared) {
    record.large()->AddReference();
    stream.Close(record.large());
  } else {
    writer_.values().AppendValue(keyspace_, record, stream.open);
  }
}

void Snapshot::Select(int database, Stream& stream) {
  if (stream.database == database) return;
  stream.database = database;
  FileWriter::SelectDatabase(database, stream.open);
}

void Snapshot::WriteSomeOfLong(size_t& elements) {
  LongRecord& first = long_.front();
  // As much as all of it, where a piece of it may be most of it.
  const Structure& structure = *first.record->structure();
  const bool has_large = structure.may_have_large_elements() || elements > kPieceElements;
  if (!out_.Reserve(has_large ? structure.memory() : kOpenBytesMax)) return Fail();
  if (!first.has_head) {
    first.has_head = true;
    Select(first.database, out_);
    writer_.AppendHead(keyspace_, *first.record, out_.open);
  }
  const bool is_whole =
      writer_.values().AppendSome(keyspace_, *first.record, first.progress, elements, out_.open);
  if (elements != SIZE_MAX) elements = 0;
  if (!is_whole) return;
  first.record->set_epoch(keyspace_.epoch());
  ++progress_.records_done;
  long_.erase(long_.begin());
  TakeImages();
}

// --- changes meanwhile --------------------------------------------------------------------------

void Snapshot::OnChange(const Database& database, Record& record) {
  const auto known =
      std::ranges::find_if(long_, [&](const LongRecord& it) { return it.record == &record; });
  if (known != long_.end() && known->has_head) {
    size_t all = SIZE_MAX;
    return WriteSomeOfLong(all);
  }
  if (known != long_.end()) long_.erase(known);
  const bool is_within = !long_.empty() && long_.front().has_head;
  Write(record, MomentOf(database), is_within ? images_ : out_);
}

int Snapshot::MomentOf(const Database& database) const {
  const auto source =
      std::ranges::find_if(sources_, [&](const Source& it) { return it.database == &database; });
  // Records of databases whose walk is over have the current epoch: nobody asks for them.
  CHECK_INVARIANT(source != sources_.end());
  return static_cast<int>(source - sources_.begin());
}

bool Snapshot::OnClear(const Database& database, HashTable& table) {
  const auto source =
      std::ranges::find_if(sources_, [&](const Source& it) { return it.database == &database; });
  if (source == sources_.end()) return false;
  if (is_discarded_) {
    *source = {nullptr, nullptr};
    return false;
  }
  *source = {nullptr, &table};
  return true;
}

void Snapshot::OnSwap(const Database& a, const Database& b) {
  for (Source& source : sources_) {
    if (source.database == &a) {
      source.database = const_cast<Database*>(&b);
    } else if (source.database == &b) {
      source.database = const_cast<Database*>(&a);
    }
  }
}

void Snapshot::TakeImages() {
  if (images_.empty()) return;
  for (FilePiece& piece : images_.closed) {
    out_.open += piece.bytes;
    out_.Close(piece.string);
  }
  out_.open += images_.open;
  out_.database = images_.database;
  images_ = {};
}

// --- what was written ---------------------------------------------------------------------------

// A piece that is large enough is closed first: what grows by doubling is never much. Elements of a
// collection take at most half as much again in the file.
bool Snapshot::Stream::Reserve(size_t more) {
  if (open.size() >= kOpenBytesMax) Close(nullptr);
  const size_t needed = open.size() + more + more / 2 + 64;
  if (needed <= open.capacity()) return true;
  const size_t capacity = std::max(needed, std::min(2 * open.capacity(), 2 * kOpenBytesMax));
  if (capacity > kOpenBytesMin && !HasMemoryFor(2 * capacity)) return false;
  open.reserve(capacity);
  return true;
}

void Snapshot::Stream::Close(LargeString* string) {
  closed_bytes += open.size() + (string == nullptr ? 0 : string->size());
  closed.push_back({std::exchange(open, {}), string});
}

std::vector<FilePiece> Snapshot::TakePieces() {
  if (!out_.open.empty()) out_.Close(nullptr);
  out_.closed_bytes = 0;
  return std::exchange(out_.closed, {});
}

void Snapshot::Fail() {
  has_failed_ = true;
  Discard();
}

void Snapshot::Discard() {
  if (std::exchange(is_discarded_, true)) return;
  for (const LongRecord& it : long_) {
    it.record->set_epoch(keyspace_.epoch());
    ++progress_.records_done;
  }
  long_.clear();
  TakeImages();
  // Nothing in cleared tables needs an epoch any more.
  for (Source& source : sources_) {
    if (source.cleared != nullptr) keyspace_.LetGo(*source.cleared);
    source.cleared = nullptr;
  }
}

}  // namespace storage::rdb
