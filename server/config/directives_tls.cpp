// Directives about TLS, which this version does not have. Ignoring any of them could send secrets
// in clear text, so all but the defaults are refused.

#include "server/config/directive_table.h"

namespace server {
namespace {

constexpr std::string_view kNoTls =
    "TLS is not supported by this version: connections would not be encrypted";
constexpr Choice kAuthChoices[] = {{"no", 0}, {"yes", 1}, {"optional", 2}};

constexpr Directive Text(std::string_view name, uint8_t flags = 0) {
  return {.name = name, .flags = flags, .effect = Effect::kRefused, .refusal = kNoTls};
}
constexpr Directive Bool(std::string_view name, std::string_view initial) {
  return {.name = name,
          .kind = Kind::kBool,
          .effect = Effect::kRefused,
          .initial = initial,
          .refusal = kNoTls};
}
constexpr Directive Int(std::string_view name, uint64_t max, std::string_view initial) {
  return {.name = name,
          .kind = Kind::kInt,
          .effect = Effect::kRefused,
          .max = max,
          .initial = initial,
          .refusal = kNoTls};
}

constexpr Directive kRows[] = {
    Int("tls-port", 65535, "0"),
    Text("tls-cert-file"),
    Text("tls-key-file"),
    Text("tls-key-file-pass", kSensitive),
    Text("tls-client-cert-file"),
    Text("tls-client-key-file"),
    Text("tls-client-key-file-pass", kSensitive),
    Text("tls-dh-params-file"),
    Text("tls-ca-cert-file"),
    Text("tls-ca-cert-dir"),
    {.name = "tls-auth-clients",
     .kind = Kind::kEnum,
     .effect = Effect::kRefused,
     .initial = "yes",
     .choices = kAuthChoices,
     .refusal = kNoTls},
    Bool("tls-replication", "no"),
    Bool("tls-cluster", "no"),
    Text("tls-protocols"),
    Text("tls-ciphers"),
    Text("tls-ciphersuites"),
    Bool("tls-prefer-server-ciphers", "no"),
    Bool("tls-session-caching", "yes"),
    Int("tls-session-cache-size", kIntMax, "20480"),
    Int("tls-session-cache-timeout", kIntMax, "300"),
    {.name = "max-new-tls-connections-per-cycle",
     .kind = Kind::kInt,
     .effect = Effect::kNone,
     .min = 1,
     .max = 1000,
     .initial = "1"},
};

}  // namespace

std::span<const Directive> TlsDirectives() {
  return kRows;
}

}  // namespace server
