// Argument trees that several commands on sorted sets share.
#pragma once

#include "server/dispatch/command.h"

namespace server {

// What LIMIT takes.
inline constexpr Argument kOffsetCount[] = {
    {.name = "offset", .kind = Argument::Kind::kInteger},
    {.name = "count", .kind = Argument::Kind::kInteger},
};
inline constexpr Argument kAggregates[] = {
    {.name = "sum", .kind = Argument::Kind::kPureToken, .token = "SUM"},
    {.name = "min", .kind = Argument::Kind::kPureToken, .token = "MIN"},
    {.name = "max", .kind = Argument::Kind::kPureToken, .token = "MAX"},
};
// The end that a pop takes from.
inline constexpr Argument kMinOrMax[] = {
    {.name = "min", .kind = Argument::Kind::kPureToken, .token = "MIN"},
    {.name = "max", .kind = Argument::Kind::kPureToken, .token = "MAX"},
};
inline constexpr Argument kScoreRangeArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "min", .kind = Argument::Kind::kDouble},
    {.name = "max", .kind = Argument::Kind::kDouble},
};
inline constexpr Argument kLexRangeArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "min"},
    {.name = "max"},
};

}  // namespace server
