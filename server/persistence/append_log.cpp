#include "server/persistence/append_log.h"

#include <algorithm>
#include <utility>

#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

using storage::aof::BaseForm;
using storage::aof::Listing;
using storage::aof::Manifest;
using storage::aof::ManifestEntry;

constexpr int64_t kRetryUs = 1'000'000;
constexpr int64_t kRetryMaxUs = 60LL * 60 * 1'000'000;
constexpr std::string_view kTemporaryPrefix = "temp-";

uint64_t NextBaseSequence(const Manifest& manifest) {
  return manifest.base ? manifest.base->sequence + 1 : 1;
}

}  // namespace

AppendLog::AppendLog(EngineState& engine)
    : engine_(engine), feed_(engine.wall_us), writer_(engine, feed_) {}

AppendLog::~AppendLog() {
  rewrite_.snapshot.reset();
  Flush();
}

storage::aof::LogPaths AppendLog::Paths() const {
  const Settings& settings = engine_.config.settings();
  return {settings.appenddirname, settings.appendfilename};
}

void AppendLog::RunElsewhere(std::function<void()> work, std::function<void()> then) {
  engine_.shell.RunElsewhere(std::move(work), [this, life = std::weak_ptr<bool>(life_),
                                               number = rewrite_number_, then = std::move(then)] {
    if (!life.expired() && number == rewrite_number_) then();
  });
}

// --- the start and the end ----------------------------------------------------------------------

std::expected<std::unique_ptr<AofLoader>, std::string> AppendLog::OpenToLoad() {
  is_wanted_ = true;
  const storage::aof::LogPaths paths = Paths();
  auto manifest = storage::aof::ReadLog(engine_.files, paths);
  if (!manifest) return std::unexpected(manifest.error());
  if (!*manifest) {
    auto adopted = storage::aof::AdoptSingleFile(engine_.files, paths);
    if (!adopted) return std::unexpected(adopted.error().Text());
    manifest = std::move(*adopted);
    if (*manifest) {
      engine_.log.Notice("The append only file " + paths.name + " was moved into " + paths.folder +
                         ", as the base of a log of several files");
    }
  }
  if (!*manifest) return std::unique_ptr<AofLoader>();
  return std::make_unique<AofLoader>(engine_, paths, std::move(**manifest));
}

std::expected<void, std::string> AppendLog::Start(const std::optional<AofLoader::Ending>& ending) {
  is_wanted_ = true;
  feed_.set_has_timestamps(engine_.config.settings().aof_timestamp_enabled);
  const storage::aof::LogPaths paths = Paths();
  if (ending) manifest_ = ending->manifest;
  RemoveTemporaries();
  if (manifest_.empty() && engine_.keyspace.keys() > 0) {
    if (auto created = CreateFirst(); !created) return created;
  }
  if (ending && ending->may_append) {
    const std::string path = paths.Path(manifest_.increments.back().name);
    auto file = engine_.files.OpenToAppend(path);
    if (!file) return std::unexpected(file.error().Text());
    const auto size = (*file)->Size();
    if (!size) return std::unexpected(size.error().Text());
    if (auto synced = (*file)->Sync(); !synced) return std::unexpected(synced.error().Text());
    writer_.Begin(std::move(*file), *size, true);
  } else {
    auto added =
        storage::aof::AddIncrement(engine_.files, paths, std::move(manifest_), Listing::kListed);
    if (!added) return std::unexpected(added.error().Text());
    manifest_ = std::move(added->manifest);
    writer_.Begin(std::move(added->file), 0, true);
  }
  if (auto cleaned = storage::aof::RemoveHistory(engine_.files, paths, manifest_)) {
    manifest_ = std::move(*cleaned);
  }
  MeasureSizes();
  base_size_ = current_size();
  is_on_ = true;
  engine_.feed.set_propagation_sink(&feed_);
  return {};
}

// The data came from a dump: it is the first base.
std::expected<void, std::string> AppendLog::CreateFirst() {
  const storage::aof::LogPaths paths = Paths();
  if (auto made = engine_.files.MakeFolder(paths.folder); !made) {
    return std::unexpected(made.error().Text());
  }
  const ManifestEntry base{storage::aof::BaseName(paths.name, 1, BaseForm::kRdb), 1};
  SnapshotFile snapshot(engine_, {paths.Path(base.name), SnapshotFile::Purpose::kLogBase});
  if (const auto& written = snapshot.Finish(); !written) {
    return std::unexpected(written.error().Text());
  }
  manifest_.base = base;
  return {};
}

void AppendLog::RemoveTemporaries() {
  const storage::aof::LogPaths paths = Paths();
  SnapshotFile::RemoveOrphans(engine_, paths.folder);
  const auto names = engine_.files.List(paths.folder);
  if (!names) return;
  const std::string prefix = std::string(kTemporaryPrefix) + paths.name;
  for (const std::string& name : *names) {
    if (name.starts_with(prefix)) (void)engine_.files.Remove(paths.Path(name));
  }
}

void AppendLog::Flush() {
  if (!is_on_) return;
  if (const auto synced = writer_.SyncNow(); !synced) {
    engine_.log.Warning("The append only file cannot be synced: " + synced.error().Text());
  }
}

