// EngineState: every part of the engine, owned in one place. It has no behaviour of its own but
// what ties parts together: which sessions are to be looked at, and what time it is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/acl/acl_log.h"
#include "server/acl/failed_logins.h"
#include "server/acl/users.h"
#include "server/amqp/amqp_broker.h"
#include "server/blocking/blocked_clients.h"
#include "server/blocking/key_waiters.h"
#include "server/blocking/pause.h"
#include "server/change_feed.h"
#include "server/client/admission.h"
#include "server/client/buffer_memory.h"
#include "server/client/client_list.h"
#include "server/dispatch/command_table.h"
#include "server/dispatch/dispatcher.h"
#include "server/engine.h"
#include "server/introspection/latency.h"
#include "server/introspection/monitors.h"
#include "server/introspection/slowlog.h"
#include "server/introspection/statistics.h"
#include "server/logging/log.h"
#include "server/memory/make_room.h"
#include "server/memory/memory_top.h"
#include "server/persistence/append_log.h"
#include "server/persistence/loading.h"
#include "server/persistence/saver.h"
#include "server/pubsub/subscriptions.h"
#include "server/resp/read_arena.h"
#include "server/resp/turn.h"
#include "server/transactions/watched_keys.h"
#include "storage/base/random.h"
#include "storage/eviction/evictor.h"
#include "storage/keyspace/keyspace.h"

namespace server {

// Bits of EngineState::special: rare states of the server that a request has to look at.
enum EngineSpecial : uint32_t {
  kHasMonitors = 1u << 0,
  kIsPaused = 1u << 1,
  kHasMaxmemory = 1u << 2,
  kLacksMemory = 1u << 3,  // for the request that is about to run
  kIsLoading = 1u << 4,
  kRefusesWrites = 1u << 5,     // since the data cannot be saved
  kLogRefusesWrites = 1u << 6,  // since the append-only file cannot be written
  kAudits = 1u << 7,            // audit-log
};

// 40 random hexadecimal digits, by which servers and histories of data are told apart.
std::string NewRunId();

struct EngineState {
  explicit EngineState(const Engine::Dependencies& dependencies);

  void MakeReady(RespSession& session) { turn.MakeReady(session); }
  // The session has output or wants to close: the shell will see it after the turn.
  void Touch(Session& session) {
    if (session.touched) return;
    session.touched = true;
    touched.push_back(&session);
  }
  // Nothing more of the client is executed, from this moment on; the shell closes the connection
  // after the turn. Safe at any time and for any client, the running one included.
  void CloseClient(Client& client, CloseWish wish);
  void CloseSession(RespSession& session, CloseWish wish) { CloseClient(session.client, wish); }
  // The client has no queued requests and no watched keys any more.
  void DiscardTransaction(Client& client);
  // Takes the client out of all lists that others go through.
  void Forget(Client& client);
  // Reads the clocks; all that happens until the next call happens at this time.
  void ReadClocks();
  // The wall clock went by so much more than the monotonic one since the clocks were read.
  void NoteClockJump(int64_t jump_us);
  // A command took slow_ticks or longer: slow log, latency events.
  void NoteSlow(const Client& client, const CommandInTable& command,
                std::span<const std::string_view> arguments, uint64_t ticks);
  int64_t Microseconds(uint64_t ticks) const {
    return static_cast<int64_t>((ticks * ns_scale >> kNsScaleBits) / 1000);
  }
  // Something held the loop up for so long: remembered when latency is monitored.
  void NoteLatency(std::string_view event, int64_t duration_us);
  void set_special(EngineSpecial bit, bool is_on) {
    special = is_on ? special | bit : special & ~static_cast<uint32_t>(bit);
  }
  // Recomputes the bits of `special` that follow from the settings.
  void ApplySettings();
  // After CONFIG SET: brings everything in line with the settings, or says why that cannot be.
  std::optional<std::string> OnConfigSet(std::span<const std::string_view> changed);

  storage::Clock& clock;
  storage::FileSystem& files;
  Shell& shell;
  Config& config;
  Log& log;
  storage::Random random;
  ChangeFeed feed;
  storage::Keyspace keyspace;
  storage::Evictor evictor{keyspace, random};
  RoomMaker room{*this};
  MemoryTop memory_top{*this};
  CommandTable commands;
  Users users{*this};
  AclLog acl_log;
  FailedLogins failed_logins;
  ClientList clients;
  Admission admission;
  BlockedClients blocked{*this};
  KeyWaiters key_waiters{*this};
  WatchedKeys watched_keys{*this};
  Subscriptions subscriptions{*this};
  Pause pause{*this};
  Monitors monitors{*this};
  Statistics statistics;
  SlowLog slow_log;
  LatencyMonitor latency;
  Loading loading{*this};
  Saver saver{*this};
  AppendLog append_log{*this};
  Dispatcher dispatcher{*this};
  ReadArena arena;
  AmqpBroker amqp{*this};
  Turn turn{*this};

  // Nanoseconds are ticks * ns_scale >> kNsScaleBits: no floating point for each request.
  static constexpr unsigned kNsScaleBits = 20;
  uint64_t ns_scale = 0;
  uint32_t special = 0;
  ClientId running_client = 0;        // whose request runs
  uint64_t maxmemory = 0;             // in force: "auto" in bytes
  size_t output_hold_back_bytes = 0;  // from the settings
  // The lower of what interests the slow log and the latency monitor; UINT64_MAX: nothing does.
  uint64_t slow_ticks = UINT64_MAX;
  int64_t wall_us = 0;
  int64_t monotonic_us = 0;
  int64_t last_upkeep_us = 0;       // monotonic
  int64_t last_sample_us = 0;       // likewise: of the rates in `statistics`
  bool may_expire_actively = true;  // DEBUG SET-ACTIVE-EXPIRE
  bool is_upkeep_paused = false;    // DEBUG PAUSE-CRON
  bool has_more_to_expire = false;
  bool has_more_to_free = false;
  bool has_idle_memory_to_release = false;  // MEMORY PURGE
  std::string run_id;                       // 40 hexadecimal digits, new with each start
  std::string replication_id;               // likewise
  size_t startup_memory = 0;
  SnapshotFile* walking_snapshot = nullptr;  // whose walk is not at its end
  uint64_t temporary_files = 0;              // names that were given to them
  // Libraries of functions that came with a dump, and go into the next one.
  std::vector<std::string> function_sources;
  bool skips_checksums = false;  // DEBUG SET-SKIP-CHECKSUM-VALIDATION
  BufferMemory clients_memory;   // of all clients, brought up to date as they are swept
  std::vector<Session*> touched;
  std::vector<Session*> handed_out;    // what TakeTouched returned last
  size_t output_limit_min = SIZE_MAX;  // below it no limit on output is reached
  ClientId last_swept_client = 0;      // periodic work on clients goes on after this one
};

}  // namespace server
