// A range of a sorted set, as ZRANGE, ZRANGESTORE and the older range commands ask for it.
#pragma once

#include <expected>
#include <optional>

#include "server/dispatch/arg_reader.h"
#include "storage/types/sorted_set.h"

namespace server {

struct RangeQuery {
  enum class By : uint8_t { kRank, kScore, kLex };
  By by = By::kRank;
  storage::Direction direction = storage::Direction::kUp;
  bool with_scores = false;
  int64_t start = 0;  // kRank; negative ones count from the end
  int64_t stop = 0;
  storage::ScoreRange scores;
  storage::LexRange strings;
  int64_t offset = 0;
  int64_t limit = -1;  // negative: no limit

  // The ranks that are asked for. Walk them in `direction`.
  storage::RankRange In(const storage::SortedSetView& set) const;
};

// What the command itself says about the range; the rest is options.
struct RangeForm {
  std::optional<RangeQuery::By> by = {};
  std::optional<storage::Direction> direction = {};
  bool may_have_scores = true;
};

// Reads two ends and options, which are all that is left.
std::expected<RangeQuery, CommandError> ReadRangeQuery(ArgReader& args, const RangeForm& form);

}  // namespace server
