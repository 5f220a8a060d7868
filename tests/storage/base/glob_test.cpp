// Glob patterns. The table was compared with KEYS and CONFIG GET of redis-server 7.0.
#include "storage/base/glob.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "storage/base/random.h"
#include "tests/support/naive_glob.h"

using storage::GlobMatches;
using storage::GlobPattern;
using storage::LetterCase;
using storage::Random;
using test_support::NaiveGlob;

TEST_CASE("GlobMatches: matches as Redis does") {
  const struct {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  } kCases[] = {
      {"", "", true},
      {"", "a", false},
      {"*", "", false},
      {"**", "", false},
      {"a*", "a", true},
      {"**", "abc", true},
      {"?", "", false},
      {"?", "a", true},
      {"?", "ab", false},
      {"a*c", "abbbc", true},
      {"a*c", "abbbd", false},
      {"*a*b*", "xxaxxbxx", true},
      {"h?llo", "hello", true},
      {"h[ae]llo", "hallo", true},
      {"h[ae]llo", "hillo", false},
      {"h[^e]llo", "hallo", true},
      {"h[^e]llo", "hello", false},
      {"h[a-b]llo", "hbllo", true},
      {"h[b-a]llo", "hallo", true},
      {"h[a-b]llo", "hcllo", false},
      // Escapes.
      {"\\*", "*", true},
      {"\\*", "a", false},
      {"a\\", "a\\", true},
      {"\\\\", "\\", true},
      {"\\a", "a", true},
      {"[\\]]", "]", true},
      {"[\\a-z]", "-", true},
      {"[\\a-z]", "b", false},
      // Classes with odd ends.
      {"[]", "a", false},
      {"[]a", "a", false},
      {"[^]", "a", true},
      {"[^]a", "xa", true},
      {"[abc", "b", true},
      {"[abc", "d", false},
      {"[", "[", false},
      {"[^", "x", true},
      {"[a-", "-", true},
      {"[a-", "a", true},
      {"[a-]", "b", false},
      {"[a-]", "^", true},
      {"[a-]x", "^x", false},  // a range from ']' to 'a', and then no end of the class
      {"[", "", false},
      {"[^", "", false},
      {"[a]", "", false},
      // Over 0x7f bytes count as negative.
      {"[a-\xff]", "b", false},
      {"[a-\xff]", "A", true},
      {"[\x80-\xff]", "\x90", true},
      {"caf\xc3\xa9", "caf\xc3\xa9", true},
      {"caf??", "caf\xc3\xa9", true},
      {"caf?", "caf\xc3\xa9", false},
  };
  for (const auto& [pattern, text, matches] : kCases) {
    CAPTURE(pattern);
    CAPTURE(text);
    CHECK(GlobMatches(pattern, text) == matches);
  }
}

TEST_CASE("GlobMatches: without letter case only what is not escaped in a class is folded") {
  const auto matches = [](std::string_view pattern, std::string_view text) {
    return GlobMatches(pattern, text, LetterCase::kInsensitive);
  };
  CHECK(matches("MaxMemory*", "maxmemory-policy"));
  CHECK(matches("[A-C]x", "bX"));
  CHECK(matches("[ABC]", "b"));
  CHECK(matches("\\A", "a"));
  CHECK_FALSE(matches("[\\A]", "a"));
  CHECK_FALSE(GlobMatches("A", "a"));
}

TEST_CASE("GlobMatches: a NUL is a byte like any other") {
  CHECK(GlobMatches(std::string_view("a\0*", 3), std::string_view("a\0bc", 4)));
  CHECK_FALSE(GlobMatches(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

TEST_CASE("GlobMatches: agrees with a recursive matcher on random patterns and texts") {
  static const std::string kPattern = "aabB*?*[]^-\\c\xf0";
  static const std::string kText = "aabBc]-\\^\xf0";
  for (uint64_t seed = 1; seed <= 200000; ++seed) {
    Random random(seed);
    std::string pattern, text;
    for (uint64_t i = random.Below(10); i > 0; --i)
      pattern += kPattern[random.Below(kPattern.size())];
    for (uint64_t i = random.Below(8); i > 0; --i) text += kText[random.Below(kText.size())];
    const auto letter_case =
        random.Below(2) == 0 ? LetterCase::kSensitive : LetterCase::kInsensitive;
    CAPTURE(seed);
    CAPTURE(pattern);
    CAPTURE(text);
    const bool matches = NaiveGlob(letter_case).Matches(pattern, text);
    REQUIRE(GlobMatches(pattern, text, letter_case) == matches);
    REQUIRE(GlobPattern(pattern, letter_case).Matches(text) == matches);
  }
}

TEST_CASE("GlobMatches: sec_CVE_2022_36021 and sec_CVE_2024_31228: patterns of stars end quickly") {
  // Backtracking into every star would take longer than the universe has; recursion would end the
  // stack.
  std::string stars;
  for (int i = 0; i < 20000; ++i) stars += "a*";
  CHECK_FALSE(GlobMatches(stars + "b", std::string(20000, 'a')));
  CHECK(GlobMatches(stars, std::string(20000, 'a')));
  const std::string many_stars(1000000, '*');
  CHECK_FALSE(GlobMatches(many_stars + "b", std::string(1000, 'a')));
  CHECK(GlobMatches(std::string(512 * 1024, '?'), std::string(512 * 1024, 'a')));
}

TEST_CASE("GlobPattern: a million stars are walked once, not for each text") {
  const std::string a_million_stars = std::string(1'000'000, '*') + "b";
  const std::string a_million_bytes(1'000'000, '?');
  const GlobPattern stars(a_million_stars);
  const GlobPattern long_text_only(a_million_bytes);
  for (int i = 0; i < 100'000; ++i) {
    REQUIRE_FALSE(stars.Matches("aaaaaaaaaa"));
    REQUIRE_FALSE(long_text_only.Matches("aaaaaaaaaa"));
  }
  CHECK(stars.Matches("aab"));
  // It may be moved, though it looks at its own bytes.
  GlobPattern moved = GlobPattern("a**b");
  const GlobPattern kept = std::move(moved);
  CHECK(kept.Matches("axxb"));
  CHECK_FALSE(kept.Matches("axxc"));
}
