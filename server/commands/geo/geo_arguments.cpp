#include "server/commands/geo/geo_arguments.h"

#include <fmt/format.h>

#include <limits>

#include "storage/base/number.h"

namespace server {

namespace {

// What the processor's conversion to a signed integer gives, in which all others end.
int64_t Truncated(double score) {
  const bool fits = score >= -0x1p63 && score < 0x1p63;
  return fits ? static_cast<int64_t>(score) : std::numeric_limits<int64_t>::min();
}

}  // namespace

uint64_t GeoBitsOf(double score) {
  if (score < 0x1p63) return static_cast<uint64_t>(Truncated(score));
  constexpr uint64_t kTop = uint64_t{1} << 63;
  return static_cast<uint64_t>(Truncated(score - 0x1p63)) ^ kTop;
}

int64_t GeoHashReply(double score) {
  return Truncated(score);
}

storage::GeoPoint ReadGeoPoint(ArgReader& args) {
  storage::GeoPoint point;
  point.longitude = args.Double();
  point.latitude = args.Double();
  if (args.ok() && !storage::IsOnGeoGrid(point)) {
    args.Fail(CommandError::Err(fmt::format("invalid longitude,latitude pair {:.6f},{:.6f}",
                                            point.longitude, point.latitude)));
  }
  return point;
}

double ReadGeoUnit(ArgReader& args) {
  if (args.Take("m")) return 1;
  if (args.Take("km")) return 1000;
  if (args.Take("ft")) return 0.3048;
  if (args.Take("mi")) return 1609.34;
  args.Fail(CommandError::Err("unsupported unit provided. please use M, KM, FT, MI"));
  return 1;
}

std::optional<storage::GeoPoint> FindPlace(const storage::SortedSetView& places,
                                           std::string_view name) {
  const auto score = places.Score(name);
  if (!score) return std::nullopt;
  return storage::GeoDecode(GeoBitsOf(*score));
}

void ReplyGeoDistance(CommandContext& context, double distance) {
  context.reply().Bulk(fmt::format("{:.4f}", distance));
}

void ReplyGeoPoint(CommandContext& context, const storage::GeoPoint& point) {
  context.reply().ArrayHeader(2);
  for (const double degrees : {point.longitude, point.latitude}) {
    const std::string text = storage::FormatLongDouble(degrees);
    if (context.reply().version() == protocol::resp::Version::kResp3) {
      context.reply().Raw("," + text + "\r\n");
    } else {
      context.reply().Bulk(text);
    }
  }
}

}  // namespace server
