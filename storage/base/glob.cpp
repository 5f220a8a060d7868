#include "storage/base/glob.h"

#include <cstddef>
#include <utility>

namespace storage {
namespace {

// Bytes are compared as signed, as Redis does on x86: it matters for ranges that reach over 0x7f.
using Byte = signed char;

Byte LowerCase(Byte byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<Byte>(byte - 'A' + 'a') : byte;
}

// One position in the pattern; what it stands for never depends on the text.
struct Matcher {
  std::string_view pattern;
  LetterCase letter_case;

  Byte At(size_t index) const { return static_cast<Byte>(pattern[index]); }
  Byte Folded(Byte byte) const {
    return letter_case == LetterCase::kInsensitive ? LowerCase(byte) : byte;
  }
  bool Same(Byte a, Byte b) const { return Folded(a) == Folded(b); }

  // Whether `byte` is in the class whose '[' is at `*at`; moves `*at` behind the class. A class
  // that is not closed ends with the pattern. "[]" has no byte and "[^]" every byte.
  bool MatchClass(size_t* at, Byte byte) const {
    size_t i = *at + 1;
    const bool negated = i < pattern.size() && pattern[i] == '^';
    if (negated) ++i;
    bool found = false;
    while (i < pattern.size() && pattern[i] != ']') {
      if (pattern[i] == '\\' && i + 1 < pattern.size()) {
        found |=
            At(i + 1) == byte;  // an escaped letter is compared as it is, whatever the letter case
        i += 2;
      } else if (i + 2 < pattern.size() && pattern[i + 1] == '-') {
        Byte low = At(i);
        Byte high = At(i + 2);
        if (low > high) std::swap(low, high);
        found |= Folded(byte) >= Folded(low) && Folded(byte) <= Folded(high);
        i += 3;
      } else {
        found |= Same(At(i), byte);
        ++i;
      }
    }
    *at = i < pattern.size() ? i + 1 : i;
    return found != negated;
  }

  // Whether the one-byte part of the pattern at `*at` takes `byte`; moves `*at` behind it.
  bool MatchOne(size_t* at, Byte byte) const {
    if (pattern[*at] == '[') return MatchClass(at, byte);
    if (pattern[*at] == '?') {
      ++*at;
      return true;
    }
    if (pattern[*at] == '\\' && *at + 1 < pattern.size()) ++*at;
    return Same(At((*at)++), byte);
  }
};

}  // namespace

bool GlobMatches(std::string_view pattern, std::string_view text, LetterCase letter_case) {
  if (text.empty()) return pattern.empty();
  constexpr size_t kNoStar = static_cast<size_t>(-1);
  const Matcher matcher{pattern, letter_case};
  size_t at = 0;
  size_t in_text = 0;
  // Only the last star can need another try: giving an earlier one more bytes gains nothing.
  size_t behind_star = kNoStar;
  size_t star_takes_to = 0;
  while (in_text < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      while (at < pattern.size() && pattern[at] == '*') ++at;
      if (at == pattern.size()) return true;
      behind_star = at;
      star_takes_to = in_text;
      continue;
    }
    if (at < pattern.size() && matcher.MatchOne(&at, static_cast<Byte>(text[in_text]))) {
      ++in_text;
      continue;
    }
    if (behind_star == kNoStar) return false;
    at = behind_star;
    in_text = ++star_takes_to;
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

GlobPattern::GlobPattern(std::string_view pattern, LetterCase letter_case)
    : given_(pattern), letter_case_(letter_case) {
  const Matcher matcher{pattern, letter_case};
  const bool has_runs = pattern.find("**") != std::string_view::npos;
  for (size_t at = 0; at < pattern.size();) {
    const size_t begin = at;
    if (pattern[at] == '*') {
      while (at < pattern.size() && pattern[at] == '*') ++at;
      if (has_runs) collapsed_ += '*';
      continue;
    }
    matcher.MatchOne(&at, 0);  // only to get behind it
    ++text_bytes_min_;
    if (has_runs) collapsed_ += pattern.substr(begin, at - begin);
  }
}

}  // namespace storage
