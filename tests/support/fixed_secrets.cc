#include "tests/support/fixed_secrets.h"

#include <sys/random.h>

#include "storage/base/random.h"

namespace {

storage::Random& Secrets() {
  static storage::Random secrets(1);
  return secrets;
}

}  // namespace

namespace tests {

void RestartSecrets(uint64_t seed) {
  Secrets() = storage::Random(seed);
}

}  // namespace tests

// A program's own function comes before the C library's of the same name.
extern "C" ssize_t getrandom(void* bytes, size_t count, unsigned) {
  for (size_t i = 0; i < count; ++i) {
    static_cast<unsigned char*>(bytes)[i] = static_cast<unsigned char>(Secrets().Next());
  }
  return static_cast<ssize_t>(count);
}
