#include "server/memory/background_free.h"

#ifdef CINNABAR_JEMALLOC
#include <jemalloc/jemalloc.h>
#endif

namespace server {

void FreeMemoryInBackground() {
#ifdef CINNABAR_JEMALLOC
  bool enabled = true;
  // Without the threads the loop does their work, only later: nothing to report.
  mallctl("background_thread", nullptr, nullptr, &enabled, sizeof enabled);
#endif
}

}  // namespace server
