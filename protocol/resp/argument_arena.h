// ArgumentArena: the arguments of many requests, end to end; a request is a range of them. Views,
// not bytes. Kept for a turn and reused.
//
// A peer decides how many arguments a request has, so there may be no memory for them: whoever adds
// what a peer sent asks TryReserve first. What one giant request took is given back by Clear.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <type_traits>

namespace protocol::resp {

class ArgumentArena {
 public:
  static constexpr size_t kKeptMax = 64 * 1024;  // views that Clear keeps the memory of

  ArgumentArena() = default;
  ArgumentArena(std::initializer_list<std::string_view> views) {
    for (const std::string_view view : views) Add(view);
  }
  ArgumentArena(const ArgumentArena&) = delete;
  ArgumentArena& operator=(const ArgumentArena&) = delete;
  ~ArgumentArena() { std::free(views_); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t capacity() const { return capacity_; }
  const std::string_view* data() const { return views_; }
  const std::string_view* begin() const { return views_; }
  const std::string_view* end() const { return views_ + size_; }
  std::string_view operator[](size_t index) const { return views_[index]; }

  // Room for `more` views. False: there is no memory, and nothing has changed.
  [[nodiscard]] bool TryReserve(size_t more) {
    if (capacity_ - size_ >= more) [[likely]]
      return true;
    const size_t capacity = std::max({size_ + more, capacity_ * 2, kCapacityMin});
    if (capacity > kCapacityMax) return false;
    void* grown = std::realloc(static_cast<void*>(views_), capacity * sizeof(std::string_view));
    if (grown == nullptr) return false;
    views_ = static_cast<std::string_view*>(grown);
    capacity_ = capacity;
    return true;
  }
  // A view that room was reserved for.
  void AddReserved(const char* bytes, size_t size) {
    views_[size_++] = std::string_view(bytes, size);
  }
  // The process ends when there is no memory.
  void Add(std::string_view view) {
    if (!TryReserve(1)) std::abort();
    AddReserved(view.data(), view.size());
  }
  // Forgets all but the first `size`.
  void Truncate(size_t size) { size_ = size; }
  void Clear() {
    size_ = 0;
    if (capacity_ <= kKeptMax) [[likely]]
      return;
    std::free(views_);
    views_ = nullptr;
    capacity_ = 0;
  }

  friend bool operator==(const ArgumentArena& a, const ArgumentArena& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  static constexpr size_t kCapacityMin = 64;
  // No request comes near; what asks for more is refused without asking the system.
  static constexpr size_t kCapacityMax = size_t{1} << 32;
  static_assert(std::is_trivially_copyable_v<std::string_view>);

  std::string_view* views_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace protocol::resp
