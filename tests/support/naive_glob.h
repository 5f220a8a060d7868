// Glob matching the way one would explain it: try everything, recursively. Exponential; for short
// inputs.
#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

#include "storage/base/glob.h"

namespace test_support {

class NaiveGlob {
 public:
  explicit NaiveGlob(storage::LetterCase letter_case) : letter_case_(letter_case) {}

  bool Matches(std::string_view pattern, std::string_view text) const {
    return text.empty() ? pattern.empty() : MatchesRest(pattern, text);
  }

 private:
  // A star may stand for nothing once a byte of the text is behind it.
  bool MatchesRest(std::string_view pattern, std::string_view text) const {
    if (pattern.empty()) return text.empty();
    if (pattern[0] == '*') {
      return MatchesRest(pattern.substr(1), text) ||
             (!text.empty() && MatchesRest(pattern, text.substr(1)));
    }
    if (text.empty()) return false;
    if (pattern[0] == '?') return MatchesRest(pattern.substr(1), text.substr(1));
    if (pattern[0] == '[') return MatchesClass(pattern.substr(1), text);
    if (pattern[0] == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    return Lower(pattern[0]) == Lower(text[0]) && MatchesRest(pattern.substr(1), text.substr(1));
  }

  // `members` begins behind the '['.
  bool MatchesClass(std::string_view members, std::string_view text) const {
    const bool negated = members.starts_with('^');
    if (negated) members.remove_prefix(1);
    bool found = false;
    while (!members.empty() && members[0] != ']') {
      size_t used = 1;
      if (members.size() >= 2 && members[0] == '\\') {
        found = found || members[1] == text[0];
        used = 2;
      } else if (members.size() >= 3 && members[1] == '-') {
        const auto [low, high] = std::minmax({Signed(members[0]), Signed(members[2])});
        found = found || (Lower(text[0]) >= Lower(low) && Lower(text[0]) <= Lower(high));
        used = 3;
      } else {
        found = found || Lower(members[0]) == Lower(text[0]);
      }
      members.remove_prefix(used);
    }
    if (!members.empty()) members.remove_prefix(1);
    return found != negated && MatchesRest(members, text.substr(1));
  }

  static int Signed(char byte) { return static_cast<signed char>(byte); }
  int Lower(int byte) const {
    const bool fold =
        letter_case_ == storage::LetterCase::kInsensitive && byte >= 'A' && byte <= 'Z';
    return fold ? byte - 'A' + 'a' : byte;
  }
  int Lower(char byte) const { return Lower(Signed(byte)); }

  storage::LetterCase letter_case_;
};

}  // namespace test_support
