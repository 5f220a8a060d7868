#include "server/persistence/aof_loader.h"

#include <fmt/format.h>

#include <utility>

#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {

using storage::aof::Manifest;
using storage::aof::ManifestEntry;
using storage::aof::Reader;

AofLoader::AofLoader(EngineState& engine, storage::aof::LogPaths paths, Manifest manifest)
    : engine_(engine), paths_(std::move(paths)), session_(engine) {
  if (manifest.base) files_.push_back({manifest.base->name, true});
  for (const ManifestEntry& entry : manifest.increments) files_.push_back({entry.name, false});
  total_bytes_ = storage::aof::SizeOfLog(engine.files, paths_, manifest).value_or(0);
  ending_->manifest = std::move(manifest);
  session_.client.special = kReplaysLog | kNoTouch;
}

AofLoader::~AofLoader() {
  engine_.Forget(session_.client);
  if (session_.touched) std::erase(engine_.touched, &session_);
}

std::unexpected<std::string> AofLoader::Fail(const std::string& what) const {
  return std::unexpected("Cannot load the append only file: " + what);
}

std::unexpected<std::string> AofLoader::FailAt(const Staged& staged, std::string_view name,
                                               std::string_view what) const {
  return Fail(fmt::format("{}, offset {}, record {} ({}): {}", path(), staged.offset, staged.record,
                          name, what));
}

std::expected<bool, std::string> AofLoader::Step() {
  if (index_ == files_.size()) {
    if (refused_ > 0) {
      engine_.log.Warning(
          fmt::format("{} requests of the append only file were answered with an error", refused_));
    }
    return false;
  }
  Outcome outcome;
  if (base_ == nullptr && reader_ == nullptr) outcome = OpenFile();
  if (outcome) outcome = base_ != nullptr ? StepThroughBase() : StepThroughRecords();
  if (!outcome) return std::unexpected(outcome.error());
  return true;
}

AofLoader::Outcome AofLoader::OpenFile() {
  auto opened = engine_.files.OpenToRead(path());
  if (!opened) return Fail(opened.error().Text());
  open_file_ = std::move(*opened);
  // Also what Redis before 7.0 wrote: an RDB file with requests behind it.
  char magic[5] = {};
  const auto read = open_file_->ReadAt(0, magic);
  if (!read) return Fail(read.error().Text());
  if (file().is_base && std::string_view(magic, *read) == "REDIS") {
    auto base = RdbLoader::Open(engine_, path());
    if (!base) return Fail(base.error());
    base_ = std::move(*base);
  } else {
    reader_ = std::make_unique<Reader>(*open_file_, scanner_);
  }
  return {};
}

AofLoader::Outcome AofLoader::StepThroughBase() {
  const auto has_more = base_->Step();
  if (!has_more) return Fail(has_more.error());
  in_file_bytes_ = base_->progress().bytes_done;
  if (*has_more) return {};
  base_.reset();
  reader_ = std::make_unique<Reader>(*open_file_, scanner_, in_file_bytes_);
  return {};
}

AofLoader::Outcome AofLoader::StepThroughRecords() {
  for (size_t records = 0; records < kRecordsPerStep;) {
    const Reader::Step step = reader_->Next();
    if (step == Reader::Step::kBlock) {
      records += reader_->records().size() + 1;
      Stage();
      if (staged_.size() < kBatchMax) continue;
      if (auto run = RunBatch(); !run) return run;
      continue;
    }
    if (auto run = RunBatch(); !run) return run;
    if (step == Reader::Step::kFileError) return Fail(reader_->file_error().Text());
    if (step == Reader::Step::kDamage) return Heal();
    EndFile();
    return {};
  }
  in_file_bytes_ = reader_->end_offset();
  return RunBatch();
}

void AofLoader::EndFile() {
  if (is_last() && !file().is_base) ending_->may_append = !reader_->is_unchecked();
  done_bytes_ += reader_->end_offset();
  in_file_bytes_ = 0;
  reader_.reset();
  open_file_.reset();
  session_.client.database = 0;
  ++index_;
}

void AofLoader::Stage() {
  auto records = reader_->records();
  uint64_t number = reader_->first_record();
  if (reader_->is_group()) {
    records = records.subspan(1, records.size() - 2);
    ++number;
  }
  for (const std::string_view record : records) {
    staged_.push_back({staged_bytes_.size(), number++, reader_->offset()});
    staged_bytes_ += record;
  }
}

