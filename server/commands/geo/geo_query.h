// A search for places, as GEOSEARCH and GEORADIUS ask for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/dispatch/command_context.h"
#include "storage/types/geohash.h"
#include "storage/types/sorted_set.h"

namespace server {

struct GeoQuery {
  enum class Order : uint8_t { kNone, kNearestFirst, kFarthestFirst };

  storage::GeoShape shape;
  double unit_meters = 1;  // of distances in replies
  bool with_distance = false;
  bool with_hash = false;
  bool with_point = false;
  bool takes_any = false;  // the first `count` that are found, not the nearest
  int64_t count = 0;       // 0: all
  Order order = Order::kNone;
  bool stores_distance = false;
  std::optional<storage::Key> target = {};  // where the result is stored

  bool HasReplyOptions() const { return with_distance || with_hash || with_point; }
};

// WITHCOORD, WITHDIST, WITHHASH, COUNT, ANY, ASC, DESC: what all searches have. False: the next
// argument is none of these.
bool ReadGeoOption(ArgReader& args, GeoQuery& query);
// A radius and its unit.
void ReadGeoRadius(ArgReader& args, GeoQuery& query);

// Checks what was read, searches `places`, and replies or stores the result. `event`: of a stored
// one.
RunResult RunGeoQuery(CommandContext& context, const storage::SortedSetView& places,
                      GeoQuery& query, std::string_view event);
// What a key that is not there answers.
RunResult ReplyNoPlaces(CommandContext& context, const GeoQuery& query);

}  // namespace server
