#include "server/introspection/slowlog.h"

#include <fmt/format.h>

#include <utility>

namespace server {
namespace {

std::string Shorten(std::string_view argument) {
  if (argument.size() <= SlowLog::kArgumentBytesMax) return std::string(argument);
  return fmt::format("{}... ({} more bytes)", argument.substr(0, SlowLog::kArgumentBytesMax),
                     argument.size() - SlowLog::kArgumentBytesMax);
}

}  // namespace

void SlowLog::Add(Entry entry, std::span<const std::string_view> arguments, size_t length_max) {
  const bool is_cut = arguments.size() > kArgumentsMax;
  const size_t kept = is_cut ? kArgumentsMax - 1 : arguments.size();
  entry.arguments.reserve(is_cut ? kArgumentsMax : kept);
  for (const std::string_view argument : arguments.first(kept)) {
    entry.arguments.push_back(Shorten(argument));
  }
  if (is_cut) {
    entry.arguments.push_back(fmt::format("... ({} more arguments)", arguments.size() - kept));
  }
  entry.id = next_id_++;
  entries_.push_front(std::move(entry));
  while (entries_.size() > length_max) entries_.pop_back();
}

}  // namespace server
