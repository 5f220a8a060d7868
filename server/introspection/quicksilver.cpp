#include "server/introspection/quicksilver.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace server {
namespace {

struct Drop {
  double x;
  double y;
  double radius;
};

constexpr size_t kDrops = 12;
constexpr double kRowsPerColumn = 2.1;  // a character is about so much higher than wide

// How strong the drops are together at a point: 1 and more is quicksilver. Each fades with the
// square of the distance, so that neighbours swell towards each other and join.
double StrengthAt(const std::array<Drop, kDrops>& drops, double x, double y) {
  double strength = 0;
  for (const Drop& drop : drops) {
    const double dx = x - drop.x;
    const double dy = (y - drop.y) * kRowsPerColumn;
    strength += drop.radius * drop.radius / (dx * dx + dy * dy + 0.1);
  }
  return strength;
}

char Shade(double strength, double strength_up_left) {
  constexpr std::string_view kBody = "o0@#";
  if (strength < 0.75) return ' ';
  if (strength < 1) return '.';
  // Light comes from the upper left: where the drop rises towards it, it shines.
  if (strength_up_left < strength * 0.72) return strength_up_left < 1 ? '(' : '*';
  const size_t level = strength < 1.4 ? 0 : strength < 2.2 ? 1 : strength < 4 ? 2 : 3;
  return kBody[level];
}

}  // namespace

std::string DrawQuicksilver(storage::Random& random) {
  std::array<Drop, kDrops> drops;
  for (Drop& drop : drops) {
    const double size = random.Unit();
    drop = {.x = random.Unit() * kPictureColumns,
            .y = random.Unit() * kPictureRows,
            .radius = 1 + 4 * size * size};
  }
  std::string picture;
  for (int row = 0; row < kPictureRows; ++row) {
    for (int column = 0; column < kPictureColumns; ++column) {
      const double strength = StrengthAt(drops, column, row);
      picture += Shade(strength, StrengthAt(drops, column - 2, row - 1));
    }
    picture += '\n';
  }
  return picture;
}

}  // namespace server
