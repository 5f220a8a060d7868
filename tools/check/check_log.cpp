#include "tools/check/check_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "protocol/resp/stored_request.h"
#include "storage/aof/log_folder.h"
#include "storage/aof/reader.h"
#include "storage/base/number.h"
#include "storage/rdb/file_reader.h"

namespace check {
namespace {

using storage::aof::Reader;
using storage::aof::ScannedRecord;
using storage::rdb::FileReader;

constexpr size_t kPieceBytes = size_t{1} << 20;

class Scanner final : public storage::aof::RecordScanner {
 public:
  ScannedRecord Scan(std::string_view bytes) override {
    using Read = protocol::resp::StoredRequest::Status;
    ScannedRecord record;
    const Read status = request_.Read(bytes);
    if (!request_.arguments().empty()) record.name = request_.arguments()[0];
    if (status != Read::kWhole) {
      record.status = status == Read::kIncomplete ? ScannedRecord::Status::kIncomplete
                                                  : ScannedRecord::Status::kMalformed;
      return record;
    }
    using Role = ScannedRecord::Role;
    record.bytes = request_.bytes();
    if (storage::EqualsIgnoreCase(record.name, "SELECT")) record.role = Role::kSelects;
    if (storage::EqualsIgnoreCase(record.name, "MULTI")) record.role = Role::kOpens;
    if (storage::EqualsIgnoreCase(record.name, "EXEC")) record.role = Role::kCloses;
    return record;
  }

