// Property: matching ends quickly for every pattern (libFuzzer's -timeout sees to it), and short
// ones match as a recursive matcher says.
//
// Input: 'i' for no letter case or another byte for it, the pattern up to the first line feed, then
// the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/check.h"
#include "storage/base/glob.h"
#include "tests/support/naive_glob.h"

using storage::GlobMatches;
using storage::LetterCase;
using test_support::NaiveGlob;

namespace {

// The naive matcher is exponential in the stars.
constexpr size_t kNaiveBytesMax = 24;

std::string WithEscapes(std::string_view text) {
  std::string pattern;
  for (const char byte : text) pattern += std::string("\\") + byte;
  return pattern;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const LetterCase letter_case = data[0] == 'i' ? LetterCase::kInsensitive : LetterCase::kSensitive;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t split = input.find('\n');
  const std::string_view pattern = input.substr(0, split);
  const std::string_view text = split == std::string_view::npos ? "" : input.substr(split + 1);

  const bool matches = GlobMatches(pattern, text, letter_case);
  CHECK_INVARIANT(storage::GlobPattern(pattern, letter_case).Matches(text) == matches);
  if (input.size() <= kNaiveBytesMax) {
    CHECK_INVARIANT(matches == NaiveGlob(letter_case).Matches(pattern, text));
  }
  // A byte before and behind cannot matter to stars.
  if (matches) {
    const std::string around = "*" + std::string(pattern);
    CHECK_INVARIANT(GlobMatches(around, "x" + std::string(text), letter_case));
  }
  CHECK_INVARIANT(GlobMatches(WithEscapes(text), text, letter_case));
  return 0;
}
