// Directives about what the server tells about itself: slow log, latency, events.

#include "server/config/directive_table.h"
#include "server/config/special_values.h"

namespace server {
namespace {

constexpr Directive kRows[] = {
    {.name = "slowlog-log-slower-than",
     .kind = Kind::kInt,
     .min = -1,
     .initial = "10000",
     .store = Into<&Settings::slowlog_log_slower_than_us>},
    {.name = "slowlog-max-len",
     .kind = Kind::kInt,
     .initial = "128",
     .store = Into<&Settings::slowlog_max_len>},
    {.name = "latency-monitor-threshold",
     .kind = Kind::kInt,
     .initial = "0",
     .store = Into<&Settings::latency_monitor_threshold_ms>},
    {.name = "latency-tracking",
     .kind = Kind::kBool,
     .initial = "yes",
     .store = Into<&Settings::latency_tracking>},
    {.name = "latency-tracking-info-percentiles",
     .kind = Kind::kSpecial,
     .flags = kMultiArg,
     .initial = "50 99 99.9",
     .parse = ParsePercentiles,
     .store = StorePercentiles},
    {.name = "notify-keyspace-events",
     .kind = Kind::kSpecial,
     .effect = Effect::kNone,
     .parse = ParseKeyspaceEvents,
     .store = Into<&Settings::notify_keyspace_events>},
    {.name = "tracking-table-max-keys",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .initial = "1000000",
     .store = Into<&Settings::tracking_table_max_keys>},
};

}  // namespace

std::span<const Directive> IntrospectionDirectives() {
  return kRows;
}

}  // namespace server
