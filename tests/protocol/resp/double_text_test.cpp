// Doubles in replies. storage/base has the same text for files and values: both must stay the same.
#include "protocol/resp/double_text.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "storage/base/number.h"
#include "storage/base/random.h"

using protocol::resp::kDoubleTextBytesMax;
using protocol::resp::WriteDouble;
using storage::Random;

namespace {

std::string Written(double value) {
  char text[kDoubleTextBytesMax];
  return std::string(text, WriteDouble(text, value));
}

}  // namespace

TEST_CASE("WriteDouble: prints the shortest digits in Redis's form") {
  CHECK(Written(3) == "3");
  CHECK(Written(-0.0) == "-0");
  CHECK(Written(0.1) == "0.1");
  CHECK(Written(-12.25) == "-12.25");
  CHECK(Written(1e-6) == "0.000001");
  CHECK(Written(1e-7) == "1e-7");
  CHECK(Written(1.25e-10) == "1.25e-10");
  CHECK(Written(1e22) == "1e+22");
  CHECK(Written(123456789012345680000.0) == "123456789012345680000");
  CHECK(Written(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(Written(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(Written(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(Written(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("WriteDouble: equals storage's text, fits its room and reads back the same") {
  for (uint64_t seed = 1; seed <= 200000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    double value = std::bit_cast<double>(random.Next());
    if (random.Below(2) == 0) {
      const double digits =
          static_cast<double>(static_cast<int64_t>(random.Below(2000000)) - 1000000);
      value = digits * std::pow(10.0, static_cast<double>(random.Below(60)) - 30.0);
    }
    const std::string text = Written(value);
    REQUIRE(text.size() <= kDoubleTextBytesMax);
    REQUIRE(text == storage::FormatDouble(value));
    if (std::isnan(value)) continue;
    REQUIRE(std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)) ==
            std::bit_cast<uint64_t>(value));
  }
}
