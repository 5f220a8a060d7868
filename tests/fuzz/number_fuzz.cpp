// Property: an accepted integer is spelled as it would be printed; an accepted float is what strtod
// makes of it; what is printed reads back the same; no text does harm.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "protocol/resp/double_text.h"
#include "protocol/resp/wire_integer.h"
#include "storage/base/check.h"
#include "storage/base/number.h"

namespace {

std::string WireDouble(double value) {
  char text[protocol::resp::kDoubleTextBytesMax];
  return std::string(text, protocol::resp::WriteDouble(text, value));
}

void CheckIntegers(std::string_view text) {
  const auto value = storage::ParseInt64(text);
  CHECK_INVARIANT(value == protocol::resp::ParseWireInteger(text));
  if (value) CHECK_INVARIANT(std::to_string(*value) == text);
  const auto positive = storage::ParseUint64(text);
  if (positive) CHECK_INVARIANT(std::to_string(*positive) == text);
  if (value && *value >= 0) CHECK_INVARIANT(positive == static_cast<uint64_t>(*value));
  const auto bytes = storage::ParseMemorySize(text);
  if (bytes) CHECK_INVARIANT(*bytes >= 0);
}

void CheckDouble(double value) {
  const std::string text = storage::FormatDouble(value);
  CHECK_INVARIANT(text == WireDouble(value));
  if (std::isnan(value)) return;
  const auto parsed = storage::ParseDouble(text);
  CHECK_INVARIANT(parsed && std::bit_cast<uint64_t>(*parsed) == std::bit_cast<uint64_t>(value));
}

void CheckFloats(std::string_view text) {
  const auto value = storage::ParseDouble(text);
  if (value) {
    CHECK_INVARIANT(*value == std::strtod(std::string(text).c_str(), nullptr));
    CheckDouble(*value);
  }
  const auto precise = storage::ParseLongDouble(text);
  // Whatever fits a double fits a long double; the reverse is not so.
  if (value) CHECK_INVARIANT(precise.has_value());
  if (precise) CHECK_INVARIANT(storage::ParseLongDouble(storage::FormatLongDouble(*precise)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckIntegers(text);
  CheckFloats(text);
  if (size < sizeof(double)) return 0;
  double value = 0;
  std::memcpy(&value, data, sizeof(value));
  CheckDouble(value);
  return 0;
}
