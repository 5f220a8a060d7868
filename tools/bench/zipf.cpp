#include "tools/bench/zipf.h"

#include <algorithm>
#include <cmath>

namespace bench {

ZipfSampler::ZipfSampler(uint32_t ranks, double exponent) : columns_(ranks) {
  // What each rank has, where 1 is a full column.
  std::vector<double> left(ranks);
  double sum = 0;
  for (uint32_t i = 0; i < ranks; ++i) sum += left[i] = std::pow(i + 1.0, -exponent);
  std::vector<uint32_t> small;
  std::vector<uint32_t> large;
  for (uint32_t i = 0; i < ranks; ++i) {
    left[i] *= ranks / sum;
    columns_[i] = {.rank = i, .alias = i, .share = UINT32_MAX};
    (left[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const uint32_t poor = small.back();
    const uint32_t rich = large.back();
    small.pop_back();
    columns_[poor].alias = rich;
    columns_[poor].share = static_cast<uint32_t>(std::min(left[poor], 1.0) * UINT32_MAX);
    left[rich] -= 1 - left[poor];
    if (left[rich] >= 1) continue;
    large.pop_back();
    small.push_back(rich);
  }
}

}  // namespace bench
