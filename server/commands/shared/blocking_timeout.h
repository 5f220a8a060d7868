// The timeout of blocking commands: seconds, with a fraction.
#pragma once

#include <cstdint>

#include "server/dispatch/command_context.h"

namespace server {

// Reads the next argument; the error is set when it is no timeout. Returns when the time is over,
// by the monotonic clock, in microseconds (KeyWait::deadline_us); 0: never. What is no whole
// millisecond is rounded up.
int64_t ReadBlockingDeadline(ArgReader& args, CommandContext& context);

}  // namespace server
