// The ends of ranges of a sorted set: scores ("5", "(5", "-inf") and strings ("[a", "(a", "-",
// "+").
#pragma once

#include <optional>
#include <string_view>

#include "storage/types/sorted_set.h"

namespace server {

// nullopt: one of them is no score, or no string, of a range. Views point into the arguments.
std::optional<storage::ScoreRange> ParseScoreRange(std::string_view min, std::string_view max);
std::optional<storage::LexRange> ParseLexRange(std::string_view min, std::string_view max);

}  // namespace server
