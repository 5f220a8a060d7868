#include "server/net/worker.h"

#include <memory>
#include <utility>

#include "storage/base/check.h"

namespace server {
namespace {

struct Work {
  uv_work_t request;
  std::function<void()> function;
};

Work& WorkOf(uv_work_t* request) {
  return *static_cast<Work*>(request->data);
}

// On another thread. What the work owned goes away there, since that may be most of it.
void DoWork(uv_work_t* request) {
  Work& work = WorkOf(request);
  work.function();
  work.function = nullptr;
}

}  // namespace

Worker::Worker(EventLoop& loop) : loop_(loop) {
  Run([] {});
}

void Worker::Run(std::function<void()> work) {
  auto owned = std::make_unique<Work>(Work{{}, std::move(work)});
  owned->request.data = owned.get();
  const int status = uv_queue_work(loop_.uv(), &owned->request, DoWork,
                                   [](uv_work_t* request, int) { delete &WorkOf(request); });
  CHECK_INVARIANT(status == 0);  // it fails without a function alone
  owned.release();
}

}  // namespace server
