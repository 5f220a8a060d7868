#include "server/config/directive_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "storage/base/number.h"

namespace server {
namespace {

std::vector<Directive> JoinTopics() {
  std::vector<Directive> all;
  for (const auto topic :
       {NetworkDirectives(), SecurityDirectives(), GeneralDirectives(), LoggingDirectives(),
        MemoryDirectives(), EncodingDirectives(), IntrospectionDirectives(),
        PersistenceDirectives(), ReplicationDirectives(), ClusterDirectives(), TlsDirectives(),
        AmqpDirectives(), ProcessDirectives()}) {
    all.insert(all.end(), topic.begin(), topic.end());
  }
  return all;
}

using NameIndex = std::unordered_map<std::string_view, FoundDirective>;

NameIndex IndexNames() {
  NameIndex index;
  const std::span<const Directive> all = AllDirectives();
  for (size_t i = 0; i < all.size(); ++i) {
    index.emplace(all[i].name, FoundDirective{i, false});
    if (!all[i].alias.empty()) index.emplace(all[i].alias, FoundDirective{i, true});
  }
  return index;
}

// How many single-letter insertions, removals, replacements and swaps of neighbours turn one text
// into the other.
size_t EditDistance(std::string_view from, std::string_view to) {
  std::vector<size_t> before_last(to.size() + 1);
  std::vector<size_t> last(to.size() + 1);
  std::vector<size_t> current(to.size() + 1);
  for (size_t j = 0; j <= to.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= from.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= to.size(); ++j) {
      const size_t replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[to.size()];
}

}  // namespace

std::span<const Directive> AllDirectives() {
  static const std::vector<Directive> all = JoinTopics();
  return all;
}

std::optional<FoundDirective> FindDirective(std::string_view name) {
  static const NameIndex index = IndexNames();
  const auto found = index.find(storage::ToLower(name));
  if (found == index.end()) return std::nullopt;
  return found->second;
}

std::span<const std::string_view> LineDirectives() {
  static constexpr std::array<std::string_view, 4> kNames = {"include", "user", "rename-command",
                                                             "loadmodule"};
  return kNames;
}

std::string_view SuggestDirective(std::string_view misspelt) {
  // Longer than any directive; keeps the work small for hostile input. A right name is no mistake.
  constexpr size_t kNameMax = 64;
  if (misspelt.size() > kNameMax) return {};
  const std::string asked = storage::ToLower(misspelt);
  std::string_view best;
  size_t best_distance = 1 + std::max<size_t>(1, asked.size() / 4);
  const auto consider = [&](std::string_view name) {
    const size_t longer = std::max(name.size(), asked.size());
    const size_t shorter = std::min(name.size(), asked.size());
    if (name.empty() || longer - shorter >= best_distance) return;  // the distance is at least that
    const size_t distance = EditDistance(asked, name);
    if (distance == 0 || distance >= best_distance) return;
    best_distance = distance;
    best = name;
  };
  for (const Directive& directive : AllDirectives()) {
    if (directive.Has(kHidden)) continue;
    consider(directive.name);
    consider(directive.alias);
  }
  for (const std::string_view name : LineDirectives()) consider(name);
  return best;
}

}  // namespace server
