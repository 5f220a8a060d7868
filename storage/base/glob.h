// Glob patterns as in KEYS, SCAN MATCH, CONFIG GET, PSUBSCRIBE and ACL rules:
//   ?  one byte    *  any bytes    [abc] [^a] [a-z]  a byte of a set    \x  the byte x itself
// A class that is not closed ends with the pattern; "[]" has no byte, "[^]" every byte.
//
// Iterative: time is O(pattern * text) in the worst case and the stack does not grow
// (CVE-2022-36021, CVE-2024-31228). As in Redis the empty text
// matches the empty pattern alone, not even "*": commands that mean "all" say so by themselves.
#pragma once

#include <cstdint>
#include <string_view>

namespace storage {

enum class LetterCase : uint8_t { kSensitive, kInsensitive };

bool GlobMatches(std::string_view pattern, std::string_view text,
                 LetterCase letter_case = LetterCase::kSensitive);

}  // namespace storage
