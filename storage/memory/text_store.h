// TextStore: copies of texts for the time of one command, given back all at once. Memory for them
// may be refused.
//
// Texts lie one behind another in blocks that are chained through their heads, so that nothing but
// the blocks themselves takes memory:
//
//   newest_ ──> [ head | text 0 text 0 text 0 ...   ] ──> [ head | ... ] ──> nullptr
//
// Each is followed by a zero byte, which C's functions want. A text that fills most of a block gets
// one of its own. Cost: a copy; no work for each text at the end. Lifetime: what Keep returns is
// valid until Clear and the store's end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>

namespace storage {

class TextStore {
 public:
  TextStore() = default;
  TextStore(const TextStore&) = delete;
  TextStore& operator=(const TextStore&) = delete;
  ~TextStore() { Clear(); }

  // nullopt: there is no memory for it.
  std::optional<std::string_view> Keep(std::string_view text) {
    const size_t wanted = text.size() + 1;
    if (wanted > left_bytes_ && !AddBlock(wanted)) return std::nullopt;
    char* const copy = free_;
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    free_ += wanted;
    left_bytes_ -= wanted;
    return std::string_view(copy, text.size());
  }

  void Clear() {
    while (newest_ != nullptr) {
      Block* const block = newest_;
      newest_ = block->older;
      operator delete(block);
    }
    left_bytes_ = 0;
  }

 private:
  static constexpr size_t kBlockBytes = 16 * 1024;

  struct Block {
    Block* older;
  };

  bool AddBlock(size_t text_bytes) {
    const size_t bytes = std::max(kBlockBytes, sizeof(Block) + text_bytes);
    void* const memory = operator new(bytes, std::nothrow);
    if (memory == nullptr) return false;
    newest_ = new (memory) Block{newest_};
    free_ = reinterpret_cast<char*>(newest_ + 1);
    left_bytes_ = bytes - sizeof(Block);
    return true;
  }

  Block* newest_ = nullptr;
  char* free_ = nullptr;
  size_t left_bytes_ = 0;
};

}  // namespace storage
