// SORT's request: its options, and the patterns by which it looks at other keys.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "server/dispatch/command_context.h"
#include "storage/types/string.h"

namespace server {

// What looking up takes: allocated once, so that no lookup can lack memory half-way.
class SortScratch {
 public:
  // For names of so many bytes. False: there is no memory for them.
  bool Reserve(size_t name_bytes);

 private:
  friend class SortPattern;
  std::unique_ptr<char[]> name_;
  storage::StringScratch integer_;
};

// "weight_*" names a key for each element, "data_*->field" a field of a hash, "#" the element.
class SortPattern {
 public:
  explicit SortPattern(std::string_view text);

  // A pattern without '*' names the same for all elements, and so nothing.
  bool HasPlace() const { return has_place_; }
  // Of the longest name for elements of so many bytes.
  size_t NameBytes(size_t element_bytes) const {
    return before_.size() + element_bytes + behind_.size();
  }
  // What it names for the element; empty when that does not exist or is no string. It is valid
  // until the next lookup.
  std::optional<std::string_view> ValueFor(CommandContext& context, std::string_view element,
                                           SortScratch& scratch) const;

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
