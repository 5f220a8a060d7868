// What cinnabar-benchmark prints: a progress line while it measures, and a table or JSON at the
// end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/bench/load_run.h"

namespace bench {

struct Measurement {
  std::string name;
  size_t pipeline = 1;
  size_t connections = 1;
  LoadResult result;
};

std::string FormatTable(const std::vector<Measurement>& measurements);
std::string FormatJson(const std::vector<Measurement>& measurements);

// Rewrites one line of standard error; only when that is a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool is_quiet);
  void Show(const std::string& name, size_t pipeline, uint64_t replies, double elapsed_seconds,
            double part);
  void Clear();

 private:
  bool is_enabled_;
};

}  // namespace bench
