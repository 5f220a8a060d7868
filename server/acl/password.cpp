#include "server/acl/password.h"

#include <nettle/memops.h>
#include <nettle/sha2.h>

#include <algorithm>
#include <array>

#include "storage/base/hex.h"

namespace server {

std::string PasswordDigest(std::string_view password) {
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest;
  sha256_ctx context;
  sha256_init(&context);
  sha256_update(&context, password.size(), reinterpret_cast<const uint8_t*>(password.data()));
  sha256_digest(&context, digest.size(), digest.data());
  return storage::Hex(std::as_bytes(std::span(digest)));
}

bool IsPasswordDigest(std::string_view text) {
  return text.size() == kDigestDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool MatchesAnyPassword(std::span<const std::string> digests, std::string_view password) {
  const std::string given = PasswordDigest(password);
  bool matches = false;
  for (const std::string& digest : digests) {
    // Each is compared, and each to its end.
    const bool is_same = memeql_sec(digest.data(), given.data(), kDigestDigits) == 1;
    matches = matches || is_same;
  }
  return matches;
}

}  // namespace server
