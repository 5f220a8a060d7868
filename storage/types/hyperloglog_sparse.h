// The sparse HyperLogLog: runs of equal registers, as most registers are zero while few elements
// were added. 18 bytes when empty, about two a register that was touched.
//
//   zeros   00llllll             l + 1 registers (1 to 64) are zero
//   zeros   01llllll llllllll    l + 1 registers (1 to 16384) are zero, high byte first
//   value   1vvvvvll             l + 1 registers (1 to 4) have the value v + 1 (1 to 32)
//
// The runs follow the header (hyperloglog.h) and stand for exactly 16384 registers. Which of the
// possible forms is chosen follows Redis, byte by byte: a register is raised by splitting its run
// into up to three; then neighbours of equal value are joined, from the run before on, five runs
// far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/types/hyperloglog.h"

namespace storage {

// Walks over the runs of any bytes behind a header; a run that is cut off at the end is none.
class SparseRuns {
 public:
  explicit SparseRuns(std::string_view hll, size_t position = kHllHeaderBytes, size_t first = 0)
      : bytes_(hll), position_(position), first_(first) {}

  bool AtEnd() const { return position_ + bytes() > bytes_.size(); }
  void Next() {
    first_ += length();
    position_ += bytes();
  }

  size_t position() const { return position_; }  // of the run's bytes
  size_t first() const { return first_; }        // its first register
  // The following hold while !AtEnd().
  size_t bytes() const { return position_ < bytes_.size() && (Byte(0) & 0xc0) == 0x40 ? 2 : 1; }
  uint8_t value() const {
    return Byte(0) < 0x80 ? 0 : static_cast<uint8_t>((Byte(0) >> 2 & 31) + 1);
  }
  size_t length() const {
    if (Byte(0) >= 0x80) return (Byte(0) & 3u) + 1;
    if (Byte(0) < 0x40) return Byte(0) + 1u;
    return ((Byte(0) & 63u) << 8 | Byte(1)) + 1;
  }

 private:
  uint8_t Byte(size_t offset) const { return static_cast<uint8_t>(bytes_[position_ + offset]); }

  std::string_view bytes_;
  size_t position_;
  size_t first_;
};

// The runs stand for all registers, no more, no fewer.
bool IsWellFormed(std::string_view sparse);
// A run of `registers` zeros, 1 to 16384.
void AppendZeros(std::string& runs, size_t registers);
// The runs as PFDEBUG DECODE prints them: "Z:16384", "z:3 v:1,2". Of any bytes.
std::string DescribeRuns(std::string_view sparse);

// Raises registers of one that may be sparse, and makes it dense when a value is too large for a
// run or the runs too long. Registers that are raised in ascending order cost a walk altogether,
// others a walk each.
class HllEditor {
 public:
  // `hll` is dense, or sparse and well-formed, and is changed in place.
  HllEditor(std::string& hll, size_t sparse_bytes_max)
      : hll_(hll), sparse_bytes_max_(sparse_bytes_max) {}

  // Returns whether the register was lower than that. Marks the count as out of date then.
  bool Raise(HllUpdate update);

 private:
  // A run to begin a walk with, and its first register.
  struct Start {
    size_t position = kHllHeaderBytes;
    size_t first = 0;
  };
  struct Place {
    SparseRuns run;
    size_t previous;  // position of the run before; of the run itself when it was the walk's first
    Start start;      // the run before that: changes to `run` leave it as it is
  };

  Place FindRun(size_t index, Start from) const;
  bool RaiseDense(HllUpdate update);
  void JoinEqual(size_t position);

  std::string& hll_;
  size_t sparse_bytes_max_;
  Start start_;  // for registers not before last_index_
  size_t last_index_ = 0;
};

}  // namespace storage
