// The size that no string may exceed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/config/config.h"
#include "server/dispatch/command_context.h"
#include "server/engine_state.h"

namespace server {

// Whether a string of `size` bytes and `added` more would be longer than proto-max-bulk-len. The
// numbers come from a client: their sum may not even fit.
inline bool ExceedsStringMax(CommandContext& context, uint64_t size, uint64_t added) {
  const uint64_t bytes_max =
      static_cast<uint64_t>(context.engine().config.settings().proto_max_bulk_len);
  uint64_t total = 0;
  return __builtin_add_overflow(size, added, &total) || total > bytes_max;
}

}  // namespace server
