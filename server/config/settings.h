// Settings: the values of the directives that act, typed, for the code that reads them. Written
// only by Config (config.h), which knows each directive's name, bounds and text form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "server/logging/log.h"
#include "storage/eviction/policy.h"

namespace server {

using MaxmemoryPolicy = storage::EvictionPolicy;
enum class Supervision : uint8_t { kNone, kSystemd, kUpstart, kAuto };
enum class AccessToCommand : uint8_t { kNo, kYes, kLocal };  // enable-debug-command and its like
enum class UnknownDirectives : uint8_t { kRefuse, kWarn };

// shutdown-on-sigterm and -sigint: an OR of these; 0 is "default".
enum ShutdownOption : uint8_t {
  kShutdownSave = 1,
  kShutdownNosave = 2,
  kShutdownNow = 4,
  kShutdownForce = 8,
};

// client-output-buffer-limit of one class; 0 is no limit.
struct OutputLimit {
  uint64_t hard_bytes;
  uint64_t soft_bytes;
  int64_t soft_seconds;
  friend bool operator==(const OutputLimit&, const OutputLimit&) = default;
};

struct SavePoint {
  int64_t seconds;
  int64_t changes;
  friend bool operator==(const SavePoint&, const SavePoint&) = default;
};

enum class SyncPolicy : uint8_t { kNo, kAlways, kEverySecond };  // appendfsync

struct Settings {
  // network
  std::vector<std::string> bind = {"*", "-::*"};
  int port = 6379;
  int tcp_backlog = 511;
  std::string unixsocket;
  unsigned unixsocketperm = 0;  // 0: as the umask says
  int timeout_s = 0;
  int tcp_keepalive_s = 300;
  bool protected_mode = true;
  uint32_t maxclients = 10000;
  uint32_t local_connections_reserved = 0;  // ours: beyond maxclients, for the operator
  uint32_t max_new_connections_per_cycle = 10;
  int64_t authentication_deadline_s = 10;  // ours: `authentication-timeout`; 0 is none
  // AMQP
  bool amqp = false;
  int amqp_port = 5672;
  uint64_t amqp_frame_max_bytes = 131072;
  int amqp_channel_max = 2047;
  int amqp_heartbeat_s = 60;
  // limits
  int64_t proto_max_bulk_len = 512LL * 1024 * 1024;
  uint64_t client_query_buffer_limit = 1024ULL * 1024 * 1024;
  std::array<OutputLimit, 3> client_output_buffer_limit = {
      {{0, 0, 0},
       {256ULL << 20, 64ULL << 20, 60},
       {32ULL << 20, 8ULL << 20, 60}}};  // normal, replica, pubsub
  uint64_t output_hold_back_bytes =
      1024 * 1024;         // ours: `client-output-hold-back`; a pipeline waits above it
  bool huge_pages = true;  // ours
  // general
  int databases = 16;
  int hz = 10;
  bool daemonize = false;
  Supervision supervised = Supervision::kNone;
  std::string pidfile;
  std::string dir = ".";
  std::string dbfilename = "dump.rdb";
  std::vector<SavePoint> save = {{3600, 1}, {300, 100}, {60, 10000}};
  bool rdbcompression = true;
  bool rdbchecksum = true;
  bool stop_writes_on_bgsave_error = true;
  bool rdb_save_incremental_fsync = true;
  int rdb_version = 0;  // ours: of the files that are written; 0: the oldest that holds the data
  bool appendonly = false;
  std::string appendfilename = "appendonly.aof";
  std::string appenddirname = "appendonlydir";
  SyncPolicy appendfsync = SyncPolicy::kEverySecond;
  bool no_appendfsync_on_rewrite = false;
  int auto_aof_rewrite_percentage = 100;
  uint64_t auto_aof_rewrite_min_size = 64ULL << 20;
  bool aof_load_truncated = true;
  bool aof_timestamp_enabled = false;
  bool crash_log_enabled = true;
  LogLevel loglevel = LogLevel::kNotice;
  LogFormat log_format = LogFormat::kDefault;
  std::string logfile;
  bool syslog_enabled = false;
  std::string syslog_ident = "redis";
  int syslog_facility = 16 << 3;  // LOG_LOCAL0
  int client_default_resp = 2;
  uint8_t shutdown_on_sigint = 0;  // ShutdownOption
  uint8_t shutdown_on_sigterm = 0;
  UnknownDirectives unknown_directives = UnknownDirectives::kRefuse;  // ours
  // security
  std::string requirepass;
  AccessToCommand enable_debug_command = AccessToCommand::kNo;
  AccessToCommand enable_protected_configs = AccessToCommand::kNo;
  AccessToCommand enable_module_command = AccessToCommand::kNo;
  uint64_t acllog_max_len = 128;
  std::string aclfile;
  bool acl_pubsub_default_is_all = false;
  bool audit_log = false;                            // ours
  int64_t failed_login_burst = 20;                   // ours; 0: logins are never slowed
  std::vector<std::vector<std::string>> user_lines;  // `user` name rules, as they came
  std::vector<std::pair<std::string, std::string>> rename_command;  // old, new; new empty: removed
  // memory and expiry
  uint64_t maxmemory = 0;  // EngineState::maxmemory is what counts
  bool is_maxmemory_automatic = false;
  MaxmemoryPolicy maxmemory_policy = MaxmemoryPolicy::kNoeviction;
  int maxmemory_samples = 5;
  int maxmemory_eviction_tenacity = 10;
  int lfu_log_factor = 10;
  int lfu_decay_time = 1;
  bool lazyfree_lazy_eviction = false;
  bool lazyfree_lazy_expire = false;
  bool lazyfree_lazy_server_del = false;
  bool lazyfree_lazy_user_del = false;
  bool lazyfree_lazy_user_flush = false;
  uint64_t tracking_table_max_keys = 1000000;
  std::string notify_keyspace_events;  // the classes in Redis's order: "AKE", "gxE"
  // encodings: up to here a collection stays packed
  uint64_t hash_max_listpack_entries = 512;
  uint64_t hash_max_listpack_value = 64;
  uint64_t set_max_intset_entries = 512;
  uint64_t set_max_listpack_entries = 128;
  uint64_t set_max_listpack_value = 64;
  uint64_t zset_max_listpack_entries = 128;
  uint64_t zset_max_listpack_value = 64;
  int list_max_listpack_size = -2;
  int list_compress_depth = 0;
  uint64_t hll_sparse_max_bytes = 3000;
  uint64_t stream_node_max_bytes = 4096;
  int64_t stream_node_max_entries = 100;
  // introspection
  int64_t slowlog_log_slower_than_us = 10000;
  uint64_t slowlog_max_len = 128;
  int64_t latency_monitor_threshold_ms = 0;
  bool latency_tracking = true;
  std::vector<double> latency_tracking_info_percentiles = {50, 99, 99.9};
  int64_t busy_reply_threshold_ms = 5000;
  int64_t shutdown_timeout_s = 10;

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace server
