// Places one by one: adding them, where they are, how far apart.

#include <vector>

#include "server/commands/geo/argument_trees.h"
#include "server/commands/geo/geo.h"
#include "server/commands/geo/geo_arguments.h"
#include "server/commands/shared/add_scored.h"

namespace server {
namespace {

storage::Result<storage::SortedSetView> FindPlaces(CommandContext& context,
                                                   const storage::Key& key) {
  const auto found = context.FindTyped(key, storage::Type::kSortedSet, storage::kRead);
  if (!found) return std::unexpected(found.error());
  return *found ? storage::SortedSetView::Of(**found) : storage::SortedSetView();
}

constexpr Argument kGeoAddCondition[] = {
    {.name = "nx", .kind = Argument::Kind::kPureToken, .token = "NX"},
    {.name = "xx", .kind = Argument::Kind::kPureToken, .token = "XX"},
};
constexpr Argument kGeoAddLongitudeLatitudeMember[] = {
    {.name = "longitude", .kind = Argument::Kind::kDouble},
    {.name = "latitude", .kind = Argument::Kind::kDouble},
    {.name = "member"},
};
constexpr Argument kGeoAddArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "condition",
     .kind = Argument::Kind::kOneOf,
     .is_optional = true,
     .children = kGeoAddCondition,
     .since = "6.2.0"},
    {.name = "change",
     .kind = Argument::Kind::kPureToken,
     .token = "CH",
     .is_optional = true,
     .since = "6.2.0"},
    {.name = "longitude_latitude_member",
     .kind = Argument::Kind::kBlock,
     .is_multiple = true,
     .children = kGeoAddLongitudeLatitudeMember},
};

// GEOADD key [NX | XX] [CH] longitude latitude member ... -> how many are new
struct GeoAdd {
  static constexpr CommandSpec kSpec{
      .name = "GEOADD",
      .summary = "Adds places with their coordinates, or moves them.",
      .since = "3.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(log(N))",
      .arity = -5,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadWrite | kKeyUpdate)},
      .arguments = kGeoAddArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    AddScoredOptions options;
    while (true) {
      if (args.Take("NX")) {
        options.only_new = true;
      } else if (args.Take("XX")) {
        options.only_known = true;
      } else if (args.Take("CH")) {
        options.counts_changes = true;
      } else {
        break;
      }
    }
    if (args.remaining() == 0 || args.remaining() % 3 != 0) return CommandError::Syntax();
    if (options.only_new && options.only_known) return CommandError::Syntax();
    std::vector<storage::ScoredMember> places;
    places.reserve(args.remaining() / 3);
    while (!args.AtEnd()) {
      const storage::GeoPoint point = ReadGeoPoint(args);
      if (!args.ok()) break;
      places.push_back({static_cast<double>(storage::GeoEncode(point)), args.Bytes()});
    }
    if (const auto error = args.Finish()) return *error;
    return AddScored(context, key, options, places);
  }
};

constexpr Argument kGeoMembersArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "member", .is_multiple = true},
};

// GEOPOS key member ... -> for each its coordinates, or null
struct GeoPos {
  static constexpr CommandSpec kSpec{
      .name = "GEOPOS",
      .summary = "Returns the coordinates of places.",
      .since = "3.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(N)",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kGeoMembersArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto places = FindPlaces(context, args.Key());
    if (!places) return CommandError::From(places.error());
    const auto names = args.Rest();
    context.reply().ArrayHeader(names.size());
    for (const std::string_view name : names) {
      if (const auto point = FindPlace(*places, name)) {
        ReplyGeoPoint(context, *point);
      } else {
        context.reply().NullArray();
      }
    }
    return Replied();
  }
};

// GEOHASH key member ... -> for each its geohash, or null
struct GeoHash {
  static constexpr CommandSpec kSpec{
      .name = "GEOHASH",
      .summary = "Returns places as geohash strings.",
      .since = "3.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(log(N))",
      .arity = -2,
      .flags = kReadonlyCommand,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kGeoMembersArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const auto places = FindPlaces(context, args.Key());
    if (!places) return CommandError::From(places.error());
    const auto names = args.Rest();
    context.reply().ArrayHeader(names.size());
    for (const std::string_view name : names) {
      if (const auto score = places->Score(name)) {
        context.reply().Bulk(storage::GeoText(GeoBitsOf(*score)));
      } else {
        context.reply().Null();
      }
    }
    return Replied();
  }
};

constexpr Argument kGeoDistArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "member1"},
    {.name = "member2"},
    {.name = "unit", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kGeoUnits},
};

// GEODIST key member member [m | km | ft | mi] -> the distance, or null
struct GeoDist {
  static constexpr CommandSpec kSpec{
      .name = "GEODIST",
      .summary = "Returns the distance between two places.",
      .since = "3.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(log(N))",
      .arity = -4,
      .flags = kReadonlyCommand,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kGeoDistArguments,
  };

  static RunResult Run(CommandContext& context) {
    ArgReader args = context.args();
    const storage::Key key = args.Key();
    const std::string_view from = args.Bytes();
    const std::string_view to = args.Bytes();
    if (args.remaining() > 1) return CommandError::Syntax();
    const double unit_meters = args.AtEnd() ? 1 : ReadGeoUnit(args);
    if (!args.ok()) return *args.Finish();
    const auto places = FindPlaces(context, key);
    if (!places) return CommandError::From(places.error());
    const auto a = FindPlace(*places, from);
    const auto b = FindPlace(*places, to);
    if (a && b) {
      ReplyGeoDistance(context, storage::GeoDistance(*a, *b) / unit_meters);
    } else {
      context.reply().Null();
    }
    return Replied();
  }
};

constexpr auto kCommands = CommandList<GeoAdd, GeoPos, GeoHash, GeoDist>();

}  // namespace

std::span<const CommandEntry> GeoPlaceCommands() {
  return kCommands;
}

}  // namespace server
