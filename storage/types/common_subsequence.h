// The longest common subsequence of two strings (LCS): bytes that occur in both in the same order.
//
// The textbook fills a table of numbers, 4 bytes for each pair of bytes. Along a row of that table
// neighbours differ by 0 or 1, so a row is also a vector of bits, and one row follows from the one
// above by an addition: 64 cells an instruction, 32 times less memory (Crochemore et al. 2001,
// Hyyro 2004).
//
//   L(i, j)   length of the longest common subsequence of a[0, i) and b[0, j)
//   row i     bit j - 1 is 0 where L(i, j) = L(i, j - 1) + 1, else 1
//   step      u = row & mask[a[i]];  row = (row + u) | (row & ~mask[a[i]])
//             mask[c]: bit j is 1 where b[j] = c
//
// Cost: O(|a| * |b| / 64) time. Runs() keeps all rows, |a| * |b| / 8 bytes; the length alone needs
// one. The masks take as much again at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace storage {

// nullopt: there is not enough memory.
std::optional<size_t> CommonSubsequenceLength(std::string_view a, std::string_view b);

class CommonSubsequence {
 public:
  // A run of bytes that belong together: a[a_begin, a_begin + size) = b[b_begin, b_begin + size).
  struct Run {
    size_t a_begin;
    size_t b_begin;
    size_t size;
  };

  // nullopt: there is not enough memory. Keeps views of `a` and `b`.
  static std::optional<CommonSubsequence> Find(std::string_view a, std::string_view b);

  size_t length() const { return length_; }

  // Calls visit(Run) for the runs of one longest common subsequence, from its end to its
  // beginning. Where several are equally long, the walk from the ends goes back in b first, as
  // Redis's does.
  template <class Visit>
  void VisitRuns(Visit&& visit) const;

 private:
  CommonSubsequence(std::string_view a, std::string_view b) : a_(a), b_(b) {}
  size_t RowBytes() const { return (b_.size() + 7) / 8; }
  // L(i, j) = L(i, j - 1) + 1
  bool Grows(size_t i, size_t j) const {
    return (rows_[(i - 1) * RowBytes() + (j - 1) / 8] >> (j - 1) % 8 & 1) == 0;
  }

  std::string_view a_;
  std::string_view b_;
  std::unique_ptr<uint8_t[]> rows_;  // row 1 .. row |a|
  size_t length_ = 0;
};

template <class Visit>
void CommonSubsequence::VisitRuns(Visit&& visit) const {
  size_t i = a_.size();
  size_t j = b_.size();
  size_t run = 0;
  while (i > 0 && j > 0) {
    if (a_[i - 1] == b_[j - 1]) {
      --i;
      --j;
      ++run;
      continue;
    }
    if (run > 0) visit(Run{i, j, run});
    run = 0;
    // On a mismatch L(i, j) is the larger of L(i - 1, j) and L(i, j - 1).
    if (Grows(i, j)) {
      --i;
    } else {
      --j;
    }
  }
  if (run > 0) visit(Run{i, j, run});
}

}  // namespace storage
