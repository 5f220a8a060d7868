// Shows when the pid file is written and, more delicate, when it is removed.

#include "server/process/pid_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace server {
namespace {

TEST_CASE("PidFile: holds our process id for as long as it lives") {
  const tests::TemporaryFolder folder;
  {
    const auto file = PidFile::Write(folder.File("pid"));
    REQUIRE(file.has_value());
    CHECK(folder.Contents("pid") == std::to_string(getpid()) + "\n");
  }
  CHECK_FALSE(std::filesystem::exists(folder.File("pid")));
}

TEST_CASE("PidFile: a moved one is removed once, by the last owner") {
  const tests::TemporaryFolder folder;
  auto file = PidFile::Write(folder.File("pid"));
  {
    PidFile owner = std::move(*file);
    file->Remove();
    CHECK(std::filesystem::exists(folder.File("pid")));
  }
  CHECK_FALSE(std::filesystem::exists(folder.File("pid")));
}

TEST_CASE("PidFile: a file that a successor has written stays") {
  const tests::TemporaryFolder folder;
  {
    const auto file = PidFile::Write(folder.File("pid"));
    std::ofstream(folder.File("pid")) << "1\n";
  }
  CHECK(folder.Contents("pid") == "1\n");
}

TEST_CASE("PidFile: says which file could not be written") {
  const auto file = PidFile::Write("/nonexistent-folder/pid");
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error() == "/nonexistent-folder/pid: No such file or directory");
}

}  // namespace
}  // namespace server
