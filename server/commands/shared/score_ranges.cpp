#include "server/commands/shared/score_ranges.h"

#include <cmath>
#include <cstdlib>
#include <string>

namespace server {
namespace {

// As Redis reads it: what strtod takes up to a zero byte, which includes nothing at all (0),
// leading spaces, hexadecimal digits and numbers out of range (infinite).
std::optional<double> ParseBound(std::string_view text, bool& is_excluded) {
  is_excluded = text.starts_with('(');
  const std::string number(text.substr(is_excluded ? 1 : 0));
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (*end != '\0' || std::isnan(value)) return std::nullopt;
  return value;
}

std::optional<storage::LexBound> ParseLexBound(std::string_view text) {
  using Kind = storage::LexBound::Kind;
  const char first = text.empty() ? '\0' : text[0];
  const bool is_one_byte = text.size() == 1 || (text.size() > 1 && text[1] == '\0');
  switch (first) {
    case '-':
      if (is_one_byte) return storage::LexBound{.kind = Kind::kLowest};
      return std::nullopt;
    case '+':
      if (is_one_byte) return storage::LexBound{.kind = Kind::kHighest};
      return std::nullopt;
    case '(':
    case '[':
      return storage::LexBound{Kind::kMember, text.substr(1), first == '('};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<storage::ScoreRange> ParseScoreRange(std::string_view min, std::string_view max) {
  storage::ScoreRange range;
  const auto low = ParseBound(min, range.excludes_min);
  const auto high = ParseBound(max, range.excludes_max);
  if (!low || !high) return std::nullopt;
  range.min = *low;
  range.max = *high;
  return range;
}

std::optional<storage::LexRange> ParseLexRange(std::string_view min, std::string_view max) {
  const auto low = ParseLexBound(min);
  const auto high = ParseLexBound(max);
  if (!low || !high) return std::nullopt;
  return storage::LexRange{*low, *high};
}

}  // namespace server
