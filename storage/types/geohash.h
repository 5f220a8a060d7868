// Geohash: places on the earth as numbers of 52 bits, so that a sorted set can hold them.
//
// Longitude and latitude are each cut in halves 26 times; the answers (which half?) are the bits of
// a number, interleaved:
//
//   bit 51        bit 50       ...   bit 1       bit 0
//   longitude 1   latitude 1         longitude   latitude 26
//
// The first 2n bits name a cell of a grid with 2^n cells in each direction, and the numbers of all
// places in a cell lie next to each other. So "what is near" is a few ranges of numbers: the cell
// of the point and the eight around it, of a size that covers the circle or box.
//
// The grid ends at a latitude of 85.05112878 degrees, as web maps do (Mercator's projection). The
// results are those of Redis, bit by bit, the order of cells included.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace storage {

struct GeoPoint {
  double longitude = 0;
  double latitude = 0;
};

inline constexpr double kGeoLongitudeMax = 180;
inline constexpr double kGeoLatitudeMax = 85.05112878;

// Whether the grid covers the point.
bool IsOnGeoGrid(const GeoPoint& point);
// The 52 bits of a point on the grid, and the middle of the cell that 52 bits name.
uint64_t GeoEncode(const GeoPoint& point);
GeoPoint GeoDecode(uint64_t bits);
// The eleven characters that maps call a geohash, which has a grid of its own, up to the poles.
std::string GeoText(uint64_t bits);
// Along the surface, in meters.
double GeoDistance(const GeoPoint& a, const GeoPoint& b);

// A circle or a box (whose sides go along the directions of the compass), in meters.
struct GeoShape {
  GeoPoint centre;
  bool is_box = false;
  double radius = 0;
  double width = 0;
  double height = 0;

  // How far the point is from the centre; nullopt: it is outside.
  std::optional<double> DistanceWithin(const GeoPoint& point) const;
};

// Numbers from `begin` on and below `end`.
struct GeoRange {
  uint64_t begin;
  uint64_t end;
};
// The ranges that hold every place in the shape, and others: each has to be looked at.
std::vector<GeoRange> GeoRangesOf(const GeoShape& shape);

}  // namespace storage
