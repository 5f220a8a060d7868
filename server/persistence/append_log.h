// AppendLog: the append-only file as a whole: on and off, at the start and while serving, and its
// rewriting.
//
//   change feed -> AofFeed -> AofWriter -> appendonlydir/appendonly.aof.N.incr.aof
//
// A rewrite makes the log short again: what the data is now (a snapshot) stands for all that led to
// it. It takes no pause, and after each step a start would find everything:
//
//   preparing    elsewhere: the next increment is made, and named by the manifest
//   walking      from one moment on the log goes into it, and the snapshot is of that moment
//   installing   elsewhere: the manifest names the new base; what it stands for is removed
//
// Turning the log on at run time is the same, only that the increment is named with its base.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/introspection/info_text.h"
#include "server/persistence/aof_feed.h"
#include "server/persistence/aof_loader.h"
#include "server/persistence/aof_writer.h"
#include "server/persistence/snapshot_file.h"
#include "storage/aof/log_folder.h"

namespace server {

class AppendLog {
 public:
  explicit AppendLog(EngineState& engine);
  ~AppendLog();

  // At the start, with appendonly: the loader of what is there; null: there is no log yet.
  std::expected<std::unique_ptr<AofLoader>, std::string> OpenToLoad();
  // After the data was loaded, from the log (`ending`) or otherwise: goes on with it.
  std::expected<void, std::string> Start(const std::optional<AofLoader::Ending>& ending);
  // CONFIG SET appendonly. The error is in Redis's words.
  std::optional<std::string> ApplySettings();
  // At the end of the process: everything is on the disk.
  void Flush();
  // DEBUG LOADAOF: forgets the data and loads the log.
  std::expected<void, std::string> Reload();

  bool is_on() const { return is_on_; }
  AofWriter& writer() { return writer_; }

  // BGREWRITEAOF. False: it waits for what runs now (a save).
  bool BeginRewrite();
  bool is_rewriting() const { return rewrite_.stage != Stage::kNone; }

  void RunTick();
  void RunSlice();
  bool HasWork() const {
    const auto& snapshot = rewrite_.snapshot;
    return snapshot != nullptr && (snapshot->HasWork() || snapshot->is_done());
  }

  // Bytes that wait to be written.
  size_t buffered() const { return writer_.buffered(); }
  void AppendInfo(InfoText& text) const;

 private:
  enum class Stage : uint8_t { kNone, kPreparing, kWalking, kInstalling };
  struct Rewrite {
    Stage stage = Stage::kNone;
    bool turns_on = false;
    storage::aof::ManifestEntry base;
    uint64_t first_increment = 0;
    storage::aof::Manifest manifest;  // with the new increment
    std::unique_ptr<SnapshotFile> snapshot;
    int64_t began_us = 0;
  };

  storage::aof::LogPaths Paths() const;
  // Runs `work` elsewhere, then `then` here, unless the rewrite that runs now has ended by then.
  void RunElsewhere(std::function<void()> work, std::function<void()> then);
  std::expected<void, std::string> CreateFirst();
  void TurnOn();
  void TurnOff();
  void Prepare();
  void SwitchOver(std::unique_ptr<storage::File> file);
  void Install();
  void EndRewrite();
  void FailRewrite(const storage::FileError& error);
  void ForgetRewrite();
  void RemoveTemporaries();
  bool IsRewriteDue() const;
  void MeasureSizes();
  uint64_t current_size() const { return older_size_ + writer_.size(); }

  EngineState& engine_;
  AofFeed feed_;
  AofWriter writer_;
  bool is_on_ = false;
  bool is_wanted_ = false;  // the setting; the log may lag behind it
  storage::aof::Manifest manifest_;
  uint64_t older_size_ = 0;  // of the files before the last one
  uint64_t base_size_ = 0;   // of the log after the start or the last rewrite
  Rewrite rewrite_;
  uint64_t rewrite_number_ = 0;  // which of the rewrites since the start
  bool is_scheduled_ = false;
  bool has_last_failed_ = false;
  int64_t next_try_us_ = 0;  // monotonic
  int64_t last_duration_s_ = -1;
  uint64_t rewrites_ = 0;
  uint64_t failures_in_a_row_ = 0;
  std::shared_ptr<bool> life_ = std::make_shared<bool>();  // what runs elsewhere watches it
};

}  // namespace server
