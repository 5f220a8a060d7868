#include "server/persistence/aof_writer.h"

#include <algorithm>
#include <cstring>
#include <latch>
#include <utility>

#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

// A sync each second, counted from the oldest byte that it is for: a tick comes every 100 ms.
constexpr int64_t kSyncPeriodUs = 800'000;
constexpr int64_t kRetryPeriodUs = 100'000;
constexpr int64_t kIdleBeforeMarkUs = 1'000'000;
constexpr size_t kBufferKeptBytes = size_t{1} << 20;

// Forgets what the buffer held, and gives memory back that only a large write needs.
void Empty(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kBufferKeptBytes) std::string().swap(buffer);
}

}  // namespace

// A write and a sync that run elsewhere.
struct AofWriter::Commit {
  std::shared_ptr<storage::File> file;
  std::string bytes;
  uint64_t good_size;
  bool syncs;
  bool has_rest;
  Sessions writers;
  storage::FileResult<void> written;
  storage::FileResult<void> synced;
  std::latch done{1};
};

void AofWriter::RunElsewhere(std::function<void()> work, std::function<void()> then) {
  engine_.shell.RunElsewhere(std::move(work),
                             [life = std::weak_ptr<bool>(life_), then = std::move(then)] {
                               if (!life.expired()) then();
                             });
}

void AofWriter::Begin(std::unique_ptr<storage::File> file, uint64_t size, bool is_synced) {
  file_ = std::move(file);
  written_ = size;
  are_others_synced_ = is_synced;
  synced_ = is_synced ? size : 0;
  marked_ = synced_;
  has_rest_ = false;
  last_sync_us_ = engine_.monotonic_us;
  feed_.BeginFile();
}

void AofWriter::End() {
  file_.reset();
  Empty(feed_.buffer());
  writers_.clear();
  TrustAgain();
}

void AofWriter::EndTurn() {
  if (commit_ != nullptr) return Hold();
  if (feed_.empty() || file_ == nullptr) return;
  if (!refusal_.empty()) return Refuse(writers_);
  if (engine_.config.settings().appendfsync != SyncPolicy::kAlways) {
    WriteNow();
    return;
  }
  StartCommit();
  Hold();
}

// "As far as `synced_` it is safe": said with the next write, so that it costs none.
void AofWriter::AddMark() {
  if (!are_others_synced_ || synced_ <= marked_) return;
  feed_.AppendSyncedMark(synced_);
  marked_ = synced_;
}

bool AofWriter::WriteNow() {
  AddMark();
  std::string& buffer = feed_.buffer();
  storage::FileResult<void> done;
  if (has_rest_) done = file_->Truncate(written_);
  if (done) {
    has_rest_ = false;
    done = file_->Append(buffer);
  }
  if (!done) {
    has_rest_ = true;
    Fail(done.error());
    return false;
  }
  written_ += buffer.size();
  last_write_us_ = engine_.monotonic_us;
  Empty(buffer);
  writers_.clear();
  return true;
}

void AofWriter::DoCommit(Commit& commit) {
  if (commit.has_rest) commit.written = commit.file->Truncate(commit.good_size);
  if (commit.written) commit.written = commit.file->Append(commit.bytes);
  if (commit.written && commit.syncs) commit.synced = commit.file->Sync();
  commit.done.count_down();
}

void AofWriter::StartCommit() {
  AddMark();
  commit_ = std::make_shared<Commit>();
  commit_->file = file_;
  commit_->bytes.swap(feed_.buffer());
  commit_->good_size = written_;
  commit_->syncs = MaySync();
  commit_->has_rest = has_rest_;
  commit_->writers.swap(writers_);
  const std::shared_ptr<Commit> commit = commit_;
  RunElsewhere([commit] { DoCommit(*commit); },
               [this, commit] {
                 if (commit_ == commit) EndCommit();
               });
}

// Also when it was waited for: then the shell's call finds another commit, or none.
void AofWriter::EndCommit() {
  const std::shared_ptr<Commit> commit = std::exchange(commit_, nullptr);
  writers_.insert(writers_.begin(), commit->writers.begin(), commit->writers.end());
  if (!commit->written) {
    has_rest_ = true;
    feed_.buffer().insert(0, commit->bytes);
    Fail(commit->written.error());
  } else {
    has_rest_ = false;
    written_ += commit->bytes.size();
    last_write_us_ = engine_.monotonic_us;
    writers_.erase(writers_.begin(),
                   writers_.begin() + static_cast<ptrdiff_t>(commit->writers.size()));
    if (!commit->synced) {
      writers_.insert(writers_.begin(), commit->writers.begin(), commit->writers.end());
      Distrust(commit->synced.error());
    } else if (commit->syncs) {
      synced_ = written_;
    }
    if (feed_.empty()) {
      Empty(commit->bytes);
      feed_.buffer().swap(commit->bytes);
    }
  }
  Release(held_);
  if (!refusal_.empty()) return Release(held_next_);
  held_.swap(held_next_);
  if (!feed_.empty()) StartCommit();
}

void AofWriter::Hold() {
  Sessions& held = feed_.empty() ? held_ : held_next_;
  std::erase_if(engine_.touched, [&](Session* session) {
    if (session->output.empty() || session->close == CloseWish::kNow) return false;
    session->is_held = true;  // and stays `touched`, so that it is in one list only
    held.push_back(session);
    return true;
  });
}

