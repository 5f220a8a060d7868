// Logging in and out over RESP: AUTH, HELLO ... AUTH, RESET. Who may is decided in
// server/acl/login.h.
#pragma once

#include <expected>
#include <string_view>

#include "server/acl/users.h"
#include "server/client/client.h"
#include "server/dispatch/command_error.h"

namespace server {

struct EngineState;

// The client is now that user; after an error, which is for it to read, it stays who it was.
// `command` is how it was tried.
[[nodiscard]] std::expected<void, CommandError> LogIn(EngineState& engine, Client& client,
                                                      std::string_view user,
                                                      std::string_view password,
                                                      std::string_view command);
// As after connecting: the default user, and a stranger when he has a password or is off.
void LogOut(EngineState& engine, Client& client);

}  // namespace server
