// cinnabar-check: what is in an RDB file or an append-only file, where it is broken, and what a
// repair would keep.

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/number.h"
#include "storage/files/posix_file_system.h"
#include "tools/check/check_log.h"

namespace {

constexpr const char* kUsage =
    "usage: cinnabar-check rdb FILE\n"
    "       cinnabar-check aof FILE|FOLDER [--fix [--dry-run]] [--truncate-to-timestamp SECONDS]\n"
    "\n"
    "Says what the file holds and where it is broken. Exit status: 0 all is well (or was "
    "repaired),\n"
    "1 something is wrong, 2 wrong usage. The server must not be running on files that are "
    "repaired.\n"
    "  --fix                     cuts the file where it is broken; what is cut is saved beside it\n"
    "  --dry-run                 only says what would be cut\n"
    "  --truncate-to-timestamp   cuts what was written after this Unix time\n"
    "                            (needs aof-timestamp-enabled when it was written)\n";

std::optional<check::Options> ParseOptions(const std::vector<std::string_view>& words) {
  check::Options options;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--fix") {
      options.fixes = true;
    } else if (words[i] == "--dry-run") {
      options.is_dry_run = true;
    } else if (words[i] == "--truncate-to-timestamp" && i + 1 < words.size()) {
      options.truncate_to_s = storage::ParseUint64(words[++i]);
      if (!options.truncate_to_s) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  const bool is_rdb = words.size() == 2 && words[0] == "rdb";
  const bool is_aof = words.size() >= 2 && words[0] == "aof";
  const auto options =
      is_aof ? ParseOptions({words.begin() + 2, words.end()}) : std::optional<check::Options>();
  if (!is_rdb && !options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  storage::PosixFileSystem files;
  const std::string path(words[1]);
  std::string report;
  bool is_good = false;
  if (is_rdb) {
    is_good = check::CheckRdb(files, path, report);
  } else if (files.List(path)) {
    is_good = check::CheckAofFolder(files, path, *options, report);
  } else {
    is_good = check::CheckAofFile(files, path, *options, report);
  }
  std::fputs(report.c_str(), stdout);
  std::puts(is_good ? "All is well." : "Something is wrong.");
  return is_good ? 0 : 1;
}
