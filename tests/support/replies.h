// Replies as they stand on the wire, for comparisons that read well.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tests {

inline constexpr std::string_view kOk = "+OK\r\n";
inline constexpr std::string_view kNull = "$-1\r\n";  // RESP2
inline constexpr std::string_view kNull3 = "_\r\n";   // RESP3
inline constexpr std::string_view kSyntaxError = "-ERR syntax error\r\n";
inline constexpr std::string_view kNotAnInteger =
    "-ERR value is not an integer or out of range\r\n";
inline constexpr std::string_view kWrongType =
    "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

inline std::string Bulk(std::string_view bytes) {
  return "$" + std::to_string(bytes.size()) + "\r\n" + std::string(bytes) + "\r\n";
}
inline std::string Integer(int64_t value) {
  return ":" + std::to_string(value) + "\r\n";
}
inline std::string Error(std::string_view line) {
  return "-" + std::string(line) + "\r\n";
}
// Of replies that are encoded already.
inline std::string Array(std::initializer_list<std::string_view> elements) {
  std::string wire = "*" + std::to_string(elements.size()) + "\r\n";
  for (const std::string_view element : elements) wire += element;
  return wire;
}

}  // namespace tests
