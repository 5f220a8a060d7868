// Shows what Log does with files and levels: which lines are written, and where.

#include "server/logging/log.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace server {
namespace {

using tests::TemporaryFolder;

size_t CountOf(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class FixedClock final : public storage::Clock {
 public:
  int64_t WallMicroseconds() const override { return 0; }
  int64_t MonotonicMicroseconds() const override { return 0; }
};

TEST_CASE("Log: a file that was renamed or removed is made again with the next line") {
  const TemporaryFolder folder;
  const FixedClock clock;
  Log log(clock);
  log.Configure({.file = folder.File("server.log")});
  log.Notice("first");
  std::filesystem::rename(folder.File("server.log"), folder.File("server.log.1"));
  log.Notice("second");
  log.Notice("third");
  CHECK(CountOf(folder.Contents("server.log.1"), "\n") == 1);
  const std::string now = folder.Contents("server.log");
  CHECK(CountOf(now, "\n") == 2);
  CHECK(now.find("second") < now.find("third"));
}

TEST_CASE("Log: writes what is at least as important as its level") {
  const TemporaryFolder folder;
  const FixedClock clock;
  const auto lines_at = [&](LogLevel level) {
    const std::string path = folder.File("level");
    std::filesystem::remove(path);
    Log log(clock);
    log.Configure({.level = level, .file = path});
    log.Debug("d");
    log.Verbose("v");
    log.Notice("n");
    log.Warning("w");
    log.Write(LogLevel::kNothing, "never");
    return CountOf(folder.Contents("level"), "\n");
  };
  CHECK(lines_at(LogLevel::kDebug) == 4);
  CHECK(lines_at(LogLevel::kVerbose) == 3);
  CHECK(lines_at(LogLevel::kNotice) == 2);
  CHECK(lines_at(LogLevel::kWarning) == 1);
  CHECK(lines_at(LogLevel::kNothing) == 0);
}

TEST_CASE("Log: a file that cannot be opened loses lines and nothing else") {
  const FixedClock clock;
  Log log(clock);
  log.Configure({.file = "/nonexistent-folder/server.log"});
  log.Warning("lost");
  CHECK(log.options().file == "/nonexistent-folder/server.log");
}

}  // namespace
}  // namespace server
