// What every FileSystem promises, asked of the machine's and of the one in memory alike.

#include "storage/files/file_system.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "storage/files/posix_file_system.h"
#include "tests/support/file_bytes.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/temporary_folder.h"

using namespace tests;
using storage::FileSystem;

namespace {

// Runs the trial on each kind, in a folder of its own.
template <class Trial>
void OnEach(Trial trial) {
  const TemporaryFolder folder;
  storage::PosixFileSystem posix;
  trial(posix, folder.path() + "/");
  MemoryFileSystem memory;
  trial(memory, "");
  ForgetfulFileSystem forgetful;
  trial(forgetful, "");
}

TEST_CASE("FileSystem: what is appended is read again, also after the file was closed and opened") {
  OnEach([](FileSystem& files, const std::string& folder) {
    auto file = MakeFile(files, folder + "a", "one ");
    CHECK(file->Append("two").has_value());
    CHECK(file->Sync().has_value());
    CHECK(file->Size().value() == 7);
    std::string bytes(3, ' ');
    CHECK(file->ReadAt(4, bytes).value() == 3);
    CHECK(bytes == "two");
    CHECK(file->Close().has_value());
    auto again = files.OpenToAppend(folder + "a");
    REQUIRE(again.has_value());
    CHECK((*again)->Append("!").has_value());
    CHECK(BytesOf(files, folder + "a") == "one two!");
  });
}

TEST_CASE("FileSystem: reading behind the end gives fewer bytes") {
  OnEach([](FileSystem& files, const std::string& folder) {
    auto file = MakeFile(files, folder + "a", "abc");
    std::string bytes(8, ' ');
    CHECK(file->ReadAt(1, bytes).value() == 2);
    CHECK(bytes.substr(0, 2) == "bc");
    CHECK(file->ReadAt(3, bytes).value() == 0);
    CHECK(file->ReadAt(100, bytes).value() == 0);
  });
}

TEST_CASE("FileSystem: a truncated file goes on at its new end") {
  OnEach([](FileSystem& files, const std::string& folder) {
    auto file = MakeFile(files, folder + "a", "0123456789");
    CHECK(file->Truncate(4).has_value());
    CHECK(file->Append("x").has_value());
    CHECK(BytesOf(files, folder + "a") == "0123x");
  });
}

TEST_CASE("FileSystem: a file opened to read cannot be written") {
  OnEach([](FileSystem& files, const std::string& folder) {
    MakeFile(files, folder + "a", "abc");
    auto file = files.OpenToRead(folder + "a");
    REQUIRE(file.has_value());
    CHECK(!(*file)->Append("x").has_value());
    CHECK(!(*file)->Truncate(0).has_value());
    CHECK(BytesOf(files, folder + "a") == "abc");
  });
}

TEST_CASE(
    "FileSystem: Create puts an empty file in the place of an old one, whose readers keep theirs") {
  OnEach([](FileSystem& files, const std::string& folder) {
    MakeFile(files, folder + "a", "old");
    auto reader = files.OpenToRead(folder + "a");
    MakeFile(files, folder + "a", "");
    CHECK(BytesOf(files, folder + "a").empty());
    std::string bytes(3, ' ');
    CHECK((*reader)->ReadAt(0, bytes).value() == 3);
    CHECK(bytes == "old");
  });
}

TEST_CASE("FileSystem: Rename replaces what has the name") {
  OnEach([](FileSystem& files, const std::string& folder) {
    MakeFile(files, folder + "a", "new");
    MakeFile(files, folder + "b", "old");
    CHECK(files.Rename(folder + "a", folder + "b").has_value());
    CHECK(BytesOf(files, folder + "b") == "new");
    CHECK(!files.Exists(folder + "a"));
  });
}

TEST_CASE("FileSystem: a hard link is the same file, and outlives the first name") {
  OnEach([](FileSystem& files, const std::string& folder) {
    auto file = MakeFile(files, folder + "a", "one");
    CHECK(files.HardLink(folder + "a", folder + "b").has_value());
    CHECK(file->Append(" two").has_value());
    CHECK(files.HardLink(folder + "a", folder + "b").error().code == EEXIST);
    CHECK(files.Remove(folder + "a").has_value());
    CHECK(BytesOf(files, folder + "b") == "one two");
  });
}

TEST_CASE("FileSystem: a folder lists its files and is made only once") {
  OnEach([](FileSystem& files, const std::string& folder) {
    CHECK(files.MakeFolder(folder + "sub").has_value());
    CHECK(files.MakeFolder(folder + "sub").has_value());
    MakeFile(files, folder + "sub/b", "");
    MakeFile(files, folder + "sub/a", "");
    auto names = files.List(folder + "sub").value();
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"a", "b"});
    CHECK(files.SyncFolder(folder + "sub").has_value());
    CHECK(files.FreeBytes(folder + "sub").value() > 0);
    CHECK(files.Exists(folder + "sub"));
  });
}

