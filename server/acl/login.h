// May this user log in with this password from this address? The one place that decides it, for
// every protocol.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "server/acl/user.h"
#include "server/session.h"

namespace server {

struct EngineState;

enum class LoginRefusal : uint8_t {
  kWrongPair,        // no such user, he is off, or the password is wrong: nobody is told which
  kTooManyFailures,  // of this address: try again later
};

// Counts and logs what it refuses.
std::expected<const User*, LoginRefusal> MayLogIn(EngineState& engine, std::string_view user,
                                                  std::string_view password, const PeerFacts& peer);

}  // namespace server
