#include "server/net/worker.h"

#include <memory>
#include <utility>

#include "storage/base/check.h"

namespace server {
namespace {

struct Work {
  uv_work_t request;
  std::function<void()> function;
  std::function<void()> then;
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

// On the loop's thread.
void EndWork(uv_work_t* request, int) {
  const std::unique_ptr<Work> work(&WorkOf(request));
  if (work->then) work->then();
}

}  // namespace

Worker::Worker(EventLoop& loop) : loop_(loop) {
  Run([] {});
}

void Worker::Run(std::function<void()> work, std::function<void()> then) {
  auto owned = std::make_unique<Work>(Work{{}, std::move(work), std::move(then)});
  owned->request.data = owned.get();
  const int status = uv_queue_work(loop_.uv(), &owned->request, DoWork, EndWork);
  CHECK_INVARIANT(status == 0);  // it fails without a function alone
  owned.release();
}

}  // namespace server
