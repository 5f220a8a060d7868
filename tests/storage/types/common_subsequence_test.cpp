// CommonSubsequence against the table of the textbook.

#include "storage/types/common_subsequence.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using storage::CommonSubsequence;
using storage::CommonSubsequenceLength;

namespace {

struct Run {
  size_t a_begin;
  size_t b_begin;
  size_t size;
  bool operator==(const Run&) const = default;
};

// The textbook's table and its walk back, byte by byte.
class Textbook {
 public:
  Textbook(std::string_view a, std::string_view b)
      : a_(a), b_(b), lengths_(a.size() + 1, std::vector<size_t>(b.size() + 1)) {
    for (size_t i = 1; i <= a.size(); ++i) {
      for (size_t j = 1; j <= b.size(); ++j) {
        lengths_[i][j] = a[i - 1] == b[j - 1] ? lengths_[i - 1][j - 1] + 1
                                              : std::max(lengths_[i - 1][j], lengths_[i][j - 1]);
      }
    }
  }
  size_t Length() const { return lengths_[a_.size()][b_.size()]; }
  std::vector<Run> Runs() const {
    std::vector<Run> runs;
    bool goes_on = false;
    size_t i = a_.size();
    size_t j = b_.size();
    while (i > 0 && j > 0) {
      if (a_[i - 1] == b_[j - 1]) {
        --i, --j;
        if (!goes_on) runs.push_back({i, j, 0});
        goes_on = true;
        runs.back() = {i, j, runs.back().size + 1};
      } else {
        goes_on = false;
        lengths_[i - 1][j] > lengths_[i][j - 1] ? --i : --j;
      }
    }
    return runs;
  }

 private:
  std::string_view a_;
  std::string_view b_;
  std::vector<std::vector<size_t>> lengths_;
};

std::vector<Run> RunsOf(const CommonSubsequence& common) {
  std::vector<Run> runs;
  common.VisitRuns([&](const CommonSubsequence::Run& run) {
    runs.push_back({run.a_begin, run.b_begin, run.size});
  });
  return runs;
}

std::string RandomText(std::mt19937_64& random, size_t size, int letters) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random() % static_cast<uint64_t>(letters));
  return text;
}

}  // namespace

TEST_CASE("CommonSubsequence: strings without a common byte have nothing in common") {
  CHECK(CommonSubsequenceLength("", "") == 0);
  CHECK(CommonSubsequenceLength("abc", "") == 0);
  CHECK(CommonSubsequenceLength("", "abc") == 0);
  CHECK(CommonSubsequenceLength("abc", "xyz") == 0);
  const auto common = CommonSubsequence::Find("abc", "xyz");
  REQUIRE(common.has_value());
  CHECK(common->length() == 0);
  CHECK(RunsOf(*common).empty());
}

TEST_CASE("CommonSubsequence: a string is its own longest common subsequence, in one run") {
  for (size_t size : {1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000}) {
    CAPTURE(size);
    const std::string text(size, 'x');
    const auto common = CommonSubsequence::Find(text, text);
    REQUIRE(common.has_value());
    CHECK(common->length() == size);
    CHECK(RunsOf(*common) == std::vector<Run>{{0, 0, size}});
  }
}

TEST_CASE("CommonSubsequence: finds the same length and runs as the textbook's table") {
  std::mt19937_64 random(20261122);
  for (int round = 0; round < 3000; ++round) {
    CAPTURE(round);
    const int letters = 1 + static_cast<int>(random() % (round % 2 == 0 ? 4 : 256));
    const size_t size_max = round % 10 == 0 ? 300 : 30;
    const std::string a = RandomText(random, random() % size_max, letters);
    const std::string b = RandomText(random, random() % size_max, letters);
    const Textbook textbook(a, b);
    REQUIRE(CommonSubsequenceLength(a, b) == textbook.Length());
    const auto common = CommonSubsequence::Find(a, b);
    REQUIRE(common.has_value());
    REQUIRE(common->length() == textbook.Length());
    REQUIRE(RunsOf(*common) == textbook.Runs());
  }
}