TEST_CASE("FileSystem: a failure names the operation, the path and the reason") {
  OnEach([](FileSystem& files, const std::string& folder) {
    const auto opened = files.OpenToRead(folder + "none");
    REQUIRE(!opened.has_value());
    CHECK(opened.error().code == ENOENT);
    CHECK(opened.error().Text() == "open " + folder + "none: No such file or directory");
    CHECK(files.OpenToAppend(folder + "none").error().code == ENOENT);
    CHECK(files.Remove(folder + "none").error().code == ENOENT);
    CHECK(files.Rename(folder + "none", folder + "x").error().code == ENOENT);
    CHECK(files.HardLink(folder + "none", folder + "x").error().code == ENOENT);
    CHECK(files.List(folder + "none").error().code == ENOENT);
    CHECK(files.Create(folder + "none/x").error().code == ENOENT);
    MakeFile(files, folder + "file", "");
    CHECK(files.MakeFolder(folder + "file").error().code == EEXIST);
  });
}

TEST_CASE("FileSystem: paths are taken apart and put together") {
  CHECK(storage::FolderOf("a/b/c") == "a/b");
  CHECK(storage::FolderOf("/a") == "/");
  CHECK(storage::FolderOf("a") == ".");
  CHECK(storage::NameOf("a/b/c") == "c");
  CHECK(storage::NameOf("c") == "c");
  CHECK(storage::JoinPath("a", "b") == "a/b");
  CHECK(storage::JoinPath("a/", "b") == "a/b");
  CHECK(storage::JoinPath("", "b") == "b");
}

TEST_CASE(
    "ReplaceFileWith: at every operation that fails, the file holds the old bytes or the new") {
  uint64_t failed = 0;
  for (uint64_t nth = 1; nth < 20; ++nth) {
    MemoryFileSystem files;
    files.SetContents("folder/a", "old");
    files.interfere = FailNth(nth, EIO, 2);
    const bool is_done = ReplaceFileWith(files, "folder/a", "new bytes").has_value();
    failed += is_done ? 0 : 1;
    files.interfere = nullptr;
    const std::string bytes = files.Contents("folder/a");
    CHECK((bytes == "old" || bytes == "new bytes"));
    if (is_done) CHECK(bytes == "new bytes");
    CHECK(files.Paths() == std::vector<std::string>{"folder/a"});
  }
  CHECK(failed == 6);  // open, write, fdatasync, close, rename, fsync of the folder
}

TEST_CASE("ReplaceFileWith: a power cut at any moment leaves the old bytes or the new") {
  for (uint64_t nth = 1; nth < 8; ++nth) {
    ForgetfulFileSystem files;
    files.SetContents("folder/a", "old");
    files.SyncAll();
    files.interfere = CrashAtNth(nth, 4);
    const bool is_done = ReplaceFileWith(files, "folder/a", "new bytes").has_value();
    for (uint64_t seed = 0; seed < 200; ++seed) {
      CAPTURE(seed);
      const std::string bytes = files.AfterPowerLoss(seed)->Contents("folder/a");
      if (is_done) {
        CHECK(bytes == "new bytes");
      } else {
        CHECK((bytes == "old" || bytes == "new bytes"));
      }
    }
  }
}

}  // namespace
