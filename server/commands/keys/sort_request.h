// SORT's request: its options, and the patterns by which it looks at other keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/dispatch/command_context.h"

namespace server {

// "weight_*" names a key for each element, "data_*->field" a field of a hash, "#" the element.
class SortPattern {
 public:
  explicit SortPattern(std::string_view text);

  // A pattern without '*' names the same for all elements, and so nothing.
  bool HasPlace() const { return has_place_; }
  // What it names for the element; empty when that does not exist or is no string.
  std::optional<std::string> ValueFor(CommandContext& context, std::string_view element) const;

 private:
  bool is_element_ = false;
  bool has_place_ = false;
  std::string_view before_;
  std::string_view behind_;
  std::string_view field_;  // empty: the key holds a string
};

struct SortRequest {
  std::string_view key;
  std::optional<SortPattern> by = {};
  std::vector<SortPattern> get = {};
  std::optional<std::string_view> store = {};
  int64_t limit_start = 0;
  int64_t limit_count = -1;
  bool is_descending = false;
  bool is_alphabetic = false;
};

enum class SortMayStore : uint8_t { kYes, kNo };

// Reads all arguments; the error is set when they are wrong.
SortRequest ReadSortRequest(ArgReader& args, SortMayStore may_store);

}  // namespace server
