// Splitting of quoted lines. The table was compared with redis-server 7.0 (ECHO over a raw socket).
#include "protocol/resp/inline_request.h"

#include <doctest/doctest.h>

#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include "storage/base/random.h"

using protocol::resp::ArgumentArena;
using protocol::resp::SplitQuoted;
using protocol::resp::SplitQuotedInPlace;
using protocol::resp::SplitStatus;
using storage::Random;
using Words = std::vector<std::string>;

namespace {

// Every way to write a byte inside double quotes.
std::string InDoubleQuotes(Random& random, unsigned char byte) {
  static const std::string kEscaped = "\n\r\t\b\a";
  static const std::string kLetters = "nrtba";
  const size_t letter = kEscaped.find(static_cast<char>(byte));
  if (letter != std::string::npos && random.Below(2) == 0)
    return std::string("\\") + kLetters[letter];
  if (random.Below(4) == 0) {
    static const char* const kHex[] = {"0123456789abcdef", "0123456789ABCDEF"};
    const char* hex = kHex[random.Below(2)];
    return std::string("\\x") + hex[byte >> 4] + hex[byte & 15];
  }
  if (byte == '"' || byte == '\\') return std::string("\\") + static_cast<char>(byte);
  return std::string(1, static_cast<char>(byte));
}

std::string InSingleQuotes(const std::string& word) {
  std::string quoted = "'";
  for (const char byte : word) quoted += byte == '\'' ? "\\'" : std::string(1, byte);
  return quoted + "'";
}

bool CanStandBare(const std::string& word) {
  if (word.empty() || std::isspace(static_cast<unsigned char>(word[0])) != 0) return false;
  return word.find_first_of(" \t\r\n\"'") == std::string::npos;
}

// `word` in one of the forms that mean it.
std::string Written(Random& random, const std::string& word) {
  if (CanStandBare(word) && random.Below(2) == 0) return word;
  // A backslash cannot come before a quote in single quotes: it would be the escape of it.
  const bool single = (word + "'").find("\\'") == std::string::npos;
  if (single && random.Below(2) == 0) return InSingleQuotes(word);
  std::string quoted = "\"";
  for (const char byte : word) quoted += InDoubleQuotes(random, static_cast<unsigned char>(byte));
  return quoted + "\"";
}

}  // namespace

TEST_CASE("SplitQuoted: splits as Redis does") {
  const struct {
    std::string line;
    Words words;
  } kLines[] = {
      {"", {}},
      {" \t\v\f\r\n ", {}},
      {"PING", {"PING"}},
      {"  SET  key\tvalue  ", {"SET", "key", "value"}},
      {R"("a\x41\n\r\t\b\a\q\xZZ")", {"aA\n\r\t\b\aqxZZ"}},
      {R"("\x4")", {"x4"}},
      {R"("\x")", {"x"}},
      {R"('a\'b\n')", {R"(a'b\n)"}},
      {R"('a\b\\c')", {R"(a\b\\c)"}},
      {R"(a"b c")", {"ab c"}},
      {R"(a'b c' d)", {"ab c", "d"}},
      {R"("" '')", {"", ""}},
      {"a\vb", {"a\vb"}},
      {"\va \fb", {"a", "b"}},
      {"\"a\"\vb", {"a", "b"}},
      {R"(a\nb)", {R"(a\nb)"}},
      {"a\rb", {"a", "b"}},
      {"\"a\rb\"", {"a\rb"}},
      {"\"a'b\" 'a\"b'", {"a'b", "a\"b"}},
  };
  for (const auto& [line, words] : kLines) {
    CAPTURE(line);
    const auto split = SplitQuoted(line);
    REQUIRE(split.has_value());
    CHECK(*split == words);
  }
}

TEST_CASE("SplitQuoted: refuses quotes without an end and bytes behind a closing quote") {
  for (const char* line : {"\"", "'", "\"a", "'a", "\"a\"b", "'a'b", "\"a\"\"b\"", "a b \"c",
                           "\"\\\"", "\"\\", "'\\'", "'a\\\\'", "\"\\x4", "a\"b"}) {
    CAPTURE(line);
    CHECK_FALSE(SplitQuoted(line).has_value());
  }
}

TEST_CASE("SplitQuoted: a NUL is a byte like any other") {
  const std::string line("a\0b \"\0\"", 7);
  CHECK(SplitQuoted(line) == Words{std::string("a\0b", 3), std::string(1, '\0')});
}

TEST_CASE("SplitQuotedInPlace: keeps what the arena has, even when it refuses the line") {
  ArgumentArena arguments{"before"};
  std::string good = "a \"b c\"";
  CHECK(SplitQuotedInPlace(good, arguments) == SplitStatus::kSplit);
  CHECK(arguments == ArgumentArena{"before", "a", "b c"});
  std::string bad = "x y \"z";
  CHECK(SplitQuotedInPlace(bad, arguments) == SplitStatus::kUnbalancedQuotes);
  CHECK(arguments == ArgumentArena{"before", "a", "b c"});
}

TEST_CASE("SplitQuoted: any words, written in any way, come back") {
  static const std::string kBytes = "ab \t\r\n\v\"'\\xn0\x01\xff";
  for (uint64_t seed = 1; seed <= 20000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Words words(random.Below(5));
    std::string line;
    for (std::string& word : words) {
      for (uint64_t bytes = random.Below(6); bytes > 0; --bytes)
        word += kBytes[random.Below(kBytes.size())];
      line += std::string(1 + random.Below(2), " \t"[random.Below(2)]) + Written(random, word);
    }
    const auto split = SplitQuoted(line);
    REQUIRE(split.has_value());
    REQUIRE(*split == words);
  }
}

TEST_CASE("AppendQuoted: writes what SplitQuoted reads, in printable ASCII") {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  std::string line = "word ";
  protocol::resp::AppendQuoted(line, every_byte);
  for (const char byte : line) CHECK((byte >= ' ' && byte <= '~'));
  CHECK(SplitQuoted(line) == Words{"word", every_byte});

  std::string text;
  protocol::resp::AppendQuoted(text, "a\x01\xff\"\\\n\r\t\a\b\x7f~ ");
  CHECK(text == R"("a\x01\xff\"\\\n\r\t\a\b\x7f~ ")");
  text.clear();
  protocol::resp::AppendQuoted(text, "");
  CHECK(text == "\"\"");
}
