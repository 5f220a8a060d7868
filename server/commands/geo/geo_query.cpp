#include "server/commands/geo/geo_query.h"

#include <algorithm>
#include <vector>

#include "server/commands/geo/geo_arguments.h"
#include "server/commands/shared/memory_trial.h"
#include "server/commands/shared/store_scored.h"
#include "storage/base/number.h"

namespace server {
namespace {

struct Place {
  std::string_view name;
  double score;
  storage::GeoPoint point;
  double distance;  // meters
};

// The ranks that may hold what is searched for, and more.
std::vector<storage::RankRange> RangesOf(const storage::SortedSetView& places,
                                         const GeoQuery& query) {
  std::vector<storage::RankRange> ranges;
  for (const storage::GeoRange& range : storage::GeoRangesOf(query.shape)) {
    const storage::ScoreRange scores{static_cast<double>(range.begin),
                                     static_cast<double>(range.end), false, true};
    ranges.push_back(places.InRange(scores));
  }
  return ranges;
}

// nullopt: there is no memory for so many places.
std::optional<std::vector<Place>> Search(const storage::SortedSetView& places,
                                         const GeoQuery& query) {
  const size_t most = query.takes_any ? static_cast<size_t>(query.count) : SIZE_MAX;
  const std::vector<storage::RankRange> ranges = RangesOf(places, query);
  size_t places_max = 0;
  for (const storage::RankRange& range : ranges) places_max += range.count;
  places_max = std::min(places_max, most);
  if (!HasMemoryToCollect(places_max)) return std::nullopt;
  std::vector<Place> found;
  found.reserve(places_max);
  for (const storage::RankRange& range : ranges) {
    if (found.size() >= most) break;
    places.Walk(range, storage::Direction::kUp, [&](double score, std::string_view name) {
      if (found.size() >= most) return;
      const storage::GeoPoint point = storage::GeoDecode(GeoBitsOf(score));
      const auto distance = query.shape.DistanceWithin(point);
      if (distance) found.push_back({name, score, point, *distance});
    });
  }
  return found;
}

// Orders the places, and leaves those over the count out.
void Arrange(std::vector<Place>& found, const GeoQuery& query) {
  GeoQuery::Order order = query.order;
  if (query.count != 0 && order == GeoQuery::Order::kNone && !query.takes_any) {
    order = GeoQuery::Order::kNearestFirst;
  }
  if (order == GeoQuery::Order::kNearestFirst) {
    std::stable_sort(found.begin(), found.end(),
                     [](const Place& a, const Place& b) { return a.distance < b.distance; });
  } else if (order == GeoQuery::Order::kFarthestFirst) {
    std::stable_sort(found.begin(), found.end(),
                     [](const Place& a, const Place& b) { return a.distance > b.distance; });
  }
  if (query.count != 0 && found.size() > static_cast<size_t>(query.count)) {
    found.resize(static_cast<size_t>(query.count));
  }
}

void Reply(CommandContext& context, const std::vector<Place>& found, const GeoQuery& query) {
  context.reply().ArrayHeader(found.size());
  const size_t parts =
      1 + (query.with_distance ? 1 : 0) + (query.with_hash ? 1 : 0) + (query.with_point ? 1 : 0);
  for (const Place& place : found) {
    if (query.HasReplyOptions()) context.reply().ArrayHeader(parts);
    context.reply().Bulk(place.name);
    if (query.with_distance) ReplyGeoDistance(context, place.distance / query.unit_meters);
    if (query.with_hash) context.reply().Integer(GeoHashReply(place.score));
    if (query.with_point) ReplyGeoPoint(context, place.point);
  }
}

RunResult Store(CommandContext& context, const std::vector<Place>& found, const GeoQuery& query,
                std::string_view event) {
  std::vector<storage::ScoredMember> members;
  members.reserve(found.size());
  for (const Place& place : found) {
    members.push_back(
        {query.stores_distance ? place.distance / query.unit_meters : place.score, place.name});
  }
  const auto is_before = [](const storage::ScoredMember& a, const storage::ScoredMember& b) {
    return Compare(a, b) < 0;
  };
  std::sort(members.begin(), members.end(), is_before);
  // A shape around the world may meet a place twice.
  const auto is_same = [](const storage::ScoredMember& a, const storage::ScoredMember& b) {
    return a.member == b.member;
  };
  members.erase(std::unique(members.begin(), members.end(), is_same), members.end());
  return StoreScored(context, *query.target, members, event);
}

}  // namespace

bool ReadGeoOption(ArgReader& args, GeoQuery& query) {
  if (args.Take("WITHDIST")) {
    query.with_distance = true;
  } else if (args.Take("WITHHASH")) {
    query.with_hash = true;
  } else if (args.Take("WITHCOORD")) {
    query.with_point = true;
  } else if (args.Take("ANY")) {
    query.takes_any = true;
  } else if (args.Take("ASC")) {
    query.order = GeoQuery::Order::kNearestFirst;
  } else if (args.Take("DESC")) {
    query.order = GeoQuery::Order::kFarthestFirst;
  } else if (args.remaining() > 1 && args.Take("COUNT")) {
    query.count = args.Int64();
    if (args.ok() && query.count <= 0) args.Fail(CommandError::Err("COUNT must be > 0"));
  } else {
    return false;
  }
  return true;
}

void ReadGeoRadius(ArgReader& args, GeoQuery& query) {
  const auto radius = storage::ParseDouble(args.Bytes());
  if (!radius) return args.Fail(CommandError::Err("need numeric radius"));
  if (*radius < 0) return args.Fail(CommandError::Err("radius cannot be negative"));
  query.unit_meters = ReadGeoUnit(args);
  query.shape.is_box = false;
  query.shape.radius = *radius * query.unit_meters;
}

RunResult ReplyNoPlaces(CommandContext& context, const GeoQuery& query) {
  if (query.target) return StoreScored(context, *query.target, {}, {});
  context.reply().ArrayHeader(0);
  return Replied();
}

RunResult RunGeoQuery(CommandContext& context, const storage::SortedSetView& places,
                      GeoQuery& query, std::string_view event) {
  std::optional<std::vector<Place>> found = Search(places, query);
  if (!found) return CommandError::NoMemoryForRequest();
  Arrange(*found, query);
  if (query.target) return Store(context, *found, query, event);
  Reply(context, *found, query);
  return Replied();
}

}  // namespace server
