// GEOSEARCH and GEOSEARCHSTORE.

#include "server/commands/geo/argument_trees.h"
#include "server/commands/geo/geo.h"
#include "server/commands/geo/geo_arguments.h"
#include "server/commands/geo/geo_query.h"
#include "storage/base/number.h"

namespace server {
namespace {

enum class Form : uint8_t { kReply, kStore };

// What the request has said already.
struct Given {
  bool place = false;
  bool point = false;
  bool radius = false;
  bool box = false;
};

void ReadBox(ArgReader& args, GeoQuery& query) {
  const auto width = storage::ParseDouble(args.Bytes());
  if (!width) return args.Fail(CommandError::Err("need numeric width"));
  const auto height = storage::ParseDouble(args.Bytes());
  if (!height) return args.Fail(CommandError::Err("need numeric height"));
  if (*width < 0 || *height < 0) {
    return args.Fail(CommandError::Err("height or width cannot be negative"));
  }
  query.unit_meters = ReadGeoUnit(args);
  query.shape.is_box = true;
  query.shape.width = *width * query.unit_meters;
  query.shape.height = *height * query.unit_meters;
}

// Reads all options. `places`: nullopt when the key is not there.
void ReadOptions(ArgReader& args, Form form, const std::optional<storage::SortedSetView>& places,
                 GeoQuery& query, Given& given) {
  while (!args.AtEnd()) {
    if (ReadGeoOption(args, query)) continue;
    if (args.remaining() > 1 && !given.point && args.Take("FROMMEMBER")) {
      const std::string_view name = args.Bytes();
      given.place = true;
      if (!places) continue;
      const auto point = FindPlace(*places, name);
      if (!point) {
        args.Fail(CommandError::Err("could not decode requested zset member"));
      } else {
        query.shape.centre = *point;
      }
    } else if (args.remaining() > 2 && !given.place && args.Take("FROMLONLAT")) {
      query.shape.centre = ReadGeoPoint(args);
      given.point = true;
    } else if (args.remaining() > 2 && !given.box && args.Take("BYRADIUS")) {
      ReadGeoRadius(args, query);
      given.radius = true;
    } else if (args.remaining() > 3 && !given.radius && args.Take("BYBOX")) {
      ReadBox(args, query);
      given.box = true;
    } else if (form == Form::kStore && args.Take("STOREDIST")) {
      query.stores_distance = true;
    } else {
      args.Fail(CommandError::Syntax());
    }
  }
}

std::optional<CommandError> Contradiction(CommandContext& context, const GeoQuery& query,
                                          const Given& given) {
  const std::string name(context.arguments()[0]);
  if (query.target && query.HasReplyOptions()) {
    return CommandError::Err(
        "GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
  }
  if (!given.place && !given.point) {
    return CommandError::Err("exactly one of FROMMEMBER or FROMLONLAT can be specified for " +
                             name);
  }
  if (!given.radius && !given.box) {
    return CommandError::Err("exactly one of BYRADIUS and BYBOX can be specified for " + name);
  }
  if (query.takes_any && query.count == 0) {
    return CommandError::Err("the ANY argument requires COUNT argument");
  }
  return std::nullopt;
}

RunResult Search(CommandContext& context, Form form) {
  ArgReader args = context.args();
  GeoQuery query;
  if (form == Form::kStore) query.target = args.Key();
  const auto found = context.FindTyped(args.Key(), storage::Type::kSortedSet, storage::kRead);
  if (!found) return CommandError::From(found.error());
  std::optional<storage::SortedSetView> places;
  if (*found) places = storage::SortedSetView::Of(**found);
  Given given;
  ReadOptions(args, form, places, query, given);
  if (const auto error = args.Finish()) return *error;
  if (const auto error = Contradiction(context, query, given)) return *error;
  if (!places) return ReplyNoPlaces(context, query);
  return RunGeoQuery(context, *places, query, "geosearchstore");
}

constexpr Argument kLongitudeLatitude[] = {
    {.name = "longitude", .kind = Argument::Kind::kDouble},
    {.name = "latitude", .kind = Argument::Kind::kDouble},
};
constexpr Argument kFrom[] = {
    {.name = "member", .token = "FROMMEMBER"},
    {.name = "longitude_latitude",
     .kind = Argument::Kind::kBlock,
     .token = "FROMLONLAT",
     .children = kLongitudeLatitude},
};
constexpr Argument kCircle[] = {
    {.name = "radius", .kind = Argument::Kind::kDouble, .token = "BYRADIUS"},
    {.name = "unit", .kind = Argument::Kind::kOneOf, .children = kGeoUnits},
};
constexpr Argument kBox[] = {
    {.name = "width", .kind = Argument::Kind::kDouble, .token = "BYBOX"},
    {.name = "height", .kind = Argument::Kind::kDouble},
    {.name = "unit", .kind = Argument::Kind::kOneOf, .children = kGeoUnits},
};
constexpr Argument kBy[] = {
    {.name = "circle", .kind = Argument::Kind::kBlock, .children = kCircle},
    {.name = "box", .kind = Argument::Kind::kBlock, .children = kBox},
};
constexpr Argument kGeoSearchArguments[] = {
    {.name = "key", .kind = Argument::Kind::kKey},
    {.name = "from", .kind = Argument::Kind::kOneOf, .children = kFrom},
    {.name = "by", .kind = Argument::Kind::kOneOf, .children = kBy},
    {.name = "order", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kGeoOrders},
    {.name = "count", .kind = Argument::Kind::kBlock, .is_optional = true, .children = kGeoCount},
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
};

// GEOSEARCH key FROMMEMBER m | FROMLONLAT x y, BYRADIUS r unit | BYBOX w h unit, options -> places
struct GeoSearch {
  static constexpr CommandSpec kSpec{
      .name = "GEOSEARCH",
      .summary = "Finds the places within a circle or a box.",
      .since = "6.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(N+log(M))",
      .arity = -7,
      .flags = kReadonlyCommand,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyReadOnly | kKeyAccess)},
      .arguments = kGeoSearchArguments,
  };

