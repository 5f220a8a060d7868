// Who gives freed memory back to the system: threads of the allocator's own, where it has them, so
// that the loop never stops for it (up to 1.3 ms after a large value was freed).
#pragma once

namespace server {

// For the server's process, once it is the one that serves: a fork ends the threads.
void FreeMemoryInBackground();

}  // namespace server
