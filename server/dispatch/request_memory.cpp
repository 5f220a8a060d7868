#include "server/dispatch/request_memory.h"

#include "server/dispatch/command_table.h"

namespace server {
namespace {

// What a request may take besides its own size: a place in a growing list for each argument, texts
// of errors.
constexpr size_t kBytesOfArgument = 96;
constexpr size_t kSpareBytes = 256 * 1024;
constexpr size_t kBytesOfMonitored = 12;  // a byte as \xff, in a text that grows by doubling

}  // namespace

size_t MemoryToRun(const CommandInTable* command, std::span<const std::string_view> arguments,
                   size_t bytes, bool is_monitored) {
  size_t wanted = bytes;
  if (command != nullptr && arguments.size() > 1) {
    const CommandSpec& spec = *command->spec;
    // Values of strings ask for themselves, or stay where they were read.
    const bool has_one_key = spec.keys[0].begin == KeySpec::Begin::kIndex && spec.keys[0].last == 0;
    if (spec.group == CommandGroup::kString && has_one_key) wanted = arguments[1].size();
    // Who waits keeps the request, and its keys in several lists.
    if ((spec.flags & kBlockingCommand) != 0) wanted += 4 * bytes;
  }
  wanted += arguments.size() * kBytesOfArgument + kSpareBytes;
  if (is_monitored) wanted += bytes * kBytesOfMonitored;
  return wanted;
}

}  // namespace server