void AofWriter::Release(Sessions& held) {
  for (Session* session : held) {
    session->is_held = false;
    engine_.touched.push_back(session);
    session->OnWritten();  // it may go on with its pipeline
  }
  held.clear();
}

void AofWriter::Forget(Session& session) {
  std::erase(writers_, &session);
  if (commit_ != nullptr) std::erase(commit_->writers, &session);
  if (!session.is_held) return;
  std::erase(held_, &session);
  std::erase(held_next_, &session);
}

void AofWriter::Fail(const storage::FileError& error) {
  const auto free_bytes = engine_.files.FreeBytes(storage::FolderOf(error.path));
  const std::string where =
      " (" + error.operation + " " + error.path +
      (free_bytes ? ", " + std::to_string(*free_bytes) + " bytes free" : std::string()) + ")";
  const bool is_new = refusal_.empty();
  refusal_ = "MISCONF Errors writing to the AOF file: " + std::string(strerror(error.code)) + where;
  if (is_new) {
    engine_.log.Warning("Error writing to the AOF file: " + std::string(strerror(error.code)) +
                        where + ". Writes are refused until it can be written again.");
  }
  engine_.set_special(kLogRefusesWrites, true);
  last_try_us_ = engine_.monotonic_us;
  Refuse(writers_);
}

void AofWriter::Distrust(const storage::FileError& error) {
  is_distrusted_ = true;
  Fail(error);
  engine_.log.Warning("What the disk has of " + error.path +
                      " is unknown since its sync failed: a new file and a new base will be "
                      "written.");
}

// Their replies said that all is well, and must not leave.
void AofWriter::Refuse(Sessions& writers) {
  for (Session* session : std::exchange(writers, {})) {
    if (session->close != CloseWish::kStayOpen) continue;
    RespSession& resp_session = static_cast<RespSession&>(*session);
    session->output.Clear();
    resp_session.client.reply.Error(refusal_);
    engine_.statistics.NoteError(refusal_);
    engine_.CloseSession(resp_session, CloseWish::kAfterFlush);
  }
}

void AofWriter::TrustAgain() {
  is_distrusted_ = false;
  are_others_synced_ = true;
  Recover();
}

void AofWriter::Recover() {
  if (refusal_.empty()) return;
  refusal_.clear();
  engine_.set_special(kLogRefusesWrites, false);
  engine_.log.Warning("The AOF file can be written again; so can the data.");
}

bool AofWriter::MaySync() const {
  return !(is_rewriting_ && engine_.config.settings().no_appendfsync_on_rewrite);
}

void AofWriter::RunTick() {
  if (file_ == nullptr || commit_ != nullptr) return;
  const int64_t now_us = engine_.monotonic_us;
  if (!refusal_.empty()) {
    if (is_distrusted_ || now_us - last_try_us_ < kRetryPeriodUs) return;
    last_try_us_ = now_us;
    if (!WriteNow()) return;
    Recover();
  }
  const SyncPolicy policy = engine_.config.settings().appendfsync;
  if (policy != SyncPolicy::kNo && synced_ < written_ && MaySync()) {
    if (now_us - last_sync_us_ < kSyncPeriodUs) return;
    if (is_syncing_) {
      if (now_us - last_sync_us_ >= 2 * kSyncPeriodUs) ++delayed_syncs_;
      return;
    }
    return StartSync();
  }
  // Nothing was written since the last sync: the mark comes by itself, and needs no sync.
  const bool is_idle = feed_.empty() && synced_ == written_;
  if (is_idle && are_others_synced_ && marked_ < synced_ &&
      now_us - last_write_us_ >= kIdleBeforeMarkUs) {
    if (WriteNow()) synced_ = marked_ = written_;
  }
}

void AofWriter::StartSync() {
  is_syncing_ = true;
  last_sync_us_ = engine_.monotonic_us;
  auto result = std::make_shared<storage::FileResult<void>>();
  RunElsewhere([file = file_, result] { *result = file->Sync(); },
               [this, file = file_, result, written = written_] {
                 is_syncing_ = false;
                 if (file != file_) return;
                 if (*result) {
                   synced_ = std::max(synced_, written);
                 } else {
                   Distrust(result->error());
                 }
               });
}

void AofWriter::SyncBefore(std::shared_ptr<storage::File> old) {
  are_others_synced_ = false;
  auto result = std::make_shared<storage::FileResult<void>>();
  RunElsewhere([old, result] { *result = old->Sync(); },
               [this, file = file_, result] {
                 if (file != file_) return;
                 if (*result) {
                   are_others_synced_ = true;
                 } else {
                   Distrust(result->error());
                 }
               });
}

bool AofWriter::Drain() {
  while (commit_ != nullptr) {
    commit_->done.wait();
    EndCommit();
  }
  if (file_ == nullptr || feed_.empty()) return true;
  if (is_distrusted_) return false;
  return WriteNow();
}

storage::FileResult<void> AofWriter::SyncNow() {
  Drain();
  if (file_ == nullptr) return {};
  auto synced = file_->Sync();
  if (synced) synced_ = written_;
  return synced;
}

}  // namespace server
