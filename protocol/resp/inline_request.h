// Inline requests: a line typed by a human, split into arguments with Redis's quoting rules.
//
//   set key "a \"quoted\" value\x00\n"      ->  set | key | a "quoted" value<NUL><LF>
//   set key 'single \' quoted'              ->  set | key | single ' quoted
//
// In double quotes: \xHH, \n \r \t \b \a, and any other escaped byte stands for itself. In single
// quotes only \' is an escape. A quote may open anywhere in a word; after a closing quote must come
// white space or the end. The same rules hold for lines of redis.conf (documented there and
// observed on 7.0).
//
// A split word is never longer than it was in the line, so it can be written over it: a line that
// is split in place costs no memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/resp/argument_arena.h"

namespace protocol::resp {

// Splits `line` (without its line end). nullopt: unbalanced quotes.
std::optional<std::vector<std::string>> SplitQuoted(std::string_view line);

enum class SplitStatus : uint8_t { kSplit, kUnbalancedQuotes };

// Appends the words to `arguments`, as views into `line`, whose quoted words are overwritten by
// what they mean. On kUnbalancedQuotes nothing was appended, but the line may have been
// overwritten.
SplitStatus SplitQuotedInPlace(std::span<char> line, ArgumentArena& arguments);

// Appends `word` in double quotes: all but printable ASCII is escaped, and SplitQuoted gives it
// back.
void AppendQuoted(std::string& text, std::string_view word);

}  // namespace protocol::resp
