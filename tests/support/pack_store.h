// PackStore: owns the bytes of a pack, in memory of exactly their size, so that the sanitizers see
// each byte that is touched beyond.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace tests {

class PackStore {
 public:
  std::string_view pack() const { return {bytes_.get(), size_}; }
  char* Resize(size_t size) {
    auto bytes = std::make_unique<char[]>(size);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), std::min(size, size_));
    bytes_ = std::move(bytes);
    size_ = size;
    return bytes_.get();
  }

 private:
  std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(0);
  size_t size_ = 0;
};

}  // namespace tests
