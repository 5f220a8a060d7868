// SnapshotFile: a snapshot on its way into a file, in slices, beside everything else.
//
//   loop's thread      walk, walk, walk ...           (rdb::Snapshot: pieces)
//                         └─ pieces ─> ┐  ^ then
//   another thread                     └─ compress, checksum, write, sync   (one job at a time)
//
// The file is written beside its target under a temporary name, synced, renamed, and its folder
// synced: whoever looks sees the old file or the new one, whole. When the writer is slower than the
// walk, the walk waits; changes meanwhile do not, and what they make the snapshot write is kept.
//
// Lifetime: one at a time (rdb::Snapshot); it ends before the keyspace. When it is destroyed before
// it is done, its file goes, even if another thread still writes to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/files/file_system.h"
#include "storage/rdb/snapshot.h"

namespace server {

struct EngineState;

class SnapshotFile {
 public:
  enum class Purpose : uint8_t { kDump, kLogBase };
  struct Plan {
    std::string path;
    Purpose purpose = Purpose::kDump;
  };

  // The moment is now; the walk of one that is still under way is finished first. Nothing is
  // written to the disk before Continue or Finish.
  SnapshotFile(EngineState& engine, Plan plan);
  ~SnapshotFile();
  SnapshotFile(const SnapshotFile&) = delete;
  SnapshotFile& operator=(const SnapshotFile&) = delete;

  // A slice of the walk, if the writer can take more.
  void Continue();
  // Continue has something to do.
  bool HasWork() const;
  // Does all of it now, on this thread. Only for one that was never continued.
  const storage::FileResult<void>& Finish();

  // The file is there, or could not be written.
  bool is_done() const { return is_done_; }
  const storage::FileResult<void>& result() const { return result_; }
  const storage::rdb::Snapshot::Progress& progress() const { return progress_; }

  // What a process that died left behind in the folder.
  static void RemoveOrphans(EngineState& engine, const std::string& folder);

 private:
  struct Output;

  // Walks to the end without a pause; the writing goes on elsewhere.
  void FinishWalk();
  bool CanWalk() const;
  void GiveToWriter();
  void OnWritten();
  void EndWalk();
  static void Drop(const std::vector<storage::rdb::FilePiece>& pieces);

  EngineState& engine_;
  std::shared_ptr<Output> output_;
  // What the writer's last step finds when it comes back: this, or nothing.
  std::shared_ptr<SnapshotFile*> self_;
  std::optional<storage::rdb::Snapshot> snapshot_;  // until the walk is done
  std::vector<storage::rdb::FilePiece> rest_;       // of the walk, when it is done
  storage::rdb::Snapshot::Progress progress_;
  storage::FileResult<void> result_;
  bool is_writing_ = false;  // another thread is
  bool is_last_given_ = false;
  bool is_done_ = false;
};

}  // namespace server
