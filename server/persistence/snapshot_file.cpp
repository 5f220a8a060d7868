#include "server/persistence/snapshot_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/memory/used_memory.h"
#include "server/slice.h"
#include "server/version.h"
#include "storage/base/check.h"
#include "storage/eviction/policy.h"

namespace server {
namespace {

using storage::FileResult;
using storage::rdb::FilePiece;
using storage::rdb::FileWriter;

constexpr uint64_t kSliceNs = 250'000;
constexpr size_t kRecordsPerStep = 64;
constexpr size_t kGivenBytes = 512 * 1024;            // to the writer at a time, at least
constexpr size_t kWaitingBytesMax = 4 * 1024 * 1024;  // the walk waits above this
constexpr uint64_t kSyncedBytes = 4 * 1024 * 1024;
constexpr std::string_view kTemporaryPrefix = "temp-";
constexpr std::string_view kTemporarySuffix = ".rdb";

FileWriter::Options WriterOptions(const EngineState& engine) {
  const Settings& settings = engine.config.settings();
  const auto policy = settings.maxmemory_policy;
  return {.version = settings.rdb_version != 0 ? settings.rdb_version
                                               : FileWriter::VersionFor(engine.keyspace),
          .compresses = settings.rdbcompression,
          .has_access_data = storage::IsLfu(policy) || storage::IsLru(policy)};
}

// Not used again: a writer that nobody waits for any more may still be at the one before.
std::string NextTemporaryPath(EngineState& engine, const std::string& path) {
  return storage::JoinPath(
      storage::FolderOf(path),
      fmt::format("{}{}-{}{}", kTemporaryPrefix, engine.shell.facts().process_id,
                  ++engine.temporary_files, kTemporarySuffix));
}

}  // namespace

// What the writer works on; nobody else touches it while a job runs.
struct SnapshotFile::Output {
  storage::FileSystem& files;
  std::string path;
  std::string temporary_path;
  bool syncs_often;
  storage::rdb::FileAssembler assembler;
  std::unique_ptr<storage::File> file;
  uint64_t unsynced = 0;
  FileResult<void> result;

  enum class Part : uint8_t { kMore, kLast };
  void Write(const std::vector<FilePiece>& pieces, Part part) {
    if (result) result = TryWrite(pieces, part);
    if (!result) Remove();
  }
  void Remove() {
    file.reset();
    // It may not be there, and if it stays, the next start removes it.
    [[maybe_unused]] const auto removed = files.Remove(temporary_path);
  }

