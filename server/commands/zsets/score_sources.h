// Sorted sets, and sets, as the operands of ZUNION, ZINTER and ZDIFF.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "server/dispatch/command_context.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"

namespace server {

// One operand. A set's members all have the score 1.
class ScoreSource {
 public:
  ScoreSource() = default;  // a key that is not there
  static ScoreSource Of(const storage::Record& record);

  size_t size() const { return is_set_ ? set_.size() : sorted_.size(); }
  double weight = 1;

  // visit(score, member). Views of integers in a set are good for the call, others as long as the
  // source: `has_lasting_members`.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    if (!is_set_) return sorted_.ForEach(visit);
    set_.ForEach([&](std::string_view member) { visit(1.0, member); });
  }
  bool has_lasting_members() const {
    return !is_set_ || set_.encoding() != storage::Encoding::kIntSet;
  }
  // What each of the members has here; nullopt: it is not there. At most kTogether.
  static constexpr size_t kTogether = 32;
  using Scores = std::array<std::optional<double>, kTogether>;
  void LookUp(std::span<const std::string_view> members, Scores& scores) const;

 private:
  bool is_set_ = false;
  storage::SortedSetView sorted_;
  storage::SetView set_;
};

enum class Aggregate : uint8_t { kSum, kMin, kMax };
enum class ScoreOperation : uint8_t { kUnion, kIntersection, kDifference };

// A whole operation as its command describes it.
struct ScoreAlgebra {
  ScoreOperation operation = ScoreOperation::kUnion;
  std::vector<ScoreSource> sources;
  Aggregate aggregate = Aggregate::kSum;
  bool with_scores = false;
  int64_t limit = 0;  // ZINTERCARD; 0: none
};

// What the command allows besides keys.
enum class AlgebraForm : uint8_t { kReply, kStore, kCount };

// Reads the number of keys and all that follows; looks the keys up.
std::expected<ScoreAlgebra, CommandError> ReadScoreAlgebra(CommandContext& context, ArgReader& args,
                                                           ScoreOperation operation,
                                                           AlgebraForm form);

// Members with scores, in order. Those of integers lie in `texts`.
struct ScoreResult {
  std::vector<storage::ScoredMember> members;
  std::deque<std::string> texts;
};
// nullopt: there is no memory for it.
std::optional<ScoreResult> Evaluate(ScoreAlgebra& algebra);

// How many members all sources share; no more than the limit.
size_t CountShared(ScoreAlgebra& algebra);

}  // namespace server
