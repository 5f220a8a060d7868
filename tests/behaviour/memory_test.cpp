// MEMORY: what keys take, what the process takes, and giving it back.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "server/engine_state.h"
#include "tests/support/in_process_server.h"

using tests::InProcessServer;
using tests::TestConnection;

namespace {

int64_t Usage(TestConnection& client, std::string_view key) {
  return std::stoll(client.Run({"MEMORY", "USAGE", key}).substr(1));
}

// The integer behind a name in the flat reply of MEMORY STATS.
int64_t Figure(const std::string& reply, const std::string& name) {
  const size_t at = reply.find("\r\n" + name + "\r\n:");
  REQUIRE(at != std::string::npos);
  return std::stoll(reply.substr(at + name.size() + 5));
}

}  // namespace

TEST_CASE("MEMORY USAGE: the record's size class, the value apart, the shares of the indexes") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "12345"});
  CHECK(Usage(client, "k") == 16 + 10);  // header 5, length 1, key 1, integer 2: a class of 16
  client.Run({"EXPIRE", "k", "100"});
  CHECK(Usage(client, "k") == 24 + 10 + 8);
  client.Run({"SET", "large", std::string(100'000, 'v')});
  const int64_t large = Usage(client, "large");
  CHECK(large >= 100'000);
  CHECK(large < 120'000);
  CHECK(client.Run({"MEMORY", "USAGE", "missing"}) == "$-1\r\n");
}

TEST_CASE("MEMORY USAGE: the sum over all keys is what the data takes") {
  InProcessServer server;
  auto& client = server.Connect();
  int64_t sum = 0;
  for (int i = 0; i < 20'000; ++i) {
    client.Run({"SET", "key:" + std::to_string(i), std::string(static_cast<size_t>(i % 300), 'v')});
    if (i % 3 == 0) client.Run({"EXPIRE", "key:" + std::to_string(i), "1000"});
  }
  for (int i = 0; i < 20'000; ++i) sum += Usage(client, "key:" + std::to_string(i));
  const double counted = static_cast<double>(server.engine->state().keyspace.memory());
  CHECK(static_cast<double>(sum) > counted * 0.97);
  CHECK(static_cast<double>(sum) < counted * 1.03);
}

TEST_CASE("MEMORY USAGE: options are checked before the key is looked up") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v"});
  const std::string usage = client.Run({"MEMORY", "USAGE", "k"});
  CHECK(client.Run({"MEMORY", "USAGE", "k", "samples", "0"}) == usage);
  CHECK(client.Run({"MEMORY", "USAGE", "k", "SAMPLES", "1", "SAMPLES", "2"}) == usage);
  for (const std::string_view key : {"k", "missing"}) {
    CHECK(client.Run({"MEMORY", "USAGE", key, "SAMPLES"}) == "-ERR syntax error\r\n");
    CHECK(client.Run({"MEMORY", "USAGE", key, "SAMPLES", "-1"}) == "-ERR syntax error\r\n");
    CHECK(client.Run({"MEMORY", "USAGE", key, "FOO", "1"}) == "-ERR syntax error\r\n");
    CHECK(client.Run({"MEMORY", "USAGE", key, "SAMPLES", "1", "x"}) == "-ERR syntax error\r\n");
    CHECK(client.Run({"MEMORY", "USAGE", key, "SAMPLES", "x"}) ==
          "-ERR value is not an integer or out of range\r\n");
  }
}

TEST_CASE("MEMORY USAGE: neither counts as an access nor shows an expired key") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", "v", "PX", "100"});
  server.clock.AdvanceMs(50'000'000);
  CHECK(client.Run({"MEMORY", "USAGE", "k"}) == "$-1\r\n");
  client.Run({"SET", "k", "v"});
  server.clock.AdvanceMs(7000);
  client.Run({"MEMORY", "USAGE", "k"});
  CHECK(client.Run({"OBJECT", "IDLETIME", "k"}) == ":7\r\n");
  CHECK(server.engine->state().keyspace.statistics().hits == 1);  // of OBJECT
}

TEST_CASE("MEMORY STATS: all fields of Redis 7.4 in its order, also for each database") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "a", "1", "EX", "100"});
  client.Run({"SELECT", "3"});
  client.Run({"SET", "a", "1"});
  const std::string reply = client.Run({"MEMORY", "STATS"});
  size_t at = 0;
  for (const std::string_view name : {"peak.allocated",
                                      "total.allocated",
                                      "startup.allocated",
                                      "replication.backlog",
                                      "clients.slaves",
                                      "clients.normal",
                                      "cluster.links",
                                      "aof.buffer",
                                      "lua.caches",
                                      "functions.caches",
                                      "db.0",
                                      "overhead.hashtable.main",
                                      "overhead.hashtable.expires",
                                      "db.3",
                                      "overhead.hashtable.main",
                                      "overhead.hashtable.expires",
                                      "overhead.db.hashtable.lut",
                                      "overhead.db.hashtable.rehashing",
                                      "db.dict.rehashing.count",
                                      "overhead.total",
                                      "keys.count",
                                      "keys.bytes-per-key",
                                      "dataset.bytes",
                                      "dataset.percentage",
                                      "peak.percentage",
                                      "allocator.allocated",
                                      "allocator.active",
                                      "allocator.resident",
                                      "allocator.muzzy",
                                      "allocator-fragmentation.ratio",
                                      "allocator-fragmentation.bytes",
                                      "allocator-rss.ratio",
                                      "allocator-rss.bytes",
                                      "rss-overhead.ratio",
                                      "rss-overhead.bytes",
                                      "fragmentation",
                                      "fragmentation.bytes"}) {
    CAPTURE(name);
    const size_t next = reply.find("\r\n" + std::string(name) + "\r\n", at);
    REQUIRE(next != std::string::npos);
    at = next;
  }
  CHECK(reply.starts_with("*66\r\n"));  // 33 pairs
  CHECK(Figure(reply, "keys.count") == 2);
  CHECK(Figure(reply, "total.allocated") ==
        Figure(reply, "overhead.total") + Figure(reply, "dataset.bytes"));
}

