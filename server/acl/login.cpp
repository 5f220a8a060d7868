#include "server/acl/login.h"

#include "server/acl/password.h"
#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

// "10.0.0.1:50000" -> "10.0.0.1". Those of the Unix socket share no address that could be slowed.
std::string_view HostOf(const PeerFacts& peer) {
  const std::string_view address = peer.remote_address;
  return address.substr(0, address.rfind(':'));
}

bool IsRightPair(const User* user, std::string_view password) {
  // A digest is computed for those who are not there too: time does not tell who is.
  if (user == nullptr) return (void)PasswordDigest(password), false;
  const bool matches = MatchesAnyPassword(user->passwords, password);
  return user->is_on && (user->needs_no_password || matches);
}

}  // namespace

std::expected<const User*, LoginRefusal> MayLogIn(EngineState& engine, std::string_view name,
                                                  std::string_view password,
                                                  const PeerFacts& peer) {
  const int64_t burst = peer.is_unix_socket ? 0 : engine.config.settings().failed_login_burst;
  const std::string_view host = HostOf(peer);
  if (!engine.failed_logins.MayTry(host, engine.monotonic_us, burst)) {
    ++engine.statistics.acl_access_denied_auth;
    return std::unexpected(LoginRefusal::kTooManyFailures);
  }
  const User* user = engine.users.Find(name);
  if (IsRightPair(user, password)) return user;
  ++engine.statistics.acl_access_denied_auth;
  if (engine.failed_logins.Note(host, engine.monotonic_us, burst)) {
    engine.log.Warning("Logins from " + std::string(host) +
                       " fail again and again: they are slowed to one a second.");
  }
  return std::unexpected(LoginRefusal::kWrongPair);
}

}  // namespace server
