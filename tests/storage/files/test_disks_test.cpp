// The disks that other tests believe: they fail, stop and forget as they say.

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <string>

#include "tests/support/file_bytes.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/memory_file_system.h"

using namespace tests;

namespace {

TEST_CASE("MemoryFileSystem: the Nth operation fails with the errno, and those after it work") {
  MemoryFileSystem files;
  files.interfere = FailNth(3, ENOSPC, 2);
  auto file = files.Create("a");
  REQUIRE(file.has_value());
  CHECK((*file)->Append("one").has_value());
  const auto failed = (*file)->Append("two");
  REQUIRE(!failed.has_value());
  CHECK(failed.error().Text() == "write a: No space left on device");
  CHECK(files.Contents("a") == "onetw");
  CHECK((*file)->Truncate(3).has_value());
  CHECK((*file)->Append("two").has_value());
  CHECK(files.Contents("a") == "onetwo");
  CHECK(files.operations() == 5);
}

TEST_CASE("MemoryFileSystem: after a crash nothing happens any more") {
  MemoryFileSystem files;
  auto file = MakeFile(files, "a", "one");
  files.interfere = CrashAtNth(2, 1);
  CHECK(file->Append("2").has_value());
  CHECK(!file->Append("345").has_value());
  CHECK(!file->Append("678").has_value());
  CHECK(!files.Remove("a").has_value());
  CHECK(!files.Create("a").has_value());
  CHECK(files.Contents("a") == "one23");
}

TEST_CASE("MemoryFileSystem: a full disk takes what fits, and goes on when there is room") {
  MemoryFileSystem files;
  files.free_bytes = 5;
  auto file = MakeFile(files, "a", "abc");
  CHECK(file->Append("defg").error().code == ENOSPC);
  CHECK(files.Contents("a") == "abcde");
  CHECK(files.FreeBytes(".").value() == 0);
  CHECK(file->Truncate(3).has_value());
  CHECK(file->Append("de").has_value());
  files.free_bytes = 100;
  CHECK(file->Append("fg").has_value());
  CHECK(files.Contents("a") == "abcdefg");
}

// All states that a power cut may leave of "a".
std::set<std::string> StatesOf(const ForgetfulFileSystem& files) {
  std::set<std::string> states;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const auto disk = files.AfterPowerLoss(seed);
    states.insert(disk->Exists("a") ? disk->Contents("a") : "none");
  }
  return states;
}

TEST_CASE("ForgetfulFileSystem: what is synced stays, with the name's folder synced") {
  ForgetfulFileSystem files;
  auto file = MakeFile(files, "a", "safe");
  REQUIRE(file->Sync().has_value());
  CHECK(StatesOf(files) == std::set<std::string>{"none", "safe"});
  REQUIRE(files.SyncFolder(".").has_value());
  CHECK(StatesOf(files) == std::set<std::string>{"safe"});
}

TEST_CASE("ForgetfulFileSystem: what is not synced stays, goes, or is torn, also behind a hole") {
  ForgetfulFileSystem files;
  auto file = MakeFile(files, "a", "safe");
  REQUIRE(file->Sync().has_value());
  REQUIRE(files.SyncFolder(".").has_value());
  REQUIRE(file->Append("12").has_value());
  REQUIRE(file->Append("34").has_value());
  const auto states = StatesOf(files);
  for (const std::string_view expected : {"safe", "safe1", "safe12", "safe123", "safe1234"}) {
    CHECK(states.contains(std::string(expected)));
  }
  CHECK(states.contains(std::string("safe\0\0", 6)));
  CHECK(
      states.contains(std::string("safe\0\0"
                                  "34",
                                  8)));
  for (const std::string& state : states) CHECK(state.starts_with("safe"));
}

TEST_CASE("ForgetfulFileSystem: a truncation that is not synced may be undone") {
  ForgetfulFileSystem files;
  auto file = MakeFile(files, "a", "safe");
  files.SyncAll();
  REQUIRE(file->Truncate(1).has_value());
  CHECK(StatesOf(files) == std::set<std::string>{"s", "safe"});
  REQUIRE(file->Sync().has_value());
  CHECK(StatesOf(files) == std::set<std::string>{"s"});
}

TEST_CASE(
    "ForgetfulFileSystem: a rename may be lost until its folder is synced, but is never half "
    "done") {
  ForgetfulFileSystem files;
  files.SetContents("a", "old");
  files.SetContents("b", "new");
  files.SyncAll();
  REQUIRE(files.Rename("b", "a").has_value());
  CHECK(StatesOf(files) == std::set<std::string>{"old", "new"});
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto disk = files.AfterPowerLoss(seed);
    CHECK(disk->Exists("b") == (disk->Contents("a") == "old"));
  }
  REQUIRE(files.SyncFolder(".").has_value());
  CHECK(StatesOf(files) == std::set<std::string>{"new"});
}

TEST_CASE(
    "ForgetfulFileSystem: the death of the process loses nothing, and the same seed gives the same "
    "state") {
  ForgetfulFileSystem files;
  MakeFile(files, "a", "bytes that nobody synced");
  CHECK(files.AfterProcessDeath()->Contents("a") == "bytes that nobody synced");
  for (uint64_t seed = 0; seed < 50; ++seed) {
    CHECK(files.AfterPowerLoss(seed)->Contents("a") == files.AfterPowerLoss(seed)->Contents("a"));
  }
}

}  // namespace
