// Numbers as text: what is accepted, and that what is printed reads back the same.
#include "storage/base/number.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

#include "storage/base/random.h"

using storage::EqualsIgnoreCase;
using storage::FormatDouble;
using storage::FormatInt64;
using storage::FormatLongDouble;
using storage::ParseDouble;
using storage::ParseInt64;
using storage::ParseLongDouble;
using storage::ParseMemorySize;
using storage::ParseUint64;
using storage::Random;
using storage::ToLower;

namespace {

std::string Formatted(int64_t value) {
  char text[storage::kInt64TextMax];
  return std::string(text, FormatInt64(text, value));
}

// Doubles of every magnitude, and among them many with few digits.
double RandomDouble(Random& random) {
  if (random.Below(2) == 0) return std::bit_cast<double>(random.Next());
  const double digits = static_cast<double>(static_cast<int64_t>(random.Below(2000000)) - 1000000);
  return digits * std::pow(10.0, static_cast<double>(random.Below(60)) - 30.0);
}

}  // namespace

TEST_CASE("ParseInt64: takes the one spelling of each number") {
  CHECK(ParseInt64("0") == 0);
  CHECK(ParseInt64("-1") == -1);
  CHECK(ParseInt64("9223372036854775807") == std::numeric_limits<int64_t>::max());
  CHECK(ParseInt64("-9223372036854775808") == std::numeric_limits<int64_t>::min());
  for (const std::string_view text :
       {"", "-", "+1", "-0", "01", "-01", " 1", "1 ", "1a", "0x1", "1.0", "1e3",
        "9223372036854775808", "-9223372036854775809", "92233720368547758070", "00"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseInt64(text).has_value());
  }
  CHECK_FALSE(ParseInt64(std::string_view("1\0", 2)).has_value());
}

TEST_CASE("ParseInt64: accepts exactly what printing gives") {
  static const std::string kBytes = "-+0012399 ";
  for (uint64_t seed = 1; seed <= 100000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto value = static_cast<int64_t>(random.Next() >> random.Below(64));
    REQUIRE(ParseInt64(Formatted(value)) == value);
    REQUIRE(ParseInt64(Formatted(-value)) == -value);
    REQUIRE(Formatted(value) == std::to_string(value));
    std::string text;
    for (uint64_t i = random.Below(6); i > 0; --i) text += kBytes[random.Below(kBytes.size())];
    const bool is_canonical = text == std::to_string(std::atoll(text.c_str()));
    REQUIRE(ParseInt64(text).has_value() == is_canonical);
  }
}

TEST_CASE("ParseUint64: reaches twice as far and knows no sign") {
  CHECK(ParseUint64("18446744073709551615") == std::numeric_limits<uint64_t>::max());
  CHECK(ParseUint64("0") == 0);
  for (const std::string_view text : {"", "-1", "-0", "+1", "01", "18446744073709551616", "1 "}) {
    CAPTURE(text);
    CHECK_FALSE(ParseUint64(text).has_value());
  }
}

TEST_CASE(
    "ParseDouble and ParseLongDouble: take what strtod takes, without spaces, nan and overflow") {
  const struct {
    std::string_view text;
    double value;
  } kGood[] = {{"0", 0},       {"1.5", 1.5},  {"-1.5", -1.5},   {"+3", 3},         {".5", 0.5},
               {"5.", 5},      {"1e3", 1000}, {"1E-3", 0.001},  {"0x1p3", 8},      {"0xff", 255},
               {"-0x10", -16}, {"007", 7},    {"1e308", 1e308}, {"5e-324", 5e-324}};
  for (const auto& [text, value] : kGood) {
    CAPTURE(text);
    CHECK(ParseDouble(text) == value);
    REQUIRE(ParseLongDouble(text).has_value());
    CHECK(static_cast<double>(*ParseLongDouble(text)) == value);
  }
  for (const std::string_view text : {"inf", "+inf", "Infinity", "INF"}) {
    CHECK(ParseDouble(text) == std::numeric_limits<double>::infinity());
    CHECK(ParseLongDouble(text) == std::numeric_limits<long double>::infinity());
  }
  CHECK(ParseDouble("-inf") == -std::numeric_limits<double>::infinity());
  for (const std::string_view text : {"", " 1", "1 ", "\t1", "nan", "-nan", "NaN", "nan(1)", "1e",
                                      "e1", "1.2.3", "--1", "0x", "1e400000", "1,5", "infin"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseDouble(text).has_value());
    CHECK_FALSE(ParseLongDouble(text).has_value());
  }
  CHECK_FALSE(ParseDouble("1e309").has_value());
  CHECK_FALSE(ParseDouble("-1e309").has_value());
  CHECK_FALSE(ParseDouble("1e-400").has_value());
  CHECK(ParseLongDouble("1e309").has_value());
  // A denormal is only less precise.
  CHECK(ParseDouble("+5e-324") == 5e-324);
  CHECK(ParseLongDouble("1e-4950").has_value());
  CHECK_FALSE(ParseLongDouble("1e-5000").has_value());
  CHECK(std::signbit(ParseDouble("-0").value()));
  CHECK_FALSE(ParseDouble(std::string_view("1\0", 2)).has_value());
  CHECK_FALSE(ParseDouble(std::string(6000, '1')).has_value());
  CHECK_FALSE(ParseLongDouble(std::string(6000, '0')).has_value());
}

