// The count of SRANDMEMBER, HRANDFIELD and ZRANDMEMBER: positive for different elements, negative
// for any, the same ones again included.
#pragma once

#include <cstdint>

#include "server/dispatch/arg_reader.h"

namespace server {

// As many as a call may repeat. A client may name any number, and the reply is made at once:
// without a limit, one short request takes all memory.
inline constexpr int64_t kRepeatedElementsMax = int64_t{1} << 24;

// The error is set when it is no such number.
inline int64_t ReadRandomCount(ArgReader& args) {
  return args.Int64Between(-INT64_MAX, INT64_MAX,
                           "value is out of range, value must between -9223372036854775807 and "
                           "9223372036854775807");
}

}  // namespace server
