#include "server/amqp/login.h"

#include "server/acl/login.h"
#include "server/acl/users.h"
#include "server/engine_state.h"

namespace server {

bool MayLogInToBroker(EngineState& engine, std::string_view user, std::string_view password,
                      const PeerFacts& peer) {
  constexpr std::string_view kGuest = "guest";
  const bool is_guest = user == kGuest && engine.users.Find(kGuest) == nullptr;
  if (is_guest) return password == kGuest && (peer.is_loopback || peer.is_unix_socket);
  return MayLogIn(engine, user, password, peer).has_value();
}

}  // namespace server
