#include "server/commands/zsets/score_sources.h"

#include <array>

#include "storage/base/number.h"

namespace server {
namespace {

// WEIGHTS, AGGREGATE, WITHSCORES and LIMIT, as far as the command has them.
std::optional<CommandError> ReadOptions(ArgReader& args, AlgebraForm form, ScoreAlgebra& algebra) {
  const bool has_weights =
      algebra.operation != ScoreOperation::kDifference && form != AlgebraForm::kCount;
  while (!args.AtEnd()) {
    if (has_weights && args.remaining() > algebra.sources.size() && args.Take("WEIGHTS")) {
      for (ScoreSource& source : algebra.sources) {
        const auto weight = storage::ParseDouble(args.Bytes());
        if (!weight) return CommandError::Err("weight value is not a float");
        source.weight = *weight;
      }
    } else if (has_weights && args.remaining() > 1 && args.Take("AGGREGATE")) {
      if (args.Take("SUM")) {
        algebra.aggregate = Aggregate::kSum;
      } else if (args.Take("MIN")) {
        algebra.aggregate = Aggregate::kMin;
      } else if (args.Take("MAX")) {
        algebra.aggregate = Aggregate::kMax;
      } else {
        return CommandError::Syntax();
      }
    } else if (form == AlgebraForm::kReply && args.Take("WITHSCORES")) {
      algebra.with_scores = true;
    } else if (form == AlgebraForm::kCount && args.remaining() > 1 && args.Take("LIMIT")) {
      const auto limit = storage::ParseInt64(args.Bytes());
      if (!limit || *limit < 0) return CommandError::Err("LIMIT can't be negative");
      algebra.limit = *limit;
    } else {
      return CommandError::Syntax();
    }
  }
  return args.Finish();
}

}  // namespace

ScoreSource ScoreSource::Of(const storage::Record& record) {
  ScoreSource source;
  source.is_set_ = record.type() == storage::Type::kSet;
  if (source.is_set_) {
    source.set_ = storage::SetView::Of(record);
  } else {
    source.sorted_ = storage::SortedSetView::Of(record);
  }
  return source;
}

void ScoreSource::LookUp(std::span<const std::string_view> members, Scores& scores) const {
  if (is_set_) {
    set_.LookUp(members, [&](size_t index, bool is_member) {
      scores[index] = is_member ? std::optional(1.0) : std::nullopt;
    });
    return;
  }
  std::array<uint64_t, kTogether> hashes;
  for (size_t i = 0; i < members.size(); ++i) hashes[i] = sorted_.PrefetchBucket(members[i]);
  for (size_t i = 0; i < members.size(); ++i) sorted_.PrefetchElement(hashes[i]);
  for (size_t i = 0; i < members.size(); ++i) scores[i] = sorted_.Score(members[i]);
}

std::expected<ScoreAlgebra, CommandError> ReadScoreAlgebra(CommandContext& context, ArgReader& args,
                                                           ScoreOperation operation,
                                                           AlgebraForm form) {
  ScoreAlgebra algebra;
  algebra.operation = operation;
  const int64_t keys = args.Int64();
  if (const bool is_number = args.ok(); !is_number) return std::unexpected(*args.Finish());
  if (keys < 1) {
    return std::unexpected(CommandError::Err("at least 1 input key is needed for '" +
                                             std::string(context.command_name()) + "' command"));
  }
  if (static_cast<uint64_t>(keys) > args.remaining())
    return std::unexpected(CommandError::Syntax());
  algebra.sources.reserve(static_cast<size_t>(keys));
  // Finding a key may remove an expired one, but moves no other's value.
  for (const std::string_view name : args.Several(static_cast<size_t>(keys))) {
    const storage::Found found = context.Find(context.KeyOf(name), storage::kRead);
    if (!found) {
      algebra.sources.emplace_back();
      continue;
    }
    if (found->type() != storage::Type::kSortedSet && found->type() != storage::Type::kSet) {
      return std::unexpected(CommandError::From(storage::Error::kWrongType));
    }
    algebra.sources.push_back(ScoreSource::Of(*found));
  }
  if (auto error = ReadOptions(args, form, algebra)) return std::unexpected(*error);
  return algebra;
}

}  // namespace server
