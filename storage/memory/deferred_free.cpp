#include "storage/memory/deferred_free.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace storage {

DeferredFree::DeferredFree(SlabAllocator& slab, RunElsewhere run_elsewhere)
    : slab_(slab),
      run_elsewhere_(std::move(run_elsewhere)),
      elsewhere_(std::make_shared<Elsewhere>()) {}

DeferredFree::~DeferredFree() {
  while (ReleaseSome(SIZE_MAX)) {
  }
}

void DeferredFree::FreeLarge(void* memory, size_t bytes) {
  if (!run_elsewhere_ || bytes > kWaitingBytesMax - std::min(waiting_bytes(), kWaitingBytesMax)) {
    return slab_.Free(memory, bytes);
  }
  slab_.DisownLarge(bytes);
  batch_.push_back({.memory = memory, .bytes = bytes});
  batch_bytes_ += bytes;
  ++pending_objects_;
  ++deferred_objects_;
  if (batch_bytes_ >= kBatchBytes) HandOver();
}

void DeferredFree::HandOver() {
  if (batch_.empty()) return;
  elsewhere_->objects += batch_.size();
  elsewhere_->bytes += batch_bytes_;
  pending_objects_ -= batch_.size();
  batch_bytes_ = 0;
  run_elsewhere_([batch = std::exchange(batch_, {}), elsewhere = elsewhere_] {
    for (const Buffer& buffer : batch) {
      SlabAllocator::FreeDisowned(buffer.memory);
      elsewhere->bytes -= buffer.bytes;
      --elsewhere->objects;
    }
  });
}

void DeferredFree::Defer(ReleaseStep step, size_t objects) {
  queue_.push_back({.step = std::move(step), .objects = objects});
  pending_objects_ += objects;
  deferred_objects_ += objects;
}

bool DeferredFree::ReleaseSome(size_t budget) {
  while (budget > 0 && !queue_.empty()) {
    size_t left = budget;
    // The step may defer other things; a deque keeps this one in its place.
    if (!queue_.front().step(left)) {
      pending_objects_ -= queue_.front().objects;
      queue_.pop_front();
    }
    budget = std::min(left, budget - 1);  // a step that found nothing to free costs too
  }
  HandOver();
  return !queue_.empty();
}

}  // namespace storage
