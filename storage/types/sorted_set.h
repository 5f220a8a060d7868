// SortedSet: members with scores, in the order of their scores, equal scores by the members' bytes.
//
// While it is small it is a pack in the record, sorted, with the score as fixed part:
//
//   [ count 2 ][ tags ][ lengths ][ score 8 | member ][ score 8 | member ] ...
//
// and above zset-max-listpack-entries, or with a member longer than zset-max-listpack-value, a
// LargeSortedSet. It never goes back.
//
// Everything that is asked about an order is answered in ranks (0 is the lowest): a range of scores
// is the ranks from one bound to another. So ranges, counts, offsets and removals are the same few
// operations for both forms.
//
// Cost: of a pack, a walk over at most 4 KiB; of the large form see ScoreTree. Lifetime: views are
// valid until the next change of the sorted set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "storage/structures/pack.h"
#include "storage/types/collection_handle.h"
#include "storage/types/large_sorted_set.h"

namespace storage {

using ScorePack = Pack<1, sizeof(double)>;
inline double ScoreOf(const ScorePack::Entry& entry) {
  double score;
  std::memcpy(&score, entry.fixed(), sizeof score);
  return score;
}

enum class Direction : uint8_t { kUp, kDown };

// Ranks from `first` on, as seen from the low end.
struct RankRange {
  size_t first = 0;
  size_t count = 0;
};

struct ScoreRange {
  double min = 0;
  double max = 0;
  bool excludes_min = false;
  bool excludes_max = false;
};

// One end of a range by bytes.
struct LexBound {
  enum class Kind : uint8_t { kLowest, kMember, kHighest };
  Kind kind = Kind::kLowest;
  std::string_view member = {};
  bool is_excluded = false;
};
struct LexRange {
  LexBound min;
  LexBound max;

  bool IsEmpty() const;
  bool IsAboveMin(std::string_view member) const;
  bool IsBelowMax(std::string_view member) const;
};

// A sorted set to be read.
class SortedSetView {
 public:
  SortedSetView() = default;  // no member
  SortedSetView(std::string_view pack, const Structure* structure)
      : pack_(pack), large_(static_cast<const LargeSortedSet*>(structure)) {}
  // Of a record that holds a sorted set.
  template <class AnyRecord>
  static SortedSetView Of(const AnyRecord& record) {
    if (record.encoding() == Encoding::kStructure) return SortedSetView({}, record.structure());
    return SortedSetView(record.pack(), nullptr);
  }

  size_t size() const { return large_ != nullptr ? large_->size() : ScorePack(pack_).size(); }
  bool is_large() const { return large_ != nullptr; }
  std::optional<double> Score(std::string_view member) const;
  struct Ranked {
    size_t rank;
    double score;
  };
  std::optional<Ranked> Rank(std::string_view member) const;
  ScoredMember At(size_t rank) const;

  // The members whose scores, or whose bytes, lie in the range. By bytes only makes sense when all
  // scores are equal; when not, a pack answers as Redis does, and the direction matters.
  RankRange InRange(const ScoreRange& range) const;
  RankRange InRange(const LexRange& range, Direction direction) const;

  // visit(score, member) for the ranks of the range: upwards from the first, or downwards from the
  // last.
  template <class Visit>
  void Walk(RankRange range, Direction direction, Visit&& visit) const;
  template <class Visit>
  void ForEach(Visit&& visit) const {
    Walk({0, size()}, Direction::kUp, visit);
  }
  // One step of an iteration, as SCAN promises: visits about `count` members from the cursor on and
  // returns the next cursor, 0 at the end.
  template <class Visit>
  uint64_t Scan(uint64_t cursor, size_t count, Visit&& visit) const {
    if (large_ != nullptr) return large_->tree().Scan(cursor, count, visit);
    ForEach(visit);
    return 0;
  }
  // Hints for a batch of Score and Rank.
  uint64_t PrefetchBucket(std::string_view member) const {
    return large_ != nullptr ? large_->PrefetchBucket(member) : 0;
  }
  void PrefetchElement(uint64_t hash) const {
    if (large_ != nullptr) large_->PrefetchElement(hash);
  }

