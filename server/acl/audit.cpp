#include "server/acl/audit.h"

#include <algorithm>

#include "protocol/resp/inline_request.h"
#include "server/engine_state.h"
#include "server/introspection/command_docs.h"
#include "server/introspection/redact.h"

namespace server {
namespace {

constexpr size_t kArgumentsMax = 16;
constexpr size_t kArgumentBytesMax = 128;

}  // namespace

void Audit(EngineState& engine, const Client& client, const CommandInTable& command,
           std::span<const std::string_view> arguments) {
  const bool is_told = (AclCategoriesOf(*command.spec) & (kAclAdmin | kAclDangerous)) != 0;
  if ((engine.special & kAudits) == 0 || !is_told || client.is(kReplaysLog)) return;
  const RedactedArguments redacted(command, arguments);
  std::string line = "Audit: user ";
  protocol::resp::AppendQuoted(line, client.user);
  line += " from " + client.peer.remote_address + " ran";
  const auto shown = redacted.shown();
  for (const std::string_view argument : shown.first(std::min(shown.size(), kArgumentsMax))) {
    line += ' ';
    protocol::resp::AppendQuoted(line, argument.substr(0, kArgumentBytesMax));
  }
  if (shown.size() > kArgumentsMax) line += " ...";
  engine.log.Notice(line);
}

}  // namespace server
