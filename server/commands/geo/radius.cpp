// GEORADIUS and its like, from before GEOSEARCH.

#include "server/commands/geo/argument_trees.h"
#include "server/commands/geo/geo.h"
#include "server/commands/geo/geo_arguments.h"
#include "server/commands/geo/geo_query.h"

namespace server {
namespace {

enum class Around : uint8_t { kPoint, kPlace };
enum class Storing : uint8_t { kAllowed, kNot };

void ReadOptions(CommandContext& context, ArgReader& args, Storing storing, GeoQuery& query) {
  while (!args.AtEnd()) {
    if (ReadGeoOption(args, query)) continue;
    const bool may_store = storing == Storing::kAllowed && args.remaining() > 1;
    if (may_store && args.Take("STORE")) {
      query.target = context.KeyOf(args.Bytes());
      query.stores_distance = false;
    } else if (may_store && args.Take("STOREDIST")) {
      query.target = context.KeyOf(args.Bytes());
      query.stores_distance = true;
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
}

RunResult SearchAround(CommandContext& context, Around around, Storing storing) {
  ArgReader args = context.args();
  const auto found = context.FindTyped(args.Key(), storage::Type::kSortedSet, storage::kRead);
  if (!found) return CommandError::From(found.error());
  storage::SortedSetView places;
  if (*found) places = storage::SortedSetView::Of(**found);
  GeoQuery query;
  if (around == Around::kPoint) {
    query.shape.centre = ReadGeoPoint(args);
    if (args.ok()) ReadGeoRadius(args, query);
  } else if (!*found) {
    // Nothing can be near a place that is not there; only the options matter.
    args.Several(3);
  } else {
    const auto point = FindPlace(places, args.Bytes());
    if (!point) return CommandError::Err("could not decode requested zset member");
    query.shape.centre = *point;
    ReadGeoRadius(args, query);
  }
  ReadOptions(context, args, storing, query);
  if (const auto error = args.Finish()) return *error;
  if (query.target && query.HasReplyOptions()) {
    return CommandError::Err(
        "STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD "
        "options");
  }
  if (query.takes_any && query.count == 0) {
    return CommandError::Err("the ANY argument requires COUNT argument");
  }
  if (!*found) return ReplyNoPlaces(context, query);
  return RunGeoQuery(context, places, query, "georadiusstore");
}

// The key behind a word, which stands after the `from`th argument.
constexpr KeySpec StoreKey(std::string_view word, int from) {
  return {.begin = KeySpec::Begin::kKeyword,
          .index = from,
          .keyword = word,
          .flags = kKeyOverwrite | kKeyUpdate};
}

constexpr Argument kGeoRadiusCount[] = {
    {.name = "count", .kind = Argument::Kind::kInteger, .token = "COUNT"},
    {.name = "any",
     .kind = Argument::Kind::kPureToken,
     .token = "ANY",
     .is_optional = true,
     .since = "6.2.0"},
};
constexpr Argument kGeoRadiusArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "longitude", .kind = Argument::Kind::kDouble},
    {.name = "latitude", .kind = Argument::Kind::kDouble},
    {.name = "radius", .kind = Argument::Kind::kDouble},
    {.name = "unit", .kind = Argument::Kind::kOneOf, .children = kGeoUnits},
    {.name = "withcoord",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHCOORD",
     .is_optional = true},
    {.name = "withdist",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHDIST",
     .is_optional = true},
    {.name = "withhash",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHHASH",
     .is_optional = true},
    {.name = "count",
     .kind = Argument::Kind::kBlock,
     .is_optional = true,
     .children = kGeoRadiusCount},
    {.name = "order", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kGeoOrders},
    {.name = "key",
     .kind = Argument::Kind::kKey,
     .token = "STORE",
     .is_optional = true,
     .key_spec = 1},
    {.name = "key",
     .kind = Argument::Kind::kKey,
     .token = "STOREDIST",
     .is_optional = true,
     .key_spec = 2},
};

// GEORADIUS key longitude latitude radius unit, options, [STORE key | STOREDIST key] -> places
struct GeoRadius {
  static constexpr CommandSpec kSpec{
      .name = "GEORADIUS",
      .summary = "Finds, and can store, the places around a point.",
      .since = "3.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(N+log(M))",
      .arity = -6,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess), StoreKey("STORE", 6),
               StoreKey("STOREDIST", 6)},
      .arguments = kGeoRadiusArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
  };

  static RunResult Run(CommandContext& context) {
    return SearchAround(context, Around::kPoint, Storing::kAllowed);
  }
};