TEST_CASE("MEMORY STATS: what data takes comes and goes with the data") {
  InProcessServer server;
  auto& client = server.Connect();
  const int64_t empty = Figure(client.Run({"MEMORY", "STATS"}), "dataset.bytes");
  CHECK(empty == 0);
  client.Run({"SET", "k", std::string(1'000'000, 'v')});
  const std::string full = client.Run({"MEMORY", "STATS"});
  CHECK(Figure(full, "dataset.bytes") >= 1'000'000);
  CHECK(Figure(full, "peak.allocated") >= Figure(full, "total.allocated"));
  client.Run({"DEL", "k"});
  CHECK(Figure(client.Run({"MEMORY", "STATS"}), "dataset.bytes") == 0);
}

TEST_CASE("MEMORY PURGE: idle pages go back to the system, in slices") {
  InProcessServer server;
  auto& client = server.Connect();
  for (int i = 0; i < 2000; ++i) {
    client.Run({"SET", "key:" + std::to_string(i), std::string(1000, 'v')});
  }
  for (int i = 0; i < 2000; ++i) client.Run({"DEL", "key:" + std::to_string(i)});
  storage::SlabAllocator& slab = server.engine->state().keyspace.slab();
  CHECK(slab.idle_bytes() > 1'000'000);
  CHECK(client.Run({"MEMORY", "PURGE"}) == "+OK\r\n");
  CHECK(slab.idle_bytes() == 0);
  CHECK_FALSE(server.engine->HasReadyWork());
}

TEST_CASE("MEMORY MALLOC-STATS: tells of the slab's classes") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "k", std::string(1000, 'v')});
  const std::string report = client.Run({"MEMORY", "MALLOC-STATS"});
  CHECK(report.find("Slab allocator") != std::string::npos);
  CHECK(report.find("\n        1024 ") != std::string::npos);
}

TEST_CASE("MEMORY DOCTOR: has nothing to say about little memory") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(client.Run({"MEMORY", "DOCTOR"}).starts_with("$"));
  CHECK(client.Run({"MEMORY", "FOO"}) == "-ERR unknown subcommand 'FOO'. Try MEMORY HELP.\r\n");
  CHECK(client.Run({"MEMORY", "STATS", "x"}) ==
        "-ERR wrong number of arguments for 'memory|stats' command\r\n");
}

TEST_CASE("INFO memory: buffers of input and of output are counted apart, and neither as data") {
  InProcessServer server;
  const server::BufferMemory& counted = server.engine->state().clients_memory;
  const auto sweep = [&server] { server.Advance(3000); };  // idle ones give back what they can
  auto& watcher = server.Connect();
  auto& client = server.Connect();
  CHECK(watcher.Run({"SET", "k", std::string(100'000, 'v')}) == "+OK\r\n");
  sweep();
  const server::BufferMemory before = counted;
  const size_t data_before = server.engine->state().keyspace.memory();

  CHECK(client.SendRaw("*2\r\n$4\r\nECHO\r\n$300000\r\n" + std::string(200'000, 'x')) == "");
  sweep();
  CHECK(counted.input >= before.input + 200'000);
  CHECK(counted.output == before.output);
  const std::string half_sent = watcher.Run({"INFO", "memory"});
  CHECK(half_sent.find(fmt::format("\r\nmem_clients_normal:{}\r\nmem_clients_input:{}\r\n"
                                   "mem_clients_output:{}\r\n",
                                   counted.total(), counted.input, counted.output)) !=
        std::string::npos);
  client.SendRaw(std::string(100'000, 'x') + "\r\n");
  sweep();
  CHECK(counted.input == before.input);

  client.session()->output.Append(std::string(400'000, 'y'));  // nobody reads it
  sweep();
  CHECK(counted.output >= before.output + 400'000);
  CHECK(counted.input == before.input);
  CHECK(server.engine->state().keyspace.memory() == data_before);
  client.Close();
  sweep();
  CHECK(counted.input == before.input);
  CHECK(counted.output == before.output);
}
