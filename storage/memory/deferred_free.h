// DeferredFree: frees what would stall a turn, elsewhere or in pieces.
//
// Giving 512 MB back to the system takes 25 ms, erasing a database of millions of keys takes
// seconds. So large buffers are handed to another thread, which does nothing but free them: they
// are counted as free at once, since nothing of ours knows them any more. Structures cannot go
// there, because their memory lies in a slab that belongs to one thread; they are taken apart in
// small steps between turns.
//
// Nothing depends on when it happens: without another thread, or with too much waiting for it
// already, buffers are freed at once.
//
// Lifetime: what is still queued is freed with the DeferredFree; what another thread has is its
// own.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "storage/memory/slab_allocator.h"

namespace storage {

class DeferredFree {
 public:
  // Runs the work on another thread, soon, without waiting. An empty function: there is no other
  // thread.
  using RunElsewhere = std::function<void(std::function<void()> work)>;
  // Frees a part of something, up to `budget` small pieces, which it subtracts. Returns whether
  // more is left. A piece is worth about 0.1 us.
  using ReleaseStep = std::move_only_function<bool(size_t& budget)>;

  static constexpr size_t kElsewhereBytesMin = size_t{256} << 10;  // smaller ones are cheap to free
  static constexpr size_t kBatchBytes = size_t{8} << 20;  // handed over without waiting for a turn
  static constexpr size_t kWaitingBytesMax = size_t{1} << 30;  // more does not wait elsewhere

  DeferredFree(SlabAllocator& slab, RunElsewhere run_elsewhere);
  ~DeferredFree();
  DeferredFree(const DeferredFree&) = delete;
  DeferredFree& operator=(const DeferredFree&) = delete;

  // As slab.Free(memory, bytes), but quick for any size.
  void Free(void* memory, size_t bytes) {
    if (bytes < kElsewhereBytesMin) return slab_.Free(memory, bytes);
    FreeLarge(memory, bytes);
  }

  // Queues a structure that was taken out of use; ReleaseSome calls `step` until it returns false,
  // and destroys it then. `objects` is what it counts as (keys, for instance).
  void Defer(ReleaseStep step, size_t objects);

  // Hands over buffers that wait for it, and releases about `budget` pieces of queued structures.
  // To be called each turn. Returns whether structures are left.
  bool ReleaseSome(size_t budget);

  // Objects whose memory is not free yet, here or elsewhere; a buffer counts as one.
  size_t pending_objects() const { return pending_objects_ + elsewhere_->objects.load(); }
  // Objects that were deferred and are free now.
  size_t freed_objects() const { return deferred_objects_ - pending_objects(); }
  // Bytes of buffers that are not counted as used any more, and not free yet either.
  size_t waiting_bytes() const { return batch_bytes_ + elsewhere_->bytes.load(); }

 private:
  struct Queued {
    ReleaseStep step;
    size_t objects;
  };
  struct Buffer {
    void* memory;
    size_t bytes;
  };
  // Shared with the other thread, which may outlive this.
  struct Elsewhere {
    std::atomic<size_t> objects = 0;
    std::atomic<size_t> bytes = 0;
  };

  void FreeLarge(void* memory, size_t bytes);
  void HandOver();

  SlabAllocator& slab_;
  RunElsewhere run_elsewhere_;
  std::deque<Queued> queue_;
  std::vector<Buffer> batch_;  // not handed over yet
  size_t batch_bytes_ = 0;
  size_t pending_objects_ = 0;  // in queue_ and batch_
  size_t deferred_objects_ = 0;
  std::shared_ptr<Elsewhere> elsewhere_;
};

}  // namespace storage
