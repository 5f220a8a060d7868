// Glob patterns as in KEYS, SCAN MATCH, CONFIG GET, PSUBSCRIBE and ACL rules:
//   ?  one byte    *  any bytes    [abc] [^a] [a-z]  a byte of a set    \x  the byte x itself
// A class that is not closed ends with the pattern; "[]" has no byte, "[^]" every byte.
//
// Iterative: time is O(pattern * text) in the worst case and the stack does not grow
// (CVE-2022-36021, CVE-2024-31228). As in Redis the empty text
// matches the empty pattern alone, not even "*": commands that mean "all" say so by themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace storage {

enum class LetterCase : uint8_t { kSensitive, kInsensitive };

bool GlobMatches(std::string_view pattern, std::string_view text,
                 LetterCase letter_case = LetterCase::kSensitive);

// A pattern that many texts are compared with: it is looked at once, so that a million stars are
// not walked for each key. Borrows the bytes it is given.
class GlobPattern {
 public:
  explicit GlobPattern(std::string_view pattern, LetterCase letter_case = LetterCase::kSensitive);

  // The same as GlobMatches.
  bool Matches(std::string_view text) const {
    return text.size() >= text_bytes_min_ && GlobMatches(pattern(), text, letter_case_);
  }

 private:
  std::string_view pattern() const { return collapsed_.empty() ? given_ : collapsed_; }

  std::string_view given_;
  std::string collapsed_;  // with one star in place of several; empty when there were no such
  size_t text_bytes_min_ = 0;
  LetterCase letter_case_;
};

}  // namespace storage
