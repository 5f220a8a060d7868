// What a large request will take when it runs, so that it can be refused before it changes
// anything.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace server {

struct CommandInTable;

// Requests below this are not asked about.
inline constexpr size_t kLargeRequestBytes = 16 * 1024;

// What the request brings (keys, fields, members) is copied in many places, and lists are made of
// its arguments; so its memory is asked for as a whole. `command`: null when there is none of the
// name. `bytes`: of the whole request.
size_t MemoryToRun(const CommandInTable* command, std::span<const std::string_view> arguments,
                   size_t bytes, bool is_monitored);

}  // namespace server
