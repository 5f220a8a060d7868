#include "protocol/resp/double_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace protocol::resp {
namespace {

// Up to here a whole double is safely an int64_t, and Redis prints it as one.
constexpr double kWholeMax = 4611686018427387904.0;  // 2^62

char* Write(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* WriteZeros(char* to, int count) {
  std::fill_n(to, count, '0');
  return to + count;
}

// The shortest digits of a positive number: 0.<digits> * 10^point.
struct Decimal {
  char digits[20];
  int count = 0;
  int point = 0;
};

Decimal ShortestDecimal(double value) {
  char text[32];
  const char* end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  Decimal decimal;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') decimal.digits[decimal.count++] = *at;
  }
  ++at;                  // the 'e'
  if (*at == '+') ++at;  // from_chars takes no '+'
  std::from_chars(at, end, decimal.point);
  ++decimal.point;
  return decimal;
}

char* WriteScientific(char* to, const Decimal& decimal) {
  *to++ = decimal.digits[0];
  if (decimal.count > 1) {
    *to++ = '.';
    to = Write(to, {decimal.digits + 1, static_cast<size_t>(decimal.count - 1)});
  }
  const int exponent = decimal.point - 1;
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  return std::to_chars(to, to + 4, std::abs(exponent)).ptr;
}

char* WriteDecimal(char* to, const Decimal& decimal) {
  const std::string_view digits(decimal.digits, static_cast<size_t>(decimal.count));
  const int zeros_behind = decimal.point - decimal.count;
  const int exponent = std::abs(decimal.point - 1);
  if (zeros_behind >= 0) {
    if (exponent >= decimal.count + 7) return WriteScientific(to, decimal);
    return WriteZeros(Write(to, digits), zeros_behind);
  }
  if (zeros_behind <= -7 && exponent >= 4) return WriteScientific(to, decimal);
  if (decimal.point <= 0) return Write(WriteZeros(Write(to, "0."), -decimal.point), digits);
  const size_t whole = static_cast<size_t>(decimal.point);
  to = Write(to, digits.substr(0, whole));
  *to++ = '.';
  return Write(to, digits.substr(whole));
}

}  // namespace

char* WriteDouble(char* to, double value) {
  if (std::isnan(value)) return Write(to, "nan");
  if (std::signbit(value)) *to++ = '-';
  value = std::fabs(value);
  if (std::isinf(value)) return Write(to, "inf");
  if (value <= kWholeMax && value == std::floor(value)) {
    return std::to_chars(to, to + kDoubleTextBytesMax - 1, static_cast<int64_t>(value)).ptr;
  }
  return WriteDecimal(to, ShortestDecimal(value));
}

}  // namespace protocol::resp
