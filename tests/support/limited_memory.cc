#include "tests/support/limited_memory.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>

extern "C" {
void* __real_malloc(size_t bytes);
void* __real_calloc(size_t count, size_t bytes);
void* __real_realloc(void* block, size_t bytes);
void* __real_aligned_alloc(size_t alignment, size_t bytes);
void __real_free(void* block);
}

namespace {

enum class Mode : uint8_t { kOff, kRecording, kLimiting };

constexpr size_t kStepsMax = 1000;

Mode mode = Mode::kOff;
bool is_paused = true;
int64_t alive_bytes = 0;  // since the start; what was freed of earlier counts against it
int64_t alive_max = 0;
int64_t limit_bytes = 0;
tests::Refusals refusals;
std::array<int64_t, kStepsMax> steps;
size_t step_count = 0;

bool IsCounted(size_t bytes) {
  return mode != Mode::kOff && !is_paused && bytes >= tests::kLimitedBytesMin;
}

// False: the block is over the limit.
bool Note(size_t bytes) {
  const int64_t wanted = alive_bytes + static_cast<int64_t>(bytes);
  if (mode == Mode::kLimiting) return wanted <= limit_bytes;
  if (wanted > alive_max) {
    alive_max = wanted;
    if (step_count < kStepsMax) steps[step_count++] = wanted;
  }
  return true;
}

bool IsRefused(size_t bytes) {
  if (!IsCounted(bytes) || Note(bytes)) return false;
  ++refusals.count;
  return true;
}

void* Taken(void* block) {
  const size_t bytes = block == nullptr ? 0 : malloc_usable_size(block);
  if (IsCounted(bytes)) alive_bytes += static_cast<int64_t>(bytes);
  return block;
}

void NoteFree(void* block) {
  const size_t bytes = block == nullptr ? 0 : malloc_usable_size(block);
  if (IsCounted(bytes)) alive_bytes -= static_cast<int64_t>(bytes);
}

void* TakeUnrefusable(size_t bytes) {
  if (IsCounted(bytes) && !Note(bytes)) {
    refusals.unrefusable_bytes = std::max(refusals.unrefusable_bytes, bytes);
  }
  void* const block = Taken(__real_malloc(bytes));
  if (block == nullptr) std::abort();
  return block;
}

void Start(Mode new_mode) {
  alive_bytes = alive_max = 0;
  step_count = 0;
  refusals = {};
  is_paused = true;
  mode = new_mode;
}

}  // namespace

namespace tests {

void StartRecording() {
  Start(Mode::kRecording);
}

std::vector<int64_t> StopRecording() {
  mode = Mode::kOff;
  return {steps.begin(), steps.begin() + static_cast<ptrdiff_t>(step_count)};
}

void StartLimiting(int64_t bytes_max) {
  limit_bytes = bytes_max;
  Start(Mode::kLimiting);
}

Refusals StopLimiting() {
  mode = Mode::kOff;
  return refusals;
}

void PauseMemoryLimit() {
  is_paused = true;
}

void ResumeMemoryLimit() {
  is_paused = false;
}

}  // namespace tests

extern "C" {

void* __wrap_malloc(size_t bytes) {
  return IsRefused(bytes) ? nullptr : Taken(__real_malloc(bytes));
}

void* __wrap_calloc(size_t count, size_t bytes) {
  return IsRefused(count * bytes) ? nullptr : Taken(__real_calloc(count, bytes));
}

void* __wrap_aligned_alloc(size_t alignment, size_t bytes) {
  return IsRefused(bytes) ? nullptr : Taken(__real_aligned_alloc(alignment, bytes));
}

void* __wrap_realloc(void* block, size_t bytes) {
  if (IsRefused(bytes)) return nullptr;
  NoteFree(block);
  return Taken(__real_realloc(block, bytes));
}

void __wrap_free(void* block) {
  NoteFree(block);
  __real_free(block);
}
}

void* operator new(size_t bytes) {
  return TakeUnrefusable(bytes);
}
void* operator new[](size_t bytes) {
  return TakeUnrefusable(bytes);
}
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  return __wrap_malloc(bytes);
}
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept {
  return __wrap_malloc(bytes);
}
void operator delete(void* block) noexcept {
  __wrap_free(block);
}
void operator delete[](void* block) noexcept {
  __wrap_free(block);
}
void operator delete(void* block, size_t) noexcept {
  __wrap_free(block);
}
void operator delete[](void* block, size_t) noexcept {
  __wrap_free(block);
}
