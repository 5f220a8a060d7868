// Taking members out at either end: what ZPOPMIN, ZMPOP and the blocking ones share.
#pragma once

#include "server/dispatch/command_context.h"

namespace server {

enum class End : uint8_t { kLowest, kHighest };

// How the members stand in the reply. The keys' names, if any, stand before them.
enum class TakenForm : uint8_t { kFlat, kPairs };

// Takes up to `count` members out of the sorted set, which is there, replies them as one array
// (kFlat: without its header, so that they can be part of another) and notes the change. The log
// gets it as ZPOPMIN or ZPOPMAX.
void TakeOut(CommandContext& context, const storage::Key& key, storage::Found found, End end,
             size_t count, TakenForm form);

// The first key that holds a sorted set; its `found` is empty when none does, and an error when one
// holds something else.
struct FirstKey {
  storage::Key key;
  storage::Found found;
};
storage::Result<FirstKey> FindFirst(CommandContext& context,
                                    std::span<const std::string_view> keys);

// The arguments of ZMPOP, from the number of keys on.
struct MultiPop {
  std::span<const std::string_view> keys;
  End end = End::kLowest;
  size_t count = 1;
};
MultiPop ReadMultiPop(ArgReader& args);

}  // namespace server