std::optional<std::string> AppendLog::ApplySettings() {
  feed_.set_has_timestamps(engine_.config.settings().aof_timestamp_enabled);
  const bool is_wanted = engine_.config.settings().appendonly;
  if (is_wanted == is_wanted_) return std::nullopt;
  if (engine_.loading.is_active()) return "appendonly cannot be changed while data is loaded";
  is_wanted_ = is_wanted;
  next_try_us_ = 0;
  is_wanted ? TurnOn() : TurnOff();
  return std::nullopt;
}

// The folder may hold the log of another time; it stays the log until the new one has its base.
void AppendLog::TurnOn() {
  auto manifest = storage::aof::ReadLog(engine_.files, Paths());
  if (!manifest) {
    engine_.log.Warning("What is in " + Paths().folder + " is replaced: " + manifest.error());
  }
  manifest_ = manifest && *manifest ? std::move(**manifest) : Manifest();
  BeginRewrite();
}

void AppendLog::TurnOff() {
  engine_.feed.set_propagation_sink(nullptr);
  ForgetRewrite();
  is_scheduled_ = false;
  Flush();
  writer_.set_is_rewriting(false);
  writer_.End();
  is_on_ = false;
}

std::expected<void, std::string> AppendLog::Reload() {
  if (!is_on_ || is_rewriting()) return std::unexpected("the log is off, or being rewritten");
  if (!writer_.Drain()) return std::unexpected(writer_.refusal());
  engine_.feed.set_propagation_sink(nullptr);
  engine_.keyspace.Clear();
  AofLoader loader(engine_, Paths(), manifest_);
  auto loaded = Loading::RunWhole(loader);
  engine_.feed.set_propagation_sink(&feed_);
  return loaded;
}

// --- rewriting ----------------------------------------------------------------------------------

bool AppendLog::BeginRewrite() {
  is_scheduled_ = engine_.keyspace.HasImages() || engine_.saver.is_running();
  if (is_scheduled_ || is_rewriting()) return false;
  rewrite_.stage = Stage::kPreparing;
  rewrite_.turns_on = !is_on_;
  rewrite_.began_us = engine_.monotonic_us;
  writer_.set_is_rewriting(true);
  Prepare();
  return true;
}

void AppendLog::Prepare() {
  using Added = storage::FileResult<storage::aof::AddedIncrement>;
  auto added = std::make_shared<Added>();
  const Listing listing = rewrite_.turns_on ? Listing::kNotYet : Listing::kListed;
  RunElsewhere(
      [added, listing, &files = engine_.files, paths = Paths(), manifest = manifest_] {
        *added = storage::aof::AddIncrement(files, paths, manifest, listing);
      },
      [this, added] {
        if (!*added) return FailRewrite(added->error());
        rewrite_.manifest = std::move((*added)->manifest);
        SwitchOver(std::move((*added)->file));
      });
}

// From here on the log goes into the new increment, and the snapshot is of this moment.
void AppendLog::SwitchOver(std::unique_ptr<storage::File> file) {
  const bool was_distrusted = writer_.is_distrusted();
  // A save may have begun meanwhile. The increment that was made stays in the manifest, empty.
  const bool is_hindered = engine_.keyspace.HasImages();
  if (is_hindered || (!writer_.Drain() && !was_distrusted)) {
    if (!rewrite_.turns_on) manifest_ = rewrite_.manifest;
    return FailRewrite({"write", Paths().folder, is_hindered ? EBUSY : EIO});
  }
  const std::shared_ptr<storage::File> old = writer_.file();
  older_size_ += writer_.size();
  if (was_distrusted) feed_.buffer().clear();  // the snapshot has it
  writer_.Begin(std::move(file), 0, old == nullptr);
  if (old != nullptr && !was_distrusted) writer_.SyncBefore(old);
  if (!rewrite_.turns_on) manifest_ = rewrite_.manifest;
  rewrite_.first_increment = rewrite_.manifest.last_increment_sequence();
  const uint64_t sequence = NextBaseSequence(rewrite_.manifest);
  rewrite_.base = {storage::aof::BaseName(Paths().name, sequence, BaseForm::kRdb), sequence};
  rewrite_.stage = Stage::kWalking;
  is_on_ = true;
  engine_.feed.set_propagation_sink(&feed_);
  rewrite_.snapshot = std::make_unique<SnapshotFile>(
      engine_,
      SnapshotFile::Plan{Paths().Path(rewrite_.base.name), SnapshotFile::Purpose::kLogBase});
  engine_.log.Notice("Background append only file rewriting started");
}

void AppendLog::RunSlice() {
  if (rewrite_.stage != Stage::kWalking) return;
  if (!rewrite_.snapshot->is_done()) rewrite_.snapshot->Continue();
  if (!rewrite_.snapshot->is_done()) return;
  const storage::FileResult<void> result = rewrite_.snapshot->result();
  rewrite_.snapshot.reset();
  if (!result) return FailRewrite(result.error());
  Install();
}

