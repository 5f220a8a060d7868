// Coordinates, distances and units among the arguments, and places by name.
#pragma once

#include <optional>

#include "server/dispatch/command_context.h"
#include "storage/types/geohash.h"
#include "storage/types/sorted_set.h"

namespace server {

// Longitude and latitude; the error is set when they are none.
storage::GeoPoint ReadGeoPoint(ArgReader& args);
// The meters of a unit (m, km, ft, mi).
double ReadGeoUnit(ArgReader& args);
// A place's coordinates; nullopt: there is no such place.
std::optional<storage::GeoPoint> FindPlace(const storage::SortedSetView& places,
                                           std::string_view name);

// The number of a place, which its score is. Any score may stand there, since ZADD takes any: what
// is no such number becomes what a conversion on x86-64 makes of it, which Redis lets happen.
uint64_t GeoBitsOf(double score);
// The same for WITHHASH, as a signed number.
int64_t GeoHashReply(double score);
// Distances have four digits behind the point, and are text in RESP3 as well.
void ReplyGeoDistance(CommandContext& context, double distance);
void ReplyGeoPoint(CommandContext& context, const storage::GeoPoint& point);

}  // namespace server
