// HyperLogLog: how many different elements were added, estimated from 16384 small counters. It
// lives in a string whose bytes are Redis's own, so that a key can be read with GET here, written
// with SET there, and go on counting.
//
//   +--------+----------+------+-------------+----------------------------------+
//   | "HYLL" | encoding |  0   | count, 8    | registers                        |
//   |        |  0 or 1  |  3   | low first   |                                  |
//   +--------+----------+------+-------------+----------------------------------+
//   byte 0      4          5      8             16
//
//   count       the estimate as it was last computed; its highest bit: out of date
//   encoding 0  dense: 16384 registers of 6 bits, register 0 in the low bits of byte 16
//   encoding 1  sparse: runs of equal registers (hyperloglog_sparse.h)
//
// An element's hash chooses a register with its low 14 bits; the register keeps the longest run of
// zeros, plus one, that the other 50 bits began with. The estimate is the one of Ertl ("New
// cardinality estimation algorithms for HyperLogLog sketches", 2017), summed in the same order as
// Redis does, so that the rounded figure is the same.
//
// Clients can SET any bytes: whatever follows the header is checked where it is read, and bytes
// that describe more or fewer than 16384 registers are corrupt.
//
// Cost: adding to a dense one is O(1), to a sparse one a walk over its bytes; an estimate reads all
// registers, 10 microseconds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace storage {

inline constexpr size_t kHllRegisters = 16384;
inline constexpr size_t kHllHeaderBytes = 16;
inline constexpr size_t kHllDenseBytes = kHllHeaderBytes + kHllRegisters * 6 / 8;
inline constexpr uint8_t kHllRegisterMax = 51;  // 50 zeros, plus one

// The header is one, and a dense one's length is right. What a sparse one holds is not looked at.
bool IsHyperLogLog(std::string_view bytes);
// Of bytes for which IsHyperLogLog holds.
bool IsSparse(std::string_view hll);
// One that has seen nothing: sparse.
std::string NewHyperLogLog();

// The estimate in the header, unless it is out of date.
std::optional<uint64_t> CachedCount(std::string_view hll);
void SetCachedCount(char* hll, uint64_t count);
void InvalidateCount(char* hll);

// What an element means: this register is at least `value`.
struct HllUpdate {
  uint16_t index;
  uint8_t value;  // 1 to kHllRegisterMax
};
HllUpdate UpdateFor(std::string_view element);

// A register of a dense one, and its change; `index` is below kHllRegisters.
uint8_t DenseRegister(std::string_view hll, size_t index);
void SetDenseRegister(char* hll, size_t index, uint8_t value);

// All registers, a byte each: what merging works on.
class HllRegisters {
 public:
  // Takes over what is larger there. False: it is corrupt; then nothing has changed.
  [[nodiscard]] bool Merge(std::string_view hll);
  uint8_t operator[](size_t index) const { return registers_[index]; }
  uint64_t Estimate() const;

 private:
  std::array<uint8_t, kHllRegisters> registers_{};
};

// The estimate of one; nullopt: it is corrupt.
std::optional<uint64_t> EstimateOf(std::string_view hll);

// Makes a sparse one dense; a dense one stays. False: it is corrupt; then nothing has changed.
[[nodiscard]] bool MakeDense(std::string& hll);

}  // namespace storage
