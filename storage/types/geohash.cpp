#include "storage/types/geohash.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace storage {
namespace {

constexpr unsigned kDepth = 26;
constexpr double kEarthRadius = 6372797.560856;  // meters; Redis's
constexpr double kMercatorMax = 20037726.37;     // half of the map's width in meters
constexpr double kPoleLatitude = 90;

double Radians(double degrees) {
  return degrees * (std::numbers::pi / 180.0);
}
double Degrees(double radians) {
  return radians / (std::numbers::pi / 180.0);
}

// Puts a zero bit before each of 32 bits.
uint64_t Spread(uint32_t bits) {
  uint64_t spread = bits;
  spread = (spread | spread << 16) & 0x0000ffff0000ffffu;
  spread = (spread | spread << 8) & 0x00ff00ff00ff00ffu;
  spread = (spread | spread << 4) & 0x0f0f0f0f0f0f0f0fu;
  spread = (spread | spread << 2) & 0x3333333333333333u;
  return (spread | spread << 1) & 0x5555555555555555u;
}
uint32_t Collect(uint64_t spread) {
  spread &= 0x5555555555555555u;
  spread = (spread | spread >> 1) & 0x3333333333333333u;
  spread = (spread | spread >> 2) & 0x0f0f0f0f0f0f0f0fu;
  spread = (spread | spread >> 4) & 0x00ff00ff00ff00ffu;
  spread = (spread | spread >> 8) & 0x0000ffff0000ffffu;
  return static_cast<uint32_t>(spread | spread >> 16);
}

// A cell of the grid with 2^depth columns and rows.
struct Cell {
  uint32_t column;
  uint32_t row;
  unsigned depth;

  uint64_t bits() const { return Spread(row) | Spread(column) << 1; }
  // Around the world. What stands on the grid's last border is in a row (or column) behind the
  // last, and stays there in the direction in which nothing moves, as in Redis.
  Cell Neighbour(int east, int north) const {
    return {Moved(column, east), Moved(row, north), depth};
  }
  uint32_t Moved(uint32_t index, int steps) const {
    const uint32_t mask = (uint32_t{1} << depth) - 1;
    return steps == 0 ? index : (index + static_cast<uint32_t>(steps)) & mask;
  }
  // The borders.
  static double Border(uint32_t index, unsigned depth, double max) {
    const double share = index * 1.0 / static_cast<double>(uint64_t{1} << depth);
    return -max + share * (2 * max);
  }
  double west() const { return Border(column, depth, kGeoLongitudeMax); }
  double east() const { return Border(column + 1, depth, kGeoLongitudeMax); }
  double south() const { return Border(row, depth, kGeoLatitudeMax); }
  double north() const { return Border(row + 1, depth, kGeoLatitudeMax); }
  GeoRange range() const {
    const unsigned unknown = 2 * (kDepth - depth);
    return {bits() << unknown, (bits() + 1) << unknown};
  }
};

uint32_t IndexOf(double degrees, double max, unsigned depth) {
  const double share = (degrees + max) / (max + max);
  return static_cast<uint32_t>(share * static_cast<double>(uint64_t{1} << depth));
}

Cell CellOf(const GeoPoint& point, double latitude_max, unsigned depth) {
  return {IndexOf(point.longitude, kGeoLongitudeMax, depth),
          IndexOf(point.latitude, latitude_max, depth), depth};
}

double LatitudeDistance(double a, double b) {
  return kEarthRadius * std::fabs(Radians(b) - Radians(a));
}

// The box in degrees around a shape.
struct Bounds {
  double west, south, east, north;
};

Bounds BoundsOf(const GeoShape& shape) {
  const double height = shape.is_box ? shape.height / 2 : shape.radius;
  const double width = shape.is_box ? shape.width / 2 : shape.radius;
  const GeoPoint& centre = shape.centre;
  const double north_south = Degrees(height / kEarthRadius);
  // A degree of longitude is shortest where the shape is nearest to a pole.
  const double nearest =
      centre.latitude < 0 ? centre.latitude - north_south : centre.latitude + north_south;
  const double east_west = Degrees(width / kEarthRadius / std::cos(Radians(nearest)));
  return {centre.longitude - east_west, centre.latitude - north_south, centre.longitude + east_west,
          centre.latitude + north_south};
}

// The finest grid of which nine cells should cover the shape.
unsigned DepthFor(const GeoShape& shape) {
  double reach = shape.is_box ? std::sqrt((shape.width / 2) * (shape.width / 2) +
                                          (shape.height / 2) * (shape.height / 2))
                              : shape.radius;
  if (reach == 0) return kDepth;
  int depth = 1;
  for (; reach < kMercatorMax; reach *= 2) ++depth;
  depth -= 2;
  // Near the poles cells are narrow.
  if (std::fabs(shape.centre.latitude) > 66) --depth;
  if (std::fabs(shape.centre.latitude) > 80) --depth;
  return static_cast<unsigned>(std::clamp(depth, 1, static_cast<int>(kDepth)));
}

// Whether the cells around this one reach as far as the bounds.
bool CoversWithNeighbours(const Cell& cell, const Bounds& bounds) {
  return cell.Neighbour(0, 1).north() >= bounds.north &&
         cell.Neighbour(0, -1).south() <= bounds.south &&
         cell.Neighbour(1, 0).east() >= bounds.east && cell.Neighbour(-1, 0).west() <= bounds.west;
}

// Directions of the nine cells, in the order in which they are searched.
struct Step {
  int east;
  int north;
};
constexpr Step kSteps[] = {{0, 0}, {0, 1},  {0, -1}, {1, 0},  {-1, 0},
                           {1, 1}, {-1, 1}, {1, -1}, {-1, -1}};

// Whether the shape cannot reach into the cell in this direction, because it ends within the middle
// one. (Coarse cells may lie on two sides at once, so there nothing is left out.)
bool IsOutOfReach(const Step& step, const Cell& middle, const Bounds& bounds) {
  if (middle.depth < 2) return false;
  return (step.north < 0 && middle.south() < bounds.south) ||
         (step.north > 0 && middle.north() > bounds.north) ||
         (step.east < 0 && middle.west() < bounds.west) ||
         (step.east > 0 && middle.east() > bounds.east);
}

}  // namespace

