#include "server/commands/zsets/range_query.h"

#include <algorithm>

#include "server/commands/shared/score_ranges.h"
#include "storage/base/number.h"

namespace server {
namespace {

using By = RangeQuery::By;
using storage::Direction;

// The ranks from start to stop, the first being those of the end where the walk begins.
storage::RankRange RanksFrom(int64_t start, int64_t stop, int64_t size, Direction direction) {
  if (start < 0) start = std::max<int64_t>(start + size, 0);
  if (stop < 0) stop += size;
  stop = std::min(stop, size - 1);
  if (start > stop) return {};
  const auto count = static_cast<size_t>(stop - start + 1);
  const int64_t first = direction == Direction::kUp ? start : size - 1 - stop;
  return {static_cast<size_t>(first), count};
}

// Leaves `offset` members at the beginning of the walk out, and takes `limit` of the others.
storage::RankRange Limited(storage::RankRange range, int64_t offset, int64_t limit,
                           Direction direction) {
  if (offset < 0 || static_cast<size_t>(offset) >= range.count) return {};
  const auto skipped = static_cast<size_t>(offset);
  size_t count = range.count - skipped;
  if (limit >= 0) count = std::min(count, static_cast<size_t>(limit));
  if (direction == Direction::kUp) return {range.first + skipped, count};
  return {range.first + range.count - skipped - count, count};
}

struct Options {
  std::optional<By> by;
  std::optional<Direction> direction;
};

std::optional<CommandError> ReadOptions(ArgReader& args, const RangeForm& form, Options& options,
                                        RangeQuery& query) {
  while (!args.AtEnd()) {
    if (form.may_have_scores && args.Take("WITHSCORES")) {
      query.with_scores = true;
    } else if (args.remaining() > 2 && args.Take("LIMIT")) {
      query.offset = args.Int64();
      query.limit = args.Int64();
    } else if (!options.direction && args.Take("REV")) {
      options.direction = Direction::kDown;
    } else if (!options.by && args.Take("BYLEX")) {
      options.by = By::kLex;
    } else if (!options.by && args.Take("BYSCORE")) {
      options.by = By::kScore;
    } else {
      return CommandError::Syntax();
    }
  }
  if (const auto error = args.Finish()) return *error;
  query.by = options.by.value_or(By::kRank);
  query.direction = options.direction.value_or(Direction::kUp);
  if (query.limit != -1 && query.by == By::kRank) {
    return CommandError::Err(
        "syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
  }
  if (query.with_scores && query.by == By::kLex) {
    return CommandError::Err("syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  return std::nullopt;
}

std::optional<CommandError> ReadEnds(std::string_view first, std::string_view second,
                                     RangeQuery& query) {
  if (query.by == By::kRank) {
    const auto start = storage::ParseInt64(first);
    const auto stop = storage::ParseInt64(second);
    if (!start || !stop) return CommandError::NotAnInteger();
    query.start = *start;
    query.stop = *stop;
    return std::nullopt;
  }
  // Downwards, the higher end is given first.
  if (query.direction == Direction::kDown) std::swap(first, second);
  if (query.by == By::kScore) {
    const auto scores = ParseScoreRange(first, second);
    if (!scores) return CommandError::Err("min or max is not a float");
    query.scores = *scores;
    return std::nullopt;
  }
  const auto strings = ParseLexRange(first, second);
  if (!strings) return CommandError::Err("min or max not valid string range item");
  query.strings = *strings;
  return std::nullopt;
}

}  // namespace

storage::RankRange RangeQuery::In(const storage::SortedSetView& set) const {
  switch (by) {
    case By::kRank:
      return RanksFrom(start, stop, static_cast<int64_t>(set.size()), direction);
    case By::kScore:
      return Limited(set.InRange(scores), offset, limit, direction);
    case By::kLex:
      return Limited(set.InRange(strings, direction), offset, limit, direction);
  }
  return {};
}

std::expected<RangeQuery, CommandError> ReadRangeQuery(ArgReader& args, const RangeForm& form) {
  RangeQuery query;
  const std::string_view first = args.Bytes();
  const std::string_view second = args.Bytes();
  Options options{form.by, form.direction};
  if (auto error = ReadOptions(args, form, options, query)) return std::unexpected(*error);
  if (auto error = ReadEnds(first, second, query)) return std::unexpected(*error);
  return query;
}

}  // namespace server
