// How a command with many keys visits them: a window at a time, side by side.
//
// A key of a large table costs two cache misses, its bucket and its record, of a few hundred
// nanoseconds each; those of a whole window overlap. So all keys of a window are hashed and their
// buckets prefetched, then the records that the buckets point to, and only then the first is
// looked up:
//
//   hash, prefetch buckets   k0 k1 k2 ... k31
//   prefetch records         k0 k1 k2 ... k31
//   visit                    k0 k1 k2 ... k31     then the next window
//
// What is prefetched is only a hint: a visit may change the database, and repeated keys are fine.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <span>
#include <string_view>

#include "server/dispatch/command_context.h"

namespace server {

inline constexpr size_t kKeyWindow = 32;

// Calls visit(key, index) for the keys at arguments[index], index = 0, step, 2 * step ... A visit
// that returns a bool ends the walk with false.
template <class Visit>
void VisitKeys(CommandContext& context, std::span<const std::string_view> arguments, size_t step,
               Visit&& visit) {
  std::array<storage::Key, kKeyWindow> keys;
  const storage::HashTable& table = context.db().table();
  for (size_t begin = 0; begin < arguments.size(); begin += kKeyWindow * step) {
    const size_t left = (arguments.size() - begin + step - 1) / step;
    const size_t count = std::min(left, kKeyWindow);
    for (size_t i = 0; i < count; ++i) {
      keys[i] = context.KeyOf(arguments[begin + i * step]);
      if (count > 1) table.PrefetchBucket(keys[i].hash);
    }
    for (size_t i = 0; i < count && count > 1; ++i) table.PrefetchEntry(keys[i].hash);
    for (size_t i = 0; i < count; ++i) {
      const size_t index = begin + i * step;
      if constexpr (std::same_as<decltype(visit(keys[i], index)), bool>) {
        if (!visit(keys[i], index)) return;
      } else {
        visit(keys[i], index);
      }
    }
  }
}

}  // namespace server