TEST_CASE("FormatLongDouble: prints 17 digits behind the point and cuts zeros") {
  CHECK(FormatLongDouble(0.0L) == "0");
  CHECK(FormatLongDouble(-0.0L) == "0");
  CHECK(FormatLongDouble(-0.00000000000000000001L) == "0");
  CHECK(FormatLongDouble(10.5L) == "10.5");
  CHECK(FormatLongDouble(3.0L) == "3");
  CHECK(FormatLongDouble(100.0L) == "100");
  CHECK(FormatLongDouble(-5000.25L) == "-5000.25");
  CHECK(FormatLongDouble(0.1L) == "0.1");
  CHECK(FormatLongDouble(ParseLongDouble("3.0e3").value() + 200.0L) == "3200");
  CHECK(FormatLongDouble(std::numeric_limits<long double>::infinity()) == "inf");
  CHECK(FormatLongDouble(-std::numeric_limits<long double>::infinity()) == "-inf");
  CHECK(FormatLongDouble(std::numeric_limits<long double>::quiet_NaN()) == "nan");
  // The longest that there is: 4933 digits.
  const std::string longest = FormatLongDouble(std::numeric_limits<long double>::lowest());
  CHECK(longest.size() == 4934);
  CHECK(ParseLongDouble(longest) == std::numeric_limits<long double>::lowest());
}

TEST_CASE("FormatDouble: chooses the form that Redis 7.4 chooses") {
  const struct {
    double value;
    std::string_view text;
  } kCases[] = {{3, "3"},
                {-3, "-3"},
                {0, "0"},
                {-0.0, "-0"},
                {0.1, "0.1"},
                {1.5, "1.5"},
                {-1234.5, "-1234.5"},
                {1e-6, "0.000001"},
                {1e-7, "1e-7"},
                {1.5e-7, "1.5e-7"},
                {0.00123456, "0.00123456"},
                {0.000123456, "1.23456e-4"},
                {1.23456e-5, "1.23456e-5"},
                {123456789.125, "123456789.125"},
                {1e18, "1000000000000000000"},
                {4611686018427387904.0, "4611686018427387904"},
                {4611686018427388928.0, "4611686018427389000"},
                {1e19, "1e+19"},
                {12345678901234567890.0, "12345678901234567000"},
                {1e22, "1e+22"},
                {1.5e300, "1.5e+300"},
                {5e-324, "5e-324"},
                {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
                {std::numeric_limits<double>::infinity(), "inf"},
                {-std::numeric_limits<double>::infinity(), "-inf"},
                {std::numeric_limits<double>::quiet_NaN(), "nan"}};
  for (const auto& [value, text] : kCases) CHECK(FormatDouble(value) == text);
}

TEST_CASE("FormatDouble: what it prints reads back the same") {
  for (uint64_t seed = 1; seed <= 200000; ++seed) {
    Random random(seed);
    const double value = RandomDouble(random);
    if (std::isnan(value)) continue;
    CAPTURE(seed);
    const auto parsed = ParseDouble(FormatDouble(value));
    REQUIRE(parsed.has_value());
    REQUIRE(std::bit_cast<uint64_t>(*parsed) == std::bit_cast<uint64_t>(value));
  }
}

TEST_CASE("ParseMemorySize: knows decimal and binary units in any letter case") {
  CHECK(ParseMemorySize("0") == 0);
  CHECK(ParseMemorySize("100") == 100);
  CHECK(ParseMemorySize("100b") == 100);
  CHECK(ParseMemorySize("1k") == 1000);
  CHECK(ParseMemorySize("1Kb") == 1024);
  CHECK(ParseMemorySize("2M") == 2000000);
  CHECK(ParseMemorySize("2MB") == 2 * 1024 * 1024);
  CHECK(ParseMemorySize("3g") == 3000000000);
  CHECK(ParseMemorySize("3gB") == 3ll * 1024 * 1024 * 1024);
  CHECK(ParseMemorySize("9223372036854775807") == std::numeric_limits<int64_t>::max());
  for (const std::string_view text :
       {"", "k", "-1", "-1mb", "+1", " 1", "1 mb", "1t", "1kbb", "1.5gb", "0x10",
        "9223372036854775808", "9223372036854775807k", "8589934592gb"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseMemorySize(text).has_value());
  }
}

TEST_CASE("EqualsIgnoreCase and ToLower: fold ASCII letters and nothing else") {
  CHECK(EqualsIgnoreCase("KeepTTL", "kEEPttl"));
  CHECK(EqualsIgnoreCase("", ""));
  CHECK_FALSE(EqualsIgnoreCase("ab", "abc"));
  CHECK_FALSE(EqualsIgnoreCase("[", "{"));
  CHECK_FALSE(EqualsIgnoreCase("\xc4", "\xe4"));
  CHECK(ToLower("AZaz[@\xc4") == "azaz[@\xc4");
}
