#include "server/commands/shared/blocking_timeout.h"

#include <algorithm>
#include <cmath>

#include "server/engine_state.h"
#include "storage/base/number.h"

namespace server {

int64_t ReadBlockingDeadline(ArgReader& args, CommandContext& context) {
  const auto seconds = storage::ParseLongDouble(args.Bytes());
  if (!seconds) {
    args.Fail(CommandError::Err("timeout is not a float or out of range"));
    return 0;
  }
  const long double ms = std::ceil(*seconds * 1000);
  if (ms < 0) {
    args.Fail(CommandError::Err("timeout is negative"));
    return 0;
  }
  // Up to the end of the wall clock's time; for the monotonic clock that may be too much, but
  // nobody waits so long.
  if (ms > static_cast<long double>(INT64_MAX - context.now_ms())) {
    args.Fail(CommandError::Err("timeout is out of range"));
    return 0;
  }
  if (ms == 0) return 0;
  constexpr int64_t kLongestMs = INT64_MAX / 4000;
  const int64_t wait_ms = std::min(static_cast<int64_t>(ms), kLongestMs);
  return context.engine().monotonic_us + wait_ms * 1000;
}

}  // namespace server