constexpr Argument kGeoRadiusRoArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "longitude", .kind = Argument::Kind::kDouble},
    {.name = "latitude", .kind = Argument::Kind::kDouble},
    {.name = "radius", .kind = Argument::Kind::kDouble},
    {.name = "unit", .kind = Argument::Kind::kOneOf, .children = kGeoUnits},
    {.name = "withcoord",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHCOORD",
     .is_optional = true},
    {.name = "withdist",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHDIST",
     .is_optional = true},
    {.name = "withhash",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHHASH",
     .is_optional = true},
    {.name = "count",
     .kind = Argument::Kind::kBlock,
     .is_optional = true,
     .children = kGeoRadiusCount},
    {.name = "order", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kGeoOrders},
};

// GEORADIUS_RO key longitude latitude radius unit, options -> places
struct GeoRadiusRo {
  static constexpr CommandSpec kSpec{
      .name = "GEORADIUS_RO",
      .summary = "Finds the places around a point.",
      .since = "3.2.10",
      .group = CommandGroup::kGeo,
      .complexity = "O(N+log(M))",
      .arity = -6,
      .flags = kReadonlyCommand,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kGeoRadiusRoArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`GEOSEARCH` with the `BYRADIUS` argument",
  };

  static RunResult Run(CommandContext& context) {
    return SearchAround(context, Around::kPoint, Storing::kNot);
  }
};

constexpr Argument kGeoRadiusByMemberArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "member"},
    {.name = "radius", .kind = Argument::Kind::kDouble},
    {.name = "unit", .kind = Argument::Kind::kOneOf, .children = kGeoUnits},
    {.name = "withcoord",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHCOORD",
     .is_optional = true},
    {.name = "withdist",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHDIST",
     .is_optional = true},
    {.name = "withhash",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHHASH",
     .is_optional = true},
    {.name = "count", .kind = Argument::Kind::kBlock, .is_optional = true, .children = kGeoCount},
    {.name = "order", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kGeoOrders},
    {.name = "key",
     .kind = Argument::Kind::kKey,
     .token = "STORE",
     .is_optional = true,
     .key_spec = 1},
    {.name = "key",
     .kind = Argument::Kind::kKey,
     .token = "STOREDIST",
     .is_optional = true,
     .key_spec = 2},
};

// GEORADIUSBYMEMBER key member radius unit, options, [STORE key | STOREDIST key] -> places
struct GeoRadiusByMember {
  static constexpr CommandSpec kSpec{
      .name = "GEORADIUSBYMEMBER",
      .summary = "Finds, and can store, the places around another place.",
      .since = "3.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(N+log(M))",
      .arity = -5,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess), StoreKey("STORE", 5),
               StoreKey("STOREDIST", 5)},
      .arguments = kGeoRadiusByMemberArguments,
      .deprecated_since = "6.2.0",
      .replaced_by =
          "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
  };

  static RunResult Run(CommandContext& context) {
    return SearchAround(context, Around::kPlace, Storing::kAllowed);
  }
};

constexpr Argument kGeoRadiusByMemberRoArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "member"},
    {.name = "radius", .kind = Argument::Kind::kDouble},
    {.name = "unit", .kind = Argument::Kind::kOneOf, .children = kGeoUnits},
    {.name = "withcoord",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHCOORD",
     .is_optional = true},
    {.name = "withdist",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHDIST",
     .is_optional = true},
    {.name = "withhash",
     .kind = Argument::Kind::kPureToken,
     .token = "WITHHASH",
     .is_optional = true},
    {.name = "count", .kind = Argument::Kind::kBlock, .is_optional = true, .children = kGeoCount},
    {.name = "order", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kGeoOrders},
};

// GEORADIUSBYMEMBER_RO key member radius unit, options -> places
struct GeoRadiusByMemberRo {
  static constexpr CommandSpec kSpec{
      .name = "GEORADIUSBYMEMBER_RO",
      .summary = "Finds the places around another place.",
      .since = "3.2.10",
      .group = CommandGroup::kGeo,
      .complexity = "O(N+log(M))",
      .arity = -5,
      .flags = kReadonlyCommand,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kGeoRadiusByMemberRoArguments,
      .deprecated_since = "6.2.0",
      .replaced_by = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
  };

  static RunResult Run(CommandContext& context) {
    return SearchAround(context, Around::kPlace, Storing::kNot);
  }
};

constexpr auto kCommands =
    CommandList<GeoRadius, GeoRadiusRo, GeoRadiusByMember, GeoRadiusByMemberRo>();

}  // namespace

std::span<const CommandEntry> GeoRadiusCommands() {
  return kCommands;
}

}  // namespace server
