// Listeners: all the places where the server listens, as the configuration says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/net/listener.h"

namespace server {

class Listeners {
 public:
  explicit Listeners(const Listener::Surroundings& surroundings) : surroundings_(surroundings) {}

  // Listens where the settings say now. What stays the same is left alone. On failure nothing new
  // is listened on and the text says why; what the settings no longer name is closed all the same,
  // until the caller goes back to the old settings and applies them.
  std::optional<std::string> Apply();
  void CloseAll() { listeners_.clear(); }
  // For connections from now on, as the settings say.
  void ApplyKeepalive();

  bool empty() const { return listeners_.empty(); }
  bool Has(Transport transport) const;

 private:
  using List = std::vector<std::unique_ptr<Listener>>;

  bool IsListening(const Endpoint& endpoint) const;
  // Opens what is missing; on failure nothing is left of it.
  std::optional<std::string> OpenMissing(const std::vector<Endpoint>& wanted);

  Listener::Surroundings surroundings_;
  List listeners_;
};

}  // namespace server
