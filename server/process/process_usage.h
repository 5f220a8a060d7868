// What the process has used of the machine, for INFO.
#pragma once

#include "server/shell.h"

namespace server {

// Must be called on the thread whose time is the "main thread's".
ProcessUsage ReadProcessUsage();

}  // namespace server
