// Directives about replication, which this version does not have.

#include "server/config/directive_table.h"
#include "server/config/special_values.h"

namespace server {
namespace {

constexpr uint64_t kPortMax = 65535;
constexpr Choice kDisklessLoads[] = {{"disabled", 0}, {"on-empty-db", 1}, {"swapdb", 2}};
constexpr Choice kPropagationErrors[] = {{"ignore", 0}, {"panic", 1}, {"panic-on-replicas", 2}};

constexpr Directive kRows[] = {
    {.name = "replicaof",
     .alias = "slaveof",
     .kind = Kind::kSpecial,
     .flags = kImmutable | kMultiArg,
     .effect = Effect::kRefused,
     .refusal = "replicaof is not supported by this version: it would start as an empty primary "
                "and take writes",
     .parse = ParseReplicaOf},
    {.name = "masteruser", .flags = kSensitive, .effect = Effect::kNone},
    {.name = "masterauth", .flags = kSensitive, .effect = Effect::kNone},
    {.name = "replica-serve-stale-data",
     .alias = "slave-serve-stale-data",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "replica-read-only",
     .alias = "slave-read-only",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "replica-ignore-maxmemory",
     .alias = "slave-ignore-maxmemory",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "replica-ignore-disk-write-errors",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "replica-lazy-flush",
     .alias = "slave-lazy-flush",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "replica-priority",
     .alias = "slave-priority",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "100"},
    {.name = "replica-announced", .kind = Kind::kBool, .effect = Effect::kNone, .initial = "yes"},
    {.name = "replica-announce-ip", .alias = "slave-announce-ip", .effect = Effect::kNone},
    {.name = "replica-announce-port",
     .alias = "slave-announce-port",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kPortMax,
     .initial = "0"},
    {.name = "repl-diskless-sync", .kind = Kind::kBool, .effect = Effect::kNone, .initial = "yes"},
    {.name = "repl-diskless-sync-delay",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "5"},
    {.name = "repl-diskless-sync-max-replicas",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "0"},
    {.name = "repl-diskless-load",
     .kind = Kind::kEnum,
     .effect = Effect::kNone,
     .initial = "disabled",
     .choices = kDisklessLoads},
    {.name = "repl-ping-replica-period",
     .alias = "repl-ping-slave-period",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .min = 1,
     .max = kIntMax,
     .initial = "10"},
    {.name = "repl-timeout",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .min = 1,
     .max = kIntMax,
     .initial = "60"},
    {.name = "repl-disable-tcp-nodelay",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "repl-backlog-size",
     .kind = Kind::kMemory,
     .effect = Effect::kNone,
     .min = 1,
     .initial = "1048576"},
    {.name = "repl-backlog-ttl", .kind = Kind::kInt, .effect = Effect::kNone, .initial = "3600"},
    {.name = "min-replicas-to-write",
     .alias = "min-slaves-to-write",
     .kind = Kind::kInt,
     .effect = Effect::kRefused,
     .max = kIntMax,
     .initial = "0",
     .refusal = "min-replicas-to-write is not supported by this version: it has no replicas, and "
                "writes would be "
                "taken without them"},
    {.name = "min-replicas-max-lag",
     .alias = "min-slaves-max-lag",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "10"},
    {.name = "propagation-error-behavior",
     .kind = Kind::kEnum,
     .effect = Effect::kNone,
     .initial = "ignore",
     .choices = kPropagationErrors},
};

}  // namespace

std::span<const Directive> ReplicationDirectives() {
  return kRows;
}

}  // namespace server