AofLoader::Outcome AofLoader::RunBatch() {
  std::vector<Request> requests;
  requests.reserve(staged_.size());
  Client& client = session_.client;
  for (const Staged& staged : staged_) {
    (void)request_.Read(std::string_view(staged_bytes_).substr(staged.begin));  // it is whole
    Request request{nullptr, arguments_.size(), request_.arguments().size(), storage::Key()};
    for (const std::string_view argument : request_.arguments()) arguments_.Add(argument);
    request.command = engine_.commands.Find(request_.arguments()[0]);
    const size_t key =
        request.command == nullptr ? 0 : static_cast<size_t>(request.command->first_key);
    if (key != 0 && key < request.argument_count) {
      request.key = engine_.keyspace.MakeKey(request_.arguments()[key]);
      engine_.keyspace.database(client.database).table().PrefetchBucket(request.key.hash);
    }
    requests.push_back(request);
  }
  for (const Request& request : requests) {
    if (request.key.bytes.data() == nullptr) continue;
    engine_.keyspace.database(client.database).table().PrefetchEntry(request.key.hash);
  }
  // Before all times that keys may expire at.
  engine_.keyspace.SetNow(0, engine_.monotonic_us / 1000);
  uint64_t ticks = engine_.clock.Ticks();
  Outcome outcome;
  for (size_t i = 0; i < requests.size() && outcome; ++i) {
    outcome = RunOne(requests[i], staged_[i], ticks);
  }
  engine_.keyspace.SetNow(engine_.wall_us / 1000, engine_.monotonic_us / 1000);
  staged_.clear();
  staged_bytes_.clear();
  arguments_.Clear();
  return outcome;
}

AofLoader::Outcome AofLoader::RunOne(const Request& request, const Staged& staged,
                                     uint64_t& ticks) {
  Client& client = session_.client;
  const std::span<const std::string_view> arguments(arguments_.data() + request.first_argument,
                                                    request.argument_count);
  const DispatchOutcome outcome =
      engine_.dispatcher.Dispatch(client, request.command, arguments, request.key, ticks);
  if (outcome != DispatchOutcome::kDone) return FailAt(staged, arguments[0], "it would block");
  const std::string_view reply = session_.output.bytes();
  if (reply.starts_with('-')) [[unlikely]] {
    const std::string text(reply.substr(1, reply.find('\r') - 1));
    // What an unknown command would have done, nobody knows; a known one did nothing then either.
    const bool is_foreign = text.starts_with("ERR unknown") ||
                            text.starts_with("ERR wrong number of arguments") ||
                            request.command == nullptr || request.command->full_name == "select";
    if (is_foreign) return FailAt(staged, arguments[0], text);
    ++refused_;
  }
  session_.output.Clear();
  return {};
}

AofLoader::Outcome AofLoader::Heal() {
  const storage::aof::Damage damage = reader_->damage();
  const std::string where = path() + ", " + damage.Text();
  auto is_tail = storage::aof::DamageIsTail(*open_file_, scanner_, *reader_);
  // A hole in a file that others follow is a power cut's only if they, too, were never synced.
  for (size_t later = index_ + 1; is_tail && *is_tail && later < files_.size(); ++later) {
    const auto other = engine_.files.OpenToRead(paths_.Path(files_[later].name));
    if (!other) return Fail(other.error().Text());
    const auto says_synced = storage::aof::SaysOthersAreSynced(**other, scanner_);
    is_tail = !says_synced || reader_->is_unchecked() ? storage::FileResult<bool>(false)
                                                      : storage::FileResult<bool>(!*says_synced);
  }
  if (!is_tail) return Fail(is_tail.error().Text());
  if (!*is_tail) {
    return Fail(
        "it is damaged: " + where +
        ". Nothing was changed. Make a copy of the files, then see what `cinnabar-check aof " +
        paths_.folder + "` says, and what it can repair");
  }
  if (!engine_.config.settings().aof_load_truncated) {
    return Fail("its end is damaged: " + where + ", and aof-load-truncated is no");
  }
  const auto aside = storage::aof::CutTail(engine_.files, path(), damage.offset);
  if (!aside) return Fail("the damaged end cannot be cut: " + aside.error().Text());
  engine_.log.Warning(fmt::format(
      "The end of the append only file is damaged, as a crash leaves it: {}. Everything before it "
      "was loaded; the file was cut at offset {}, and what was cut is in {}",
      where, damage.offset, *aside));
  const Outcome put_aside = PutLaterFilesAside();
  if (put_aside) EndFile();
  return put_aside;
}

AofLoader::Outcome AofLoader::PutLaterFilesAside() {
  if (is_last()) return {};
  Manifest& manifest = ending_->manifest;
  const std::vector<File> later(files_.begin() + static_cast<ptrdiff_t>(index_) + 1, files_.end());
  std::erase_if(manifest.increments, [&](const ManifestEntry& entry) {
    return std::any_of(later.begin(), later.end(),
                       [&](const File& file) { return file.name == entry.name; });
  });
  // Renamed first: data in a file of such a name that the manifest lacks would look like a loss.
  for (const File& file : later) {
    const std::string aside = paths_.Path(file.name) + ".cut-0";
    if (auto renamed = engine_.files.Rename(paths_.Path(file.name), aside); !renamed) {
      return Fail(renamed.error().Text());
    }
    engine_.log.Warning("The append only file " + file.name +
                        ", which goes on from what was cut, was put aside as " + aside);
  }
  if (auto written = storage::aof::WriteManifest(engine_.files, paths_, manifest); !written) {
    return Fail(written.error().Text());
  }
  files_.resize(index_ + 1);
  return {};
}

}  // namespace server
