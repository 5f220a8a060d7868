// The table of all directives, put together from the files directives_<topic>.cpp, and the look-up
// by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/directive.h"

namespace server {

// All rows; their order is that of CONFIG GET * and of redis.conf.example.
std::span<const Directive> AllDirectives();

struct FoundDirective {
  size_t index;   // in AllDirectives()
  bool is_alias;  // asked by the older name
};
// By name or alias, in any letter case.
std::optional<FoundDirective> FindDirective(std::string_view name);

// Directives that are lines of a file but no settings: include, user, rename-command, loadmodule.
std::span<const std::string_view> LineDirectives();

// The known directive nearest to a misspelt one; empty when none is near enough to be meant.
std::string_view SuggestDirective(std::string_view misspelt);

// The topics, one file each.
std::span<const Directive> NetworkDirectives();
std::span<const Directive> GeneralDirectives();
std::span<const Directive> LoggingDirectives();
std::span<const Directive> SecurityDirectives();
std::span<const Directive> MemoryDirectives();
std::span<const Directive> EncodingDirectives();
std::span<const Directive> IntrospectionDirectives();
std::span<const Directive> PersistenceDirectives();
std::span<const Directive> ReplicationDirectives();
std::span<const Directive> ClusterDirectives();
std::span<const Directive> TlsDirectives();
std::span<const Directive> AmqpDirectives();
std::span<const Directive> ProcessDirectives();

}  // namespace server
