#include "storage/types/sorted_set.h"

#include <cmath>

#include "storage/base/check.h"

namespace storage {

bool LexRange::IsEmpty() const {
  using Kind = LexBound::Kind;
  if (min.kind == Kind::kHighest || max.kind == Kind::kLowest) return true;
  if (min.kind == Kind::kLowest || max.kind == Kind::kHighest) return false;
  const int order = min.member.compare(max.member);
  return order > 0 || (order == 0 && (min.is_excluded || max.is_excluded));
}

bool LexRange::IsAboveMin(std::string_view member) const {
  if (min.kind != LexBound::Kind::kMember) return min.kind == LexBound::Kind::kLowest;
  return min.is_excluded ? member > min.member : member >= min.member;
}

bool LexRange::IsBelowMax(std::string_view member) const {
  if (max.kind != LexBound::Kind::kMember) return max.kind == LexBound::Kind::kHighest;
  return max.is_excluded ? member < max.member : member <= max.member;
}

std::optional<double> SortedSetView::Score(std::string_view member) const {
  if (large_ != nullptr) {
    const ScoreTree::Position position = large_->tree().Find(member);
    return position ? std::optional(position.score()) : std::nullopt;
  }
  if (size() == 0) return std::nullopt;
  const size_t index = ScorePack(pack_).Find(member);
  if (index == kNotInPack) return std::nullopt;
  return ScoreOf(ScorePack(pack_).At(index));
}

std::optional<SortedSetView::Ranked> SortedSetView::Rank(std::string_view member) const {
  if (large_ != nullptr) {
    const ScoreTree& tree = large_->tree();
    const ScoreTree::Position position = tree.Find(member);
    if (!position) return std::nullopt;
    return Ranked{tree.RankOf(position), position.score()};
  }
  const size_t index = size() == 0 ? kNotInPack : ScorePack(pack_).Find(member);
  if (index == kNotInPack) return std::nullopt;
  return Ranked{index, ScoreOf(ScorePack(pack_).At(index))};
}

ScoredMember SortedSetView::At(size_t rank) const {
  if (large_ != nullptr) {
    const ScoreTree::Position position = large_->tree().At(rank);
    return {position.score(), position.member()};
  }
  const ScorePack::Entry entry = ScorePack(pack_).At(rank);
  return {ScoreOf(entry), entry[0]};
}

size_t SortedSetView::CountBefore(const ScoreBound& bound) const {
  if (large_ != nullptr) return large_->tree().CountBefore(bound);
  if (size() == 0) return 0;
  size_t count = 0;
  ScorePack::Entry entry = ScorePack(pack_).First();
  for (; count < size(); ++count, entry.Next()) {
    if (!bound.IsAfter({ScoreOf(entry), entry[0]})) break;
  }
  return count;
}

RankRange SortedSetView::InRange(const ScoreRange& range) const {
  using Side = ScoreBound::Side;
  const size_t first =
      CountBefore({range.min, {}, range.excludes_min ? Side::kAfterScore : Side::kBefore});
  const size_t end =
      CountBefore({range.max, {}, range.excludes_max ? Side::kBefore : Side::kAfterScore});
  return {first, end > first ? end - first : 0};
}

RankRange SortedSetView::InRange(const LexRange& range, Direction direction) const {
  if (size() == 0 || range.IsEmpty()) return {};
  if (large_ == nullptr) return PackInRange(range, direction);
  using Kind = LexBound::Kind;
  using Side = ScoreBound::Side;
  // All scores are the first one's.
  const double score = At(0).score;
  size_t first = 0;
  if (range.min.kind == Kind::kMember) {
    const Side side = range.min.is_excluded ? Side::kAfter : Side::kBefore;
    first = CountBefore({score, range.min.member, side});
  }
  size_t end = size();
  if (range.max.kind == Kind::kMember) {
    const Side side = range.max.is_excluded ? Side::kBefore : Side::kAfter;
    end = CountBefore({score, range.max.member, side});
  }
  return {first, end > first ? end - first : 0};
}

// From the end where the walk begins, to the first member within, and on until one is not.
RankRange SortedSetView::PackInRange(const LexRange& range, Direction direction) const {
  const ScorePack entries = ScorePack(pack_);
  const size_t count = entries.size();
  if (!range.IsAboveMin(entries.At(count - 1)[0]) || !range.IsBelowMax(entries.At(0)[0])) return {};
  RankRange found;
  if (direction == Direction::kUp) {
    while (found.first < count && !range.IsAboveMin(entries.At(found.first)[0])) ++found.first;
    while (found.first + found.count < count &&
           range.IsBelowMax(entries.At(found.first + found.count)[0])) {
      ++found.count;
    }
    return found;
  }
  size_t end = count;
  while (end > 0 && !range.IsBelowMax(entries.At(end - 1)[0])) --end;
  found.first = end;
  while (found.first > 0 && range.IsAboveMin(entries.At(found.first - 1)[0])) --found.first;
  found.count = end - found.first;
  return found;
}

bool SortedSet::IsWithinLimits(size_t count, size_t member_bytes) const {
  return count <= handle_.limits().zset_max_listpack_entries &&
         member_bytes <= handle_.limits().zset_max_listpack_value;
}

void SortedSet::Expect(size_t members, size_t longest_bytes) {
  if (handle_.is_structure() || size() > 0 || IsWithinLimits(members, longest_bytes)) return;
  BecomeLarge();
}

bool SortedSet::FitsPack(std::string_view member) const {
  return IsWithinLimits(size() + 1, member.size()) && pack().HasRoomFor({member});
}

void SortedSet::BecomeLarge() {
  auto structure =
      std::make_unique<LargeSortedSet>(handle_.environment().slab, handle_.environment().hasher);
  if (size() > 0) {
    pack().ForEach([&](const ScorePack::Entry& entry) {
      // A pack's members are short: no memory of their own is asked for.
      CHECK_INVARIANT(structure->tree().Insert(ScoreOf(entry), entry[0]));
    });
  }
  handle_.Become(std::move(structure));
}

SortedSet::Outcome SortedSet::Add(std::string_view member, double score) {
  CHECK_INVARIANT(!std::isnan(score));
  if (!handle_.is_structure()) {
    if (FitsPack(member)) {
      score = PackScore(score);
      const size_t index = view().CountBefore({score, member, ScoreBound::Side::kBefore});
      char fixed[sizeof score];
      std::memcpy(fixed, &score, sizeof score);
      ScorePack::Insert(handle_, index, {member}, fixed);
      return Outcome::kAdded;
    }
    const bool says_listpack = IsWithinLimits(size() + 1, member.size());
    BecomeLarge();
    large().set_says_listpack(says_listpack);
  }
  LargeSortedSet& large_form = large();
  handle_.NoteChange();
  if (large_form.says_listpack() && IsWithinLimits(size() + 1, member.size())) {
    score = PackScore(score);
  }
  if (!large_form.tree().Insert(score, member)) return Outcome::kNoMemory;
  if (large_form.says_listpack() && !IsWithinLimits(size(), member.size())) {
    large_form.set_says_listpack(false);
  }
  return Outcome::kAdded;
}

void SortedSet::MoveInPack(size_t index, std::string_view member, double score) {
  score = PackScore(score);
  ScorePack::Erase(handle_, index);
  const size_t target = view().CountBefore({score, member, ScoreBound::Side::kBefore});
  char fixed[sizeof score];
  std::memcpy(fixed, &score, sizeof score);
  ScorePack::Insert(handle_, target, {member}, fixed);
}

bool SortedSet::Erase(std::string_view member) {
  if (handle_.is_structure()) {
    const ScoreTree::Position position = large().tree().Find(member);
    if (!position) return false;
    large().tree().Erase(position);
    handle_.NoteChange();
    return true;
  }
  const size_t index = size() == 0 ? kNotInPack : pack().Find(member);
  if (index == kNotInPack) return false;
  ScorePack::Erase(handle_, index);
  return true;
}

void SortedSet::Erase(RankRange range) {
  if (range.count == 0) return;
  if (handle_.is_structure()) {
    large().tree().EraseRanks(range.first, range.count);
    handle_.NoteChange();
  } else {
    ScorePack::Erase(handle_, range.first, range.count);
  }
}

void SortedSetView::CheckInvariants() const {
  if (large_ != nullptr) return large_->CheckInvariants();
  ScorePack(pack_).CheckInvariants();
  for (size_t i = 1; i < size(); ++i) CHECK_INVARIANT(Compare(At(i - 1), At(i)) < 0);
}

}  // namespace storage
