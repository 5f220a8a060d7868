#include "server/engine_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include "server/client/client_limits.h"
#include "server/commands/all_commands.h"
#include "server/config/config.h"
#include "server/introspection/redact.h"
#include "server/memory/used_memory.h"
#include "storage/base/hex.h"

namespace server {
namespace {

// Clocks that are kept right by small steps never differ by this much between two turns.
constexpr int64_t kClockJumpUs = 5'000'000;

std::vector<CommandEntry> CommandsWith(std::span<const CommandEntry> more) {
  std::vector<CommandEntry> commands = AllCommands();
  commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}

// From how many ticks on a command interests the slow log or the latency monitor.
uint64_t SlowTicks(const Settings& settings, const storage::Clock& clock) {
  constexpr double kNeverUs = 1e15;  // 30 years
  double least_us = kNeverUs;
  if (settings.slowlog_log_slower_than_us >= 0) {
    least_us = std::min(least_us, static_cast<double>(settings.slowlog_log_slower_than_us));
  }
  if (settings.latency_monitor_threshold_ms > 0) {
    least_us =
        std::min(least_us, static_cast<double>(settings.latency_monitor_threshold_ms) * 1000);
  }
  if (least_us >= kNeverUs) return UINT64_MAX;
  return static_cast<uint64_t>(least_us * 1000 / clock.NanosecondsPerTick());
}

}  // namespace

std::string NewRunId() {
  std::array<std::byte, 20> bytes;
  storage::SecretBytes(bytes);
  return storage::Hex(bytes);
}

EngineState::EngineState(const Engine::Dependencies& dependencies)
    : clock(dependencies.clock),
      files(dependencies.files),
      shell(dependencies.shell),
      config(dependencies.config),
      log(dependencies.log),
      random(dependencies.seed),
      keyspace(config.settings().databases, storage::KeyHasher::NewSecret(), random, feed),
      commands(CommandsWith(dependencies.more_commands)),
      run_id(NewRunId()),
      replication_id(NewRunId()) {
  for (const auto& [from, to] : config.settings().rename_command) commands.Rename(from, to);
  keyspace.set_free_elsewhere([this](storage::LargeString* string) {
    shell.RunElsewhere([string] { storage::LargeString::Destroy(string); });
  });
  if (config.settings().huge_pages) {
    keyspace.slab().set_run_elsewhere(
        [this](std::function<void()> work) { shell.RunElsewhere(std::move(work)); });
  }
  // The first arena is made while there is memory: the first record may come when a large request
  // has just used all of the address space.
  keyspace.slab().Free(keyspace.slab().Allocate(1), 1);
  config.SetApplyHook(
      [this](std::span<const std::string_view> changed) { return OnConfigSet(changed); });
  ns_scale = static_cast<uint64_t>(clock.NanosecondsPerTick() * (1 << kNsScaleBits));
  ReadClocks();
  statistics.started_us = monotonic_us;
  statistics.started_wall_us = wall_us;
  ApplySettings();
  users.ApplyDefaultPassword();
  startup_memory = UsedMemory(*this);
}

std::optional<std::string> EngineState::OnConfigSet(std::span<const std::string_view> changed) {
  constexpr std::string_view kListenerDirectives[] = {"port",           "bind",        "unixsocket",
                                                      "unixsocketperm", "tcp-backlog", "tls-port",
                                                      "amqp",           "amqp-port"};
  ApplySettings();
  if (std::ranges::find(changed, "requirepass") != changed.end()) users.ApplyDefaultPassword();
  if (auto failure = append_log.ApplySettings()) return failure;
  const bool listens_elsewhere =
      std::any_of(changed.begin(), changed.end(), [&](std::string_view name) {
        return std::find(std::begin(kListenerDirectives), std::end(kListenerDirectives), name) !=
               std::end(kListenerDirectives);
      });
  if (listens_elsewhere) {
    if (auto failure = shell.ApplyListeners()) return failure;
  }
  return shell.ApplySettings();
}

void EngineState::ReadClocks() {
  const int64_t old_wall_us = std::exchange(wall_us, clock.WallMicroseconds());
  const int64_t old_monotonic_us = std::exchange(monotonic_us, clock.MonotonicMicroseconds());
  const int64_t jump_us = (wall_us - old_wall_us) - (monotonic_us - old_monotonic_us);
  if (std::abs(jump_us) > kClockJumpUs && old_wall_us != 0) [[unlikely]]
    NoteClockJump(jump_us);
  keyspace.SetNow(wall_us / 1000, monotonic_us / 1000);
}

// Expiry times are times of the wall clock: keys whose time has come by it expire, however it got
// there. All other waiting is by the monotonic clock, which no one can set.
void EngineState::NoteClockJump(int64_t jump_us) {
  ++statistics.clock_jumps;
  log.Warning(
      fmt::format("The system clock was set {} by {:.3f} seconds: keys with a time to live "
                  "expire that much {}.",
                  jump_us > 0 ? "forward" : "back", static_cast<double>(std::abs(jump_us)) / 1e6,
                  jump_us > 0 ? "sooner" : "later"));
}

void EngineState::CloseClient(Client& client, CloseWish wish) {
  client.session.close = std::max(client.session.close, wish);
  client.set(kClosing, true);
  Forget(client);
  Touch(client.session);
}

void EngineState::Forget(Client& client) {
  blocked.Forget(client);
  pause.Forget(client);
  monitors.Remove(client);
  watched_keys.Unwatch(client);
  subscriptions.RemoveAll(client);
}

void EngineState::DiscardTransaction(Client& client) {
  watched_keys.Unwatch(client);
  client.set(kInMulti | kAbortsExec, false);
  if (client.transaction != nullptr) client.transaction->queue.Clear();
}

void EngineState::ApplySettings() {
  const Settings& settings = config.settings();
  special &= ~kHasMaxmemory;
  output_hold_back_bytes = settings.output_hold_back_bytes;
  maxmemory = settings.is_maxmemory_automatic ? AutomaticMaxmemory(shell.MemoryLimitBytes())
                                              : settings.maxmemory;
  if (maxmemory != 0) special |= kHasMaxmemory;
  keyspace.set_access_policy({.is_lfu = storage::IsLfu(settings.maxmemory_policy),
                              .log_factor = settings.lfu_log_factor,
                              .decay_minutes = settings.lfu_decay_time});
  keyspace.set_collection_limits({
      .hash_max_listpack_entries = settings.hash_max_listpack_entries,
      .hash_max_listpack_value = settings.hash_max_listpack_value,
      .set_max_intset_entries = settings.set_max_intset_entries,
      .set_max_listpack_entries = settings.set_max_listpack_entries,
      .set_max_listpack_value = settings.set_max_listpack_value,
      .zset_max_listpack_entries = settings.zset_max_listpack_entries,
      .zset_max_listpack_value = settings.zset_max_listpack_value,
      .list_max_listpack_size = settings.list_max_listpack_size,
  });
  evictor.Configure(settings.maxmemory_policy, settings.maxmemory_samples);
  feed.set_lazy_removal(settings.lazyfree_lazy_expire, settings.lazyfree_lazy_eviction);
  room.ApplySettings();
  saver.ApplySettings();
  slow_ticks = SlowTicks(settings, clock);
  set_special(kAudits, settings.audit_log);
  acl_log.Shorten(settings.acllog_max_len);
  output_limit_min = LowestOutputLimit(*this);
}

void EngineState::NoteSlow(const Client& client, const CommandInTable& command,
                           std::span<const std::string_view> arguments, uint64_t ticks) {
  const Settings& settings = config.settings();
  const int64_t duration_us = Microseconds(ticks);
  const int64_t now_s = clock.WallMicroseconds() / 1'000'000;
  const bool is_logged = (command.spec->flags & kSkipSlowlog) == 0;
  if (is_logged && settings.slowlog_log_slower_than_us >= 0 &&
      duration_us >= settings.slowlog_log_slower_than_us) {
    slow_log.Add({.time_s = now_s,
                  .duration_us = duration_us,
                  .client_address = client.peer.remote_address,
                  .client_name = client.name},
                 RedactedArguments(command, arguments).shown(), settings.slowlog_max_len);
  }
  const bool is_fast = (command.spec->flags & kFast) != 0;
  NoteLatency(is_fast ? "fast-command" : "command", duration_us);
}

void EngineState::NoteLatency(std::string_view event, int64_t duration_us) {
  const int64_t threshold_ms = config.settings().latency_monitor_threshold_ms;
  if (threshold_ms == 0 || duration_us / 1000 < threshold_ms) return;
  latency.Add(event, clock.WallMicroseconds() / 1'000'000, duration_us / 1000);
}

}  // namespace server
