#include "server/introspection/monitors.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/resp/inline_request.h"
#include "server/client/client_limits.h"
#include "server/client/reply_mode.h"
#include "server/engine_state.h"
#include "server/introspection/redact.h"

namespace server {
namespace {

// Redis shows a client of the Unix socket by the socket's path alone.
std::string ShownAddress(const PeerFacts& peer) {
  if (!peer.is_unix_socket) return peer.remote_address;
  return "unix:" + peer.remote_address.substr(0, peer.remote_address.rfind(':'));
}

}  // namespace

void Monitors::Add(Client& client) {
  if (client.is(kMonitoring)) return;
  client.set(kMonitoring, true);
  ids_.push_back(client.id);
  engine_.special |= kHasMonitors;
}

void Monitors::Remove(Client& client) {
  if (!client.is(kMonitoring)) return;
  client.set(kMonitoring, false);
  std::erase(ids_, client.id);
  if (ids_.empty()) engine_.special &= ~kHasMonitors;
}

void Monitors::Feed(const Client& client, const CommandInTable& command,
                    std::span<const std::string_view> arguments) {
  if ((command.spec->flags & (kAdmin | kSkipMonitor)) != 0) return;
  const std::string line = Line(client, command, arguments);
  // Whoever has too much output is closed, and so leaves the list.
  const std::vector<ClientId> ids = ids_;
  for (const ClientId id : ids) {
    RespSession& session = *engine_.clients.Find(id);
    if (IsMuted(session.client)) continue;
    session.output.Append(line);
    engine_.Touch(session);
    if (session.unsent_bytes() >= engine_.output_limit_min) CheckOutputLimit(engine_, session);
  }
}

std::string Monitors::Line(const Client& client, const CommandInTable& command,
                           std::span<const std::string_view> arguments) const {
  const size_t bytes_max = MonitorOutputMax(engine_);
  const RedactedArguments redacted(command, arguments);
  std::string line =
      fmt::format("+{}.{:06} [{} {}]", engine_.wall_us / 1'000'000, engine_.wall_us % 1'000'000,
                  client.database, ShownAddress(client.peer));
  for (const std::string_view argument : redacted.shown()) {
    if (line.size() > bytes_max) break;
    line += ' ';
    protocol::resp::AppendQuoted(line, argument.substr(0, bytes_max));
  }
  line += "\r\n";
  return line;
}

}  // namespace server
