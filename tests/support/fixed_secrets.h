// Programs that contain fixed_secrets.cc take the engine's secrets (the seed of its hashes, run
// ids) from a sequence that repeats, instead of from the system: a run that failed can be run
// again.
#pragma once

#include <cstdint>

namespace tests {

// The sequence starts again; the same seed gives the same secrets.
void RestartSecrets(uint64_t seed);

}  // namespace tests