 private:
  protocol::resp::StoredRequest request_;
};

struct RdbContents {
  int version = 0;
  uint64_t keys = 0;
  uint64_t volatile_keys = 0;
  uint64_t functions = 0;
  uint64_t end = 0;  // where the file of RDB ends
  std::string error;
};

void Count(const FileReader& reader, FileReader::Step step, RdbContents& contents) {
  if (step == FileReader::Step::kFunction) ++contents.functions;
  if (step != FileReader::Step::kRecord) return;
  ++contents.keys;
  if (reader.record().expiry_ms) ++contents.volatile_keys;
}

RdbContents ReadRdb(storage::File& file) {
  RdbContents contents;
  FileReader reader;
  std::string window;
  size_t begin = 0;  // of what is not consumed
  bool is_at_end = false;
  for (uint64_t read = 0;;) {
    const auto more = is_at_end ? FileReader::MoreToCome::kNo : FileReader::MoreToCome::kYes;
    const auto step = reader.Next(std::string_view(window).substr(begin), more);
    if (!step) {
      contents.error =
          "offset " + std::to_string(step.error().offset) + ": " + step.error().message;
      return contents;
    }
    if (*step == FileReader::Step::kNeedsMore) {
      reader.Settle();
      window.erase(0, std::exchange(begin, 0));
      const size_t old_size = window.size();
      const size_t wanted = std::max(kPieceBytes, old_size);
      window.resize(old_size + wanted);
      const auto count = file.ReadAt(read, std::span(window).subspan(old_size));
      if (!count) {
        contents.error = count.error().Text();
        return contents;
      }
      window.resize(old_size + *count);
      read += *count;
      is_at_end = *count < wanted;
      continue;
    }
    Count(reader, *step, contents);
    begin += reader.consumed();
    contents.version = reader.version();
    if (*step != FileReader::Step::kEnd) continue;
    contents.end = reader.offset();
    return contents;
  }
}

void Describe(const RdbContents& contents, std::string& report) {
  report += "  RDB version " + std::to_string(contents.version) + ", " +
            std::to_string(contents.keys) + " keys, " + std::to_string(contents.volatile_keys) +
            " of them with an expiry";
  if (contents.functions > 0) {
    report += ", " + std::to_string(contents.functions) + " libraries of functions";
  }
  report += "\n";
  if (!contents.error.empty()) report += "  BROKEN at " + contents.error + "\n";
}

struct LogContents {
  uint64_t records = 0;
  uint64_t groups = 0;
  uint64_t end = 0;  // of what is good
  bool is_checked = false;
  std::optional<uint64_t> first_s;
  std::optional<uint64_t> last_s;
  std::optional<uint64_t> later_at;  // where what is younger than asked for begins
  std::optional<storage::aof::Damage> damage;
  bool is_tail = false;
  std::string error;
};

LogContents ReadRequests(storage::File& file, uint64_t begin, std::optional<uint64_t> until_s) {
  LogContents contents;
  Scanner scanner;
  Reader reader(file, scanner, begin);
  Reader::Step step;
  contents.end = begin;
  while ((step = reader.Next()) == Reader::Step::kBlock) {
    if (until_s && reader.timestamp().value_or(0) > *until_s && !contents.later_at) {
      contents.later_at = reader.offset();
    }
    contents.records += reader.records().size();
    contents.groups += reader.is_group() ? 1 : 0;
    contents.end = reader.end_offset();
    contents.is_checked = reader.is_checked();
    contents.last_s = reader.timestamp();
    if (!contents.first_s) contents.first_s = reader.timestamp();
  }
  if (step == Reader::Step::kFileError) contents.error = reader.file_error().Text();
  if (step == Reader::Step::kDamage) {
    contents.damage = reader.damage();
    contents.is_tail = storage::aof::DamageIsTail(file, scanner, reader).value_or(false);
  }
  return contents;
}

void Describe(const LogContents& contents, std::string& report) {
  report += "  " + std::to_string(contents.records) + " requests, " +
            std::to_string(contents.groups) + " transactions, " +
            (contents.is_checked ? "with checksums" : "without checksums");
  if (contents.first_s) {
    report += ", written at " + std::to_string(*contents.first_s) + " to " +
              std::to_string(*contents.last_s);
  }
  report += "\n";
  if (!contents.error.empty()) report += "  CANNOT BE READ: " + contents.error + "\n";
  if (!contents.damage) return;
  report += "  BROKEN at " + contents.damage->Text() + "\n  good up to offset " +
            std::to_string(contents.damage->offset) + "; " +
            (contents.is_tail ? "what follows is a tail as a crash leaves it: the server cuts it "
                                "by itself\n"
                              : "good data may follow: a repair gives it up\n");
}

bool Cut(storage::FileSystem& files, const std::string& path, uint64_t offset,
         const Options& options, std::string& report) {
  const auto size = storage::aof::SizeOfFile(files, path);
  if (size) {
    report += "  a repair keeps " + std::to_string(offset) + " bytes and cuts " +
              std::to_string(*size - offset) + "\n";
  }
  if (options.is_dry_run) return false;
  const auto aside = storage::aof::CutTail(files, path, offset);
  if (!aside) {
    report += "  NOT REPAIRED: " + aside.error().Text() + "\n";
    return false;
  }
  report += "  repaired; what was cut is in " + *aside + "\n";
  return true;
}

// The file of requests is good, or has become so.
bool CheckRequests(storage::FileSystem& files, const std::string& path, storage::File& file,
                   uint64_t begin, const Options& options, std::string& report) {
  const LogContents contents = ReadRequests(file, begin, options.truncate_to_s);
  Describe(contents, report);
  if (!contents.error.empty()) return false;
  if (options.truncate_to_s) {
    if (!contents.later_at) {
      report += "  nothing in it is younger than " + std::to_string(*options.truncate_to_s) + "\n";
      return !contents.damage;
    }
    return Cut(files, path, *contents.later_at, options, report);
  }
  if (!contents.damage) return true;
  return options.fixes && Cut(files, path, contents.damage->offset, options, report);
}

}  // namespace

bool CheckRdb(storage::FileSystem& files, const std::string& path, std::string& report) {
  report += path + "\n";
  const auto file = files.OpenToRead(path);
  if (!file) {
    report += "  CANNOT BE READ: " + file.error().Text() + "\n";
    return false;
  }
  const RdbContents contents = ReadRdb(**file);
  Describe(contents, report);
  return contents.error.empty();
}

bool CheckAofFile(storage::FileSystem& files, const std::string& path, const Options& options,
                  std::string& report) {
  report += path + "\n";
  const auto file = files.OpenToRead(path);
  if (!file) {
    report += "  CANNOT BE READ: " + file.error().Text() + "\n";
    return false;
  }
  char magic[5] = {};
  const auto read = (*file)->ReadAt(0, magic);
  uint64_t begin = 0;
  if (read && std::string_view(magic, *read) == "REDIS") {
    const RdbContents contents = ReadRdb(**file);
    Describe(contents, report);
    if (!contents.error.empty()) return false;
    begin = contents.end;
  }
  return CheckRequests(files, path, **file, begin, options, report);
}

bool CheckAofFolder(storage::FileSystem& files, const std::string& folder, const Options& options,
                    std::string& report) {
  constexpr std::string_view kEnding = ".manifest";
  const auto names = files.List(folder);
  if (!names) {
    report += "CANNOT BE READ: " + names.error().Text() + "\n";
    return false;
  }
  const auto found = std::find_if(names->begin(), names->end(), [&](const std::string& name) {
    return name.ends_with(kEnding) && !name.starts_with("temp-");
  });
  if (found == names->end()) {
    report += folder + ": there is no manifest\n";
    return false;
  }
  const storage::aof::LogPaths paths{folder, found->substr(0, found->size() - kEnding.size())};
  const auto manifest = storage::aof::ReadLog(files, paths, storage::aof::Repair::kNothing);
  if (!manifest) {
    report += "BROKEN: " + manifest.error() + "\n";
    return false;
  }
  bool is_good = true;
  const Options only_look;
  if ((*manifest)->base) {
    is_good &= CheckAofFile(files, paths.Path((*manifest)->base->name), only_look, report);
  }
  for (const auto& entry : (*manifest)->increments) {
    const bool is_last = entry == (*manifest)->increments.back();
    is_good &= CheckAofFile(files, paths.Path(entry.name), is_last ? options : only_look, report);
  }
  return is_good;
}

}  // namespace check
