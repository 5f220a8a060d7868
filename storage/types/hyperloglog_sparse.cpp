#include "storage/types/hyperloglog_sparse.h"

#include "storage/base/check.h"

namespace storage {
namespace {

constexpr size_t kShortZerosMax = 64;
constexpr uint8_t kRunValueMax = 32;
constexpr size_t kValueRunMax = 4;
constexpr int kRunsLookedAtToJoin = 5;
// No well-formed one is longer: each of its runs has two bytes and a register at least.
constexpr size_t kSparseBytesMax = kHllHeaderBytes + 2 * kHllRegisters;

char ValueRun(uint8_t value, size_t registers) {
  return static_cast<char>(0x80 | (value - 1u) << 2 | (registers - 1));
}

// What takes the run's place when the register `index` in it becomes `value`.
std::string SplitRun(const SparseRuns& run, size_t index, uint8_t value) {
  const size_t before = index - run.first();
  const size_t after = run.length() - before - 1;
  std::string runs;
  const auto append = [&](size_t registers) {
    if (registers == 0) return;
    if (run.value() == 0) {
      AppendZeros(runs, registers);
    } else {
      runs += ValueRun(run.value(), registers);
    }
  };
  append(before);
  runs += ValueRun(value, 1);
  append(after);
  return runs;
}

}  // namespace

bool IsWellFormed(std::string_view sparse) {
  if (sparse.size() > kSparseBytesMax) return false;
  SparseRuns runs(sparse);
  while (!runs.AtEnd() && runs.first() <= kHllRegisters) runs.Next();
  return runs.first() == kHllRegisters && runs.position() == sparse.size();
}

void AppendZeros(std::string& runs, size_t registers) {
  const size_t length = registers - 1;
  if (registers > kShortZerosMax) {
    runs += static_cast<char>(0x40 | length >> 8);
    runs += static_cast<char>(length & 0xff);
  } else {
    runs += static_cast<char>(length);
  }
}

std::string DescribeRuns(std::string_view sparse) {
  std::string text;
  for (SparseRuns runs(sparse); !runs.AtEnd(); runs.Next()) {
    if (!text.empty()) text += ' ';
    if (runs.value() != 0) {
      text += "v:" + std::to_string(runs.value()) + ",";
    } else {
      text += runs.bytes() == 2 ? "Z:" : "z:";
    }
    text += std::to_string(runs.length());
  }
  return text;
}

// The run of the register; what was walked over ends with the run before it.
HllEditor::Place HllEditor::FindRun(size_t index, Start from) const {
  SparseRuns run(hll_, from.position, from.first);
  Place place{.run = run, .previous = from.position, .start = from};
  Start previous = from;
  while (run.first() + run.length() <= index) {
    place.start = previous;
    previous = {run.position(), run.first()};
    run.Next();
    CHECK_INVARIANT(!run.AtEnd());
  }
  place.run = run;
  place.previous = previous.position;
  return place;
}

bool HllEditor::Raise(HllUpdate update) {
  if (!IsSparse(hll_)) return RaiseDense(update);
  const bool goes_on = update.index >= last_index_;
  Place place = FindRun(update.index, goes_on ? start_ : Start{});
  // The run before is not known: it may be one to join with.
  if (place.start.position == place.previous && place.previous != kHllHeaderBytes) {
    place = FindRun(update.index, Start{});
  }
  start_ = place.start;
  last_index_ = update.index;
  const SparseRuns& run = place.run;
  if (run.value() >= update.value) return false;
  const std::string split =
      update.value > kRunValueMax ? "" : SplitRun(run, update.index, update.value);
  const bool grows_too_long =
      split.size() > run.bytes() && hll_.size() + split.size() - run.bytes() > sparse_bytes_max_;
  if (split.empty() || grows_too_long) {
    CHECK_INVARIANT(MakeDense(hll_));
    return RaiseDense(update);
  }
  hll_.replace(run.position(), run.bytes(), split);
  JoinEqual(place.previous);
  InvalidateCount(hll_.data());
  return true;
}

// Joins neighbouring runs of the same value, as far as one run can hold them.
void HllEditor::JoinEqual(size_t position) {
  for (int i = 0; i < kRunsLookedAtToJoin && position < hll_.size(); ++i) {
    const SparseRuns run(hll_, position);
    const SparseRuns next(hll_, position + run.bytes());
    if (run.value() != 0 && !next.AtEnd() && next.value() == run.value() &&
        run.length() + next.length() <= kValueRunMax) {
      hll_.replace(position, 2, 1, ValueRun(run.value(), run.length() + next.length()));
    } else {
      position += run.bytes();
    }
  }
}

bool HllEditor::RaiseDense(HllUpdate update) {
  if (DenseRegister(hll_, update.index) >= update.value) return false;
  SetDenseRegister(hll_.data(), update.index, update.value);
  InvalidateCount(hll_.data());
  return true;
}

}  // namespace storage
