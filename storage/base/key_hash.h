// KeyHasher: XXH3 with a secret of the process. XXH3 with its published secret has known collisions
// (xxHash issue 1127); with 192 random bytes nobody outside can choose keys that collide.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/base/random.h"

namespace storage {

class KeyHasher {
 public:
  static constexpr size_t kSecretBytes = 192;
  using Secret = std::array<std::byte, kSecretBytes>;

  // One that nobody outside knows.
  static Secret NewSecret() {
    Secret secret;
    SecretBytes(secret);
    return secret;
  }

  explicit KeyHasher(const Secret& secret) : secret_(secret) {}

  uint64_t operator()(std::string_view key) const {
    return XXH3_64bits_withSecret(key.data(), key.size(), secret_.data(), kSecretBytes);
  }

 private:
  Secret secret_;
};

}  // namespace storage
