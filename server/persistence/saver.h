// Saver: when the data is saved into the dump file (dbfilename): SAVE, BGSAVE, the save points, the
// end of the server; and what is known of the last time.
//
// A save that fails is tried again every five seconds while save points are set; until it succeeds,
// writes are refused (stop-writes-on-bgsave-error).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/introspection/info_text.h"
#include "server/persistence/snapshot_file.h"

namespace server {

class Saver {
 public:
  explicit Saver(EngineState& engine) : engine_(engine) {}

  // SAVE: all at once. The error says what went wrong, and is logged.
  storage::FileResult<void> SaveNow();
  // BGSAVE. Only when nothing like it runs.
  void Begin();
  // As soon as no rewrite of the log runs.
  void Schedule() { is_scheduled_ = true; }
  bool is_running() const { return file_ != nullptr; }
  // Forgets a save that runs, and its file.
  void Cancel();

  // By the clock: what is scheduled, and save points.
  void RunTick();
  // A slice of the save that runs.
  void RunSlice();
  bool HasWork() const { return file_ != nullptr && (file_->is_done() || file_->HasWork()); }

  // Why writes are to be refused now, after "MISCONF "; empty: they are not.
  const std::string& refusal() const { return refusal_; }
  // The data in memory is that of the file (it was loaded, or saved).
  void NoteSaved();
  // A file was loaded.
  void NoteLoad(uint64_t keys, uint64_t expired_keys) {
    loaded_keys_ = keys;
    load_expired_keys_ = expired_keys;
  }
  int64_t last_save_s() const { return last_save_s_; }
  uint64_t changes() const;  // since then
  void ApplySettings() { UpdateRefusal(); }

  void AppendInfo(InfoText& text) const;

 private:
  void End();
  void NoteResult(const storage::FileResult<void>& result);
  // Whether a save point, or an earlier failure, asks for a save now; says so.
  bool IsDue();
  void UpdateRefusal();

  EngineState& engine_;
  std::unique_ptr<SnapshotFile> file_;  // of the save that runs
  int64_t began_us_ = 0;                // monotonic
  uint64_t changes_at_begin_ = 0;
  uint64_t changes_at_save_ = 0;
  int64_t last_save_s_ = 0;
  int64_t last_try_us_ = 0;       // monotonic
  int64_t last_duration_s_ = -1;  // of a save in the background
  uint64_t saves_ = 0;
  uint64_t loaded_keys_ = 0;  // the last time
  uint64_t load_expired_keys_ = 0;
  std::optional<storage::FileError> failure_;  // of the last save
  std::string refusal_;
  bool is_scheduled_ = false;
};

}  // namespace server
