// Shows that work given away is done, by another thread, even when the loop ends at once.

#include "server/net/worker.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>

namespace server {
namespace {

TEST_CASE("Worker: everything that was begun or waits is done before the loop is gone") {
  std::atomic<int> done = 0;
  std::atomic<bool> was_elsewhere = true;
  const std::thread::id here = std::this_thread::get_id();
  const auto owned = std::make_shared<int>(1);
  {
    auto loop = EventLoop::Make();
    REQUIRE(loop.has_value());
    Worker worker(**loop);
    for (int i = 0; i < 100; ++i) {
      worker.Run([&, owned] {
        if (std::this_thread::get_id() == here) was_elsewhere = false;
        done += *owned;
      });
    }
  }
  CHECK(done == 100);
  CHECK(was_elsewhere);
  CHECK(owned.use_count() == 1);
}

TEST_CASE("Worker: what follows a work comes after it and on the loop's thread, once") {
  const std::thread::id here = std::this_thread::get_id();
  int followed = 0;
  {
    auto loop = EventLoop::Make();
    REQUIRE(loop.has_value());
    Worker worker(**loop);
    for (int i = 0; i < 100; ++i) {
      const auto worked = std::make_shared<std::atomic<bool>>(false);
      worker.Run([worked] { *worked = true; },
                 [&, worked] {
                   CHECK(std::this_thread::get_id() == here);
                   CHECK(*worked);
                   ++followed;
                 });
    }
  }
  CHECK(followed == 100);
}

}  // namespace
}  // namespace server
