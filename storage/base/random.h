// Random: a seeded generator (xoshiro256**, Blackman and Vigna, public domain algorithm) for
// choices that need no secrecy: random keys, samples, LFU. Secrets (hash seeds, run ids, generated
// passwords) come from SecretBytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace storage {

class Random {
 public:
  explicit Random(uint64_t seed);
  uint64_t Next();
  // Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound);
  // Uniform in [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  std::array<uint64_t, 4> state_;
};

// Fills `bytes` from the operating system's generator.
void SecretBytes(std::span<std::byte> bytes);

}  // namespace storage
