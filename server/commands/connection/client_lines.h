// The reply of CLIENT LIST and CLIENT INFO.
#pragma once

#include <string>

#include "server/client/client_line.h"
#include "server/dispatch/command_context.h"
#include "storage/memory/memory_probe.h"

namespace server {

// Replies the lines of the clients that `for_each(visit)` visits, the same ones each time it is
// called. Their memory is asked for as a whole: there may be many, and their names long.
template <class ForEach>
RunResult ReplyClientLines(CommandContext& context, ForEach&& for_each) {
  size_t bytes = 0;
  for_each([&](const RespSession& session) { bytes += ClientLineBytesMax(session) + 1; });
  if (!storage::HasMemoryFor(bytes + 1)) return CommandError::NoMemoryForRequest();
  std::string lines;
  lines.reserve(bytes);
  for_each([&](const RespSession& session) {
    AppendClientLine(lines, session, context);
    lines += '\n';
  });
  context.reply().Verbatim("txt", lines);
  return Replied();
}

}  // namespace server
