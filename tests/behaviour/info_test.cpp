// INFO: its form, its sections and fields as tools know them, and that the numbers move.

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/in_process_server.h"

using tests::InProcessServer;
using tests::TestConnection;

namespace {

std::string Info(TestConnection& client, std::initializer_list<std::string_view> sections = {}) {
  std::vector<std::string> request = {"INFO"};
  request.insert(request.end(), sections.begin(), sections.end());
  const std::string reply = client.Run(request);
  const size_t begin = reply.find("\r\n") + 2;
  return reply.substr(begin, reply.size() - begin - 2);
}

std::vector<std::string> Headers(const std::string& info) {
  std::vector<std::string> headers;
  for (size_t at = 0; at < info.size();) {
    const size_t end = info.find("\r\n", at);
    if (info[at] == '#') headers.push_back(info.substr(at, end - at));
    at = end + 2;
  }
  return headers;
}

std::string Value(const std::string& info, const std::string& name) {
  const size_t at = ("\r\n" + info).find("\r\n" + name + ":");
  if (at == std::string::npos) return "(missing)";
  const size_t begin = at + name.size() + 1;
  return info.substr(begin, info.find('\r', begin) - begin);
}

constexpr const char* kFields[] = {"redis_version",
                                   "cinnabar_version",
                                   "server_name",
                                   "redis_git_sha1",
                                   "redis_git_dirty",
                                   "redis_build_id",
                                   "redis_mode",
                                   "os",
                                   "arch_bits",
                                   "monotonic_clock",
                                   "multiplexing_api",
                                   "atomicvar_api",
                                   "gcc_version",
                                   "process_id",
                                   "process_supervised",
                                   "run_id",
                                   "tcp_port",
                                   "server_time_usec",
                                   "uptime_in_seconds",
                                   "uptime_in_days",
                                   "hz",
                                   "configured_hz",
                                   "lru_clock",
                                   "executable",
                                   "config_file",
                                   "io_threads_active",
                                   "connected_clients",
                                   "cluster_connections",
                                   "maxclients",
                                   "client_recent_max_input_buffer",
                                   "client_recent_max_output_buffer",
                                   "blocked_clients",
                                   "tracking_clients",
                                   "pubsub_clients",
                                   "watching_clients",
                                   "clients_in_timeout_table",
                                   "total_watched_keys",
                                   "total_blocking_keys",
                                   "total_blocking_keys_on_nokey",
                                   "used_memory",
                                   "used_memory_human",
                                   "used_memory_rss",
                                   "used_memory_peak",
                                   "used_memory_peak_perc",
                                   "used_memory_overhead",
                                   "used_memory_startup",
                                   "used_memory_dataset",
                                   "used_memory_dataset_perc",
                                   "allocator_allocated",
                                   "allocator_active",
                                   "allocator_resident",
                                   "allocator_muzzy",
                                   "allocator_frag_ratio",
                                   "allocator_rss_ratio",
                                   "total_system_memory",
                                   "used_memory_lua",
                                   "maxmemory",
                                   "maxmemory_policy",
                                   "mem_fragmentation_ratio",
                                   "mem_clients_normal",
                                   "mem_allocator",
                                   "lazyfree_pending_objects",
                                   "lazyfreed_objects",
                                   "loading",
                                   "rdb_changes_since_last_save",
                                   "rdb_bgsave_in_progress",
                                   "rdb_last_save_time",
                                   "aof_enabled",
                                   "aof_rewrite_in_progress",
                                   "total_connections_received",
                                   "total_commands_processed",
                                   "instantaneous_ops_per_sec",
                                   "total_net_input_bytes",
                                   "total_net_output_bytes",
                                   "rejected_connections",
                                   "sync_full",
                                   "expired_keys",
                                   "evicted_keys",
                                   "keyspace_hits",
                                   "keyspace_misses",
                                   "pubsub_channels",
                                   "latest_fork_usec",
                                   "unexpected_error_replies",
                                   "total_error_replies",
                                   "total_reads_processed",
                                   "total_writes_processed",
                                   "reply_buffer_shrinks",
                                   "eventloop_cycles",
                                   "eventloop_duration_sum",
                                   "acl_access_denied_auth",
                                   "clock_jumps",
                                   "role",
                                   "connected_slaves",
                                   "master_failover_state",
                                   "master_replid",
                                   "master_repl_offset",
                                   "repl_backlog_active",
                                   "used_cpu_sys",
                                   "used_cpu_user",
                                   "cluster_enabled"};

}  // namespace

TEST_CASE("INFO: sections stand in Redis's order, with its names, each ended by an empty line") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"PING"});
  CHECK(Headers(Info(client)) ==
        std::vector<std::string>{"# Server", "# Clients", "# Memory", "# Persistence", "# Stats",
                                 "# Replication", "# CPU", "# Modules", "# Errorstats", "# Cluster",
                                 "# Keyspace"});
  const std::vector<std::string> all = Headers(Info(client, {"everything"}));
  CHECK(all.size() == 13);
  CHECK(all[8] == "# Commandstats");
  CHECK(all[10] == "# Latencystats");
  CHECK(Headers(Info(client, {"all"})).size() >= 12);
}

