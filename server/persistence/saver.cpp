#include "server/persistence/saver.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

constexpr int64_t kRetryUs = 5'000'000;

}  // namespace

uint64_t Saver::changes() const {
  return engine_.feed.changes() - changes_at_save_;
}

void Saver::NoteSaved() {
  changes_at_save_ = engine_.feed.changes();
  last_save_s_ = engine_.wall_us / 1'000'000;
}

storage::FileResult<void> Saver::SaveNow() {
  SnapshotFile file(engine_, {.path = engine_.config.settings().dbfilename});
  changes_at_begin_ = engine_.feed.changes();
  ++saves_;
  const storage::FileResult<void> result = file.Finish();
  NoteResult(result);
  if (result) engine_.log.Notice("DB saved on disk");
  return result;
}

void Saver::Begin() {
  is_scheduled_ = false;
  file_ = std::make_unique<SnapshotFile>(
      engine_, SnapshotFile::Plan{.path = engine_.config.settings().dbfilename});
  began_us_ = last_try_us_ = engine_.monotonic_us;
  changes_at_begin_ = engine_.feed.changes();
  ++saves_;
  engine_.log.Notice("Background saving started");
}

void Saver::Cancel() {
  if (file_ == nullptr) return;
  engine_.log.Warning("There is a save in the background: it is given up.");
  file_.reset();
}

void Saver::RunSlice() {
  if (file_ == nullptr) return;
  if (!file_->is_done()) file_->Continue();
  if (file_->is_done()) End();
}

void Saver::End() {
  const storage::FileResult<void> result = file_->result();
  file_.reset();
  last_duration_s_ = (engine_.monotonic_us - began_us_) / 1'000'000;
  NoteResult(result);
  if (result) engine_.log.Notice("Background saving terminated with success");
}

void Saver::NoteResult(const storage::FileResult<void>& result) {
  if (result) {
    failure_.reset();
    changes_at_save_ = changes_at_begin_;
    last_save_s_ = engine_.wall_us / 1'000'000;
  } else {
    failure_ = result.error();
    last_try_us_ = engine_.monotonic_us;
    engine_.log.Warning("Saving the DB failed: " + failure_->Text());
  }
  UpdateRefusal();
}

void Saver::UpdateRefusal() {
  const Settings& settings = engine_.config.settings();
  const bool refuses = failure_ && settings.stop_writes_on_bgsave_error && !settings.save.empty();
  engine_.set_special(kRefusesWrites, refuses);
  refusal_.clear();
  if (!refuses) return;
  const auto free_bytes = engine_.files.FreeBytes(storage::FolderOf(failure_->path));
  refusal_ = fmt::format(
      "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to "
      "disk. Commands that may modify the data set are disabled, because this instance is "
      "configured to report errors during writes if RDB snapshotting fails "
      "(stop-writes-on-bgsave-error option). Please check the Redis logs for details about the "
      "RDB error. ({}; {} free)",
      failure_->Text(), free_bytes ? fmt::format("{} bytes", *free_bytes) : "unknown how much is");
}

bool Saver::IsDue() {
  const Settings& settings = engine_.config.settings();
  const bool may_try = !failure_ || engine_.monotonic_us - last_try_us_ >= kRetryUs;
  if (settings.save.empty() || !may_try) return false;
  if (failure_) return true;
  const int64_t elapsed_s = engine_.wall_us / 1'000'000 - last_save_s_;
  for (const SavePoint& point : settings.save) {
    if (changes() < static_cast<uint64_t>(point.changes) || elapsed_s <= point.seconds) continue;
    engine_.log.Notice(
        fmt::format("{} changes in {} seconds. Saving...", point.changes, point.seconds));
    return true;
  }
  return false;
}

void Saver::RunTick() {
  if (engine_.keyspace.HasImages()) return;
  if (is_scheduled_ || IsDue()) Begin();
}

void Saver::AppendInfo(InfoText& text) const {
  const storage::rdb::Snapshot::Progress progress =
      file_ != nullptr ? file_->progress() : storage::rdb::Snapshot::Progress();
  const double done = progress.records_total == 0
                          ? 0
                          : 100.0 * static_cast<double>(progress.records_done) /
                                static_cast<double>(progress.records_total);
  text.Field("current_fork_perc", fmt::format("{:.2f}", std::min(done, 100.0)));
  text.Field("current_save_keys_processed", progress.records_done);
  text.Field("current_save_keys_total", progress.records_total);
  text.Field("rdb_changes_since_last_save", changes());
  text.Field("rdb_bgsave_in_progress", is_running() ? 1 : 0);
  text.Field("rdb_last_save_time", last_save_s_);
  text.Field("rdb_last_bgsave_status", failure_ ? "err" : "ok");
  text.Field("rdb_last_bgsave_time_sec", last_duration_s_);
  text.Field("rdb_current_bgsave_time_sec",
             is_running() ? (engine_.monotonic_us - began_us_) / 1'000'000 : -1);
  text.Field("rdb_saves", saves_);
  text.Field("rdb_last_cow_size", 0);
  text.Field("rdb_last_load_keys_expired", load_expired_keys_);
  text.Field("rdb_last_load_keys_loaded", loaded_keys_);
}

}  // namespace server