void AppendLog::Install() {
  using Installed = storage::FileResult<Manifest>;
  rewrite_.stage = Stage::kInstalling;
  auto installed = std::make_shared<Installed>();
  auto cleaned = std::make_shared<Installed>();
  RunElsewhere(
      [installed, cleaned, &files = engine_.files, paths = Paths(), manifest = rewrite_.manifest,
       base = rewrite_.base, first = rewrite_.first_increment] {
        *installed = storage::aof::InstallBase(files, paths, manifest, base, first);
        if (*installed) *cleaned = storage::aof::RemoveHistory(files, paths, **installed);
      },
      [this, installed, cleaned] {
        if (!*installed) return FailRewrite(installed->error());
        manifest_ = *cleaned ? std::move(**cleaned) : std::move(**installed);
        EndRewrite();
      });
}

void AppendLog::EndRewrite() {
  MeasureSizes();
  base_size_ = current_size();
  last_duration_s_ = (engine_.monotonic_us - rewrite_.began_us) / 1'000'000;
  ++rewrites_;
  failures_in_a_row_ = 0;
  has_last_failed_ = false;
  next_try_us_ = 0;
  ForgetRewrite();
  writer_.set_is_rewriting(false);
  writer_.TrustAgain();
  engine_.log.Notice("Background AOF rewrite finished successfully");
  if (!is_wanted_) TurnOff();  // BGREWRITEAOF without a log makes one, and no more
}

void AppendLog::FailRewrite(const storage::FileError& error) {
  engine_.log.Warning("The append only file could not be rewritten: " + error.Text());
  const bool was_turning_on = rewrite_.turns_on;
  ForgetRewrite();
  writer_.set_is_rewriting(false);
  has_last_failed_ = true;
  const int64_t wait_us = failures_in_a_row_ < 3
                              ? kRetryUs
                              : std::min(kRetryMaxUs, int64_t{60'000'000} << std::min<uint64_t>(
                                                          failures_in_a_row_ - 3, 6));
  ++failures_in_a_row_;
  next_try_us_ = engine_.monotonic_us + wait_us;
  if (!was_turning_on) return;
  // Without its base the increment is worth nothing: all is tried again.
  engine_.feed.set_propagation_sink(nullptr);
  writer_.Drain();
  writer_.End();
  is_on_ = false;
}

void AppendLog::ForgetRewrite() {
  rewrite_ = Rewrite();
  ++rewrite_number_;
}

bool AppendLog::IsRewriteDue() const {
  if (is_rewriting() || engine_.monotonic_us < next_try_us_) return false;
  if (is_scheduled_ || writer_.is_distrusted() || (is_wanted_ && !is_on_)) return true;
  const Settings& settings = engine_.config.settings();
  if (!is_on_ || !writer_.refusal().empty() || settings.auto_aof_rewrite_percentage == 0) {
    return false;
  }
  const uint64_t size = current_size();
  if (size <= settings.auto_aof_rewrite_min_size) return false;
  const uint64_t base = std::max<uint64_t>(base_size_, 1);
  const uint64_t growth = size < base ? 0 : (size - base) * 100 / base;
  return growth >= static_cast<uint64_t>(settings.auto_aof_rewrite_percentage);
}

void AppendLog::RunTick() {
  if (is_on_) writer_.RunTick();
  if (!IsRewriteDue()) return;
  if (BeginRewrite() && !is_scheduled_) engine_.log.Verbose("Rewriting the append only file");
}

void AppendLog::MeasureSizes() {
  const uint64_t total =
      storage::aof::SizeOfLog(engine_.files, Paths(), manifest_).value_or(writer_.size());
  older_size_ = total > writer_.size() ? total - writer_.size() : 0;
}

void AppendLog::AppendInfo(InfoText& text) const {
  const bool is_walking = rewrite_.stage != Stage::kNone;
  text.Field("aof_enabled", is_wanted_ ? 1 : 0);
  text.Field("aof_rewrite_in_progress", is_walking ? 1 : 0);
  text.Field("aof_rewrite_scheduled", is_scheduled_ ? 1 : 0);
  text.Field("aof_last_rewrite_time_sec", last_duration_s_);
  text.Field("aof_current_rewrite_time_sec",
             is_walking ? (engine_.monotonic_us - rewrite_.began_us) / 1'000'000 : -1);
  text.Field("aof_last_bgrewrite_status", has_last_failed_ ? "err" : "ok");
  text.Field("aof_rewrites", rewrites_);
  text.Field("aof_rewrites_consecutive_failures", failures_in_a_row_);
  text.Field("aof_last_write_status", writer_.refusal().empty() ? "ok" : "err");
  text.Field("aof_last_cow_size", 0);
  text.Field("module_fork_in_progress", 0);
  text.Field("module_fork_last_cow_size", 0);
  if (!is_on_) return;
  text.Field("aof_current_size", current_size());
  text.Field("aof_base_size", base_size_);
  text.Field("aof_pending_rewrite", 0);
  text.Field("aof_buffer_length", writer_.buffered());
  text.Field("aof_pending_bio_fsync", writer_.is_syncing() ? 1 : 0);
  text.Field("aof_delayed_fsync", writer_.delayed_syncs());
}

}  // namespace server