TEST_CASE("INFO: several sections at once, in any case; unknown ones add nothing") {
  InProcessServer server;
  auto& client = server.Connect();
  CHECK(Headers(Info(client, {"CPU", "server", "nope"})) ==
        std::vector<std::string>{"# Server", "# CPU"});
  CHECK(Info(client, {"nope"}).empty());
  CHECK(client.Run({"INFO", "nope"}) == "$0\r\n\r\n");
}

TEST_CASE("INFO: every line ends with CRLF, names have no blanks around the colon") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string info = Info(client, {"everything"});
  for (size_t at = 0; at < info.size();) {
    const size_t end = info.find('\n', at);
    REQUIRE(end != std::string::npos);
    REQUIRE(info[end - 1] == '\r');
    const std::string line = info.substr(at, end - 1 - at);
    CAPTURE(line);
    at = end + 1;
    if (line.empty() || line[0] == '#') continue;
    const size_t colon = line.find(':');
    REQUIRE(colon != std::string::npos);
    CHECK(line.find(' ') > colon);
    CHECK(line.substr(colon + 1, 1) != " ");
  }
}

TEST_CASE("INFO: the fields that tools read are there") {
  InProcessServer server;
  auto& client = server.Connect();
  const std::string info = Info(client, {"everything"});
  for (const char* name : kFields) {
    CAPTURE(name);
    CHECK(Value(info, name) != "(missing)");
  }
  CHECK(Value(info, "redis_version") == "7.4.0");
}

TEST_CASE("INFO: the numbers move with what happens") {
  InProcessServer server;
  auto& client = server.Connect();
  client.Run({"SET", "a", "1", "PX", "100"});
  client.Run({"SET", "b", "1"});
  client.Run({"GET", "b"});
  client.Run({"GET", "nope"});
  client.Run({"GET"});
  client.Run({"INCR", "b", "x"});
  CHECK(Value(Info(client), "db0") == "keys=2,expires=1,avg_ttl=100,subexpiry=0");
  server.Advance(300);
  const std::string info = Info(client, {"everything"});
  CHECK(Value(info, "db0") == "keys=1,expires=0,avg_ttl=0,subexpiry=0");
  CHECK(Value(info, "expired_keys") == "1");
  CHECK(Value(info, "keyspace_hits") == "1");
  CHECK(Value(info, "keyspace_misses") == "1");
  CHECK(Value(info, "errorstat_ERR") == "count=2");
  CHECK(Value(info, "total_error_replies") == "2");
  CHECK(Value(info, "connected_clients") == "1");
  CHECK(Value(info, "cmdstat_get").starts_with("calls=2,usec="));
  CHECK(Value(info, "cmdstat_get").ends_with(",rejected_calls=1,failed_calls=0"));
  CHECK(Value(info, "latency_percentiles_usec_get").starts_with("p50="));
  client.Run({"CONFIG", "RESETSTAT"});
  CHECK(Value(Info(client), "keyspace_hits") == "0");
  CHECK(Value(Info(client), "errorstat_ERR") == "(missing)");
}

TEST_CASE("INFO: the event loop's time is that of its turns, the commands' a part of it") {
  InProcessServer server;
  auto& client = server.Connect();
  server.clock.set_step_us(1000);  // a request takes a reading of the clock, so a millisecond
  client.SendRaw("PING\r\nPING\r\nPING\r\n");
  client.Run({"PING"});
  server.clock.set_step_us(0);
  std::string info = Info(client, {"stats"});
  CHECK(Value(info, "eventloop_cycles") == "2");
  CHECK(Value(info, "eventloop_duration_cmd_sum") == "4000");
  CHECK(std::stoi(Value(info, "eventloop_duration_sum")) > 4000);
  client.Run({"CONFIG", "RESETSTAT"});
  info = Info(client, {"stats"});
  CHECK(Value(info, "eventloop_duration_cmd_sum") == "0");
  CHECK(Value(info, "eventloop_duration_sum") == "0");
}

TEST_CASE("INFO: the event loop's rates are means over the last samples") {
  InProcessServer server;
  auto& client = server.Connect();
  server.clock.set_step_us(1);
  for (int i = 0; i < 20; ++i) {
    for (int turn = 0; turn < 5; ++turn) client.Run({"PING"});
    server.Advance(100);
  }
  server.clock.set_step_us(0);
  const std::string info = Info(client, {"stats"});
  const int turns_per_second = std::stoi(Value(info, "instantaneous_eventloop_cycles_per_sec"));
  CHECK(turns_per_second >= 48);
  CHECK(turns_per_second <= 50);
  const int turn_us = std::stoi(Value(info, "instantaneous_eventloop_duration_usec"));
  CHECK(turn_us == std::stoi(Value(info, "eventloop_duration_sum")) /
                       std::stoi(Value(info, "eventloop_cycles")));
  CHECK(turn_us > 0);
  server.Advance(10'000);
  const std::string later = Info(client, {"stats"});
  CHECK(Value(later, "instantaneous_eventloop_cycles_per_sec") == "0");
  CHECK(Value(later, "instantaneous_eventloop_duration_usec") == "0");
}
