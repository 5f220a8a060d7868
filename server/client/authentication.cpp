#include "server/client/authentication.h"

#include "server/acl/denial.h"
#include "server/acl/login.h"
#include "server/engine_state.h"

namespace server {

std::expected<void, CommandError> LogIn(EngineState& engine, Client& client, std::string_view user,
                                        std::string_view password, std::string_view command) {
  const auto granted = MayLogIn(engine, user, password, client.peer);
  if (granted) {
    Users::Attach(client, **granted);
    client.set(kNotAuthenticated, false);
    return {};
  }
  NoteFailedLogin(engine, client, user, command);
  switch (granted.error()) {
    case LoginRefusal::kWrongPair:
      break;
    case LoginRefusal::kTooManyFailures:
      return std::unexpected(CommandError::Err(
          "too many failed logins from this address, try again in a few seconds"));
  }
  return std::unexpected(
      CommandError("WRONGPASS invalid username-password pair or user is disabled."));
}

void LogOut(EngineState& engine, Client& client) {
  const User& user = engine.users.default_user();
  Users::Attach(client, user);
  client.set(kNotAuthenticated, !user.needs_no_password || !user.is_on);
  client.stranger_since_us = engine.monotonic_us;
}

}  // namespace server
