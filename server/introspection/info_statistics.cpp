// The sections of INFO that count: stats, commandstats, errorstats, latencystats.

#include "server/config/config.h"
#include "server/engine_state.h"
#include "server/introspection/durations.h"
#include "server/introspection/info.h"

namespace server {
namespace {

void AppendEventLoopInfo(const EngineState& engine, InfoText& text) {
  const Statistics& statistics = engine.statistics;
  const double us_per_tick = engine.clock.NanosecondsPerTick() / 1000;
  const auto microseconds = [us_per_tick](auto ticks) {
    return static_cast<uint64_t>(static_cast<double>(ticks) * us_per_tick);
  };
  text.Field("eventloop_cycles", statistics.turns);
  text.Field("eventloop_duration_sum", microseconds(statistics.turn_ticks));
  text.Field("eventloop_duration_cmd_sum", microseconds(statistics.command_ticks));
  text.Field("instantaneous_eventloop_cycles_per_sec",
             static_cast<int64_t>(statistics.turns_rate.PerSecond()));
  text.Field("instantaneous_eventloop_duration_usec",
             microseconds(statistics.turn_duration.Ratio()));
  // Ours: the processor time of the longest turn, measured while latency-monitor-threshold is set.
  text.Field("eventloop_longest_own_us", statistics.longest_turn_microseconds);
}

void AppendZeros(std::initializer_list<std::string_view> names, InfoText& text) {
  for (const std::string_view name : names) text.Field(name, 0);
}

template <class Visit>
void VisitCalledCommands(const EngineState& engine, Visit&& visit) {
  for (const CommandInTable* command : engine.commands.commands()) {
    visit(*command);
    for (const CommandInTable* subcommand : command->subcommands) visit(*subcommand);
  }
}

}  // namespace

void AppendStatsInfo(EngineState& engine, InfoText& text) {
  const Statistics& statistics = engine.statistics;
  const storage::Keyspace::Statistics& keys = engine.keyspace.statistics();
  text.Section("Stats");
  text.Field("total_connections_received", statistics.connections_received);
  text.Field("total_commands_processed", statistics.commands_processed);
  text.Field("instantaneous_ops_per_sec",
             static_cast<int64_t>(statistics.commands_rate.PerSecond()));
  text.Field("total_net_input_bytes", statistics.net_input_bytes);
  text.Field("total_net_output_bytes", statistics.net_output_bytes);
  AppendZeros({"total_net_repl_input_bytes", "total_net_repl_output_bytes"}, text);
  text.Fraction("instantaneous_input_kbps", statistics.input_rate.PerSecond() / 1024, 2);
  text.Fraction("instantaneous_output_kbps", statistics.output_rate.PerSecond() / 1024, 2);
  text.Fraction("instantaneous_input_repl_kbps", 0, 2);
  text.Fraction("instantaneous_output_repl_kbps", 0, 2);
  text.Field("rejected_connections", statistics.connections_rejected);
  AppendZeros({"sync_full", "sync_partial_ok", "sync_partial_err"}, text);
  text.Field("expired_subkeys", keys.expired_elements);
  text.Field("expired_keys", keys.expired_keys);
  text.Fraction("expired_stale_perc", 0, 2);
  AppendZeros({"expired_time_cap_reached_count", "expire_cycle_cpu_milliseconds"}, text);
  text.Field("evicted_keys", keys.evicted_keys);
  AppendZeros({"evicted_clients", "evicted_scripts"}, text);
  text.Field("total_eviction_exceeded_time", engine.room.total_exceeded_ms());
  text.Field("current_eviction_exceeded_time", engine.room.current_exceeded_ms());
  text.Field("keyspace_hits", keys.hits);
  text.Field("keyspace_misses", keys.misses);
  text.Field("pubsub_channels", engine.subscriptions.count(SubscriptionKind::kExact));
  text.Field("pubsub_patterns", engine.subscriptions.count(SubscriptionKind::kPattern));
  text.Field("pubsubshard_channels", engine.subscriptions.count(SubscriptionKind::kShard));
  AppendZeros(
      {"latest_fork_usec", "total_forks", "migrate_cached_sockets", "slave_expires_tracked_keys",
       "active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits",
       "active_defrag_key_misses", "total_active_defrag_time", "current_active_defrag_time",
       "tracking_total_keys", "tracking_total_items", "tracking_total_prefixes"},
      text);
  text.Field("unexpected_error_replies", statistics.unexpected_error_replies);
  text.Field("total_error_replies", statistics.error_replies);
  text.Field("dump_payload_sanitizations", 0);
  text.Field("total_reads_processed", statistics.reads_processed);
  text.Field("total_writes_processed", statistics.writes_processed);
  AppendZeros({"io_threaded_reads_processed", "io_threaded_writes_processed"}, text);
  text.Field("client_query_buffer_limit_disconnections",
             statistics.query_buffer_limit_disconnections);
  text.Field("client_output_buffer_limit_disconnections",
             statistics.output_buffer_limit_disconnections);
  AppendZeros({"reply_buffer_shrinks", "reply_buffer_expands"}, text);
  AppendEventLoopInfo(engine, text);
  text.Field("acl_access_denied_auth", statistics.acl_access_denied_auth);
  text.Field("acl_access_denied_cmd", statistics.acl_access_denied_command);
  text.Field("acl_access_denied_key", statistics.acl_access_denied_key);
  text.Field("acl_access_denied_channel", statistics.acl_access_denied_channel);
  text.Field("clock_jumps", statistics.clock_jumps);  // ours
}

void AppendCommandstatsInfo(EngineState& engine, InfoText& text) {
  text.Section("Commandstats");
  const double us_per_tick = engine.clock.NanosecondsPerTick() / 1000;
  VisitCalledCommands(engine, [&](const CommandInTable& command) {
    const CommandStatistics& statistics = command.statistics;
    if (statistics.calls() + statistics.rejected_calls + statistics.failed_calls == 0) return;
    const double us = static_cast<double>(statistics.ticks) * us_per_tick;
    const double us_per_call =
        statistics.calls() == 0 ? 0 : us / static_cast<double>(statistics.calls());
    text.Field("cmdstat_" + command.full_name,
               fmt::format("calls={},usec={:.0f},usec_per_call={:.2f},rejected_calls={},"
                           "failed_calls={}",
                           statistics.calls(), us, us_per_call, statistics.rejected_calls,
                           statistics.failed_calls));
  });
}

void AppendErrorstatsInfo(EngineState& engine, InfoText& text) {
  text.Section("Errorstats");
  for (const auto& [code, count] : engine.statistics.errors) {
    text.Field("errorstat_" + code, fmt::format("count={}", count));
  }
}

void AppendLatencystatsInfo(EngineState& engine, InfoText& text) {
  text.Section("Latencystats");
  if (!engine.config.settings().latency_tracking) return;
  VisitCalledCommands(engine, [&](const CommandInTable& command) {
    if (command.statistics.calls() == 0) return;
    std::string values;
    for (const double percentile : engine.config.settings().latency_tracking_info_percentiles) {
      if (!values.empty()) values += ',';
      values += fmt::format("p{:g}={:.3f}", percentile,
                            PercentileMicroseconds(command.statistics.durations, percentile));
    }
    text.Field("latency_percentiles_usec_" + command.full_name, values);
  });
}

}  // namespace server
