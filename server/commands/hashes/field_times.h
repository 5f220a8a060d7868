// The times and the list of fields in the commands about expiries of fields.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/commands/hashes/hashes.h"
#include "storage/keyspace/opened.h"

namespace server {

// Expiries of fields have 46 bits, in milliseconds.
inline constexpr int64_t kFieldExpiryMax = (int64_t{1} << 46) - 1;

// How a command means its number.
struct TimeUnit {
  int64_t milliseconds;  // 1 or 1000
  bool is_relative;      // to now
};

// The time in milliseconds that the text means.
std::expected<int64_t, CommandError> ReadFieldExpiry(const CommandContext& context,
                                                     std::string_view text, TimeUnit unit);

using Fields = std::span<const std::string_view>;
// FIELDS numfields field [field ...], and nothing behind. `count_text` is the error for a number
// that is none.
std::expected<Fields, CommandError> ReadFields(Fields arguments, std::string_view count_text);

inline constexpr std::string_view kFieldCountText = "Number of fields must be a positive integer";

// What a command has done to fields, to be told: events, and requests for the log and the replicas.
struct FieldChanges {
  std::vector<std::string_view> expiring;  // have a new expiry
  std::vector<std::string_view> erased;    // their new expiry was over already

  // Sets a field's expiry, or erases it when that is over.
  void SetExpiry(CommandContext& context, storage::Hash& hash, std::string_view field,
                 int64_t at_ms);
  bool empty() const { return expiring.empty() && erased.empty(); }
  // HDEL and HPEXPIREAT.
  void Propagate(CommandContext& context, std::string_view key, int64_t at_ms) const;
};

// command key [words...] FIELDS n field...
void PropagateForFields(CommandContext& context, std::initializer_list<std::string_view> words,
                        std::span<const std::string_view> fields);

}  // namespace server
