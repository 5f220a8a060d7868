#include "protocol/resp/inline_request.h"

namespace protocol::resp {
namespace {

// White space between words, as isspace() has it in the C locale.
bool IsSpace(char byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

// What ends an unquoted word: not every white space (a vertical tab is part of a word).
bool EndsWord(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

int HexDigit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

char Unescaped(char byte) {
  switch (byte) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return byte;
  }
}

// Reads words from a line and writes them over it; `to` never overtakes `from`.
struct Splitter {
  const char* from;
  const char* end;
  char* to;

  size_t left() const { return static_cast<size_t>(end - from); }

  void SkipSpace() {
    while (from < end && IsSpace(*from)) ++from;
  }

  // One byte or escape inside double quotes.
  void CopyEscaped() {
    if (*from != '\\' || left() < 2) {
      *to++ = *from++;
      return;
    }
    if (from[1] == 'x' && left() >= 4) {
      const int high = HexDigit(from[2]);
      const int low = HexDigit(from[3]);
      if (high >= 0 && low >= 0) {
        *to++ = static_cast<char>(high * 16 + low);
        from += 4;
        return;
      }
    }
    *to++ = Unescaped(from[1]);
    from += 2;
  }

  // From behind an opening quote to behind the closing one, which must end the word.
  SplitStatus CopyQuoted(char quote) {
    while (from < end && *from != quote) {
      if (quote == '"') {
        CopyEscaped();
      } else {
        if (*from == '\\' && left() >= 2 && from[1] == '\'') ++from;
        *to++ = *from++;
      }
    }
    if (from == end) return SplitStatus::kUnbalancedQuotes;
    ++from;
    if (from < end && !IsSpace(*from)) return SplitStatus::kUnbalancedQuotes;
    return SplitStatus::kSplit;
  }

  SplitStatus CopyWord() {
    while (from < end && !EndsWord(*from)) {
      const char byte = *from++;
      if (byte == '"' || byte == '\'') return CopyQuoted(byte);
      *to++ = byte;
    }
    return SplitStatus::kSplit;
  }
};

}  // namespace

SplitStatus SplitQuotedInPlace(std::span<char> line, ArgumentArena& arguments) {
  const size_t first = arguments.size();
  Splitter splitter{line.data(), line.data() + line.size(), line.data()};
  for (splitter.SkipSpace(); splitter.from < splitter.end; splitter.SkipSpace()) {
    const char* word = splitter.to;
    if (splitter.CopyWord() == SplitStatus::kUnbalancedQuotes) {
      arguments.Truncate(first);
      return SplitStatus::kUnbalancedQuotes;
    }
    arguments.Add({word, static_cast<size_t>(splitter.to - word)});
  }
  return SplitStatus::kSplit;
}

std::optional<std::vector<std::string>> SplitQuoted(std::string_view line) {
  std::string copy(line);
  ArgumentArena views;
  if (SplitQuotedInPlace(copy, views) == SplitStatus::kUnbalancedQuotes) return std::nullopt;
  return std::vector<std::string>(views.begin(), views.end());
}

void AppendQuoted(std::string& text, std::string_view word) {
  constexpr std::string_view kEscaped = "\\\"\n\r\t\b\a";
  constexpr std::string_view kLetters = "\\\"nrtba";
  constexpr std::string_view kHex = "0123456789abcdef";
  text += '"';
  for (const char byte : word) {
    if (const size_t at = kEscaped.find(byte); at != std::string_view::npos) {
      text += '\\';
      text += kLetters[at];
    } else if (byte >= ' ' && byte <= '~') {
      text += byte;
    } else {
      const auto value = static_cast<unsigned char>(byte);
      text += "\\x";
      text += kHex[value >> 4];
      text += kHex[value & 15];
    }
  }
  text += '"';
}

}  // namespace protocol::resp