  static RunResult Run(CommandContext& context) { return Search(context, Form::kReply); }
};

constexpr Argument kGeoSearchStoreArguments[] = {
    {.name = "destination", .kind = Argument::Kind::kKey},
    {.name = "source", .kind = Argument::Kind::kKey, .key_spec = 1},
    {.name = "from", .kind = Argument::Kind::kOneOf, .children = kFrom},
    {.name = "by", .kind = Argument::Kind::kOneOf, .children = kBy},
    {.name = "order", .kind = Argument::Kind::kOneOf, .is_optional = true, .children = kGeoOrders},
    {.name = "count", .kind = Argument::Kind::kBlock, .is_optional = true, .children = kGeoCount},
    {.name = "storedist",
     .kind = Argument::Kind::kPureToken,
     .token = "STOREDIST",
     .is_optional = true},
};

// GEOSEARCHSTORE destination source, then as GEOSEARCH; [STOREDIST] -> how many there are now
struct GeoSearchStore {
  static constexpr CommandSpec kSpec{
      .name = "GEOSEARCHSTORE",
      .summary = "Stores the places within a circle or a box.",
      .since = "6.2.0",
      .group = CommandGroup::kGeo,
      .complexity = "O(N+log(M))",
      .arity = -8,
      .flags = kWriteCommand | kDenyOom,
      .categories = kAclGeo,
      .keys = {OneKey(1, kKeyOverwrite | kKeyUpdate), OneKey(2, kKeyReadOnly | kKeyAccess)},
      .arguments = kGeoSearchStoreArguments,
  };

  static RunResult Run(CommandContext& context) { return Search(context, Form::kStore); }
};

constexpr auto kCommands = CommandList<GeoSearch, GeoSearchStore>();

}  // namespace

std::span<const CommandEntry> GeoSearchCommands() {
  return kCommands;
}

}  // namespace server
