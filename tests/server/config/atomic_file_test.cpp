// Replacing a file: the new text or the old, and nothing left beside it.

#include "server/config/atomic_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace server {
namespace {

size_t FilesIn(const tests::TemporaryFolder& folder) {
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    files += entry.exists() ? 1 : 0;
  return files;
}

mode_t ModeOf(const std::string& path) {
  struct stat facts;
  REQUIRE(stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 07777;
}

TEST_CASE("ReplaceFile: writes a new file that only its owner can read") {
  const tests::TemporaryFolder folder;
  REQUIRE(ReplaceFile(folder.File("new"), "text\n"));
  CHECK(folder.Contents("new") == "text\n");
  CHECK(ModeOf(folder.File("new")) == 0600);
  CHECK(FilesIn(folder) == 1);
}

TEST_CASE("ReplaceFile: takes the place of the old file and keeps its permissions") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.File("redis.conf");
  std::ofstream(path) << "old and longer than the new text";
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  const std::ifstream reader_of_the_old(path);
  REQUIRE(ReplaceFile(path, "new"));
  CHECK(folder.Contents("redis.conf") == "new");
  CHECK(ModeOf(path) == 0640);
  CHECK(FilesIn(folder) == 1);
  // Whoever had the old file open still sees it whole: it was replaced, not overwritten.
  std::stringstream seen;
  seen << reader_of_the_old.rdbuf();
  CHECK(seen.str() == "old and longer than the new text");
}

TEST_CASE("ReplaceFile: follows a symbolic link") {
  const tests::TemporaryFolder folder;
  std::ofstream(folder.File("target")) << "old";
  REQUIRE(symlink(folder.File("target").c_str(), folder.File("link").c_str()) == 0);
  REQUIRE(ReplaceFile(folder.File("link"), "new"));
  CHECK(folder.Contents("target") == "new");
  CHECK(std::filesystem::is_symlink(folder.File("link")));
}

TEST_CASE("ReplaceFile: a failure leaves everything as it was") {
  const tests::TemporaryFolder folder;
  CHECK(ReplaceFile(folder.File("no/such/folder"), "x").error() == "No such file or directory");
  std::filesystem::create_directory(folder.File("sub"));
  std::ofstream(folder.File("sub/inside")) << "y";
  CHECK_FALSE(ReplaceFile(folder.File("sub"), "x"));
  CHECK(folder.Contents("sub/inside") == "y");
  CHECK(FilesIn(folder) == 1);
}

}  // namespace
}  // namespace server
