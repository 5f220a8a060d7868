#include "storage/aof/reader.h"

#include <algorithm>

#include "storage/aof/annotation.h"

namespace storage::aof {
namespace {

constexpr size_t kWindowBytes = size_t{1} << 20;
constexpr size_t kAnnotationBytesMax = 1024;

}  // namespace

std::string Damage::Text() const {
  std::string text = "offset " + std::to_string(found_at) + ", record " + std::to_string(record);
  if (!command.empty()) text += " (" + command + ")";
  return text + ": " + reason;
}

Reader::More Reader::ReadMore() {
  if (is_at_end_) return More::kEnd;
  // What was used up makes room; a block that fills the window makes it twice as long.
  window_.erase(0, block_begin_);
  window_offset_ += block_begin_;
  position_ -= block_begin_;
  for (size_t& begin : record_begins_) begin -= block_begin_;
  for (size_t& end : record_ends_) end -= block_begin_;
  block_begin_ = 0;
  const size_t old_size = window_.size();
  const size_t wanted = std::max(kWindowBytes, old_size);
  window_.resize(old_size + wanted);
  const auto read = file_.ReadAt(window_offset_ + old_size, std::span(window_).subspan(old_size));
  if (!read) {
    file_error_ = read.error();
    return More::kFailed;
  }
  window_.resize(old_size + *read);
  is_at_end_ = *read < wanted;
  return *read > 0 ? More::kYes : More::kEnd;
}

void Reader::BeginBlock() {
  records_before_ += record_begins_.size();
  block_begin_ = position_;
  records_.clear();
  record_begins_.clear();
  record_ends_.clear();
  is_open_ = is_whole_ = is_group_ = only_selects_ = has_annotations_ = false;
}

Reader::Step Reader::Next() {
  BeginBlock();
  const Step step = ReadBlock();
  if (step != Step::kBlock) return step;
  for (size_t i = 0; i < record_begins_.size(); ++i) {
    records_.push_back(
        std::string_view(window_).substr(record_begins_[i], record_ends_[i] - record_begins_[i]));
  }
  return step;
}

Reader::Step Reader::ReadBlock() {
  for (;;) {
    if (is_whole_ && mode_ == Mode::kUnchecked) return Step::kBlock;
    std::optional<Step> step;
    if (position_ == window_.size()) {
      const More more = ReadMore();
      if (more == More::kFailed) return Step::kFileError;
      if (more == More::kEnd) return EndAtEndOfFile();
      continue;
    }
    if (window_[position_] == '#') {
      step = TakeLine();
    } else {
      step = is_whole_ ? EndWithoutChecksum() : TakeRecord();
    }
    if (step) return *step;
  }
}

Reader::Step Reader::EndAtEndOfFile() {
  if (is_whole_) return *EndWithoutChecksum();
  if (is_open_) return Fail("MULTI has no EXEC");
  if (has_annotations_ && mode_ == Mode::kChecked) return Fail("its checksum is missing");
  return Step::kEnd;
}

std::optional<Reader::Step> Reader::NeedMore(const char* reason) {
  const More more = ReadMore();
  if (more == More::kFailed) return Step::kFileError;
  if (more == More::kEnd) return Fail(reason);
  return std::nullopt;
}

std::optional<Reader::Step> Reader::TakeLine() {
  const std::string_view bytes = rest();
  const size_t line_end = bytes.find('\n');
  if (line_end == std::string_view::npos) {
    if (bytes.size() > kAnnotationBytesMax) return Fail("the line has no end");
    return NeedMore("the line has no end");
  }
  std::string_view line = bytes.substr(0, line_end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with(kChecksumPrefix)) {
    const size_t line_begin = position_;
    position_ += line_end + 1;
    return EndWithChecksum(line, line_begin);
  }
  // A line behind a whole record belongs to the next block.
  if (is_whole_) return EndWithoutChecksum();
  if (const auto seconds = NumberOf(kTimestampPrefix, line)) timestamp_ = seconds;
  if (const auto bytes_synced = NumberOf(kSyncedPrefix, line)) synced_ = bytes_synced;
  has_annotations_ = true;
  position_ += line_end + 1;
  return std::nullopt;
}

std::optional<Reader::Step> Reader::TakeRecord() {
  const ScannedRecord record = scanner_.Scan(rest());
  name_ = record.name;
  switch (record.status) {
    case ScannedRecord::Status::kWhole:
      break;
    case ScannedRecord::Status::kIncomplete:
      return NeedMore("it ends too early");
    case ScannedRecord::Status::kMalformed:
      return Fail("it is no request");
  }
  record_begins_.push_back(position_);
  position_ += record.bytes;
  record_ends_.push_back(position_);
  using Role = ScannedRecord::Role;
  if (record.role == Role::kOpens) {
    if (is_open_) return Fail("MULTI inside MULTI");
    is_open_ = is_group_ = true;
  } else if (record.role == Role::kCloses) {
    if (!is_open_) return Fail("EXEC without MULTI");
    is_open_ = false;
  }
  only_selects_ = record.role == Role::kSelects && record_begins_.size() == 1;
  is_whole_ = !is_open_;
  return std::nullopt;
}

std::optional<Reader::Step> Reader::EndWithoutChecksum() {
  if (mode_ == Mode::kChecked && !only_selects_) return Fail("its checksum is missing");
  mode_ = Mode::kUnchecked;
  return Step::kBlock;
}

Reader::Step Reader::EndWithChecksum(std::string_view line, size_t line_begin) {
  const auto expected = ChecksumOf(line);
  const std::string_view block =
      std::string_view(window_).substr(block_begin_, line_begin - block_begin_);
  if (is_open_) return Fail("MULTI has no EXEC");
  if (block.empty()) return Fail("a checksum of nothing");
  if (mode_ == Mode::kUnchecked) {
    const Step step = Fail("a checksum, although none before has one");
    damage_.is_never_a_tail = true;
    return step;
  }
  if (expected != Crc32c(block)) return Fail("its checksum is wrong");
  mode_ = Mode::kChecked;
  return Step::kBlock;
}

Reader::Step Reader::Fail(std::string reason) {
  const uint64_t records_whole = record_begins_.size();
  damage_ = {.offset = window_offset_ + block_begin_,
             .found_at = window_offset_ + position_,
             .record = records_before_ + std::max<uint64_t>(records_whole + (is_whole_ ? 0 : 1), 1),
             .command = name_,
             .reason = std::move(reason)};
  return Step::kDamage;
}

namespace {

// Calls `found` for each place of `needle` from `offset` on, until it returns true.
template <class Found>
FileResult<bool> FindAny(File& file, std::string_view needle, uint64_t offset, Found&& found) {
  std::string window;
  for (;;) {
    const size_t kept = std::min(window.size(), needle.size() - 1);
    window.erase(0, window.size() - kept);
    window.resize(kept + kWindowBytes);
    const auto read = file.ReadAt(offset, std::span(window).subspan(kept));
    if (!read) return std::unexpected(read.error());
    if (*read == 0) return false;
    window.resize(kept + *read);
    for (size_t at = window.find(needle); at != std::string::npos;
         at = window.find(needle, at + 1)) {
      if (found(offset - kept + at)) return true;
    }
    offset += *read;
  }
}

}  // namespace

FileResult<bool> DamageIsTail(File& file, RecordScanner& scanner, const Reader& reader) {
  if (reader.damage().is_never_a_tail) return false;
  const uint64_t damaged = reader.damage().offset;
  bool is_checked = reader.is_checked();
  if (!is_checked && !reader.is_unchecked()) {
    // The first block is damaged: whose file it is shows behind it.
    const auto is_ours = FindAny(file, kChecksumPrefix, damaged, [](uint64_t) { return true; });
    if (!is_ours) return is_ours;
    is_checked = *is_ours;
  }
  // A flipped line end may have hidden a mark inside the damaged block.
  const uint64_t from = is_checked ? damaged : reader.damage().found_at + 1;
  const auto contradicts = [&](uint64_t place) {
    Reader later(file, scanner, place);
    if (later.Next() != Reader::Step::kBlock) return false;
    if (!is_checked && !later.records().empty()) return true;
    return later.is_checked() && later.synced().value_or(0) > damaged;
  };
  const auto found = FindAny(file, is_checked ? kSyncedPrefix : "*", from, contradicts);
  if (!found) return std::unexpected(found.error());
  return !*found;
}

FileResult<bool> SaysOthersAreSynced(File& file, RecordScanner& scanner) {
  return FindAny(file, kSyncedPrefix, 0, [&](uint64_t place) {
    Reader reader(file, scanner, place);
    return reader.Next() == Reader::Step::kBlock && reader.is_checked();
  });
}

}  // namespace storage::aof
