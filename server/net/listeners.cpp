#include "server/net/listeners.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace server {
namespace {

std::vector<Endpoint> EndpointsOf(const Settings& settings) {
  std::vector<Endpoint> endpoints;
  const auto add_port = [&](int port, Protocol protocol) {
    if (port == 0) return;
    for (const std::string& address : settings.bind) {
      const Endpoint endpoint = {Transport::kTcp, address, static_cast<uint16_t>(port), protocol};
      // Named twice, it would compete with itself.
      if (std::ranges::find(endpoints, endpoint) == endpoints.end()) endpoints.push_back(endpoint);
    }
  };
  add_port(settings.port, Protocol::kResp);
  if (settings.amqp) add_port(settings.amqp_port, Protocol::kAmqp);
  if (!settings.unixsocket.empty()) endpoints.push_back({Transport::kUnix, settings.unixsocket, 0});
  return endpoints;
}

}  // namespace

std::optional<std::string> Listeners::Apply() {
  const std::vector<Endpoint> wanted = EndpointsOf(surroundings_.settings);
  // Closed first: 127.0.0.1 would keep `*` from the same port.
  std::erase_if(listeners_, [&](const auto& listener) {
    return std::ranges::find(wanted, listener->endpoint()) == wanted.end();
  });
  return OpenMissing(wanted);
}

std::optional<std::string> Listeners::OpenMissing(const std::vector<Endpoint>& wanted) {
  List opened;
  for (const Endpoint& endpoint : wanted) {
    if (IsListening(endpoint)) continue;
    auto listener = Listener::Open(surroundings_, endpoint);
    if (listener) {
      opened.push_back(std::move(*listener));
    } else if (listener.error().cause == ListenError::Cause::kOther) {
      return endpoint.Description() + ": " + listener.error().text;
    } else {
      surroundings_.log.Verbose("Not listening on " + endpoint.Description() + ": " +
                                listener.error().text);
    }
  }
  std::ranges::move(opened, std::back_inserter(listeners_));
  return std::nullopt;
}

bool Listeners::IsListening(const Endpoint& endpoint) const {
  return std::ranges::any_of(
      listeners_, [&](const auto& listener) { return listener->endpoint() == endpoint; });
}

bool Listeners::Has(Transport transport) const {
  return std::ranges::any_of(listeners_, [&](const auto& listener) {
    return listener->endpoint().transport == transport;
  });
}

void Listeners::ApplyKeepalive() {
  for (const auto& listener : listeners_) {
    listener->SetKeepalive(surroundings_.settings.tcp_keepalive_s);
  }
}

}  // namespace server
