// The reply of a container's HELP: its forms and what they do, line by line as simple strings.
#pragma once

#include <fmt/format.h>

#include <span>
#include <string_view>

#include "protocol/resp/reply_writer.h"

namespace server {

struct HelpEntry {
  std::string_view form;  // as it is typed after the container's name: "ENCODING <key>"
  std::string_view text;  // what it does
};

// Replies the first line that all containers share, `entries`, and the entry of HELP itself.
inline void ReplyHelp(protocol::resp::ReplyWriter& reply, std::string_view container,
                      std::span<const HelpEntry> entries) {
  reply.ArrayHeader(1 + 2 * (entries.size() + 1));
  reply.Simple(
      fmt::format("{} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:", container));
  for (const HelpEntry& entry : entries) {
    reply.Simple(entry.form);
    reply.Simple(fmt::format("    {}", entry.text));
  }
  reply.Simple("HELP");
  reply.Simple("    Prints this help.");
}

}  // namespace server
