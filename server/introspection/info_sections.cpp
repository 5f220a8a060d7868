// The sections of INFO that tell how things are now.

#include <sys/utsname.h>
#include <unistd.h>

#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/introspection/info.h"
#include "server/memory/used_memory.h"
#include "server/version.h"

namespace server {
namespace {

constexpr std::string_view kReplicationIdNone = "0000000000000000000000000000000000000000";

std::string OperatingSystem() {
  utsname names;
  if (uname(&names) != 0) return "unknown";
  return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

std::string_view PolicyName(Config& config) {
  static constexpr std::string_view kNames[] = {"volatile-lru",   "volatile-lfu", "volatile-random",
                                                "volatile-ttl",   "allkeys-lru",  "allkeys-lfu",
                                                "allkeys-random", "noeviction"};
  return kNames[static_cast<size_t>(config.settings().maxmemory_policy)];
}

}  // namespace

void AppendServerInfo(EngineState& engine, InfoText& text) {
  const ProcessFacts& facts = engine.shell.facts();
  const int64_t uptime_s = (engine.monotonic_us - engine.statistics.started_us) / 1'000'000;
  text.Section("Server");
  text.Field("redis_version", kRedisVersion);
  text.Field("cinnabar_version", CinnabarVersion());
  text.Field("server_name", "cinnabar");
  text.Field("redis_git_sha1", "00000000");
  text.Field("redis_git_dirty", 0);
  text.Field("redis_build_id", BuildId());
  text.Field("redis_mode", "standalone");
  text.Field("os", OperatingSystem());
  text.Field("arch_bits", sizeof(void*) * 8);
  text.Field("monotonic_clock", "POSIX clock_gettime");
  text.Field("multiplexing_api", facts.event_api);
  text.Field("atomicvar_api", "c11-builtin");
  text.Field("gcc_version", fmt::format("{}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__));
  text.Field("process_id", facts.process_id);
  text.Field("process_supervised", facts.is_supervised ? "systemd" : "no");
  text.Field("run_id", engine.run_id);
  text.Field("tcp_port", engine.config.settings().port);
  text.Field("server_time_usec", engine.wall_us);
  text.Field("uptime_in_seconds", uptime_s);
  text.Field("uptime_in_days", uptime_s / 86400);
  text.Field("hz", engine.config.settings().hz);
  text.Field("configured_hz", engine.config.settings().hz);
  text.Field("lru_clock", engine.keyspace.lru_clock());
  text.Field("executable", facts.executable);
  text.Field("config_file", facts.config_file);
  text.Field("io_threads_active", 0);
  text.Field("listener0", fmt::format("name=tcp,bind={},port={}",
                                      fmt::join(engine.config.settings().bind, ",bind="),
                                      engine.config.settings().port));
}

void AppendClientsInfo(EngineState& engine, InfoText& text) {
  text.Section("Clients");
  text.Field("connected_clients", engine.clients.size());
  text.Field("cluster_connections", 0);
  text.Field("maxclients", engine.config.settings().maxclients);
  text.Field("client_recent_max_input_buffer", engine.statistics.recent_max_input_buffer);
  text.Field("client_recent_max_output_buffer", engine.statistics.recent_max_output_buffer);
  text.Field("blocked_clients", engine.blocked.size() + engine.pause.postponed());
  text.Field("tracking_clients", 0);
  text.Field("pubsub_clients", engine.subscriptions.clients());
  text.Field("watching_clients", engine.watched_keys.clients());
  text.Field("clients_in_timeout_table", engine.blocked.with_deadline());
  text.Field("total_watched_keys", engine.watched_keys.keys());
  text.Field("total_blocking_keys", engine.key_waiters.keys());
  text.Field("total_blocking_keys_on_nokey", 0);
}

static void AppendAllocatorInfo(const MemoryReport& memory, InfoText& text) {
  text.Fraction("allocator_frag_ratio", memory.fragmentation_ratio(), 2);
  text.Field("allocator_frag_bytes", memory.fragmentation_bytes());
  text.Fraction("allocator_rss_ratio", memory.allocator_rss_ratio(), 2);
  text.Field("allocator_rss_bytes", memory.allocator_rss_bytes());
  text.Fraction("rss_overhead_ratio", memory.rss_overhead_ratio(), 2);
  text.Field("rss_overhead_bytes", memory.rss_overhead_bytes());
  text.Fraction("mem_fragmentation_ratio", memory.total_fragmentation_ratio(), 2);
  text.Field("mem_fragmentation_bytes", memory.total_fragmentation_bytes());
}

void AppendMemoryInfo(EngineState& engine, InfoText& text) {
  const MemoryReport memory = ReportMemory(engine);
  const uint64_t total_system =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  text.Section("Memory");
  text.Bytes("used_memory", memory.used);
  text.Bytes("used_memory_rss", memory.resident);
  text.Bytes("used_memory_peak", memory.peak);
  text.Field("used_memory_peak_perc", fmt::format("{:.2f}%", memory.peak_percentage()));
  text.Field("used_memory_overhead", memory.overhead());
  text.Field("used_memory_startup", memory.startup);
  text.Field("used_memory_dataset", memory.data());
  text.Field("used_memory_dataset_perc", fmt::format("{:.2f}%", memory.data_percentage()));
  text.Field("allocator_allocated", memory.allocator.allocated);
  text.Field("allocator_active", memory.allocator.active);
  text.Field("allocator_resident", memory.allocator.resident);
  text.Field("allocator_muzzy", memory.allocator.muzzy);
  text.Bytes("total_system_memory", total_system);
  for (const std::string_view name : {"used_memory_lua", "used_memory_vm_eval"})
    text.Field(name, 0);
  text.Field("used_memory_lua_human", "0B");
  for (const std::string_view name :
       {"used_memory_scripts_eval", "number_of_cached_scripts", "number_of_functions",
        "number_of_libraries", "used_memory_vm_functions"}) {
    text.Field(name, 0);
  }
  text.Bytes("used_memory_vm_total", 0);
  text.Field("used_memory_functions", 0);
  text.Bytes("used_memory_scripts", 0);
  text.Bytes("maxmemory", engine.maxmemory);
  text.Field("maxmemory_policy", PolicyName(engine.config));
  AppendAllocatorInfo(memory, text);
  for (const std::string_view name :
       {"mem_not_counted_for_evict", "mem_replication_backlog", "mem_total_replication_buffers",
        "mem_replica_full_sync_buffer", "mem_clients_slaves"}) {
    text.Field(name, 0);
  }
  text.Field("mem_clients_normal", memory.clients.total());
  text.Field("mem_clients_input", memory.clients.input);  // ours: the two parts of it
  text.Field("mem_clients_output", memory.clients.output);
  text.Field("mem_cluster_links", 0);
  text.Field("mem_aof_buffer", engine.append_log.buffered());
  text.Field("mem_allocator", AllocatorName());
  text.Field("mem_overhead_db_hashtable_rehashing", 0);
  text.Field("active_defrag_running", 0);
  text.Field("lazyfree_pending_objects", engine.keyspace.pending_objects());
  text.Field("lazyfreed_objects", engine.keyspace.statistics().freed_later);
}

void AppendPersistenceInfo(EngineState& engine, InfoText& text) {
  text.Section("Persistence");
  engine.loading.AppendInfo(text);
  for (const std::string_view name :
       {"current_cow_peak", "current_cow_size", "current_cow_size_age"}) {
    text.Field(name, 0);
  }
  engine.saver.AppendInfo(text);
  engine.append_log.AppendInfo(text);
  engine.loading.AppendProgress(text);
}

void AppendReplicationInfo(EngineState& engine, InfoText& text) {
  text.Section("Replication");
  text.Field("role", "master");
  text.Field("connected_slaves", 0);
  text.Field("master_failover_state", "no-failover");
  text.Field("master_replid", engine.replication_id);
  text.Field("master_replid2", kReplicationIdNone);
  text.Field("master_repl_offset", 0);
  text.Field("second_repl_offset", -1);
  text.Field("repl_backlog_active", 0);
  text.Field("repl_backlog_size", 1048576);
  text.Field("repl_backlog_first_byte_offset", 0);
  text.Field("repl_backlog_histlen", 0);
}

void AppendCpuInfo(EngineState& engine, InfoText& text) {
  const ProcessUsage usage = engine.shell.Usage();
  const auto seconds = [](int64_t us) { return static_cast<double>(us) / 1e6; };
  text.Section("CPU");
  text.Fraction("used_cpu_sys", seconds(usage.system_microseconds), 6);
  text.Fraction("used_cpu_user", seconds(usage.user_microseconds), 6);
  text.Fraction("used_cpu_sys_children", 0, 6);
  text.Fraction("used_cpu_user_children", 0, 6);
  text.Fraction("used_cpu_sys_main_thread", seconds(usage.main_thread_system_microseconds), 6);
  text.Fraction("used_cpu_user_main_thread", seconds(usage.main_thread_user_microseconds), 6);
}

void AppendModulesInfo(EngineState&, InfoText& text) {
  text.Section("Modules");
}

void AppendClusterInfo(EngineState&, InfoText& text) {
  text.Section("Cluster");
  text.Field("cluster_enabled", 0);
}

void AppendKeyspaceInfo(EngineState& engine, InfoText& text) {
  text.Section("Keyspace");
  for (int i = 0; i < engine.keyspace.database_count(); ++i) {
    const storage::Database& database = engine.keyspace.database(i);
    if (database.size() == 0) continue;
    text.Field(fmt::format("db{}", i),
               fmt::format("keys={},expires={},avg_ttl={},subexpiry={}", database.size(),
                           database.volatile_keys(), database.AverageTtlMs(),
                           database.volatile_collections()));
  }
}

}  // namespace server
