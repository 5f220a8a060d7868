// How ZUNION, ZINTER and ZDIFF come to their results.
//
// A union is collected in one table from members to scores and sorted at the end. An intersection
// walks through the smallest source and asks the others, 32 members at a time, so that their memory
// is on its way before it is needed; a difference does so with the first source.

#include <algorithm>
#include <cmath>

#include "server/commands/shared/memory_trial.h"
#include "server/commands/zsets/score_sources.h"

namespace server {
namespace {

// A sum of infinities with different signs is 0, as in Redis.
void AggregateInto(double& target, double value, Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kSum:
      target += value;
      if (std::isnan(target)) target = 0;
      return;
    case Aggregate::kMin:
      if (value < target) target = value;
      return;
    case Aggregate::kMax:
      if (value > target) target = value;
      return;
  }
}

double Weighted(double weight, double score) {
  const double value = weight * score;
  return std::isnan(value) ? 0 : value;
}

// Where a member stands in a list of members: open addressing over 32 bits of the hash.
class MemberTable {
 public:
  MemberTable(std::vector<storage::ScoredMember>& members, size_t members_max)
      : members_(members), slots_(std::bit_ceil(members_max * 2 + 2)) {}

  // The member's place, and whether it was added.
  std::pair<size_t, bool> FindOrAdd(std::string_view member, double score) {
    const uint64_t hash = std::hash<std::string_view>()(member);
    const size_t mask = slots_.size() - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      if (slot.place == 0) {
        members_.push_back({score, member});
        slot = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(members_.size())};
        return {members_.size() - 1, true};
      }
      if (slot.hash == static_cast<uint32_t>(hash >> 32) &&
          members_[slot.place - 1].member == member) {
        return {slot.place - 1, false};
      }
    }
  }

 private:
  struct Slot {
    uint32_t hash;
    uint32_t place;  // from 1; 0: empty
  };
  std::vector<storage::ScoredMember>& members_;
  std::vector<Slot> slots_;
};

std::string_view Lasting(const ScoreSource& source, std::string_view member, ScoreResult& result) {
  if (source.has_lasting_members()) return member;
  return result.texts.emplace_back(member);
}

// How many members the result may have, at most.
size_t MembersMax(const ScoreAlgebra& algebra) {
  if (algebra.operation != ScoreOperation::kUnion) return algebra.sources.front().size();
  size_t members = 0;
  for (const ScoreSource& source : algebra.sources) members += source.size();
  return members;
}

void Unite(const ScoreAlgebra& algebra, ScoreResult& result) {
  MemberTable table(result.members, MembersMax(algebra));
  for (const ScoreSource& source : algebra.sources) {
    source.ForEach([&](double score, std::string_view member) {
      const double value = Weighted(source.weight, score);
      const auto [place, is_new] = table.FindOrAdd(Lasting(source, member, result), value);
      if (!is_new) AggregateInto(result.members[place].score, value, algebra.aggregate);
    });
  }
}

// Calls decide(members, scores) for the first source's members, some at a time.
template <class Decide>
void InBatches(const ScoreSource& source, ScoreResult& result, Decide&& decide) {
  std::vector<storage::ScoredMember> batch;
  bool goes_on = true;
  source.ForEach([&](double score, std::string_view member) {
    if (!goes_on) return;
    batch.push_back({score, Lasting(source, member, result)});
    if (batch.size() < ScoreSource::kTogether) return;
    goes_on = decide(batch);
    batch.clear();
  });
  if (goes_on && !batch.empty()) decide(batch);
}

std::vector<std::string_view> NamesOf(const std::vector<storage::ScoredMember>& members) {
  std::vector<std::string_view> names;
  names.reserve(members.size());
  for (const auto& member : members) names.push_back(member.member);
  return names;
}

// Keeps of the batch what `others` all have, or what none of them has.
void Keep(std::vector<storage::ScoredMember>& batch, const ScoreAlgebra& algebra,
          ScoreOperation operation) {
  for (size_t i = 1; i < algebra.sources.size() && !batch.empty(); ++i) {
    const ScoreSource& source = algebra.sources[i];
    ScoreSource::Scores scores;
    source.LookUp(NamesOf(batch), scores);
    size_t kept = 0;
    for (size_t j = 0; j < batch.size(); ++j) {
      if (scores[j].has_value() != (operation == ScoreOperation::kIntersection)) continue;
      batch[kept] = batch[j];
      if (scores[j]) {
        AggregateInto(batch[kept].score, source.weight * *scores[j], algebra.aggregate);
      }
      ++kept;
    }
    batch.resize(kept);
  }
}

// The smallest source first: the order in which scores are added, and the least to look up.
void SortSources(ScoreAlgebra& algebra) {
  if (algebra.operation == ScoreOperation::kDifference) return;
  std::stable_sort(algebra.sources.begin(), algebra.sources.end(),
                   [](const ScoreSource& a, const ScoreSource& b) { return a.size() < b.size(); });
}

}  // namespace

std::optional<ScoreResult> Evaluate(ScoreAlgebra& algebra) {
  ScoreResult result;
  SortSources(algebra);
  const size_t members_max = MembersMax(algebra);
  if (!HasMemoryToCollect(members_max)) return std::nullopt;
  result.members.reserve(members_max);
  if (algebra.operation == ScoreOperation::kUnion) {
    Unite(algebra, result);
  } else {
    const ScoreSource& first = algebra.sources.front();
    InBatches(first, result, [&](std::vector<storage::ScoredMember>& batch) {
      for (auto& member : batch) member.score = Weighted(first.weight, member.score);
      Keep(batch, algebra, algebra.operation);
      result.members.insert(result.members.end(), batch.begin(), batch.end());
      return true;
    });
  }
  const auto is_before = [](const storage::ScoredMember& a, const storage::ScoredMember& b) {
    return Compare(a, b) < 0;
  };
  if (!std::is_sorted(result.members.begin(), result.members.end(), is_before)) {
    std::sort(result.members.begin(), result.members.end(), is_before);
  }
  return result;
}

size_t CountShared(ScoreAlgebra& algebra) {
  ScoreResult texts;
  SortSources(algebra);
  size_t count = 0;
  const size_t limit = algebra.limit == 0 ? SIZE_MAX : static_cast<size_t>(algebra.limit);
  InBatches(algebra.sources.front(), texts, [&](std::vector<storage::ScoredMember>& batch) {
    Keep(batch, algebra, ScoreOperation::kIntersection);
    count += batch.size();
    return count < limit;
  });
  return std::min(count, limit);
}

}  // namespace server
