// Doubles as Redis 7.4 prints them: the shortest digits that read back the same.
//
//   3  0.1  -0  1.5  123456789  0.000001  1e-7  1.5e+300  inf  -inf  nan
//
// Whole numbers up to about 4.6e18 are printed in full. Otherwise a form without exponent is
// preferred while it is short. The exponent has a sign and no padding.
#pragma once

#include <cstddef>

namespace protocol::resp {

inline constexpr size_t kDoubleTextBytesMax = 40;

// Writes `value` to `to` (room for kDoubleTextBytesMax) and returns the end.
char* WriteDouble(char* to, double value);

}  // namespace protocol::resp
