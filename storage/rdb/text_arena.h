// TextArena: memory for the texts that a decoded value has not as they stand in its bytes:
// integers, and what was compressed. It is given back all at once, and the first block kept for
// the next value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "storage/base/number.h"

namespace storage::rdb {

class TextArena {
 public:
  // nullptr: there is no memory for so large a text.
  char* Allocate(size_t bytes) {
    if (bytes <= kBlockBytes - used_ && !blocks_.empty()) [[likely]] {
      char* memory = blocks_.back().get() + used_;
      used_ += bytes;
      return memory;
    }
    return AllocateBlock(bytes);
  }
  std::string_view TextOf(int64_t integer) {
    char text[kInt64TextMax];
    const size_t size = static_cast<size_t>(FormatInt64(text, integer) - text);
    return {static_cast<char*>(std::memcpy(Allocate(size), text, size)), size};
  }
  void Clear() {
    if (blocks_.size() > 1) blocks_.resize(1);
    large_.clear();
    used_ = 0;
  }

 private:
  static constexpr size_t kBlockBytes = 16 * 1024;
  using Block = std::unique_ptr<char[]>;

  char* AllocateBlock(size_t bytes) {
    const bool is_large = bytes > kBlockBytes / 4;
    // Only a size that the bytes to be decoded claim may be refused.
    Block block(is_large ? new (std::nothrow) char[bytes] : new char[kBlockBytes]);
    char* memory = block.get();
    if (memory == nullptr) return nullptr;
    if (is_large) {
      large_.push_back(std::move(block));
    } else {
      blocks_.push_back(std::move(block));
      used_ = bytes;
    }
    return memory;
  }

  std::vector<Block> blocks_;  // of kBlockBytes; the last is being filled
  std::vector<Block> large_;
  size_t used_ = 0;
};

}  // namespace storage::rdb
