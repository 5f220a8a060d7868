// SAVE, BGSAVE, save points and what is loaded at the start, on a disk in memory that does as it is
// told.

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "server/introspection/dataset_digest.h"
#include "tests/support/in_process_server.h"
#include "tests/support/limited_memory.h"
#include "tests/support/memory_file_system.h"

using tests::InProcessServer;
using tests::MemoryFileSystem;
using tests::TestConnection;

namespace {

std::unique_ptr<InProcessServer> Start(MemoryFileSystem& disk,
                                       std::initializer_list<std::string_view> directives = {
                                           "enable-debug-command yes"}) {
  auto server = std::make_unique<InProcessServer>(directives, 1,
                                                  std::span<const server::CommandEntry>(), &disk);
  server->RunTurns();
  return server;
}

std::string Digest(TestConnection& client) {
  return client.Run({"DEBUG", "DIGEST"});
}

std::string Field(TestConnection& client, const std::string& name) {
  const std::string info = client.Run({"INFO", "persistence"});
  const size_t begin = info.find("\n" + name + ":");
  REQUIRE(begin != std::string::npos);
  const size_t from = begin + name.size() + 2;
  return info.substr(from, info.find('\r', from) - from);
}

// Some of each type, in two databases, packed and long.
void Fill(TestConnection& client) {
  client.Run({"SET", "string", "value"});
  client.Run({"SET", "integer", "12345", "PX", "1000000"});
  client.Run({"SET", "large", std::string(300'000, 'x')});
  client.Run({"RPUSH", "list", "a", "b", "c"});
  client.Run({"HSET", "hash", "f", "v", "g", "w"});
  client.Run({"HSET", "expiring", "f", "v"});
  client.Run({"HPEXPIRE", "expiring", "1000000", "FIELDS", "1", "f"});
  client.Run({"ZADD", "zset", "1", "a", "inf", "b"});
  client.Run({"SADD", "set", "1", "2", "three"});
  for (const std::string command : {"RPUSH", "SADD"}) {
    std::vector<std::string> words = {command, "long" + command};
    for (int i = 0; i < 5000; ++i) words.push_back("element" + std::to_string(i));
    client.Run(words);
  }
  client.Run({"SELECT", "3"});
  client.Run({"SET", "other", "database"});
  client.Run({"SELECT", "0"});
}

// Takes bytes and forgets them: the memory of a MemoryFileSystem would be counted as the server's.
class DiscardingDisk final : public MemoryFileSystem {
 public:
  storage::FileResult<std::unique_ptr<storage::File>> Create(const std::string& path) override {
    return std::make_unique<Hole>(path);
  }
  storage::FileResult<void> Rename(const std::string&, const std::string&) override { return {}; }

 private:
  struct Hole final : storage::File {
    explicit Hole(std::string path) : File(std::move(path)) {}
    storage::FileResult<void> Append(std::string_view) override { return {}; }
    storage::FileResult<size_t> ReadAt(uint64_t, std::span<char>) override { return 0; }
    storage::FileResult<uint64_t> Size() override { return 0; }
    storage::FileResult<void> Sync() override { return {}; }
    storage::FileResult<void> Truncate(uint64_t) override { return {}; }
    storage::FileResult<void> Close() override { return {}; }
  };
};

bool HasLine(const InProcessServer& server, std::string_view part) {
  return std::ranges::any_of(server.log.lines, [&](const std::string& line) {
    return line.find(part) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("SAVE: what it wrote is there after a restart, whole") {
  MemoryFileSystem disk;
  auto server = Start(disk);
  auto& client = server->Connect();
  Fill(client);
  const std::string before = Digest(client);
  CHECK(Field(client, "rdb_changes_since_last_save") != "0");
  CHECK(client.Run({"SAVE"}) == "+OK\r\n");
  CHECK(Field(client, "rdb_changes_since_last_save") == "0");
  CHECK(Field(client, "rdb_saves") == "1");
  CHECK(disk.Paths() == std::vector<std::string>{"dump.rdb"});

  auto again = Start(disk);
  CHECK(again->is_ready);
  auto& reader = again->Connect();
  CHECK(Digest(reader) == before);
  CHECK(reader.Run({"DBSIZE"}) == ":10\r\n");
  CHECK(Field(reader, "rdb_last_load_keys_loaded") == "11");
  CHECK(Field(reader, "rdb_changes_since_last_save") == "0");
}

TEST_CASE("BGSAVE: saves the moment of the request, while writes go on") {
  MemoryFileSystem disk;
  auto server = Start(disk);
  auto& client = server->Connect();
  Fill(client);
  const std::string before = Digest(client);
  // In one turn: nothing is written yet when the others run.
  CHECK(client.SendRaw("BGSAVE\r\nBGSAVE\r\nSAVE\r\nDEL zset\r\nAPPEND large y\r\nRPUSH longRPUSH "
                       "more\r\nFLUSHALL\r\nSET new 1\r\nSWAPDB 0 3\r\n") ==
        "+Background saving started\r\n-ERR Background save already in progress\r\n"
        "-ERR Background save already in progress\r\n:1\r\n:300001\r\n:5001\r\n+OK\r\n+OK\r\n"
        "+OK\r\n");
  CHECK(Field(client, "rdb_bgsave_in_progress") == "0");
  CHECK(Field(client, "rdb_last_bgsave_status") == "ok");
  CHECK(Field(client, "rdb_changes_since_last_save") != "0");
  CHECK(HasLine(*server, "Background saving terminated with success"));
  auto again = Start(disk);
  CHECK(Digest(again->Connect()) == before);
}

TEST_CASE("BGSAVE: takes SCHEDULE and nothing else") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"BGSAVE", "schedule"}) == "+Background saving started\r\n");
  CHECK(client.Run({"BGSAVE", "now"}) == "-ERR syntax error\r\n");
  CHECK(client.Run({"BGSAVE", "SCHEDULE", "x"}) == "-ERR syntax error\r\n");
}

TEST_CASE("save points: so many changes within so many seconds, or a change and an hour") {
  InProcessServer server({"save 60 3"});
  auto& client = server.Connect();
  client.Run({"SET", "a", "1"});
  client.Run({"SET", "b", "1"});
  server.Advance(70'000);
  CHECK_FALSE(server.own_files.Exists("dump.rdb"));
  client.Run({"SET", "c", "1"});
  server.Advance(1'000);
  CHECK(server.own_files.Exists("dump.rdb"));
  CHECK(HasLine(server, "3 changes in 60 seconds. Saving..."));
  CHECK(Field(client, "rdb_saves") == "1");
  server.Advance(200'000);
  CHECK(Field(client, "rdb_saves") == "1");
  CHECK(client.Run({"LASTSAVE"}) == ":" + Field(client, "rdb_last_save_time") + "\r\n");
}

TEST_CASE("saving: every operation on the disk may fail; the old file stays, and then it works") {
  MemoryFileSystem disk;
  std::string old_file;
  {
    auto server = Start(disk);
    auto& client = server->Connect();
    client.Run({"SET", "old", "1"});
    client.Run({"SAVE"});
    old_file = disk.Contents("dump.rdb");
  }
  uint64_t failures = 0;
  for (uint64_t nth = 1;; ++nth) {
    for (const std::string command : {"SAVE", "BGSAVE"}) {
      CAPTURE(nth);
      CAPTURE(command);
      disk.interfere = nullptr;
      disk.SetContents("dump.rdb", old_file);
      auto server = Start(disk, {"enable-debug-command yes", "save 3600 1"});
      auto& client = server->Connect();
      Fill(client);
      const std::string data = Digest(client);
      disk.interfere = tests::FailNth(nth, ENOSPC, 10);
      client.Run({command});
      disk.interfere = nullptr;
      const bool has_failed = Field(client, "rdb_last_bgsave_status") == "err";
      if (!has_failed) {
        CHECK(nth > 3);
        auto again = Start(disk);
        CHECK(Digest(again->Connect()) == data);
        if (command == "BGSAVE") {
          CHECK(failures >= 6);
          return;
        }
        continue;
      }
      ++failures;
      const std::string refused = client.Run({"SET", "new", "1"});
      CHECK(refused.starts_with("-MISCONF Redis is configured to save RDB snapshots, but"));
      CHECK(refused.find("No space left on device") != std::string::npos);
      CHECK(refused.find("bytes free") != std::string::npos);
      CHECK(client.Run({"GET", "string"}) == "$5\r\nvalue\r\n");
      CHECK(client.Run({"PING"}).starts_with("-MISCONF"));
      CHECK(Digest(client) == data);
      // Either the old file or, when only the folder could not be synced, the new one.
      const auto paths = disk.Paths();
      CHECK(paths == std::vector<std::string>{"dump.rdb"});
      {
        auto other = Start(disk);
        auto& reader = other->Connect();
        const bool is_old = reader.Run({"GET", "old"}) == "$1\r\n1\r\n";
        CHECK((is_old || Digest(reader) == data));
      }
      // It tries again by itself.
      server->Advance(6'000);
      CHECK(Field(client, "rdb_last_bgsave_status") == "ok");
      CHECK(client.Run({"SET", "new", "1"}) == "+OK\r\n");
    }
  }
}

TEST_CASE("saving: without save points, or when told so, a failure refuses nothing") {
  for (const std::string_view setting : {"save ''", "stop-writes-on-bgsave-error no"}) {
    CAPTURE(setting);
    InProcessServer server({setting});
    auto& client = server.Connect();
    server.own_files.free_bytes = 0;
    CHECK(client.Run({"SAVE"}) == "-ERR\r\n");
    CHECK(client.Run({"SET", "k", "v"}) == "+OK\r\n");
  }
}

TEST_CASE("saving: when memory runs out, the save fails and the server goes on") {
  for (const std::string command : {"SAVE", "BGSAVE"}) {
    CAPTURE(command);
    const auto work = [&](bool is_limited) {
      DiscardingDisk disk;
      InProcessServer server({"save 3600 1", "enable-debug-command yes"}, 1, {}, &disk);
      auto& client = server.Connect();
      Fill(client);
      client.Run({"HSET", "hash", "huge", std::string(200'000, 'y')});
      const std::string before = Digest(client);
      tests::ResumeMemoryLimit();
      client.Run({command});
      tests::PauseMemoryLimit();
      if (is_limited) CHECK(Digest(client) == before);
      server.Advance(6'000);
      CHECK(Field(client, "rdb_last_bgsave_status") == "ok");
    };
    tests::StartRecording();
    tests::PauseMemoryLimit();
    work(false);
    const std::vector<int64_t> steps = tests::StopRecording();
    CHECK(!steps.empty());
    for (const int64_t step : steps) {
      CAPTURE(step);
      tests::StartLimiting(step - 1);
      tests::PauseMemoryLimit();
      work(true);
      const tests::Refusals refusals = tests::StopLimiting();
      REQUIRE(refusals.unrefusable_bytes == 0);
    }
  }
}

TEST_CASE("start: a damaged file ends the server and stays as it is") {
  MemoryFileSystem disk;
  {
    auto server = Start(disk);
    auto& client = server->Connect();
    client.Run({"SET", "k", std::string(100, 'v')});
    client.Run({"SAVE"});
  }
  const std::string good = disk.Contents("dump.rdb");
  for (size_t at = 0; at < good.size(); ++at) {
    CAPTURE(at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    disk.SetContents("dump.rdb", bad);
    auto server = Start(disk, {"save 60 1"});
    CHECK_FALSE(server->is_ready);
    CHECK(server->shell.failure.find("dump.rdb") != std::string::npos);
    CHECK(disk.Contents("dump.rdb") == bad);
  }
}

TEST_CASE("start: while the file is loaded, clients are told so; what may run runs") {
  MemoryFileSystem disk;
  {
    auto server = Start(disk);
    auto& client = server->Connect();
    Fill(client);
    client.Run({"DEBUG", "POPULATE", "200000"});
    client.Run({"SAVE"});
  }
  InProcessServer server({}, 1, {}, &disk);
  CHECK_FALSE(server.is_ready);
  auto& client = server.Connect();
  client.Push(tests::Encode({"GET", "string"}) + tests::Encode({"INFO", "persistence"}) +
              tests::Encode({"PING"}));
  server.engine->RunTurn();
  REQUIRE_FALSE(server.is_ready);
  server.RunTurns();
  const std::string replies = client.TakeOutput();
  CHECK(replies.starts_with("-LOADING Redis is loading the dataset in memory\r\n$"));
  CHECK(replies.find("loading:1") != std::string::npos);
  CHECK(replies.find("loading_total_bytes:") != std::string::npos);
  CHECK(replies.ends_with("-LOADING Redis is loading the dataset in memory\r\n"));
  CHECK(server.is_ready);
  CHECK(client.Run({"GET", "string"}) == "$5\r\nvalue\r\n");
}

TEST_CASE("start: keys whose time has come are dropped; an end while loading saves nothing") {
  MemoryFileSystem disk;
  {
    auto server = Start(disk);
    auto& client = server->Connect();
    client.Run({"DEBUG", "POPULATE", "200000"});
    client.Run(
        {"SET", "gone", "1", "PXAT", std::to_string(server->clock.WallMicroseconds() / 1000 + 1)});
    client.Run({"SAVE"});
  }
  const std::string file = disk.Contents("dump.rdb");
  InProcessServer server({"save 60 1"}, 1, {}, &disk);
  server.clock.AdvanceMs(1000);
  server.engine->RunTurn();
  REQUIRE_FALSE(server.is_ready);
  CHECK(server.engine->Shutdown(0).has_value());
  CHECK(server.shell.shutdown_requested);
  CHECK(disk.Contents("dump.rdb") == file);
  server.RunTurns();
  auto& client = server.Connect();
  CHECK(Field(client, "rdb_last_load_keys_expired") == "1");
  CHECK(client.Run({"DBSIZE"}) == ":200000\r\n");
}

TEST_CASE("start: what a process that died left half written is removed, and nothing else") {
  MemoryFileSystem disk;
  for (const std::string name :
       {"temp-123.rdb", "temp-123-4.rdb", "temp-.rdb", "temp-mine.rdb", "other.rdb"}) {
    disk.SetContents(name, "x");
  }
  Start(disk);
  CHECK(disk.Paths() == std::vector<std::string>{"other.rdb", "temp-.rdb", "temp-mine.rdb"});
}

TEST_CASE("DEBUG RELOAD: the same data again; NOSAVE, NOFLUSH and MERGE as in Redis") {
  InProcessServer server({"enable-debug-command yes"});
  auto& client = server.Connect();
  Fill(client);
  const std::string before = Digest(client);
  CHECK(client.Run({"DEBUG", "RELOAD"}) == "+OK\r\n");
  CHECK(Digest(client) == before);
  client.Run({"SET", "later", "1"});
  CHECK(client.Run({"DEBUG", "RELOAD", "NOSAVE", "NOFLUSH"}) ==
        "-ERR Error trying to load the RDB dump, check server logs\r\n");
  CHECK(client.Run({"SET", "string", "changed"}) == "+OK\r\n");
  CHECK(client.Run({"DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE"}) == "+OK\r\n");
  CHECK(client.Run({"GET", "string"}) == "$5\r\nvalue\r\n");
  CHECK(client.Run({"GET", "later"}) == "$1\r\n1\r\n");
  CHECK(client.Run({"DEBUG", "RELOAD", "NOSAVE"}) == "+OK\r\n");
  CHECK(Digest(client) == before);
  CHECK(client.Run({"DEBUG", "RELOAD", "x"}) ==
        "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n");
}

TEST_CASE("rdb-version: what it cannot hold is not written") {
  InProcessServer server({"rdb-version 10"});
  auto& client = server.Connect();
  client.Run({"HSET", "hash", "f", "v"});
  CHECK(client.Run({"SAVE"}) == "+OK\r\n");
  CHECK(server.own_files.Contents("dump.rdb").starts_with("REDIS0010"));
  client.Run({"HPEXPIRE", "hash", "1000000", "FIELDS", "1", "f"});
  CHECK(client.Run({"SAVE"}) == "-ERR\r\n");
  CHECK(client.Run({"DUMP", "hash"}).starts_with("-ERR rdb-version"));
  CHECK(client.Run({"CONFIG", "SET", "rdb-version", "auto"}) == "+OK\r\n");
  CHECK(client.Run({"SAVE"}) == "+OK\r\n");
  CHECK(server.own_files.Contents("dump.rdb").starts_with("REDIS0012"));
  CHECK(client.Run({"CONFIG", "SET", "rdb-version", "9"}).starts_with("-ERR"));
}
