// SpareArena: the next arena, made of one huge page on another thread before it is needed.
//
// A lookup in a large data set waits for memory, and half of that wait is finding out where the
// page is: with pages of 2 MiB instead of 4 KiB the processor knows. But the first touch of such a
// page zeroes all of it, which stalls the toucher for up to two milliseconds. So another thread
// maps and touches it, and whoever needs an arena takes it ready, or makes do with small pages if
// it is not. (Servers that save by fork must not use huge pages: a write to a shared one copies it.
// We do not fork.)
//
// Without another thread (`run_elsewhere` never set) there is never a spare. Lifetime: what nobody
// took is unmapped with the last of the SpareArena and the work elsewhere.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

namespace storage {

class SpareArena {
 public:
  // Runs the work on another thread, soon, without waiting.
  using RunElsewhere = std::function<void(std::function<void()> work)>;

  SpareArena() : shared_(std::make_shared<Shared>()) {}

  // An empty function: no spares from now on.
  void set_run_elsewhere(RunElsewhere run_elsewhere) { run_elsewhere_ = std::move(run_elsewhere); }

  // A zeroed, resident arena, aligned to its size, which the caller unmaps; nullptr when none is
  // ready. Has the next one made.
  void* Take();

 private:
  struct Shared {
    ~Shared();
    std::atomic<void*> arena = nullptr;
    std::atomic<bool> is_being_made = false;
  };

  RunElsewhere run_elsewhere_;
  std::shared_ptr<Shared> shared_;  // with the other thread
};

}  // namespace storage
