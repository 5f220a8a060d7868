#include "storage/types/common_subsequence.h"

#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <utility>

namespace storage {
namespace {

// Rows are stored by their bytes.
static_assert(std::endian::native == std::endian::little);

// The rows of a table, from the first to the last; only the latest is here.
class RowWalk {
 public:
  // False: there is not enough memory.
  [[nodiscard]] bool Prepare(std::string_view a, std::string_view b);
  // The row below, for the next byte of `a`.
  void Step(char byte);
  const uint64_t* row() const { return row_.get(); }
  // L at the end of the row.
  size_t Length() const;

 private:
  static size_t IndexOf(char byte) { return static_cast<uint8_t>(byte); }

  size_t columns_ = 0;
  size_t words_ = 0;
  std::unique_ptr<uint64_t[]> row_;
  std::unique_ptr<uint64_t[]> masks_;              // of the bytes that occur in both strings
  std::array<const uint64_t*, 256> mask_of_ = {};  // null: the byte occurs in only one
};

bool RowWalk::Prepare(std::string_view a, std::string_view b) {
  columns_ = b.size();
  words_ = (columns_ + 63) / 64;
  std::array<bool, 256> is_in_b = {};
  for (const char byte : b) is_in_b[IndexOf(byte)] = true;
  std::array<bool, 256> is_in_both = {};
  for (const char byte : a) is_in_both[IndexOf(byte)] = is_in_b[IndexOf(byte)];
  size_t masks = 0;
  for (const bool is : is_in_both) masks += is ? 1 : 0;

  row_.reset(new (std::nothrow) uint64_t[words_]);
  masks_.reset(new (std::nothrow) uint64_t[masks * words_]());
  if (row_ == nullptr || masks_ == nullptr) return false;
  std::memset(row_.get(), 0xff, words_ * sizeof(uint64_t));
  std::array<uint64_t*, 256> mask_of = {};
  uint64_t* next = masks_.get();
  for (size_t c = 0; c < mask_of.size(); ++c) {
    if (is_in_both[c]) mask_of[c] = std::exchange(next, next + words_);
    mask_of_[c] = mask_of[c];
  }
  for (size_t j = 0; j < b.size(); ++j) {
    if (uint64_t* mask = mask_of[IndexOf(b[j])]) mask[j / 64] |= uint64_t{1} << j % 64;
  }
  return true;
}

void RowWalk::Step(char byte) {
  const uint64_t* mask = mask_of_[IndexOf(byte)];
  if (mask == nullptr) return;
  uint64_t carry = 0;
  for (size_t w = 0; w < words_; ++w) {
    const uint64_t old = row_[w];
    const auto sum = static_cast<unsigned __int128>(old) + (old & mask[w]) + carry;
    row_[w] = static_cast<uint64_t>(sum) | (old & ~mask[w]);
    carry = static_cast<uint64_t>(sum >> 64);
  }
}

size_t RowWalk::Length() const {
  // The bits beyond the last column are never in a mask and stay 1.
  size_t zeros = 0;
  for (size_t w = 0; w < words_; ++w) zeros += static_cast<size_t>(std::popcount(~row_[w]));
  return zeros;
}

}  // namespace

std::optional<size_t> CommonSubsequenceLength(std::string_view a, std::string_view b) {
  RowWalk walk;
  if (!walk.Prepare(a, b)) return std::nullopt;
  for (const char byte : a) walk.Step(byte);
  return walk.Length();
}

std::optional<CommonSubsequence> CommonSubsequence::Find(std::string_view a, std::string_view b) {
  CommonSubsequence found(a, b);
  RowWalk walk;
  const size_t row_bytes = found.RowBytes();
  size_t bytes = 0;
  if (__builtin_mul_overflow(a.size(), row_bytes, &bytes)) return std::nullopt;
  found.rows_.reset(new (std::nothrow) uint8_t[bytes]);
  if (found.rows_ == nullptr || !walk.Prepare(a, b)) return std::nullopt;
  for (size_t i = 0; i < a.size(); ++i) {
    walk.Step(a[i]);
    std::memcpy(found.rows_.get() + i * row_bytes, walk.row(), row_bytes);
  }
  found.length_ = walk.Length();
  return found;
}

}  // namespace storage