  void CheckInvariants() const;

 private:
  friend class SortedSet;

  size_t CountBefore(const ScoreBound& bound) const;
  RankRange PackInRange(const LexRange& range, Direction direction) const;

  std::string_view pack_;
  const LargeSortedSet* large_ = nullptr;
};

// A sorted set opened to be changed.
class SortedSet {
 public:
  static constexpr Type kType = Type::kSortedSet;

  explicit SortedSet(CollectionHandle& handle) : handle_(handle) {}

  SortedSetView view() const {
    if (handle_.is_structure()) return SortedSetView({}, handle_.structure());
    return SortedSetView(handle_.pack(), nullptr);
  }
  size_t size() const { return handle_.element_count(); }

  enum class Outcome : uint8_t { kAdded, kChanged, kSame, kNoMemory };
  // Gives a member the score that `decide(std::optional<double> current)` returns, adding it if
  // need be; nullopt leaves everything as it is (kSame). Scores are never NaN.
  template <class Decide>
  Outcome Update(std::string_view member, Decide&& decide);
  Outcome Set(std::string_view member, double score) {
    return Update(member, [score](std::optional<double>) { return std::optional(score); });
  }
  // Tells an empty one how many members it will get, and how long the longest is: what will not be
  // a listpack is none from the start, as in Redis, which keeps -0 apart from 0 in the others.
  void Expect(size_t members, size_t longest_bytes);
  // Adds a member that is not there.
  Outcome Add(std::string_view member, double score);
  // False: it is not there.
  bool Erase(std::string_view member);
  void Erase(RankRange range);

 private:
  ScorePack pack() const { return ScorePack(handle_.pack()); }
  LargeSortedSet& large() const { return static_cast<LargeSortedSet&>(*handle_.structure()); }
  bool FitsPack(std::string_view member) const;
  // A listpack keeps integers as integers, and so has no -0; what it once held is 0 for good.
  static double PackScore(double score) { return score == 0 ? 0 : score; }
  bool IsWithinLimits(size_t count, size_t member_bytes) const;
  void BecomeLarge();
  void MoveInPack(size_t index, std::string_view member, double score);

  CollectionHandle& handle_;
};

template <class Visit>
void SortedSetView::Walk(RankRange range, Direction direction, Visit&& visit) const {
  if (range.count == 0) return;
  const bool is_up = direction == Direction::kUp;
  if (large_ != nullptr) {
    const ScoreTree& tree = large_->tree();
    if (is_up) return tree.Walk(range.first, range.count, visit);
    return tree.WalkBack(range.first + range.count - 1, range.count, visit);
  }
  const ScorePack entries(pack_);
  if (!is_up) {
    for (size_t rank = range.first + range.count; rank-- > range.first;) {
      const ScorePack::Entry entry = entries.At(rank);
      visit(ScoreOf(entry), entry[0]);
    }
    return;
  }
  ScorePack::Entry entry = entries.At(range.first);
  for (size_t i = 0; i < range.count; ++i, entry.Next()) visit(ScoreOf(entry), entry[0]);
}

template <class Decide>
SortedSet::Outcome SortedSet::Update(std::string_view member, Decide&& decide) {
  if (handle_.is_structure()) {
    const ScoreTree::Position position = large().tree().Find(member);
    const std::optional<double> current = position ? std::optional(position.score()) : std::nullopt;
    const std::optional<double> wanted = decide(current);
    if (!wanted || wanted == current) return Outcome::kSame;
    if (!position) return Add(member, *wanted);
    large().tree().Rescore(position, large().says_listpack() ? PackScore(*wanted) : *wanted);
    handle_.NoteChange();
    return Outcome::kChanged;
  }
  const size_t index = pack().Find(member);
  const std::optional<double> current =
      index != kNotInPack ? std::optional(ScoreOf(pack().At(index))) : std::nullopt;
  const std::optional<double> wanted = decide(current);
  if (!wanted || wanted == current) return Outcome::kSame;
  if (index == kNotInPack) return Add(member, *wanted);
  MoveInPack(index, member, *wanted);
  return Outcome::kChanged;
}

}  // namespace storage
