// Directives about cluster mode, which this version does not have.

#include "server/config/directive_table.h"

namespace server {
namespace {

constexpr uint64_t kPortMax = 65535;
constexpr Choice kEndpointTypes[] = {{"ip", 0}, {"hostname", 1}, {"unknown-endpoint", 2}};

bool IsHostnameByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '-' || byte == '.';
}

std::string_view CheckHostname(const Value& value) {
  constexpr size_t kHostnameMax = 256;
  if (value.text.size() >= kHostnameMax) return "Hostnames must be less than 256 characters";
  for (const char byte : value.text) {
    if (!IsHostnameByte(byte))
      return "Hostnames may only contain alphanumeric characters, hyphens or dots";
  }
  return {};
}

std::string_view CheckNodename(const Value& value) {
  for (const char byte : value.text) {
    if (!IsHostnameByte(byte)) {
      return "Announced human node name contained invalid character";
    }
  }
  return {};
}

constexpr Directive kRows[] = {
    {.name = "cluster-enabled",
     .kind = Kind::kBool,
     .flags = kImmutable,
     .effect = Effect::kRefused,
     .initial = "no",
     .refusal = "cluster-enabled is not supported by this version: a lone node would take keys of "
                "every slot"},
    {.name = "cluster-config-file",
     .flags = kImmutable,
     .effect = Effect::kNone,
     .initial = "nodes.conf"},
    {.name = "cluster-node-timeout",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .initial = "15000"},
    {.name = "cluster-port",
     .kind = Kind::kInt,
     .flags = kImmutable,
     .effect = Effect::kNone,
     .max = kPortMax,
     .initial = "0"},
    {.name = "cluster-ping-interval",
     .kind = Kind::kInt,
     .flags = kHidden,
     .effect = Effect::kNone,
     .initial = "1000"},
    {.name = "cluster-announce-ip", .effect = Effect::kNone},
    {.name = "cluster-announce-port",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kPortMax,
     .initial = "0"},
    {.name = "cluster-announce-tls-port",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kPortMax,
     .initial = "0"},
    {.name = "cluster-announce-bus-port",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kPortMax,
     .initial = "0"},
    {.name = "cluster-announce-hostname", .effect = Effect::kNone, .check = CheckHostname},
    {.name = "cluster-announce-human-nodename", .effect = Effect::kNone, .check = CheckNodename},
    {.name = "cluster-preferred-endpoint-type",
     .kind = Kind::kEnum,
     .effect = Effect::kNone,
     .initial = "ip",
     .choices = kEndpointTypes},
    {.name = "cluster-replica-validity-factor",
     .alias = "cluster-slave-validity-factor",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "10"},
    {.name = "cluster-replica-no-failover",
     .alias = "cluster-slave-no-failover",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "cluster-migration-barrier",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .max = kIntMax,
     .initial = "1"},
    {.name = "cluster-allow-replica-migration",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "cluster-require-full-coverage",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "cluster-allow-reads-when-down",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "no"},
    {.name = "cluster-allow-pubsubshard-when-down",
     .kind = Kind::kBool,
     .effect = Effect::kNone,
     .initial = "yes"},
    {.name = "cluster-link-sendbuf-limit",
     .kind = Kind::kMemory,
     .effect = Effect::kNone,
     .max = UINT64_MAX,
     .initial = "0"},
};

}  // namespace

std::span<const Directive> ClusterDirectives() {
  return kRows;
}

}  // namespace server