 private:
  FileResult<void> TryWrite(const std::vector<FilePiece>& pieces, Part part) {
    if (file == nullptr) {
      auto created = files.Create(temporary_path);
      if (!created) return std::unexpected(created.error());
      file = std::move(*created);
    }
    FileResult<void> appended;
    const auto sink = [&](std::string_view bytes) {
      appended = file->Append(bytes);
      unsynced += bytes.size();
      return appended.has_value();
    };
    for (const FilePiece& piece : pieces) {
      if (!assembler.Append(piece, sink)) return appended;
      if (!syncs_often || unsynced < kSyncedBytes) continue;
      if (auto synced = file->Sync(); !synced) return synced;
      unsynced = 0;
    }
    if (part == Part::kMore) return {};
    if (!assembler.AppendChecksum(sink)) return appended;
    return Complete();
  }
  FileResult<void> Complete() {
    if (auto synced = file->Sync(); !synced) return synced;
    if (auto closed = file->Close(); !closed) return closed;
    file.reset();
    if (auto renamed = files.Rename(temporary_path, path); !renamed) return renamed;
    return files.SyncFolder(storage::FolderOf(path));
  }
};

SnapshotFile::SnapshotFile(EngineState& engine, Plan plan)
    : engine_(engine),
      output_(std::make_shared<Output>(
          engine.files, plan.path, NextTemporaryPath(engine, plan.path),
          engine.config.settings().rdb_save_incremental_fsync,
          storage::rdb::FileAssembler(engine.config.settings().rdbcompression,
                                      engine.config.settings().rdbchecksum))),
      self_(std::make_shared<SnapshotFile*>(this)) {
  const FileWriter::Options options = WriterOptions(engine);
  const int needed = FileWriter::VersionFor(engine.keyspace);
  if (options.version < needed) {
    result_ = std::unexpected(storage::FileError{
        fmt::format("rdb-version {} cannot hold hash fields that expire ({} can); not writing",
                    options.version, needed),
        plan.path, EINVAL});
    is_done_ = true;
    return;
  }
  if (engine.walking_snapshot != nullptr) engine.walking_snapshot->FinishWalk();
  engine.walking_snapshot = this;
  snapshot_.emplace(engine.keyspace, options);
  snapshot_->Aux("redis-ver", kRedisVersion);
  snapshot_->Aux("redis-bits", "64");
  snapshot_->Aux("ctime", std::to_string(engine.wall_us / 1'000'000));
  snapshot_->Aux("used-mem", std::to_string(UsedMemory(engine)));
  snapshot_->Aux("aof-base", plan.purpose == Purpose::kLogBase ? "1" : "0");
  for (const std::string& source : engine.function_sources) snapshot_->Function(source);
  progress_ = snapshot_->progress();
}

SnapshotFile::~SnapshotFile() {
  *self_ = nullptr;
  if (engine_.walking_snapshot == this) engine_.walking_snapshot = nullptr;
  snapshot_.reset();
  Drop(rest_);
  // Otherwise the writer's last step removes it.
  if (!is_writing_ && !(is_done_ && result_)) output_->Remove();
}

void SnapshotFile::Drop(const std::vector<FilePiece>& pieces) {
  for (const FilePiece& piece : pieces) {
    storage::LargeString* string = piece.string;
    if (string != nullptr && string->DropReference()) storage::LargeString::Destroy(string);
  }
}

bool SnapshotFile::HasWork() const {
  if (is_done_) return false;
  return CanWalk() || !is_writing_;
}

bool SnapshotFile::CanWalk() const {
  return snapshot_ && snapshot_->pending_bytes() < kWaitingBytesMax;
}

void SnapshotFile::Continue() {
  if (snapshot_) {
    RunSlice(engine_.clock, kSliceNs, [&] {
      if (CanWalk() && !snapshot_->Step(kRecordsPerStep)) EndWalk();
      return CanWalk();
    });
    if (snapshot_) progress_ = snapshot_->progress();
  }
  const bool has_enough = !snapshot_ || snapshot_->pending_bytes() >= kGivenBytes;
  if (!is_writing_ && result_ && has_enough) GiveToWriter();
}

void SnapshotFile::FinishWalk() {
  if (!snapshot_) return;
  while (snapshot_->Step(SIZE_MAX)) {
  }
  EndWalk();
}

void SnapshotFile::EndWalk() {
  progress_ = snapshot_->progress();
  if (snapshot_->has_failed() && result_) {
    result_ = std::unexpected(storage::FileError{"save", output_->path, ENOMEM});
  }
  rest_ = snapshot_->TakePieces();
  snapshot_.reset();
  engine_.walking_snapshot = nullptr;
  if (result_) return;
  Drop(std::exchange(rest_, {}));
  is_done_ = !is_writing_;
}

void SnapshotFile::GiveToWriter() {
  is_writing_ = true;
  const auto part = snapshot_ ? Output::Part::kMore : Output::Part::kLast;
  auto pieces = std::make_shared<std::vector<FilePiece>>(snapshot_ ? snapshot_->TakePieces()
                                                                   : std::exchange(rest_, {}));
  is_last_given_ = part == Output::Part::kLast;
  engine_.shell.RunElsewhere([output = output_, pieces, part] { output->Write(*pieces, part); },
                             [output = output_, pieces, self = self_] {
                               Drop(*pieces);
                               if (*self != nullptr) return (*self)->OnWritten();
                               output->Remove();
                             });
}

void SnapshotFile::OnWritten() {
  is_writing_ = false;
  if (result_) result_ = output_->result;
  if (result_ && !is_last_given_) return;
  Drop(std::exchange(rest_, {}));
  is_done_ = !snapshot_;
  if (is_done_) return;
  // It failed; the walk goes to its end without writing anything.
  snapshot_->Discard();
  Drop(snapshot_->TakePieces());
}

const FileResult<void>& SnapshotFile::Finish() {
  CHECK_INVARIANT(!is_writing_);
  while (!is_done_) {
    bool has_more = snapshot_.has_value();
    while (has_more && snapshot_->pending_bytes() < kGivenBytes) {
      has_more = snapshot_->Step(kRecordsPerStep);
    }
    if (!has_more && snapshot_) EndWalk();
    if (is_done_) break;
    const auto part = snapshot_ ? Output::Part::kMore : Output::Part::kLast;
    const auto pieces = snapshot_ ? snapshot_->TakePieces() : std::exchange(rest_, {});
    output_->Write(pieces, part);
    Drop(pieces);
    is_last_given_ = part == Output::Part::kLast;
    OnWritten();
  }
  return result_;
}

void SnapshotFile::RemoveOrphans(EngineState& engine, const std::string& folder) {
  const auto names = engine.files.List(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    const std::string_view text(name);
    if (!text.starts_with(kTemporaryPrefix) || !text.ends_with(kTemporarySuffix)) continue;
    const std::string_view number = text.substr(
        kTemporaryPrefix.size(), text.size() - kTemporaryPrefix.size() - kTemporarySuffix.size());
    const bool is_ours = !number.empty() && std::ranges::all_of(number, [](char digit) {
      return (digit >= '0' && digit <= '9') || digit == '-';
    });
    if (!is_ours) continue;
    if (const auto removed = engine.files.Remove(storage::JoinPath(folder, name))) {
      engine.log.Notice("Removed " + name + ", which a process that died left half written");
    }
  }
}

}  // namespace server
