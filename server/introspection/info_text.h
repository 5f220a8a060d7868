// InfoText: INFO's form: "# Section", then name:value lines, CRLF, an empty line between sections.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace server {

class InfoText {
 public:
  void Section(std::string_view title) {
    if (!text_.empty()) text_ += "\r\n";
    fmt::format_to(std::back_inserter(text_), "# {}\r\n", title);
  }
  template <class Value>
  void Field(std::string_view name, const Value& value) {
    fmt::format_to(std::back_inserter(text_), "{}:{}\r\n", name, value);
  }
  void Fraction(std::string_view name, double value, int digits) {
    fmt::format_to(std::back_inserter(text_), "{}:{:.{}f}\r\n", name, value, digits);
  }
  // A field and its form for humans: used_memory and used_memory_human.
  void Bytes(std::string_view name, uint64_t bytes) {
    Field(name, bytes);
    fmt::format_to(std::back_inserter(text_), "{}_human:{}\r\n", name, HumanBytes(bytes));
  }
  // "919.15K", as Redis shortens sizes.
  static std::string HumanBytes(uint64_t bytes);

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace server
