// The append-only file: what is acknowledged is there after the process died, under every policy;
// rewriting, failing disks, damaged files. Whole servers on disks in memory.

#include <doctest/doctest.h>

#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/engine_state.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/in_process_server.h"
#include "tests/support/memory_file_system.h"

using namespace tests;

namespace {

constexpr const char* kManifest = "appendonlydir/appendonly.aof.manifest";
constexpr const char* kFirst = "appendonlydir/appendonly.aof.1.incr.aof";

std::unique_ptr<InProcessServer> StartOn(MemoryFileSystem& disk, const char* policy = "everysec",
                                         const char* more = "hz 10") {
  const std::string sync = std::string("appendfsync ") + policy;
  auto server = std::make_unique<InProcessServer>(
      std::initializer_list<std::string_view>{"appendonly yes", "save \"\"", sync, more,
                                              "enable-debug-command yes"},
      1, std::span<const server::CommandEntry>(), &disk);
  server->RunTurns();
  return server;
}

// The process dies: nothing that its end would write is written any more.
void Kill(std::unique_ptr<InProcessServer>& server, MemoryFileSystem& disk) {
  disk.interfere = CrashAtNth(1);
  server.reset();
  disk.interfere = nullptr;
}

std::string Digest(InProcessServer& server) {
  return server.Connect().Run({"DEBUG", "DIGEST"});
}

std::string InfoField(InProcessServer& server, const std::string& name) {
  const std::string info = server.Connect().Run({"INFO", "persistence"});
  const size_t at = info.find("\n" + name + ":");
  if (at == std::string::npos) return "none";
  const size_t begin = at + name.size() + 2;
  return info.substr(begin, info.find('\r', begin) - begin);
}

bool LogHas(const InProcessServer& server, std::string_view text) {
  for (const std::string& line : server.log.lines) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

const std::vector<std::vector<std::string>> kWrites = {
    {"SET", "string", "value"},
    {"SET", "gone", "soon", "PX", "1000000"},
    {"APPEND", "string", "\r\n*more*\r\n"},
    {"INCR", "counter"},
    {"MSET", "a", "1", "b", "2"},
    {"SELECT", "5"},
    {"RPUSH", "list", "1", "2", "3"},
    {"LPOP", "list"},
    {"HSET", "hash", "f", "v", "g", "w"},
    {"SADD", "set", "x", "y"},
    {"SELECT", "0"},
    {"ZADD", "zset", "1.5", "m", "-2", "n"},
    {"SETRANGE", "bits", "10", "z"},
    {"PFADD", "hll", "a", "b"},
    {"EXPIRE", "a", "100000"},
    {"GETDEL", "b"},
    {"SPOP", "set"},
    {"COPY", "zset", "copy"},
};

void Fill(InProcessServer& server) {
  auto& client = server.Connect();
  for (const auto& write : kWrites) REQUIRE_FALSE(client.Run(write).starts_with("-"));
}

TEST_CASE("Append-only file: after a kill every acknowledged write is there, by any policy") {
  for (const char* policy : {"always", "everysec", "no"}) {
    CAPTURE(policy);
    MemoryFileSystem disk;
    auto server = StartOn(disk, policy);
    CHECK(InfoField(*server, "aof_enabled") == "1");
    Fill(*server);
    const std::string digest = Digest(*server);
    Kill(server, disk);
    server = StartOn(disk, policy);
    CHECK(server->shell.failure.empty());
    CHECK(Digest(*server) == digest);
    // It goes on in the same file.
    Fill(*server);
    const std::string again = Digest(*server);
    Kill(server, disk);
    server = StartOn(disk, policy);
    CHECK(Digest(*server) == again);
    CHECK(disk.Contents(kManifest) == "file appendonly.aof.1.incr.aof seq 1 type i\n");
  }
}

TEST_CASE("Append-only file: keys that expired while the server was down are gone, not reborn") {
  MemoryFileSystem disk;
  auto server = StartOn(disk);
  auto& client = server->Connect();
  client.Run({"SET", "counter", "5", "PX", "1000"});
  client.Run({"INCR", "counter"});
  client.Run({"SET", "stays", "1", "PX", "5000000"});
  Kill(server, disk);
  MemoryFileSystem later;
  for (const std::string& path : disk.Paths()) later.SetContents(path, disk.Contents(path));
  auto again = std::make_unique<InProcessServer>(
      std::initializer_list<std::string_view>{"appendonly yes", "save \"\""}, 1,
      std::span<const server::CommandEntry>(), &later);
  again->RunTurns();
  again->Advance(2000);
  CHECK(again->Connect().Run({"EXISTS", "counter", "stays"}) == ":1\r\n");
  CHECK(again->Connect().Run({"GET", "counter"}) == "$-1\r\n");
}

TEST_CASE("Append-only file: under always replies wait for the sync, and only then leave") {
  MemoryFileSystem disk;
  auto server = StartOn(disk, "always");
  auto& writer = server->Connect();
  auto& reader = server->Connect();
  writer.Push(Encode({"SET", "k", "v"}));
  server->engine->RunTurn();
  CHECK(server->engine->TakeTouched().empty());  // held, although it has its reply
  CHECK(writer.session()->is_held);
  reader.Push(Encode({"GET", "k"}));
  server->engine->RunTurn();
  CHECK(server->engine->TakeTouched().empty());  // it would show what is not safe yet
  CHECK(disk.Contents(kFirst).find("SET") != std::string::npos);
  server->RunTurns();
  CHECK(writer.TakeOutput() == "+OK\r\n");
  CHECK(reader.TakeOutput() == "$1\r\nv\r\n");
  CHECK_FALSE(writer.session()->is_held);
}

TEST_CASE("Append-only file: a connection that closes while it is held harms nothing") {
  MemoryFileSystem disk;
  auto server = StartOn(disk, "always");
  auto& writer = server->Connect();
  writer.Push(Encode({"SET", "k", "v"}));
  server->engine->RunTurn();
  CHECK(server->engine->TakeTouched().empty());
  writer.Close();
  server->RunTurns();
  CHECK(server->Connect().Run({"GET", "k"}) == "$1\r\nv\r\n");
}

TEST_CASE("Append-only file: a full disk refuses writes with the reason, and recovers by itself") {
  for (const char* policy : {"always", "everysec", "no"}) {
    CAPTURE(policy);
    ForgetfulFileSystem disk;
    auto server = StartOn(disk, policy);
    CHECK(server->Connect().Run({"SET", "before", "1"}) == "+OK\r\n");
    disk.free_bytes = 10;
    const std::string refused = server->Connect().Run({"SET", "during", "2"});
    CHECK(refused.starts_with("-MISCONF Errors writing to the AOF file: No space left on device"));
    CHECK(refused.find(kFirst) != std::string::npos);
    CHECK(refused.find("bytes free") != std::string::npos);
    auto& client = server->Connect();
    CHECK(client.Run({"SET", "during", "3"}).starts_with("-MISCONF"));
    CHECK(client.Run({"PING"}).starts_with("-MISCONF"));
    CHECK(client.Run({"GET", "before"}) == "$1\r\n1\r\n");
    CHECK(InfoField(*server, "aof_last_write_status") == "err");
    // What was acknowledged is there, even if it dies now.
    auto copy = disk.AfterProcessDeath();
    copy->free_bytes = UINT64_MAX;
    CHECK(StartOn(*copy)->Connect().Run({"GET", "before"}) == "$1\r\n1\r\n");
    disk.free_bytes = UINT64_MAX;
    server->Advance(1000);
    CHECK(client.Run({"SET", "after", "4"}) == "+OK\r\n");
    CHECK(InfoField(*server, "aof_last_write_status") == "ok");
    const std::string digest = Digest(*server);
    Kill(server, disk);
    server = StartOn(disk, policy);
    CHECK(server->shell.failure.empty());
    CHECK(Digest(*server) == digest);
  }
}

TEST_CASE("Append-only file: after a failed sync there is a new file and a new base") {
  for (const char* policy : {"always", "everysec"}) {
    CAPTURE(policy);
    MemoryFileSystem disk;
    auto server = StartOn(disk, policy);
    server->Connect().Run({"SET", "before", "1"});
    server->Advance(2000);
    int failures = 0;
    disk.interfere = [&](const MemoryFileSystem::Operation& operation)
        -> std::optional<MemoryFileSystem::Interference> {
      if (operation.name != "fdatasync" || operation.path != kFirst) return std::nullopt;
      ++failures;
      return MemoryFileSystem::Interference{EIO};
    };
    server->Connect().Run({"SET", "k", "2"});
    server->Advance(5000);
    CHECK(failures == 1);  // it is never asked again
    CHECK(LogHas(*server, "its sync failed"));
    CHECK(server->Connect().Run({"SET", "after", "3"}) == "+OK\r\n");
    CHECK(disk.Contents(kManifest) ==
          "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.2.incr.aof seq 2 type "
          "i\n");
    const std::string digest = Digest(*server);
    Kill(server, disk);
    server = StartOn(disk, policy);
    CHECK(Digest(*server) == digest);
  }
}

TEST_CASE("Append-only file: a rewrite makes it short, and writes meanwhile are kept") {
  MemoryFileSystem disk;
  auto server = StartOn(disk);
  Fill(*server);
  auto& client = server->Connect();
  for (int i = 0; i < 500; ++i) client.Run({"INCR", "many"});
  CHECK(client.Run({"BGREWRITEAOF"}) == "+Background append only file rewriting started\r\n");
  Fill(*server);
  server->Advance(1000);
  CHECK(InfoField(*server, "aof_rewrites") == "1");
  CHECK(InfoField(*server, "aof_last_bgrewrite_status") == "ok");
  CHECK(disk.Paths() == std::vector<std::string>{"appendonlydir/appendonly.aof.1.base.rdb",
                                                 "appendonlydir/appendonly.aof.2.incr.aof",
                                                 kManifest});
  Fill(*server);
  const std::string digest = Digest(*server);
  Kill(server, disk);
  server = StartOn(disk);
  CHECK(server->shell.failure.empty());
  CHECK(Digest(*server) == digest);
}

TEST_CASE("Append-only file: it is rewritten when it has grown enough") {
  MemoryFileSystem disk;
  auto server = StartOn(disk, "everysec", "auto-aof-rewrite-min-size 4kb");
  auto& client = server->Connect();
  const std::string value(100, 'x');
  for (int i = 0; i < 100; ++i) client.Run({"SET", "k", value});
  server->Advance(2000);
  CHECK(InfoField(*server, "aof_rewrites") == "1");
  CHECK(client.Run({"GET", "k"}) == "$100\r\n" + value + "\r\n");
}

TEST_CASE("Append-only file: it is turned on and off while serving") {
  MemoryFileSystem disk;
  InProcessServer server({"save \"\"", "enable-debug-command yes"}, 1, {}, &disk);
  Fill(server);
  auto& client = server.Connect();
  CHECK(client.Run({"CONFIG", "SET", "appendonly", "yes"}) == "+OK\r\n");
  server.Advance(500);
  CHECK(InfoField(server, "aof_enabled") == "1");
  client.Run({"SET", "later", "1"});
  const std::string digest = Digest(server);
  {
    MemoryFileSystem copy;
    for (const std::string& path : disk.Paths()) copy.SetContents(path, disk.Contents(path));
    CHECK(Digest(*StartOn(copy)) == digest);
  }
  CHECK(client.Run({"CONFIG", "SET", "appendonly", "no"}) == "+OK\r\n");
  const std::string bytes = disk.Contents("appendonlydir/appendonly.aof.1.incr.aof");
  client.Run({"SET", "unlogged", "1"});
  server.Advance(500);
  CHECK(disk.Contents("appendonlydir/appendonly.aof.1.incr.aof") == bytes);
  CHECK(client.Run({"CONFIG", "SET", "appendonly", "yes"}) == "+OK\r\n");
  server.Advance(500);
  const std::string second = Digest(server);
  MemoryFileSystem copy;
  for (const std::string& path : disk.Paths()) copy.SetContents(path, disk.Contents(path));
  CHECK(Digest(*StartOn(copy)) == second);
}

TEST_CASE("Append-only file: DEBUG LOADAOF gives the same data again") {
  for (const char* policy : {"always", "everysec"}) {
    MemoryFileSystem disk;
    auto server = StartOn(disk, policy);
    Fill(*server);
    const std::string digest = Digest(*server);
    CHECK(server->Connect().Run({"DEBUG", "LOADAOF"}) == "+OK\r\n");
    CHECK(Digest(*server) == digest);
  }
}

TEST_CASE("Append-only file: one of Redis before 7.0 is moved into the folder") {
  MemoryFileSystem disk;
  disk.SetContents("appendonly.aof", Encode({"SELECT", "2"}) + Encode({"SET", "old", "1"}));
  auto server = StartOn(disk);
  auto& client = server->Connect();
  client.Run({"SELECT", "2"});
  CHECK(client.Run({"GET", "old"}) == "$1\r\n1\r\n");
  CHECK_FALSE(disk.Exists("appendonly.aof"));
  client.Run({"SET", "new", "2"});
  const std::string digest = Digest(*server);
  Kill(server, disk);
  CHECK(Digest(*StartOn(disk)) == digest);
}

TEST_CASE("Append-only file: a dump is its first base when there is no log yet") {
  MemoryFileSystem disk;
  std::string digest;
  {
    InProcessServer server({"save \"\"", "enable-debug-command yes"}, 1, {}, &disk);
    Fill(server);
    CHECK(server.Connect().Run({"SAVE"}) == "+OK\r\n");
    digest = Digest(server);
  }
  auto server = StartOn(disk);
  CHECK(Digest(*server) == digest);
  disk.Erase("dump.rdb");
  Kill(server, disk);
  CHECK(Digest(*StartOn(disk)) == digest);
}

TEST_CASE("Append-only file: a damaged end is cut, saved aside and told; the rest is loaded") {
  const std::string garbage("\x80gar\0bage", 9);
  for (const std::string& tail :
       {std::string(100, '\0'), garbage, Encode({"SET", "k"}) + "*3\r\n"}) {
    MemoryFileSystem disk;
    auto server = StartOn(disk);
    Fill(*server);
    const std::string digest = Digest(*server);
    Kill(server, disk);
    const std::string good = disk.Contents(kFirst);
    disk.SetContents(kFirst, good + tail);
    server = StartOn(disk);
    CHECK(server->shell.failure.empty());
    CHECK(Digest(*server) == digest);
    CHECK(LogHas(*server, "is damaged, as a crash leaves it"));
    CHECK(disk.Contents(kFirst).substr(0, good.size()) == good);
    CHECK(disk.Contents(std::string(kFirst) + ".cut-" + std::to_string(good.size())) == tail);
  }
}

TEST_CASE("Append-only file: damage of what was synced is refused with its place and command") {
  MemoryFileSystem disk;
  auto server = StartOn(disk);
  Fill(*server);
  server->Advance(3000);  // a sync, and its mark
  Kill(server, disk);
  std::string bytes = disk.Contents(kFirst);
  bytes[bytes.find("value")] = 'V';
  disk.SetContents(kFirst, bytes);
  server = StartOn(disk);
  CHECK(server->shell.failure.find("its checksum is wrong") != std::string::npos);
  CHECK(server->shell.failure.find(kFirst) != std::string::npos);
  CHECK(server->shell.failure.find("record 2 (SET)") != std::string::npos);
  CHECK(disk.Contents(kFirst) == bytes);
}

TEST_CASE("Append-only file: requests that we do not know end the loading, and say where") {
  MemoryFileSystem disk;
  disk.SetContents("appendonly.aof", Encode({"SET", "a", "1"}) + Encode({"NOSUCH", "a"}));
  auto server = StartOn(disk);
  CHECK(server->shell.failure.find("record 2 (NOSUCH): ERR unknown command") != std::string::npos);
}

TEST_CASE("Append-only file: with aof-load-truncated no, a damaged end is refused") {
  MemoryFileSystem disk;
  disk.SetContents("appendonly.aof", Encode({"SET", "a", "1"}) + "*3\r\n");
  auto server = StartOn(disk, "everysec", "aof-load-truncated no");
  CHECK(server->shell.failure.find("aof-load-truncated is no") != std::string::npos);
}

}  // namespace
