// ReadArena: one block of memory into which all connections read during a turn, slice after slice,
// so that their requests can be decoded where they lie. Reset when the turn has worked them off.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace server {

class ReadArena {
 public:
  static constexpr size_t kBytes = 512 * 1024;
  static constexpr size_t kSliceMax = 32 * 1024;

  ReadArena() : memory_(new char[kBytes]) {}

  // Room for the next read; empty when too little is left: the turn should run first.
  std::span<char> Space() {
    if (kBytes - used_ < kSliceMax) return {};
    return {memory_.get() + used_, kSliceMax};
  }
  // The first `count` bytes of the last Space() are in use until Reset. Slices are 64-byte aligned.
  void Take(size_t count) { used_ += (count + 63) & ~size_t{63}; }
  void Reset() { used_ = 0; }

 private:
  std::unique_ptr<char[]> memory_;
  size_t used_ = 0;
};

}  // namespace server
