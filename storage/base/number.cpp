#include "storage/base/number.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace storage {
namespace {

// As many bytes as Redis looks at in a floating point argument.
constexpr size_t kFloatTextMax = 5 * 1024 - 1;
// The longest long double in fixed notation: sign, 4933 digits, the point and 17 digits.
constexpr size_t kLongDoubleTextMax = 1 + 4933 + 1 + 17 + 1;
// Up to here a whole double is safely an int64_t, and Redis prints it as one.
constexpr double kWholeMax = 4611686018427387904.0;  // 2^62

bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}
bool IsSpace(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}
char LowerCase(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

template <class Integer>
std::optional<Integer> ParseInteger(std::string_view text) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  const std::string_view digits = text.front() == '-' ? text.substr(1) : text;
  if (digits.front() == '0' && text.size() > 1) return std::nullopt;
  return value;
}

// strtod and strtold, which need a NUL behind the text. `Convert` is one of them.
template <class Float, Float (*Convert)(const char*, char**)>
std::optional<Float> ParseFloat(std::string_view text) {
  if (text.empty() || text.size() > kFloatTextMax || IsSpace(text.front())) return std::nullopt;
  char copy[kFloatTextMax + 1];
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  char* stop = nullptr;
  errno = 0;
  const Float value = Convert(copy, &stop);
  if (stop != copy + text.size() || std::isnan(value)) return std::nullopt;
  // Out of range, but not a denormal, which is only less precise.
  if (errno == ERANGE && (std::isinf(value) || value == 0)) return std::nullopt;
  return value;
}

// The shortest digits of a positive number, in the form that Redis 7.4 chooses for them: without an
// exponent while that is short, and an exponent with a sign and no padding.
std::string ShortestText(double value) {
  char text[32];
  const char* end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  const char* mark = std::find<const char*>(text, end, 'e');
  std::string digits(text, static_cast<size_t>(mark - text));
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  int exponent = 0;
  std::from_chars(mark[1] == '+' ? mark + 2 : mark + 1, end, exponent);

  const int count = static_cast<int>(digits.size());
  const int zeros_behind = exponent + 1 - count;
  const bool is_short =
      zeros_behind >= 0 ? exponent < count + 7 : zeros_behind > -7 || std::abs(exponent) < 4;
  if (!is_short) {
    if (count > 1) digits.insert(1, 1, '.');
    return digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
  }
  if (zeros_behind >= 0) return digits.append(static_cast<size_t>(zeros_behind), '0');
  if (exponent < 0) return "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  return digits.insert(static_cast<size_t>(exponent) + 1, 1, '.');
}

}  // namespace

std::optional<int64_t> ParseInt64(std::string_view text) {
  return ParseInteger<int64_t>(text);
}

std::optional<uint64_t> ParseUint64(std::string_view text) {
  return ParseInteger<uint64_t>(text);
}

std::optional<long double> ParseLongDouble(std::string_view text) {
  return ParseFloat<long double, std::strtold>(text);
}

std::optional<double> ParseDouble(std::string_view text) {
  // Plain decimals without the copy. Whatever this does not take as a whole is left to strtod.
  if (!text.empty() && IsDigit(text.back())) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end) return value;
  }
  return ParseFloat<double, std::strtod>(text);
}

char* FormatInt64(char* to, int64_t value) {
  return std::to_chars(to, to + kInt64TextMax, value).ptr;
}

std::string FormatLongDouble(long double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char text[kLongDoubleTextMax];
  const int written = std::snprintf(text, sizeof(text), "%.17Lf", value);
  std::string_view trimmed(text, static_cast<size_t>(written));
  while (trimmed.ends_with('0')) trimmed.remove_suffix(1);
  if (trimmed.ends_with('.')) trimmed.remove_suffix(1);
  return trimmed == "-0" ? "0" : std::string(trimmed);
}

std::string FormatDouble(double value) {
  if (std::isnan(value)) return "nan";
  const std::string sign = std::signbit(value) ? "-" : "";
  const double magnitude = std::fabs(value);
  if (std::isinf(magnitude)) return sign + "inf";
  if (magnitude <= kWholeMax && magnitude == std::floor(magnitude)) {
    return sign + std::to_string(static_cast<int64_t>(magnitude));
  }
  return sign + ShortestText(magnitude);
}

std::optional<int64_t> ParseMemorySize(std::string_view text) {
  struct Unit {
    std::string_view name;
    int64_t bytes;
  };
  static constexpr Unit kUnits[] = {
      {"", 1},           {"b", 1},
      {"k", 1000},       {"kb", 1024},
      {"m", 1000000},    {"mb", 1024 * 1024},
      {"g", 1000000000}, {"gb", 1024 * 1024 * 1024},
  };
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  const std::string_view name(stop, static_cast<size_t>(end - stop));
  for (const Unit& unit : kUnits) {
    if (!EqualsIgnoreCase(name, unit.name)) continue;
    if (number > std::numeric_limits<int64_t>::max() / unit.bytes) return std::nullopt;
    return number * unit.bytes;
  }
  return std::nullopt;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerCase);
  return lower;
}

}  // namespace storage
