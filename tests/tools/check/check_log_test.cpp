#include "tools/check/check_log.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/in_process_server.h"
#include "tests/support/memory_file_system.h"

using namespace tests;

namespace {

constexpr const char* kFile = "log/a.aof.1.incr.aof";

std::string Requests() {
  return "#TS:1000\r\n" + Encode({"SELECT", "0"}) + Encode({"SET", "a", "1"}) + "#TS:2000\r\n" +
         Encode({"SET", "b", "2"});
}

TEST_CASE("cinnabar-check: a good folder is described and left alone") {
  MemoryFileSystem files;
  files.SetContents("log/a.aof.manifest", "file a.aof.1.incr.aof seq 1 type i\n");
  files.SetContents(kFile, Requests());
  const uint64_t operations = files.operations();
  std::string report;
  CHECK(check::CheckAofFolder(files, "log", {.fixes = true}, report));
  CHECK(report.find("3 requests") != std::string::npos);
  CHECK(report.find("1000 to 2000") != std::string::npos);
  CHECK(files.operations() == operations);
}

TEST_CASE("cinnabar-check: what is broken is told, cut only when asked, and saved aside") {
  MemoryFileSystem files;
  const std::string good = Requests();
  files.SetContents(kFile, good + "*3\r\n$3\r\nSE");
  std::string report;
  CHECK_FALSE(check::CheckAofFile(files, kFile, {}, report));
  CHECK(report.find("record 4: it ends too early") != std::string::npos);
  CHECK_FALSE(check::CheckAofFile(files, kFile, {.fixes = true, .is_dry_run = true}, report));
  CHECK(files.Contents(kFile) != good);
  CHECK(check::CheckAofFile(files, kFile, {.fixes = true}, report));
  CHECK(files.Contents(kFile) == good);
  CHECK(files.Contents(std::string(kFile) + ".cut-" + std::to_string(good.size())) ==
        "*3\r\n$3\r\nSE");
  CHECK(check::CheckAofFile(files, kFile, {}, report));
}

TEST_CASE("cinnabar-check: a log is cut at a time") {
  MemoryFileSystem files;
  files.SetContents(kFile, Requests());
  std::string report;
  CHECK(check::CheckAofFile(files, kFile, {.truncate_to_s = 1500}, report));
  CHECK(files.Contents(kFile) == Requests().substr(0, Requests().find("#TS:2000")));
}

TEST_CASE("cinnabar-check: a dump is described, and where it is broken is told") {
  MemoryFileSystem files;
  {
    InProcessServer server({"save \"\""}, 1, {}, &files);
    server.Connect().Run({"SET", "a", "1"});
    server.Connect().Run({"SET", "b", "2", "EX", "100"});
    REQUIRE(server.Connect().Run({"SAVE"}) == "+OK\r\n");
  }
  std::string report;
  CHECK(check::CheckRdb(files, "dump.rdb", report));
  CHECK(report.find("2 keys, 1 of them with an expiry") != std::string::npos);
  const std::string bytes = files.Contents("dump.rdb");
  files.SetContents("dump.rdb", bytes.substr(0, bytes.size() - 3));
  CHECK_FALSE(check::CheckRdb(files, "dump.rdb", report));
  CHECK(report.find("BROKEN at offset") != std::string::npos);
}

}  // namespace
