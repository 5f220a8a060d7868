// ZipfSampler: ranks with the frequencies that caches see: rank i comes 1 / (i + 1)^exponent as
// often as rank 0.
//
// Walker's alias method: a table of `ranks` columns, each shared by two ranks at most, so that a
// draw is one random number and one look, however long the tail is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/base/random.h"

namespace bench {

class ZipfSampler {
 public:
  ZipfSampler(uint32_t ranks, double exponent);

  uint32_t Draw(storage::Random& random) const {
    const uint64_t bits = random.Next();
    const Column& column = columns_[(bits >> 32) * columns_.size() >> 32];
    return static_cast<uint32_t>(bits) < column.share ? column.rank : column.alias;
  }

 private:
  struct Column {
    uint32_t rank;
    uint32_t alias;
    uint32_t share;  // of 2^32 that is the rank's own; the rest is its alias's
  };
  std::vector<Column> columns_;
};

}  // namespace bench
