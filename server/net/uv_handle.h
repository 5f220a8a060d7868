// UvPtr: a libuv handle that closes itself.
//
// libuv goes on using a handle's memory after uv_close() returns and lets go of it only in the
// close callback. So a destructor must start the close and the callback must free the memory;
// freeing it in the destructor is a use after free that shows up one loop iteration later.
#pragma once

#include <uv.h>

#include <memory>

#include "storage/base/check.h"

namespace server {

template <class Handle>
struct UvClose {
  void operator()(Handle* handle) const {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};

// Make one only from a handle whose uv_*_init() succeeded: libuv must not close any other.
template <class Handle>
using UvPtr = std::unique_ptr<Handle, UvClose<Handle>>;

// A handle whose initialisation cannot fail (timer, check, idle), with `owner` for its callbacks.
template <class Handle>
UvPtr<Handle> MakeUvHandle(uv_loop_t* loop, int (*initialise)(uv_loop_t*, Handle*), void* owner) {
  auto handle = std::make_unique<Handle>();
  CHECK_INVARIANT(initialise(loop, handle.get()) == 0);
  handle->data = owner;
  return UvPtr<Handle>(handle.release());
}

}  // namespace server
