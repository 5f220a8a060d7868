// Who may speak AMQP, and what they may do there: the two decisions, each in one place.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/session.h"

namespace server {

struct EngineState;

// `guest` with the password `guest` from this machine only, as with RabbitMQ; else the server's own
// users, with their passwords.
bool MayLogInToBroker(EngineState& engine, std::string_view user, std::string_view password,
                      const PeerFacts& peer);

enum class BrokerRight : uint8_t { kConfigure, kWrite, kRead };

// Everybody who is logged in may do everything yet; users' patterns will be asked here.
inline bool MayUse(std::string_view /*user*/, BrokerRight, std::string_view /*resource*/) {
  return true;
}

}  // namespace server
