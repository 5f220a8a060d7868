// Numbers as text, with Redis's rules: what is accepted, and how results are printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace storage {

// The only spelling of an integer that counts as one: optional '-', no '+', no leading zeros, no
// spaces, in range. "-0" is none. So that text -> number -> text gives the same bytes.
std::optional<int64_t> ParseInt64(std::string_view text);
std::optional<uint64_t> ParseUint64(std::string_view text);

// Floating point arguments: decimal, exponent, hex floats, "inf"/"infinity" with sign, a leading
// '+'. Refuses "nan", spaces, empty and trailing bytes, and results out of range.
std::optional<long double> ParseLongDouble(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);

inline constexpr size_t kInt64TextMax = 20;  // "-9223372036854775808"
// Writes decimal digits to `to` (room for kInt64TextMax); returns the end.
char* FormatInt64(char* to, int64_t value);

// As INCRBYFLOAT prints: fixed notation with 17 digits after the point, trailing zeros cut.
std::string FormatLongDouble(long double value);
// The shortest digits that read back the same, as in double replies of Redis 7.4: 3, 0.1, 1e-7,
// 1e+22, inf, -inf, nan. protocol/resp/double_text.h has the same text for replies; a test compares
// them.
std::string FormatDouble(double value);

// "1k" = 1000, "1kb" = 1024, likewise m, mb, g, gb, b; case-insensitive; nullopt when malformed or
// too large.
std::optional<int64_t> ParseMemorySize(std::string_view text);

// ASCII case-insensitive equality, the way option words are compared.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
std::string ToLower(std::string_view text);

}  // namespace storage
