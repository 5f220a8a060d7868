// AofWriter: brings what AofFeed gathers into the append-only file, and says when replies may
// leave.
//
//   everysec, no   turn ── write ── replies                  a sync elsewhere, once a second, or
//   never always         turn ── [write, sync elsewhere] ── replies of that turn
//                     turn ── turn ── [write, sync] ...      those in between wait together
//
// The write always precedes the reply, and is never put off because a sync runs: so no acknowledged
// write is lost when the process dies, under any policy. Under `always` what was executed while a
// commit runs is the next commit (group commit); every session that has something to say by then is
// held, readers too, since they may have read what is not safe yet.
//
// When a write fails (no space, say), what it was about stays in the buffer, and is tried again;
// its clients are told MISCONF and disconnected, since what they asked for is neither done nor
// undone; further writes are refused, reads go on. When a sync fails, nobody knows what the disk
// has, and asking again would not tell: the file is trusted no more (is_distrusted), and AppendLog
// begins a new one with a new base.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/persistence/aof_feed.h"
#include "storage/files/file_system.h"

namespace server {

struct EngineState;
class Session;

class AofWriter {
 public:
  AofWriter(EngineState& engine, AofFeed& feed) : engine_(engine), feed_(feed) {}

  // From now on this is the file. `synced`: it and all files before it are on the disk. Begin with
  // nothing in flight (Drain).
  void Begin(std::unique_ptr<storage::File> file, uint64_t size, bool is_synced);
  // No file any more; what was gathered is dropped.
  void End();
  bool is_open() const { return file_ != nullptr; }

  // Writes what the turn made. Replies that must wait are taken out of the list of what the shell
  // sends (EngineState::touched).
  void EndTurn();
  // By the clock: the sync of each second, another try of what failed.
  void RunTick();
  // All that was gathered is in the file, without waiting for the clock. False: it could not be.
  bool Drain();
  // And on the disk.
  storage::FileResult<void> SyncNow();
  // The old file is synced elsewhere, before the marks of the new one count. From Begin on.
  void SyncBefore(std::shared_ptr<storage::File> old);
  std::shared_ptr<storage::File> file() const { return file_; }

  // The session's request made something for the log, in this turn.
  void NoteWriter(Session& session) {
    if (file_ == nullptr) return;
    if (writers_.empty() || writers_.back() != &session) writers_.push_back(&session);
  }
  void Forget(Session& session);

  // A rewrite runs: with no-appendfsync-on-rewrite nothing is synced.
  void set_is_rewriting(bool is) { is_rewriting_ = is; }
  bool is_distrusted() const { return is_distrusted_; }
  // A new base makes up for what was lost.
  void TrustAgain();
  // A write is refused with this line; empty: none is.
  const std::string& refusal() const { return refusal_; }

  uint64_t size() const { return written_; }
  size_t buffered() const { return feed_.buffer().size(); }
  uint64_t delayed_syncs() const { return delayed_syncs_; }
  bool is_syncing() const { return is_syncing_ || commit_ != nullptr; }

 private:
  struct Commit;
  using Sessions = std::vector<Session*>;

  bool WriteNow();
  void AddMark();
  void StartCommit();
  void EndCommit();
  void StartSync();
  void Hold();
  void Release(Sessions& held);
  // Runs `work` elsewhere, then `then` here, unless the writer has gone.
  void RunElsewhere(std::function<void()> work, std::function<void()> then);
  void Fail(const storage::FileError& error);
  void Refuse(Sessions& writers);
  void Distrust(const storage::FileError& error);
  void Recover();
  bool MaySync() const;
  static void DoCommit(Commit& commit);

  EngineState& engine_;
  AofFeed& feed_;
  std::shared_ptr<storage::File> file_;  // shared with work elsewhere
  uint64_t written_ = 0;                 // the file's good size
  uint64_t synced_ = 0;                  // of it, as far as is known
  uint64_t marked_ = 0;                  // of that, said in the file
  bool are_others_synced_ = false;       // all files before it
  bool has_rest_ = false;                // a write that failed may have left a part behind
  bool is_syncing_ = false;
  bool is_distrusted_ = false;
  bool is_rewriting_ = false;
  int64_t last_sync_us_ = 0;  // monotonic: when it began
  int64_t last_write_us_ = 0;
  int64_t last_try_us_ = 0;
  uint64_t delayed_syncs_ = 0;
  std::shared_ptr<Commit> commit_;  // that runs
  Sessions writers_;                // since the last write
  Sessions held_;                   // until the commit that runs is done
  Sessions held_next_;              // until the one after it
  std::string refusal_;
  std::shared_ptr<bool> life_ = std::make_shared<bool>();  // what runs elsewhere watches it
};

}  // namespace server