bool IsOnGeoGrid(const GeoPoint& point) {
  return point.longitude >= -kGeoLongitudeMax && point.longitude <= kGeoLongitudeMax &&
         point.latitude >= -kGeoLatitudeMax && point.latitude <= kGeoLatitudeMax;
}

uint64_t GeoEncode(const GeoPoint& point) {
  return CellOf(point, kGeoLatitudeMax, kDepth).bits();
}

GeoPoint GeoDecode(uint64_t bits) {
  const Cell cell{Collect(bits >> 1), Collect(bits), kDepth};
  return {std::clamp((cell.west() + cell.east()) / 2, -kGeoLongitudeMax, kGeoLongitudeMax),
          std::clamp((cell.south() + cell.north()) / 2, -kGeoLatitudeMax, kGeoLatitudeMax)};
}

std::string GeoText(uint64_t bits) {
  constexpr char kAlphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
  const uint64_t wide = CellOf(GeoDecode(bits), kPoleLatitude, kDepth).bits();
  std::string text;
  for (unsigned i = 1; i <= 10; ++i) text += kAlphabet[wide >> (2 * kDepth - 5 * i) & 31];
  // 52 bits are ten characters and two bits; Redis says 0 for the eleventh.
  text += kAlphabet[0];
  return text;
}

double GeoDistance(const GeoPoint& a, const GeoPoint& b) {
  const double v = std::sin((Radians(b.longitude) - Radians(a.longitude)) / 2);
  if (v == 0.0) return LatitudeDistance(a.latitude, b.latitude);
  const double from = Radians(a.latitude);
  const double to = Radians(b.latitude);
  const double u = std::sin((to - from) / 2);
  return 2.0 * kEarthRadius * std::asin(std::sqrt(u * u + std::cos(from) * std::cos(to) * v * v));
}

std::optional<double> GeoShape::DistanceWithin(const GeoPoint& point) const {
  if (is_box) {
    if (LatitudeDistance(point.latitude, centre.latitude) > height / 2) return std::nullopt;
    if (GeoDistance(point, {centre.longitude, point.latitude}) > width / 2) return std::nullopt;
    return GeoDistance(centre, point);
  }
  const double distance = GeoDistance(centre, point);
  if (distance > radius) return std::nullopt;
  return distance;
}

std::vector<GeoRange> GeoRangesOf(const GeoShape& shape) {
  const Bounds bounds = BoundsOf(shape);
  unsigned depth = DepthFor(shape);
  Cell middle = CellOf(shape.centre, kGeoLatitudeMax, depth);
  if (depth > 1 && !CoversWithNeighbours(middle, bounds)) {
    middle = CellOf(shape.centre, kGeoLatitudeMax, --depth);
  }
  std::vector<GeoRange> ranges;
  for (const Step& step : kSteps) {
    if (IsOutOfReach(step, middle, bounds)) continue;
    const GeoRange range = middle.Neighbour(step.east, step.north).range();
    // On a coarse grid neighbours may be the same cell; the one in the middle alone is not compared
    // with, as in Redis, whose order and repetitions these are.
    if (ranges.size() > 1 && ranges.back().begin == range.begin) continue;
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace storage
