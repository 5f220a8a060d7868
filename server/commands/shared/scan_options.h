// The cursor and the options of SCAN and of its relatives for collections.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/dispatch/arg_reader.h"
#include "storage/base/glob.h"

namespace server {

enum class ScanOf : uint8_t { kKeys, kSet, kHash, kSortedSet };

// A cursor argument; the error is set when it is none. Any 64-bit number is one: cursors that no
// scan gave are merely positions nobody asked for.
uint64_t ReadScanCursor(ArgReader& args);

struct ScanOptions {
  int64_t count = 10;  // about how many entries a call looks at; at least 1
  std::optional<storage::GlobPattern> pattern;
  std::optional<std::string_view> type;  // kKeys only
  bool no_values = false;                // kHash only

  bool Matches(std::string_view text) const { return !pattern || pattern->Matches(text); }
  // How many of so many entries a call may reply, about: small collections come whole.
  size_t EntriesMax(size_t all) const {
    constexpr size_t kSmall = 512;
    return std::min(all, std::max(static_cast<size_t>(count), kSmall));
  }
};

// Reads all arguments that are left; the error is set when they are wrong.
ScanOptions ReadScanOptions(ArgReader& args, ScanOf scan_of);

}  // namespace server
