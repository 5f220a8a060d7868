// Inline requests: a line typed by a human, split into arguments with Redis's quoting rules.
//
//   set key "a \"quoted\" value\x00\n"      ->  set | key | a "quoted" value<NUL><LF>
//   set key 'single \' quoted'              ->  set | key | single ' quoted
//
// In double quotes: \xHH, \n \r \t \b \a, and any other escaped byte stands for itself. In single quotes
// only \' is an escape. A closing quote must be followed by white space or the end. The same rules hold
// for lines of redis.conf (the "sdssplitargs" rules, documented in redis.conf and observed on 7.0).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace protocol::resp {

// Splits `line` (without its line end). nullopt: unbalanced quotes.
std::optional<std::vector<std::string>> SplitQuoted(std::string_view line);

}  // namespace protocol::resp
