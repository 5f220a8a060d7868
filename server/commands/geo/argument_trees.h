// Argument trees that several commands on places share.
#pragma once

#include "server/dispatch/command.h"

namespace server {

inline constexpr Argument kGeoUnits[] = {
    {.name = "m", .kind = Argument::Kind::kPureToken, .token = "M"},
    {.name = "km", .kind = Argument::Kind::kPureToken, .token = "KM"},
    {.name = "ft", .kind = Argument::Kind::kPureToken, .token = "FT"},
    {.name = "mi", .kind = Argument::Kind::kPureToken, .token = "MI"},
};
inline constexpr Argument kGeoOrders[] = {
    {.name = "asc", .kind = Argument::Kind::kPureToken, .token = "ASC"},
    {.name = "desc", .kind = Argument::Kind::kPureToken, .token = "DESC"},
};
inline constexpr Argument kGeoCount[] = {
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT"},
    {.name = "any", .kind = Argument::Kind::kPureToken, .token = "ANY", .is_optional = true},
};

}  // namespace server
