// Logging in: AUTH and HELLO ... AUTH. There is one user yet, `default`, with the one password that
// requirepass sets, or none; then any password will do for it.
//
// Passwords are compared by their digests and in constant time, so that the time of a refusal says
// nothing about how much of a guess was right.
#pragma once

#include <string_view>

#include "server/client/client.h"

namespace server {

struct EngineState;

inline constexpr std::string_view kDefaultUser = "default";

// Whether the client is now that user; when not, it stays who it was.
[[nodiscard]] bool LogIn(EngineState& engine, Client& client, std::string_view user,
                         std::string_view password);
// As after connecting: a stranger when there is a password.
void LogOut(EngineState& engine, Client& client);
// requirepass has changed: without a password there are no strangers. Who is logged in stays so.
void ApplyPassword(EngineState& engine);

}  // namespace server
