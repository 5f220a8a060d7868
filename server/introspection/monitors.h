// Monitors: the clients that sent MONITOR. Each gets a line for every request that has run, its own
// included:
//
//   +1790000000.123456 [3 127.0.0.1:50000] "SET" "key" "a\x00b"
//
// Not shown: what administers the server, and secrets (redact.h). A monitor's output is bounded as
// a subscriber's is (client_limits.h); a line that alone is beyond that bound is not even finished.
//
// Cost: nothing while there are none but a test of a bit; else the line is made once.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/client/client.h"
#include "server/dispatch/command_table.h"

namespace server {

struct EngineState;

class Monitors {
 public:
  explicit Monitors(EngineState& engine) : engine_(engine) {}

  void Add(Client& client);
  void Remove(Client& client);
  // The request has run; `client` is as it is after it.
  void Feed(const Client& client, const CommandInTable& command,
            std::span<const std::string_view> arguments);

 private:
  std::string Line(const Client& client, const CommandInTable& command,
                   std::span<const std::string_view> arguments) const;

  EngineState& engine_;
  std::vector<ClientId> ids_;
};

}  // namespace server
