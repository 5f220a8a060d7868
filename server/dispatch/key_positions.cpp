#include "server/dispatch/key_positions.h"

#include <algorithm>

#include "storage/base/number.h"

namespace server {
namespace {

using Positions = std::vector<KeyPosition>;

CommandError InvalidArguments() {
  return CommandError::Err("Invalid arguments specified for command");
}

// SORT's STORE may stand anywhere among its options, and more than once; the last one counts. What
// follows BY or GET is a pattern, whatever it says.
int BehindLastKeyword(const KeySpec& spec, std::span<const std::string_view> arguments) {
  size_t begin = 0;
  for (size_t i = static_cast<size_t>(spec.index); i + 1 < arguments.size(); ++i) {
    if (storage::EqualsIgnoreCase(arguments[i], spec.keyword)) {
      begin = ++i;
    } else if (storage::EqualsIgnoreCase(arguments[i], "BY") ||
               storage::EqualsIgnoreCase(arguments[i], "GET")) {
      ++i;
    }
  }
  return static_cast<int>(begin);
}

// Where the spec's keys begin; 0 when they are not there.
int BeginOf(const KeySpec& spec, std::span<const std::string_view> arguments) {
  const int count = static_cast<int>(arguments.size());
  switch (spec.begin) {
    case KeySpec::Begin::kIndex:
      return spec.index;
    case KeySpec::Begin::kKeyword: {
      const int step = spec.index > 0 ? 1 : -1;
      for (int i = spec.index > 0 ? spec.index : count + spec.index; i > 0 && i < count;
           i += step) {
        if (storage::EqualsIgnoreCase(arguments[static_cast<size_t>(i)], spec.keyword))
          return i + 1;
      }
      return 0;
    }
    case KeySpec::Begin::kUnknown:
      return spec.keyword.empty() ? 0 : BehindLastKeyword(spec, arguments);
    case KeySpec::Begin::kNone:
      return 0;
  }
  return 0;
}

bool AddRange(const KeySpec& spec, int first, int count, Positions& positions) {
  int last = first + spec.last;
  if (spec.last < 0) {
    last = count + spec.last;
    if (spec.limit > 1) last = first + (count - first) / spec.limit + spec.last;
  }
  if (first >= count || last >= count || last < first) return false;
  for (int i = first; i <= last; i += spec.step) {
    positions.push_back({static_cast<size_t>(i), spec.flags});
  }
  return true;
}

bool AddCounted(const KeySpec& spec, int begin, int64_t keys_min,
                std::span<const std::string_view> arguments, Positions& positions) {
  const int count = static_cast<int>(arguments.size());
  const int number_at = begin + spec.number_index;
  if (number_at >= count) return false;
  const auto keys = storage::ParseInt64(arguments[static_cast<size_t>(number_at)]);
  const int first = begin + spec.first_index;
  // Compared before anything is added up: the number is a stranger's.
  if (!keys || *keys < keys_min || first > count ||
      *keys > (count - first) / std::max(1, spec.step)) {
    return false;
  }
  for (int i = 0; i < static_cast<int>(*keys); ++i) {
    positions.push_back({static_cast<size_t>(first + i * spec.step), spec.flags});
  }
  return true;
}

// Adds what fits; returns whether all specs did.
bool CollectKeys(const CommandSpec& spec, std::span<const std::string_view> arguments,
                 Positions& positions) {
  bool all_fit = true;
  const int64_t keys_min = (spec.flags & kNoMandatoryKeys) != 0 ? 0 : 1;
  for (const KeySpec& keys : spec.keys) {
    if (keys.begin == KeySpec::Begin::kNone) continue;
    const int begin = BeginOf(keys, arguments);
    if (begin == 0) continue;
    const int count = static_cast<int>(arguments.size());
    bool fits = true;
    switch (keys.find) {
      case KeySpec::Find::kRange:
        fits = AddRange(keys, begin, count, positions);
        break;
      case KeySpec::Find::kKeyNumber:
        fits = AddCounted(keys, begin, keys_min, arguments, positions);
        break;
      case KeySpec::Find::kUnknown:
        positions.push_back({static_cast<size_t>(begin), keys.flags});
        break;
    }
    all_fit = all_fit && fits;
  }
  if (spec.key_flags_of == nullptr) return all_fit;
  for (KeyPosition& position : positions) {
    if ((position.flags & kKeyVariable) != 0) position.flags = spec.key_flags_of(arguments);
  }
  return all_fit;
}

}  // namespace

std::expected<Positions, CommandError> FindKeys(const CommandSpec& spec,
                                                std::span<const std::string_view> arguments) {
  Positions positions;
  if (!CollectKeys(spec, arguments, positions)) return std::unexpected(InvalidArguments());
  return positions;
}

Positions FindKeysToCheck(const CommandSpec& spec, std::span<const std::string_view> arguments) {
  Positions positions;
  CollectKeys(spec, arguments, positions);
  return positions;
}

}  // namespace server
