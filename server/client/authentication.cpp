#include "server/client/authentication.h"

#include <nettle/memops.h>
#include <nettle/sha2.h>

#include <array>

#include "server/config/config.h"
#include "server/engine_state.h"

namespace server {
namespace {

using Digest = std::array<uint8_t, SHA256_DIGEST_SIZE>;

Digest Sha256(std::string_view text) {
  Digest digest;
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
  sha256_digest(&context, digest.size(), digest.data());
  return digest;
}

bool IsSameSecret(std::string_view a, std::string_view b) {
  const Digest digest_a = Sha256(a);
  const Digest digest_b = Sha256(b);
  // In a time that does not depend on where they differ.
  return memeql_sec(digest_a.data(), digest_b.data(), digest_a.size()) == 1;
}

}  // namespace

bool LogIn(EngineState& engine, Client& client, std::string_view user, std::string_view password) {
  const std::string& secret = engine.config.settings().requirepass;
  if (user != kDefaultUser || (!secret.empty() && !IsSameSecret(password, secret))) {
    ++engine.statistics.acl_access_denied_auth;
    return false;
  }
  client.user = user;
  client.set(kNotAuthenticated, false);
  return true;
}

void LogOut(EngineState& engine, Client& client) {
  client.user = kDefaultUser;
  client.set(kNotAuthenticated, !engine.config.settings().requirepass.empty());
  client.stranger_since_us = engine.monotonic_us;
}

void ApplyPassword(EngineState& engine) {
  if (!engine.config.settings().requirepass.empty()) return;
  for (const auto& [id, session] : engine.clients) session->client.set(kNotAuthenticated, false);
}

}  // namespace server
