#include "server/client/authentication.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

#include "server/config/config.h"
#include "server/engine_state.h"
#include "storage/base/check.h"

namespace server {
namespace {

using Digest = std::array<unsigned char, 32>;

Digest Sha256(std::string_view text) {
  Digest digest;
  const int made =
      EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  CHECK_INVARIANT(made == 1);
  return digest;
}

bool IsSameSecret(std::string_view a, std::string_view b) {
  const Digest digest_a = Sha256(a);
  const Digest digest_b = Sha256(b);
  return CRYPTO_memcmp(digest_a.data(), digest_b.data(), digest_a.size()) == 0;
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
